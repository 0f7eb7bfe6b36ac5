import '../needs-node';
import { hash } from 'node:crypto';
import { DatabaseSync, type SQLInputValue, type StatementSync } from 'node:sqlite';
import type { Knex } from 'knex';

/**
 * Knex on SQLite through Node's own `node:sqlite`: `knex({ client: SqliteClient, connection: { filename } })`.
 *
 * One connection a file (pool of 1): transactions queue for it and begin with BEGIN IMMEDIATE. A statement that has
 * result columns gives rows; any other raw statement gives `{ changes, lastInsertRowid }`. Integers come back as plain
 * numbers; one beyond 2^53 throws a RangeError, on the way in and on the way out. BLOBs come back as Buffers.
 * Errors are those of `node:sqlite`: `code` is `ERR_SQLITE_ERROR`, `errcode` SQLite's extended result code (2067
 * unique, 1555 primary key, 787 foreign key, 1299 not null, 275 check, 1811 trigger, 5 busy, 13 disk full).
 *
 * On Node 22 the first use prints an ExperimentalWarning for SQLite; Node 24 prints none.
 */

interface Query {
  readonly sql: string;
  readonly method?: string;
  readonly returning?: unknown;
  readonly bindings?: readonly unknown[];
  response?: unknown;
  context?: { readonly changes: number; readonly lastID: number };
}

interface RunResult {
  readonly changes: number;
  readonly lastInsertRowid: number;
}

interface Prepared {
  readonly statement: StatementSync;
  readonly givesRows: boolean;
}

/** What Knex's SQLite dialect has and its type declarations leave out. */
declare module 'knex' {
  namespace Knex {
    interface Client {
      processResponse(query: Query, runner: unknown): unknown;
    }
  }
}
interface DialectTransaction {
  query(connection: SqliteConnection, sql: string): Promise<unknown>;
}
interface DialectCompiler {
  readonly single: { readonly returning?: unknown };
  del(): unknown;
  _returning(columns: unknown): string;
}

const KnexSqlite = require('knex/lib/dialects/sqlite3') as typeof Knex.Client;
const KnexSqliteTransaction = require('knex/lib/dialects/sqlite3/execution/sqlite-transaction') as new (
  ...client: unknown[]
) => DialectTransaction;
const KnexSqliteCompiler = require('knex/lib/dialects/sqlite3/query/sqlite-querycompiler') as new (
  ...client: unknown[]
) => DialectCompiler;

const MOST_PREPARED_STATEMENTS = 500;
const TRANSACTION_CONTROL = /^\s*(begin|commit|rollback|savepoint|release)\b/i;

/** A connection as Knex's pool holds it: the open database and its prepared statements, least recently used first. */
export class SqliteConnection {
  readonly database: DatabaseSync;
  private readonly prepared = new Map<string, Prepared>();

  constructor(filename: string) {
    this.database = new DatabaseSync(filename);
    // The time limit first: another process may hold the file while the journal mode is set.
    this.database.exec(
      'PRAGMA busy_timeout = 5000; PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON',
    );
    // A transaction of hundreds of orders stays in memory until it commits; its pages go back to the file now and then.
    this.database.exec('PRAGMA cache_size = -16384; PRAGMA wal_autocheckpoint = 8000');
    this.database.function('sha256', { deterministic: true }, sha256);
  }

  prepare(sql: string): Prepared {
    let prepared = this.prepared.get(sql);
    if (prepared) {
      this.prepared.delete(sql);
    } else {
      const statement = this.database.prepare(sql);
      prepared = { statement, givesRows: givesRows(statement, sql) };
      if (this.prepared.size >= MOST_PREPARED_STATEMENTS) this.forgetOldest();
    }
    this.prepared.set(sql, prepared);
    return prepared;
  }

  private forgetOldest(): void {
    for (const sql of this.prepared.keys()) {
      this.prepared.delete(sql);
      return;
    }
  }

  get preparedStatements(): number {
    return this.prepared.size;
  }
}

class ImmediateTransaction extends KnexSqliteTransaction {
  begin(connection: SqliteConnection): Promise<unknown> {
    return this.query(connection, 'BEGIN IMMEDIATE;');
  }
}

/** Knex leaves RETURNING out of a DELETE on SQLite, without a word. */
class ReturningCompiler extends KnexSqliteCompiler {
  override del(): { sql: string; returning: unknown } {
    const { returning } = this.single;
    return { sql: `${super.del()}${this._returning(returning)}`, returning };
  }
}

export class SqliteClient extends KnexSqlite {
  constructor(config: Knex.Config) {
    super({ useNullAsDefault: false, ...config });
  }

  _driver(): typeof DatabaseSync {
    return DatabaseSync;
  }

  override poolDefaults(): ReturnType<Knex.Client['poolDefaults']> {
    return { ...super.poolDefaults(), min: 1, max: 1 };
  }

  override transaction(container: unknown, config: unknown, outer: unknown): Knex.Transaction {
    // Knex runs its own transactions by another interface than the one that it declares for callers.
    return new ImmediateTransaction(this, container, config, outer) as unknown as Knex.Transaction;
  }

  override queryCompiler(builder: unknown, formatter?: unknown): ReturningCompiler {
    return new ReturningCompiler(this, builder, formatter);
  }

  override async acquireRawConnection(): Promise<SqliteConnection> {
    const { filename } = this.connectionSettings as { filename: string };
    return new SqliteConnection(filename);
  }

  override async destroyRawConnection(connection: SqliteConnection): Promise<void> {
    connection.database.close();
  }

  async _query(connection: SqliteConnection, query: Query): Promise<Query> {
    if (!query.sql) throw new Error('The query is empty');
    if (TRANSACTION_CONTROL.test(query.sql)) {
      controlTransaction(connection.database, query.sql);
      return query;
    }
    const { statement, givesRows } = connection.prepare(query.sql);
    const bindings = sqliteBindings(query.bindings ?? []);
    if (givesRows) {
      query.response = statement.all(...bindings).map(plainRow);
    } else {
      const { changes, lastInsertRowid } = statement.run(...bindings);
      const result: RunResult = { changes: Number(changes), lastInsertRowid: Number(lastInsertRowid) };
      query.response = result;
      query.context = { changes: result.changes, lastID: result.lastInsertRowid };
    }
    return query;
  }

  override processResponse(query: Query, runner: unknown): unknown {
    const rowsOfDelete = query.method === 'del' && query.returning && Array.isArray(query.response);
    return rowsOfDelete ? query.response : super.processResponse(query, runner);
  }
}

/**
 * A statement that is not kept: one that is keeps a copy of what it was bound to last, and of a large message that would
 * be as much memory again.
 */
export function singleUseStatement(connection: SqliteConnection, sql: string): StatementSync {
  return connection.database.prepare(sql);
}

/** The open database of a connection that Knex's pool, or `transactionConnection`, gave. */
export function rawDatabase(connection: SqliteConnection): DatabaseSync {
  return connection.database;
}

/**
 * The statement from the connection's cache, for hot paths that run it in a loop. Bind what `sqliteBindings` gives:
 * `node:sqlite` itself binds every number as a REAL, which only a column with INTEGER affinity turns back.
 */
export function preparedStatement(connection: SqliteConnection, sql: string): StatementSync {
  return connection.prepare(sql).statement;
}

/**
 * The connection that a transaction runs on. In a transaction, Knex's client always gives the transaction's own
 * connection and releasing it does nothing: the end of the transaction gives it back to the pool. Do not keep it.
 */
export async function transactionConnection(transaction: Knex.Transaction): Promise<SqliteConnection> {
  return (transaction.client as Knex.Client).acquireConnection() as Promise<SqliteConnection>;
}

/**
 * Values as SQLite takes them: integers as INTEGER, booleans as 1 and 0, a Date as milliseconds since 1970.
 * Throws a TypeError for undefined and other values without a meaning there, a RangeError for an integer beyond 2^53.
 */
export function sqliteBindings(values: readonly unknown[]): SQLInputValue[] {
  return values.map(sqliteBinding);
}

function sqliteBinding(value: unknown, index: number): SQLInputValue {
  switch (typeof value) {
    case 'string':
      return value;
    case 'number':
      return Number.isInteger(value) ? integer(value, index) : value;
    case 'bigint':
      return value;
    case 'boolean':
      return value ? 1n : 0n;
  }
  if (value === null || value instanceof Uint8Array) return value;
  if (value instanceof Date) return integer(value.valueOf(), index);
  throw new TypeError(
    `binding ${index + 1} is ${value === undefined ? 'undefined' : 'an object'}: not a value of SQLite`,
  );
}

function integer(value: number, index: number): bigint {
  if (!Number.isSafeInteger(value)) throw new RangeError(`binding ${index + 1} is not a safe integer: ${value}`);
  return BigInt(value);
}

/** Rows as other drivers give them: ordinary objects, BLOBs as Buffers. */
function plainRow(row: object): Record<string, unknown> {
  const plain: Record<string, unknown> = { ...row };
  for (const column in plain) {
    const value = plain[column];
    if (value instanceof Uint8Array) plain[column] = Buffer.from(value.buffer, value.byteOffset, value.byteLength);
  }
  return plain;
}

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
    if (/^\s*commit\b/i.test(sql)) controlTransaction(database, 'ROLLBACK');
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
