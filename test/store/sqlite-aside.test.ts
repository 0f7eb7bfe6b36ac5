import { existsSync, mkdtempSync, readdirSync, renameSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { SqliteAside } from '../../lib/store/sqlite-aside';
import { SqliteConnection } from '../../lib/store/sqlite-connection';
import { SqliteDatabase } from '../../lib/store/sqlite-database';
import { openStore } from '../../lib/store/store';

function signal(): { readonly given: Promise<void>; give(): void } {
  let give: () => void = () => undefined;
  const given = new Promise<void>((resolve) => {
    give = resolve;
  });
  return { given, give };
}

describe('the connection that reads a SQLite file aside', () => {
  let directory: string;
  let filename: string;
  let connection: SqliteConnection;
  let working: SqliteDatabase;
  let aside: SqliteAside;

  const count = (of: SqliteConnection) => new SqliteDatabase(of).all('select count(*) as n from item');

  beforeEach(async () => {
    directory = mkdtempSync(join(tmpdir(), 'o2c-aside-'));
    filename = join(directory, 'a.sqlite');
    connection = await SqliteConnection.open(filename);
    working = new SqliteDatabase(connection);
    await working.run('create table item (bytes blob) strict');
    aside = new SqliteAside(filename);
  });

  afterEach(async () => {
    await aside.close();
    await connection.ask({ kind: 'close' });
    rmSync(directory, { recursive: true });
  });

  it('takes no question once it closes, and lets those under way end', async () => {
    const begun = signal();
    const question = aside.run(async (reading) => {
      await count(reading);
      const closing = aside.close();
      const late = await aside.run(count).catch((error: Error) => error.message);
      begun.give();
      return { closing, late, answer: await count(reading) };
    });
    await begun.given;
    const { closing, late, answer } = await question;
    await closing;
    expect({ late, answer }).to.deep.equal({ late: `${filename} is closed.`, answer: [{ n: 0 }] });
  });

  it('makes no file where there is none, and reads it when it is there again', async () => {
    renameSync(filename, `${filename}.away`);
    const failure = await aside.run(count).catch((error: unknown) => error);
    expect(failure).to.be.instanceOf(Error).and.to.have.property('errcode', 14);
    expect(existsSync(filename)).to.equal(false);
    renameSync(`${filename}.away`, filename);
    expect(await aside.run(count)).to.deep.equal([{ n: 0 }]);
  });

  it('reads a file that nothing else has open', async () => {
    await working.run("insert into item (bytes) values (x'00')");
    await connection.ask({ kind: 'close' });
    expect(readdirSync(directory)).to.deep.equal(['a.sqlite']);
    expect(await aside.run(count)).to.deep.equal([{ n: 1 }]);
    connection = await SqliteConnection.open(filename);
  });
});

describe('the log of a SQLite file', () => {
  let directory: string;
  let filename: string;

  beforeEach(() => {
    directory = mkdtempSync(join(tmpdir(), 'o2c-log-'));
    filename = join(directory, 'a.sqlite');
  });
  afterEach(() => rmSync(directory, { recursive: true }));

  it('is put away when the store closes', async () => {
    const store = await openStore(`sqlite:${filename}`);
    await store.readAside((db) => db.all('select 1 as n from number_series'));
    await store.close();
    expect(readdirSync(directory)).to.deep.equal(['a.sqlite']);
  });
});
