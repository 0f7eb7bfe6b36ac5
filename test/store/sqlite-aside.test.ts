import { existsSync, mkdtempSync, readdirSync, renameSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { expect } from 'chai';
import { SqliteAside } from '../../lib/store/sqlite-aside';
import { SqliteConnection } from '../../lib/store/sqlite-connection';
import { SqliteDatabase } from '../../lib/store/sqlite-database';
import { usualLog } from '../../lib/store/sqlite-file';
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
  let tries: number;

  const logLength = (): number => statSync(`${filename}-wal`, { throwIfNoEntry: false })?.size ?? 0;
  const makeLogLong = () => working.run('insert into item (bytes) values (zeroblob(?))', [2.1 * usualLog]);
  const count = (of: SqliteConnection) => new SqliteDatabase(of).all('select count(*) as n from item');

  beforeEach(async () => {
    directory = mkdtempSync(join(tmpdir(), 'o2c-aside-'));
    filename = join(directory, 'a.sqlite');
    connection = await SqliteConnection.open(filename);
    working = new SqliteDatabase(connection);
    await working.run('create table item (bytes blob) strict');
    tries = 0;
    aside = new SqliteAside(filename, (work) => {
      tries += 1;
      return work(working);
    });
  });

  afterEach(async () => {
    await aside.close();
    await connection.ask({ kind: 'close' });
    rmSync(directory, { recursive: true });
  });

  it('begins no question while the log is long, until it can begin anew', async () => {
    const [begun, end] = [signal(), signal()];
    const order: string[] = [];
    const first = aside.run(async (reading) => {
      await count(reading);
      begun.give();
      await end.given;
      order.push(`the first goes on with ${await count(reading).then((rows) => rows.length)}`);
    });
    await begun.given;
    await makeLogLong();
    const others = ['second', 'third'].map((name) =>
      aside.run(async (reading) => {
        order.push(`the ${name} begins`);
        await count(reading);
      }),
    );
    await count(connection);
    end.give();
    await Promise.all([first, ...others]);
    expect(order).to.deep.equal(['the first goes on with 1', 'the second begins', 'the third begins']);
    expect(tries).to.equal(1);
    await working.run("insert into item (bytes) values (x'00')");
    expect(logLength()).to.equal(usualLog);
  });

  it('reads on where another program keeps the log from beginning anew, and tries again when it has grown', async () => {
    const other = new DatabaseSync(filename, { readOnly: true });
    try {
      other.exec('begin; select count(*) from item');
      const read = async () => expect(await aside.run(count)).to.have.lengthOf(1);
      await makeLogLong();
      await read();
      await read();
      expect({ tries, isLong: logLength() > 2 * usualLog }).to.deep.equal({ tries: 1, isLong: true });
      await makeLogLong();
      await read();
      expect({ tries, isLong: logLength() > 4 * usualLog }).to.deep.equal({ tries: 2, isLong: true });
    } finally {
      other.close();
    }
  });

  it('reads on where the log cannot begin anew', async () => {
    const failing = new SqliteAside(filename, () => Promise.reject(new Error('the disk is full')));
    await makeLogLong();
    expect(await failing.run(count)).to.deep.equal([{ n: 1 }]);
    await failing.close();
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

  const logLength = (): number => statSync(`${filename}-wal`).size;

  it('stays short, however many ask without a pause while somebody writes without one', async () => {
    const store = await openStore(`sqlite:${filename}`);
    await store.transaction((db) => db.run('create table item (bytes blob) strict'));
    const lengths: number[] = [];
    let questionEnds = signal();
    let writes = true;
    const write = async (): Promise<void> => {
      for (let number = 0; number < 22; number += 1) {
        // no writer is so much quicker than those who ask that it could write all of it during a few questions
        const ended = questionEnds.given;
        await store.transaction((db) => db.run('insert into item values (zeroblob(?))', [usualLog / 4]));
        lengths.push(logLength());
        await ended;
      }
      writes = false;
    };
    const ask = async (): Promise<void> => {
      while (writes) {
        await store.readAside((db) =>
          db.all(
            `with recursive n (i) as (select 1 union all select i + 1 from n where i < 100000)
             select (select count(*) from item) + (select count(*) from n) as n`,
          ),
        );
        questionEnds.give();
        questionEnds = signal();
      }
    };
    await Promise.all([write(), ask(), ask(), ask()]);
    await store.close();
    expect(Math.max(...lengths)).to.be.lessThan(4 * usualLog);
  });

  it('is cut when it begins anew after a large transaction', async () => {
    const connection = await SqliteConnection.open(filename);
    const db = new SqliteDatabase(connection);
    await db.run('create table item (bytes blob) strict');
    await db.run('insert into item values (zeroblob(?))', [2 * usualLog]);
    expect(logLength()).to.be.greaterThan(2 * usualLog);
    await db.run("insert into item values (x'00')");
    expect(logLength()).to.equal(usualLog);
    await connection.ask({ kind: 'close' });
  });

  it('is put away when the store closes', async () => {
    const store = await openStore(`sqlite:${filename}`);
    await store.readAside((db) => db.all('select 1 as n from number_series'));
    await store.close();
    expect(readdirSync(directory)).to.deep.equal(['a.sqlite']);
  });
});
