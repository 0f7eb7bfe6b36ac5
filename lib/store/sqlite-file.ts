import '../needs-node';
import { hash } from 'node:crypto';
import { DatabaseSync, type SQLInputValue, type StatementSync } from 'node:sqlite';

import { Newest } from './newest';
import { type OpenOptions, packedError, packedRows, type SqliteAnswer, type StatementCall } from './sqlite-calls';

interface Prepared {
  readonly statement: StatementSync;
  readonly givesRows: boolean;
}

/** Another connection holds the file. */
export const locked = Symbol('locked');

const mostPrepared = 500;
const transactionControl = /^\s*(begin|commit|rollback|savepoint|release)\b/i;

/** An open SQLite file and its prepared statements, least recently used first. It belongs to the thread of SQLite. */
export class SqliteFile {
  readonly database: DatabaseSync;
  private readonly prepared = new Newest<string, Prepared>(mostPrepared);
  private inTransaction = false;
  /** A statement of the transaction has failed: like PostgreSQL, nothing but a rollback is taken until it ends. */
  private hasFailed = false;

  constructor(filename: string, { readOnly = false }: OpenOptions = {}) {
    this.database = new DatabaseSync(filename, { readOnly });
    try {
      setUp(this.database);
      if (!readOnly) setUpToWrite(this.database);
    } catch (error) {
      this.database.close();
      throw error;
    }
  }

  get preparedStatements(): number {
    return this.prepared.size;
  }

  /**
   * @param mayBeLate `locked` is answered where another connection holds the file: then nothing was done, and the call
   * may be made again.
   */
  perform(call: StatementCall): SqliteAnswer;
  perform(call: StatementCall, mayBeLate: boolean): SqliteAnswer | typeof locked;
  perform(call: StatementCall, mayBeLate = false): SqliteAnswer | typeof locked {
    try {
      if (this.hasFailed && call.kind !== 'rollback') throw consequence();
      return this.answer(call);
    } catch (error) {
      if (mayBeLate && mayBeRepeated(call) && isLocked(error)) return locked;
      if (this.inTransaction || call.kind === 'begin') this.hasFailed = true;
      return { error: packedError(error) };
    }
  }

  private answer(call: StatementCall): SqliteAnswer {
    switch (call.kind) {
      case 'begin':
      case 'commit':
      case 'rollback':
        this.control(call.kind, call.sql);
        return { done: true };
      case 'rows':
        return { rows: packedRows(this.prepare(call.sql).statement.all(...call.values)) };
      case 'changes':
        return { changes: Number(this.prepare(call.sql).statement.run(...call.values).changes) };
      case 'each':
        return { changes: this.each(call) };
      case 'statement':
        return this.statement(call.sql, call.values);
    }
  }

  prepare(sql: string): Prepared {
    let prepared = this.prepared.get(sql);
    if (prepared) {
      this.prepared.delete(sql);
    } else {
      const statement = this.database.prepare(sql);
      prepared = { statement, givesRows: givesRows(statement, sql) };
    }
    this.prepared.set(sql, prepared);
    return prepared;
  }

  private control(kind: 'begin' | 'commit' | 'rollback', sql: string): void {
    if (kind !== 'begin') this.inTransaction = false;
    if (kind === 'rollback') this.hasFailed = false;
    controlTransaction(this.database, sql);
    this.inTransaction = kind === 'begin';
  }

  /**
   * `once` is for large values: a statement that is kept keeps a copy of what it was bound to last, and of a large
   * message that would be as much memory again.
   */
  private each({ sql, rows, once }: Extract<StatementCall, { kind: 'each' }>): number {
    const statement = once ? this.database.prepare(sql) : this.prepare(sql).statement;
    const { count, common, differing, values } = rows;
    const bound = [...common];
    let changes = 0;
    let next = 0;
    for (let row = 0; row < count; row++) {
      for (const column of differing) bound[column] = values[next++] as SQLInputValue;
      changes += Number(statement.run(...bound).changes);
    }
    return changes;
  }

  private statement(sql: string, values: readonly SQLInputValue[]): SqliteAnswer {
    if (transactionControl.test(sql)) {
      controlTransaction(this.database, sql);
      return { done: true };
    }
    const { statement, givesRows } = this.prepare(sql);
    if (givesRows) return { rows: packedRows(statement.all(...values)) };
    const { changes, lastInsertRowid } = statement.run(...values);
    return { ran: { changes: Number(changes), lastInsertRowid: Number(lastInsertRowid) } };
  }
}

const pagesInLog = 8_000;
const bytesOfPage = 4_096;
const bytesBeforePage = 24;

/** The length of the log, in bytes, at which its pages go back to the file and it begins anew, if nobody reads from it. */
export const usualLog = pagesInLog * (bytesBeforePage + bytesOfPage);

/** SQLite itself waits for nothing: the thread has other files, and connections to the same one. */
function setUp(database: DatabaseSync): void {
  // A transaction of hundreds of orders stays in memory until it commits.
  database.exec('PRAGMA busy_timeout = 0; PRAGMA cache_size = -8192');
  database.function('sha256', { deterministic: true }, sha256);
}

/** A log that begins anew keeps its length; one that a large transaction or a long question has made long is cut. */
function setUpToWrite(database: DatabaseSync): void {
  database.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON');
  database.exec(`PRAGMA wal_autocheckpoint = ${pagesInLog}; PRAGMA journal_size_limit = ${usualLog}`);
}

const commits = /^\s*commit\b/i;

/** Of many rows some may be written, and a commit that failed has been rolled back. */
const mayBeRepeated = (call: StatementCall): boolean => call.kind !== 'each' && !commits.test(call.sql);

const busy = 5;

export function isLocked(error: unknown): boolean {
  const errcode = error instanceof Error && 'errcode' in error ? error.errcode : undefined;
  return typeof errcode === 'number' && (errcode & 0xff) === busy;
}

const consequence = (): Error =>
  Object.assign(new Error('A statement before this one in its transaction has failed.'), { isConsequence: true });

/** Node before 22.16 cannot list a statement's columns; there the words of the statement decide. */
function givesRows(statement: StatementSync, sql: string): boolean {
  if (typeof statement.columns === 'function') return statement.columns().length > 0;
  return /^\s*(select|values|pragma|explain)\b|\breturning\b/i.test(sql) || /^\s*with\b.*\)\s*select\b/is.test(sql);
}

/**
 * A COMMIT that fails (a deferred constraint, a full disk) may leave the transaction open, and the connection goes back
 * to the pool: it is rolled back here. After some faults SQLite has rolled back by itself; then a ROLLBACK is no fault.
 */
function controlTransaction(database: DatabaseSync, sql: string): void {
  try {
    database.exec(sql);
  } catch (error) {
    if (/^\s*rollback\s*;?\s*$/i.test(sql) && isWithoutTransaction(error)) return;
    if (commits.test(sql)) controlTransaction(database, 'ROLLBACK');
    throw error;
  }
}

function isWithoutTransaction(error: unknown): boolean {
  return error instanceof Error && error.message.includes('no transaction is active');
}

function sha256(text: SQLInputValue): string | null {
  if (text === null) return null;
  return hash('sha256', text instanceof Uint8Array ? text : String(text), 'hex');
}
