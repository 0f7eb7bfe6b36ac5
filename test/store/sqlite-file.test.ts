import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { type SqliteAnswer, type SqliteCall, unpackedError, unpackedRows } from '../../lib/store/sqlite-calls';
import { locked, SqliteFile } from '../../lib/store/sqlite-file';

describe('a SQLite file in its thread', () => {
  let file: SqliteFile;

  beforeEach(() => {
    file = new SqliteFile(':memory:');
    file.database.exec('create table item (id integer primary key, sku text unique, bytes blob) strict');
  });

  afterEach(() => file.database.close());

  const change = (sql: string, ...values: (string | number)[]): SqliteAnswer =>
    file.perform({ kind: 'changes', sql, values });
  const control = (kind: 'begin' | 'commit' | 'rollback') => file.perform({ kind, sql: kind });
  const skus = () => {
    const answer = file.perform({ kind: 'rows', sql: 'select sku from item order by id', values: [] });
    if (!('rows' in answer)) throw new Error('there are no rows');
    return unpackedRows(answer.rows).map(({ sku }) => sku);
  };
  const failureOf = (answer: SqliteAnswer): Error => {
    if (!('error' in answer)) throw new Error('it was expected to fail');
    return unpackedError(answer.error);
  };
  const insert = (sku: string) => change('insert into item (sku) values (?)', sku);

  it('runs a statement for each row', () => {
    const rows: SqliteCall = {
      kind: 'each',
      sql: 'insert into item (id, sku, bytes) values (?, ?, ?)',
      rows: { count: 2, common: [1, 'A', null], differing: [0, 1], values: [1, 'A', 2, 'B'] },
      once: false,
    };
    expect(file.perform(rows)).to.deep.equal({ changes: 2 });
    expect(skus()).to.deep.equal(['A', 'B']);
  });

  it('takes nothing but a rollback after a statement of a transaction has failed', () => {
    control('begin');
    insert('A');
    expect(failureOf(insert('A'))).to.include({ errcode: 2067, message: 'UNIQUE constraint failed: item.sku' });
    expect(failureOf(insert('B'))).to.include({ isConsequence: true });
    expect(failureOf(control('commit'))).to.include({ isConsequence: true });
    expect(control('rollback')).to.deep.equal({ done: true });
    expect(skus()).to.deep.equal([]);
    expect(insert('C')).to.deep.equal({ changes: 1 });
  });

  it('takes nothing after a begin that failed, so that nothing is written outside of a transaction', () => {
    const directory = mkdtempSync(join(tmpdir(), 'o2c-file-'));
    const other = new SqliteFile(join(directory, 'a.sqlite'));
    const late = new SqliteFile(join(directory, 'a.sqlite'));
    try {
      other.database.exec('create table item (sku text) strict; begin immediate');
      expect(failureOf(late.perform({ kind: 'begin', sql: 'begin immediate' })).message).to.match(/locked/);
      other.database.exec('rollback');
      const into = { kind: 'changes', sql: "insert into item (sku) values ('A')", values: [] } as const;
      expect(failureOf(late.perform(into))).to.include({ isConsequence: true });
      expect(late.perform({ kind: 'rollback', sql: 'rollback' })).to.deep.equal({ done: true });
      expect(late.perform(into)).to.deep.equal({ changes: 1 });
    } finally {
      late.database.close();
      other.database.close();
      rmSync(directory, { recursive: true });
    }
  });

  it('says that the file is locked, and has done nothing then, where there is time left', () => {
    const directory = mkdtempSync(join(tmpdir(), 'o2c-file-'));
    const other = new SqliteFile(join(directory, 'a.sqlite'));
    const late = new SqliteFile(join(directory, 'a.sqlite'));
    const into = { kind: 'changes', sql: "insert into item (sku) values ('A')", values: [] } as const;
    try {
      other.database.exec('create table item (sku text) strict; begin immediate');
      expect(late.perform({ kind: 'begin', sql: 'begin immediate' }, true)).to.equal(locked);
      expect(late.perform(into, true)).to.equal(locked);
      other.database.exec('commit');
      expect(late.perform({ kind: 'begin', sql: 'begin immediate' }, true)).to.deep.equal({ done: true });
      expect(late.perform(into, true)).to.deep.equal({ changes: 1 });
      expect(late.perform({ kind: 'commit', sql: 'commit' }, true)).to.deep.equal({ done: true });
    } finally {
      late.database.close();
      other.database.close();
      rmSync(directory, { recursive: true });
    }
  });

  it('goes on after a statement has failed outside of a transaction', () => {
    insert('A');
    failureOf(insert('A'));
    expect(insert('B')).to.deep.equal({ changes: 1 });
  });

  it('keeps at most 500 prepared statements, the ones last used', () => {
    const first = file.prepare('select 0');
    const second = file.prepare('select 1');
    for (let number = 2; number < 600; number += 1) {
      file.prepare(`select ${number}`);
      file.prepare('select 0');
    }
    expect(file.preparedStatements).to.equal(500);
    expect(file.prepare('select 0')).to.equal(first);
    expect(file.prepare('select 1')).not.to.equal(second);
  });

  it('keeps no statement that would keep a copy of large bytes', () => {
    const bytes = new Uint8Array(1000);
    const insert = { kind: 'each', sql: 'insert into item (id, bytes) values (?, ?)' } as const;
    const row = (id: number) => ({ count: 1, common: [id, bytes], differing: [0, 1], values: [id, bytes] });
    const before = file.preparedStatements;
    expect(file.perform({ ...insert, rows: row(1), once: true })).to.deep.equal({ changes: 1 });
    expect(file.preparedStatements).to.equal(before);
    expect(file.perform({ ...insert, rows: row(2), once: false })).to.deep.equal({ changes: 1 });
    expect(file.preparedStatements).to.equal(before + 1);
  });
});
