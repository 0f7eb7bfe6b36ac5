import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { expect } from 'chai';
import type { SqliteAnswer, SqliteCall } from '../../lib/store/sqlite-calls';
import { SqliteConnection } from '../../lib/store/sqlite-connection';
import { SqliteDatabase } from '../../lib/store/sqlite-database';
import { SqliteQueue } from '../../lib/store/sqlite-queue';
import { type CallTaker, SqliteThread } from '../../lib/store/sqlite-thread';
import { openStore } from '../../lib/store/store';

async function failure(work: PromiseLike<unknown>): Promise<Error> {
  try {
    await work;
  } catch (error) {
    return error as Error;
  }
  throw new Error('it was expected to fail');
}

describe('the thread of SQLite', () => {
  let directory: string;
  const open = (on?: CallTaker) => SqliteConnection.open(':memory:', on);

  before(() => {
    directory = mkdtempSync(join(tmpdir(), 'o2c-thread-'));
  });
  after(() => rmSync(directory, { recursive: true, force: true }));

  /** A thread that answers twice and then does something else. */
  function threadThat(does: string): SqliteThread {
    const script = join(directory, 'thread.js');
    writeFileSync(
      script,
      `let requests = 0;
       const { parentPort } = require('node:worker_threads');
       parentPort.on('message', ({ request, calls }) => {
         if (++requests > 2) { ${does} }
         else parentPort.postMessage({ request, answers: calls.map(() => ({ changes: 1 })) });
       });`,
    );
    return new SqliteThread('SQLite', script);
  }

  it('lets the event loop go on while SQLite works', async () => {
    const db = new SqliteDatabase(await open());
    let turns = 0;
    let works = true;
    const turn = (): void => {
      turns += 1;
      if (works) setImmediate(turn);
    };
    setImmediate(turn);
    try {
      // so much work that the next turn of the loop must fit into it
      await db.all(
        'with recursive n (i) as (select 1 union all select i + 1 from n where i < 500000) select count(*) as c from n',
      );
    } finally {
      works = false;
    }
    expect(turns).to.be.greaterThan(0);
  });

  it('is one for all files', async () => {
    const [one, other] = await Promise.all([open(), open()]);
    await new SqliteDatabase(one).run('create table only_here (a integer)');
    expect((await failure(new SqliteDatabase(other).all('select * from only_here'))).message).to.include(
      'no such table',
    );
  });

  describe('where a file is locked', () => {
    const inFile = (name: string) => SqliteConnection.open(join(directory, name));

    it('lets one connection wait and holds up no other, least of all the one that has the lock', async () => {
      const connections = [await inFile('a.sqlite'), await inFile('a.sqlite'), await inFile('b.sqlite')] as const;
      const [holder, waiter, other] = connections.map((connection) => new SqliteDatabase(connection)) as [
        SqliteDatabase,
        SqliteDatabase,
        SqliteDatabase,
      ];
      await holder.run('create table item (sku text) strict');
      await holder.run('begin immediate');
      const order: string[] = [];
      const told = (what: string) => () => order.push(what);
      const waited = Promise.all([
        waiter.run('begin immediate').then(told('begun')),
        waiter.all('select sku from item').then((rows) => order.push(`read ${rows.length}`)),
        waiter.run('commit').then(told('committed')),
      ]);
      expect(await other.all('select 1 as one')).to.deep.equal([{ one: 1 }]);
      await holder.insert('item', [{ sku: 'A' }]);
      await holder.run('commit').then(told('freed'));
      await waited;
      expect(order).to.deep.equal(['freed', 'begun', 'read 1', 'committed']);
      await Promise.all(connections.map((connection) => connection.ask({ kind: 'close' })));
    });

    it('waits for one that is being made by another program', async () => {
      const program = new DatabaseSync(join(directory, 'c.sqlite'));
      program.exec('pragma locking_mode = exclusive; create table item (sku text); begin exclusive');
      let isOpen = false;
      const opening = inFile('c.sqlite').then((connection) => {
        isOpen = true;
        return connection;
      });
      await (await inFile('d.sqlite')).ask({ kind: 'close' });
      expect(isOpen).to.equal(false);
      program.close();
      await (await opening).ask({ kind: 'close' });
    });

    it('fails when the lock stays', async () => {
      const program = new DatabaseSync(join(directory, 'e.sqlite'));
      program.exec('pragma journal_mode = wal; begin immediate');
      let hasGone = false;
      const queue = new SqliteQueue(() => {
        hasGone = true;
      });
      const ask = (...calls: SqliteCall[]) => new Promise<readonly SqliteAnswer[]>((reply) => queue.ask(calls, reply));
      await ask({ kind: 'open', filename: join(directory, 'e.sqlite') });
      const begun = ask({ kind: 'begin', sql: 'begin immediate' }, { kind: 'rollback', sql: 'rollback' });
      const { now } = performance;
      performance.now = () => now.call(performance) + 5_000;
      const [began, rolledBack] = await begun.finally(() => {
        performance.now = now;
      });
      expect(began).to.have.nested.property('error.errcode', 5);
      expect(rolledBack).to.deep.equal({ done: true });
      expect(await ask({ kind: 'close' })).to.deep.equal([{ done: true }]);
      expect(hasGone).to.equal(true);
      program.close();
    });
  });

  it('takes bytes that are part of something larger, and nothing but them', async () => {
    const db = new SqliteDatabase(await open());
    await db.run('create table letter (id integer, bytes blob) strict');
    const whole = Buffer.alloc(1_000_000, 1);
    await db.insert('letter', [
      { id: 1, bytes: whole.subarray(10, 13) },
      { id: 2, bytes: whole.subarray(0, 900_000) },
    ]);
    const rows = await db.all<{ bytes: Buffer }>('select bytes from letter order by id');
    expect(rows.map(({ bytes }) => bytes.length)).to.deep.equal([3, 900_000]);
    expect(rows[0]?.bytes).to.be.instanceOf(Buffer);
    expect(whole.length, 'what was sent is still there').to.equal(1_000_000);
  });

  it('says that it has ended to those who wait, and to those who come after', async () => {
    const thread = threadThat('process.exit()');
    const connection = await open(thread);
    const db = new SqliteDatabase(connection);
    expect(await db.run('insert')).to.equal(1);
    expect(connection.isUsable).to.equal(true);
    expect((await failure(db.run('insert'))).message).to.equal('The thread of SQLite has ended.');
    expect(connection.isUsable).to.equal(false);
    expect((await failure(db.run('insert'))).message).to.equal('The thread of SQLite has ended.');
  });

  it('says why when it fails', async () => {
    const db = new SqliteDatabase(await open(threadThat("throw new Error('out of memory')")));
    await db.run('insert');
    const error = await failure(db.run('insert'));
    expect(error.message).to.equal('The thread of SQLite has ended.');
    expect(error.cause).to.have.property('message', 'out of memory');
    expect(db.dialect.classify(error)).to.equal('away');
  });

  it('gets many rows at once, and few with what follows them', async () => {
    const messages: number[] = [];
    const thread = {
      hasEnded: false,
      send(_connection: number, asked: readonly { resolve(answer: { changes: number }): void }[]) {
        messages.push(asked.length);
        for (const { resolve } of asked) resolve({ changes: 1 });
      },
    };
    const db = new SqliteDatabase(await open(thread));
    const rows = (count: number) => Array.from({ length: count }, (_, id) => ({ id }));
    messages.length = 0;
    await Promise.all([db.insert('item', rows(200)), db.insert('item', rows(199)), db.run('delete from item')]);
    expect(messages).to.deep.equal([1, 2]);
  });

  it('keeps no statement prepared that was bound to large bytes', async () => {
    const kept: boolean[] = [];
    const thread = {
      hasEnded: false,
      send(_connection: number, asked: readonly { call: SqliteCall; resolve(answer: { changes: number }): void }[]) {
        for (const { call, resolve } of asked) {
          if (call.kind === 'each') kept.push(!call.once);
          resolve({ changes: 1 });
        }
      },
    };
    const db = new SqliteDatabase(await open(thread));
    for (const size of [10, 1_000_000, 10]) await db.insert('letter', [{ bytes: null }, { bytes: Buffer.alloc(size) }]);
    expect(kept).to.deep.equal([true, false, true]);
  });

  it('rolls back a transaction of which something could not be sent, and leaves the next one alone', async () => {
    const store = await openStore(`sqlite:${join(directory, 'unsent.sqlite')}`);
    try {
      const insert = (sku: unknown) => ({ name: 'test', next: sku }) as never;
      const first = store.transaction(async (db, last) => {
        await db.all('select 1');
        last(db.insert('id_sequence', [insert(1)]));
        last(db.insert('id_sequence', [insert(() => 1)]));
      });
      const second = store.transaction(async (db, last) => {
        last(db.insert('id_sequence', [{ name: 'second', next: 2 }]));
      });
      expect((await failure(first)).message).to.include('could not be cloned');
      await second;
      const rows = await store.read((db) =>
        db.all<{ name: string }>("select name from id_sequence where name in ('test', 'second')"),
      );
      expect(rows).to.deep.equal([{ name: 'second' }]);
    } finally {
      await store.close();
    }
  });

  it('answers what comes after a connection was closed', async () => {
    const connection = await open();
    await connection.ask({ kind: 'close' });
    expect((await failure(new SqliteDatabase(connection).all('select 1'))).message).to.equal(
      'The database is not open.',
    );
    expect(await new SqliteDatabase(await open()).all('select 1 as one')).to.deep.equal([{ one: 1 }]);
  });
});
