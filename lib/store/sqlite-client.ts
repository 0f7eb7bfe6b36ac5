import '../needs-node';
import type { SQLInputValue } from 'node:sqlite';
import type { Knex } from 'knex';
import { bytesForThread, unpackedRows } from './sqlite-calls';
import { SqliteConnection } from './sqlite-connection';

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

/** What Knex's SQLite dialect has and its type declarations leave out. */
declare module 'knex' {
  namespace Knex {
    interface Client {
      validateConnection(connection: unknown): Promise<boolean>;
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

  /** Knex asks for the driver's module; the one that there is belongs to another thread. */
  _driver(): object {
    return {};
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

  override acquireRawConnection(): Promise<SqliteConnection> {
    const { filename } = this.connectionSettings as { filename: string };
    return SqliteConnection.open(filename);
  }

  override async destroyRawConnection(connection: SqliteConnection): Promise<void> {
    if (connection.isUsable) await connection.ask({ kind: 'close' });
  }

  override validateConnection(connection: SqliteConnection): Promise<boolean> {
    return Promise.resolve(connection.isUsable);
  }

  async _query(connection: SqliteConnection, query: Query): Promise<Query> {
    if (!query.sql) throw new Error('The query is empty');
    const values = sqliteBindings(query.bindings ?? []);
    const answer = await connection.ask({ kind: 'statement', sql: query.sql, values });
    if ('rows' in answer) query.response = unpackedRows(answer.rows);
    if ('ran' in answer) {
      const { changes, lastInsertRowid } = answer.ran;
      query.response = answer.ran;
      query.context = { changes, lastID: lastInsertRowid };
    }
    return query;
  }

  override processResponse(query: Query, runner: unknown): unknown {
    const rowsOfDelete = query.method === 'del' && query.returning && Array.isArray(query.response);
    return rowsOfDelete ? query.response : super.processResponse(query, runner);
  }
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
  if (value === null) return value;
  if (value instanceof Uint8Array) return bytesForThread(value);
  if (value instanceof Date) return integer(value.valueOf(), index);
  throw new TypeError(
    `binding ${index + 1} is ${value === undefined ? 'undefined' : 'an object'}: not a value of SQLite`,
  );
}

function integer(value: number, index: number): bigint {
  if (!Number.isSafeInteger(value)) throw new RangeError(`binding ${index + 1} is not a safe integer: ${value}`);
  return BigInt(value);
}
