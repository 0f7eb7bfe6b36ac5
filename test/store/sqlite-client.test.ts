import { createHash } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { expect } from 'chai';
import knex, { type Knex } from 'knex';
import { SqliteClient, sqliteBindings, transactionConnection } from '../../lib/store/sqlite-client';

interface SqliteError extends Error {
  readonly code: string;
  readonly errcode: number;
}

async function failure(work: PromiseLike<unknown>): Promise<SqliteError> {
  try {
    await work;
  } catch (error) {
    return error as SqliteError;
  }
  throw new Error('it was expected to fail');
}

describe('sqlite client', () => {
  let directory: string;
  let filename: string;
  let database: Knex;

  beforeEach(async () => {
    directory = mkdtempSync(join(tmpdir(), 'o2c-client-'));
    filename = join(directory, 'test.sqlite');
    database = knex({ client: SqliteClient, connection: { filename } });
    await database.raw(
      'CREATE TABLE item (id integer PRIMARY KEY, sku text UNIQUE, quantity integer, content blob) STRICT',
    );
    await database.raw('CREATE TABLE movement (item integer REFERENCES item (id) DEFERRABLE INITIALLY DEFERRED)');
  });

  afterEach(async () => {
    await database.destroy();
    rmSync(directory, { recursive: true, force: true });
  });

  const quantities = async () => (await database('item').orderBy('id').pluck('quantity')) as number[];

  it('opens with write-ahead log, full durability, foreign keys, and lets no lock hold up its thread', async () => {
    expect(await database.raw('PRAGMA journal_mode')).to.deep.equal([{ journal_mode: 'wal' }]);
    expect(await database.raw('PRAGMA synchronous')).to.deep.equal([{ synchronous: 2 }]);
    expect(await database.raw('PRAGMA foreign_keys')).to.deep.equal([{ foreign_keys: 1 }]);
    expect(await database.raw('PRAGMA busy_timeout')).to.deep.equal([{ timeout: 0 }]);
  });

  describe('results', () => {
    it('gives rows for a select and counts for a statement without columns', async () => {
      expect(await database.raw("INSERT INTO item (sku) VALUES ('A'), ('B')")).to.deep.equal({
        changes: 2,
        lastInsertRowid: 2,
      });
      expect(await database.raw('WITH one AS (SELECT 1 AS a) SELECT a FROM one')).to.deep.equal([{ a: 1 }]);
      expect(await database.raw('UPDATE item SET quantity = 1 RETURNING sku')).to.deep.equal([
        { sku: 'A' },
        { sku: 'B' },
      ]);
      expect(await database.raw('DELETE FROM item')).to.deep.equal({ changes: 2, lastInsertRowid: 2 });
    });

    it('serves the query builder: insert, update, delete, count, first', async () => {
      expect(await database('item').insert({ sku: 'A', quantity: 1 })).to.deep.equal([1]);
      expect(await database('item').where({ sku: 'A' }).update({ quantity: 2 })).to.equal(1);
      expect(await database('item').where({ sku: 'A' }).increment('quantity', 3)).to.equal(1);
      expect(await database('item').first('quantity')).to.deep.equal({ quantity: 5 });
      expect(await database('item').where({ sku: 'missing' }).first()).to.equal(undefined);
      expect(await database('item').del()).to.equal(1);
    });

    it('returns rows of insert, update, upsert and delete', async () => {
      const rows = [
        { id: 1, sku: 'A' },
        { id: 2, sku: 'B' },
      ];
      expect(await database('item').insert(rows).returning(['id', 'sku'])).to.deep.equal(rows);
      const renamed = await database('item').insert({ id: 1, sku: 'C' }).onConflict('id').merge().returning('sku');
      expect(renamed).to.deep.equal([{ sku: 'C' }]);
      expect(await database('item').where({ id: 1 }).update({ sku: 'D' }, ['sku'])).to.deep.equal([{ sku: 'D' }]);
      expect(await database('item').where({ id: 2 }).delete(['sku'])).to.deep.equal([{ sku: 'B' }]);
    });

    it('gives ordinary objects', async () => {
      const [row] = await database.raw('SELECT 1 AS a');
      expect(Object.getPrototypeOf(row)).to.equal(Object.prototype);
    });
  });

  describe('values', () => {
    it('binds integers as integers, booleans as 1 and 0, dates as milliseconds', async () => {
      const date = new Date('2026-11-23T10:00:00.000Z');
      const [row] = await database.raw(
        'SELECT typeof(?) AS type, ? / 2 AS half, ? AS yes, ? AS no, ? AS date, ? AS none',
        [7, 7, true, false, date, null],
      );
      expect(row).to.deep.equal({ type: 'integer', half: 3, yes: 1, no: 0, date: date.valueOf(), none: null });
      expect(await database.raw('SELECT ? AS ratio', [0.5])).to.deep.equal([{ ratio: 0.5 }]);
    });

    it('keeps bytes as Buffers', async () => {
      const bytes = Buffer.from([0, 1, 255, 254]);
      await database('item').insert({ id: 1, content: bytes });
      const { content } = await database('item').first('content');
      expect(content).to.be.instanceOf(Buffer);
      expect(bytes.equals(content)).to.equal(true);
    });

    it('keeps the largest safe integers exact', async () => {
      await database('item').insert([
        { id: 1, quantity: Number.MAX_SAFE_INTEGER },
        { id: 2, quantity: Number.MIN_SAFE_INTEGER },
      ]);
      expect(await quantities()).to.deep.equal([Number.MAX_SAFE_INTEGER, Number.MIN_SAFE_INTEGER]);
    });

    it('throws for an integer beyond 2^53, out and in', async () => {
      const out = await failure(database.raw('SELECT 9007199254740993 AS large'));
      expect(out).to.be.instanceOf(RangeError);
      expect(out.code).to.equal('ERR_OUT_OF_RANGE');
      const into = await failure(database('item').insert({ id: 1, quantity: 2 ** 53 }));
      expect(into).to.be.instanceOf(RangeError);
      expect(await quantities()).to.deep.equal([]);
    });

    it('rejects undefined and objects', async () => {
      expect((await failure(database('item').insert({ id: 1, sku: undefined }))).message).to.match(/default values/);
      expect(() => sqliteBindings([1, undefined])).to.throw(TypeError, 'binding 2 is undefined');
      expect(() => sqliteBindings([{}])).to.throw(TypeError, 'binding 1 is an object');
    });

    it('knows sha256(text)', async () => {
      const expected = createHash('sha256').update('Größe €').digest('hex');
      const [row] = await database.raw('SELECT sha256(?) AS text, sha256(?) AS bytes, sha256(NULL) AS none', [
        'Größe €',
        Buffer.from('Größe €'),
      ]);
      expect(row).to.deep.equal({ text: expected, bytes: expected, none: null });
      await database.raw('CREATE INDEX item_by_digest ON item (sha256(sku))'); // only deterministic functions may
    });
  });

  describe('constraints', () => {
    const cases: [name: string, errcode: number, sql: string][] = [
      ['unique', 2067, "INSERT INTO item (id, sku) VALUES (2, 'A')"],
      ['primary key', 1555, 'INSERT INTO item (id) VALUES (1)'],
      ['foreign key', 787, 'INSERT INTO movement VALUES (99)'],
    ];
    for (const [name, errcode, sql] of cases) {
      it(`tells a violated ${name} by its code`, async () => {
        await database('item').insert({ id: 1, sku: 'A' });
        const error = await failure(database.raw(sql));
        expect(error).to.include({ code: 'ERR_SQLITE_ERROR', errcode });
        expect(error.message).to.match(/constraint failed/);
      });
    }
  });

  describe('transactions', () => {
    it('take the write lock at once', async () => {
      const other = new DatabaseSync(filename);
      try {
        await database.transaction(async () => {
          expect(() => other.exec('BEGIN IMMEDIATE')).to.throw(/locked/);
        });
        other.exec('BEGIN IMMEDIATE; COMMIT');
      } finally {
        other.close();
      }
    });

    it('queue for the connection: 50 at once lose no update', async () => {
      await database('item').insert({ id: 1, quantity: 0 });
      const once = () =>
        database.transaction(async (trx) => {
          const { quantity } = await trx('item').where({ id: 1 }).first('quantity');
          await trx('item')
            .where({ id: 1 })
            .update({ quantity: quantity + 1 });
        });
      await Promise.all(Array.from({ length: 50 }, once));
      expect(await quantities()).to.deep.equal([50]);
    });

    it('roll back when their work fails, and give the connection back', async () => {
      const work = database.transaction(async (trx) => {
        await trx('item').insert({ id: 1, sku: 'A' });
        await trx('item').insert({ id: 2, sku: 'A' });
      });
      expect((await failure(work)).errcode).to.equal(2067);
      expect(await quantities()).to.deep.equal([]);
    });

    it('roll back to a savepoint', async () => {
      await database.transaction(async (trx) => {
        await trx('item').insert({ id: 1, quantity: 1 });
        await failure(
          trx.transaction(async (inner) => {
            await inner('item').insert({ id: 2, quantity: 2 });
            throw new Error('only the inner one');
          }),
        );
        await trx('item').insert({ id: 3, quantity: 3 });
      });
      expect(await quantities()).to.deep.equal([1, 3]);
    });

    it('leave nothing open when the commit fails', async () => {
      const deferred = database.transaction(async (trx) => {
        await trx('movement').insert({ item: 99 });
      });
      expect((await failure(deferred)).errcode).to.equal(787);
      expect(await database('movement').select()).to.deep.equal([]);
      await database.transaction((trx) => trx('item').insert({ id: 1, quantity: 1 }));
      expect(await quantities()).to.deep.equal([1]);
    });

    it('report the fault itself when SQLite has already rolled back', async () => {
      const work = database.transaction(async (trx) => {
        await (await transactionConnection(trx)).ask({ kind: 'statement', sql: 'ROLLBACK', values: [] });
        throw new Error('disk full');
      });
      expect((await failure(work)).message).to.equal('disk full');
      await database.transaction((trx) => trx('item').insert({ id: 1, quantity: 1 }));
    });
  });

  describe('prepared statements', () => {
    it('see new columns after the table has changed', async () => {
      await database('item').insert({ id: 1 });
      await database('item').select();
      await database.raw("ALTER TABLE item ADD COLUMN place text DEFAULT 'here'");
      expect(await database('item').first()).to.include({ place: 'here' });
    });
  });
});
