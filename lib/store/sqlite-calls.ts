import type { SQLInputValue } from 'node:sqlite';

/** The code of the error when the thread that was asked has ended. */
export const threadEnded = 'SQLITE_THREAD_ENDED';

/** Node 22 has releases that take bytes which come from another thread for NULL when there is no memory behind them. */
export const bytesForThread = (bytes: Uint8Array): Uint8Array =>
  bytes.length === 0 ? new Uint8Array(new ArrayBuffer(1), 0, 0) : bytes;

export interface OpenOptions {
  /** Nothing can be written, and a file that is missing is not made. */
  readonly readOnly?: boolean;
}

/** What the thread of SQLite is asked for. */
export type SqliteCall =
  | ({ readonly kind: 'open'; readonly filename: string } & OpenOptions)
  | { readonly kind: 'close' }
  | StatementCall;

/** What is asked of an open file. */
export type StatementCall =
  /** `begin`, `commit` or `rollback` of a transaction whose statements are sent without waiting for each other. */
  | { readonly kind: 'begin' | 'commit' | 'rollback'; readonly sql: string }
  /** A statement whose rows are wanted, or the number of rows that it changed. */
  | { readonly kind: 'rows' | 'changes'; readonly sql: string; readonly values: readonly SQLInputValue[] }
  /** A statement for each row. `once`: it is not kept prepared. */
  | { readonly kind: 'each'; readonly sql: string; readonly rows: PackedValues; readonly once: boolean }
  /** A statement of Knex: rows when it gives some, otherwise what it changed. */
  | { readonly kind: 'statement'; readonly sql: string; readonly values: readonly SQLInputValue[] };

/**
 * Rows to be bound, on their way between threads: what is the same in all of them once, and the values of the columns at
 * `differing` row after row.
 */
export interface PackedValues {
  readonly count: number;
  readonly common: readonly SQLInputValue[];
  readonly differing: readonly number[];
  readonly values: readonly SQLInputValue[];
}

/** Calls for one connection, worked one after the other. */
export interface SqliteRequest {
  readonly connection: number;
  readonly request: number;
  readonly calls: readonly SqliteCall[];
}

/** Rows on their way between threads: the names once, the values of all rows in one list. */
export interface PackedRows {
  readonly names: readonly string[];
  readonly values: readonly unknown[];
}

export interface RunResult {
  readonly changes: number;
  readonly lastInsertRowid: number;
}

/** An error on its way between threads, which keeps nothing of one but its name and its words. */
export interface PackedError {
  readonly name: string;
  readonly message: string;
  readonly stack: string | undefined;
  readonly code: unknown;
  readonly errcode: unknown;
  readonly isConsequence: boolean;
}

export type SqliteAnswer =
  | { readonly rows: PackedRows }
  | { readonly changes: number }
  | { readonly ran: RunResult }
  | { readonly error: PackedError }
  | { readonly done: true };

export interface SqliteReply {
  readonly request: number;
  readonly answers: readonly SqliteAnswer[];
}

export function packedRows(rows: readonly object[]): PackedRows {
  const names = Object.keys(rows[0] ?? {});
  const values: unknown[] = [];
  for (const row of rows as readonly Record<string, unknown>[]) for (const name of names) values.push(row[name]);
  return { names, values };
}

/** Rows as other drivers give them: ordinary objects, BLOBs as Buffers. */
export function unpackedRows({ names, values }: PackedRows): Record<string, unknown>[] {
  const rows: Record<string, unknown>[] = [];
  for (let at = 0; at < values.length; ) {
    const row: Record<string, unknown> = {};
    for (const name of names) {
      const value = values[at++];
      row[name] = value instanceof Uint8Array ? Buffer.from(value.buffer, value.byteOffset, value.byteLength) : value;
    }
    rows.push(row);
  }
  return rows;
}

interface SqliteErrorFields {
  code?: unknown;
  errcode?: unknown;
  isConsequence?: true;
}

export function packedError(error: unknown): PackedError {
  const { name, message, stack } = error instanceof Error ? error : new Error(String(error));
  const { code, errcode, isConsequence } = error as SqliteErrorFields;
  return { name, message, stack, code, errcode, isConsequence: isConsequence === true };
}

const kinds = new Map<string, ErrorConstructor>([
  ['RangeError', RangeError],
  ['TypeError', TypeError],
]);

export function unpackedError({ name, message, stack, code, errcode, isConsequence }: PackedError): Error {
  const error = new (kinds.get(name) ?? Error)(message);
  if (stack !== undefined) error.stack = stack;
  const fields: SqliteErrorFields = {};
  if (code !== undefined) fields.code = code;
  if (errcode !== undefined) fields.errcode = errcode;
  if (isConsequence) fields.isConsequence = true;
  return Object.assign(error, fields);
}
