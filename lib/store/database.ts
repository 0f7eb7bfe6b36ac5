import type { Dialect } from './dialect';

export type Value = string | number | null | Buffer;
export type Row = Readonly<Record<string, Value>>;

export interface InsertOptions {
  /** What becomes of a row that is there already: it stays, or it is replaced where these columns are equal. */
  readonly onConflict?: 'nothing' | readonly string[];
  /** The numbers of a row that is there already are added to, instead of replaced. */
  readonly adding?: true;
}

/** The end of an insert into the columns `names`. */
export function conflictClause({ onConflict, adding }: InsertOptions, table: string, names: readonly string[]): string {
  if (onConflict === undefined) return '';
  if (onConflict === 'nothing') return ' on conflict do nothing';
  const before = (name: string) => (adding ? `${table}.${name} + ` : '');
  const set = names
    .filter((name) => !onConflict.includes(name))
    .map((name) => `${name} = ${before(name)}excluded.${name}`);
  return ` on conflict (${onConflict.join(', ')}) do update set ${set.join(', ')}`;
}

/** One connection, usually inside a transaction. SQL is written once with `?` placeholders; both drivers get their own form of it. */
export interface Database {
  readonly dialect: Dialect;
  /** Why what was sent after it failed as well; there where statements are sent before the ones before them are answered. */
  readonly firstFailure?: unknown;
  /** Rows of a statement that returns some. */
  all<T>(sql: string, values?: readonly unknown[]): Promise<T[]>;
  /** Number of rows a statement changed. */
  run(sql: string, values?: readonly unknown[]): Promise<number>;
  /** Inserts rows that all have the columns of the first one, in one statement (PostgreSQL) or one prepared statement (SQLite). Returns how many went in. */
  insert(table: string, rows: readonly Row[], options?: InsertOptions): Promise<number>;
  /** Updates rows found by `keys`; `columns` are set, or all others of the first row. Returns how many were found. */
  update(table: string, keys: readonly string[], rows: readonly Row[], columns?: readonly string[]): Promise<number>;
  /** Adds numbers to columns of rows found by `keys`. */
  add(table: string, keys: readonly string[], rows: readonly Row[]): Promise<number>;
  /** The next `count` numbers of a sequence, ascending. They are never given twice; a rolled back transaction may leave a gap. */
  take(sequence: SequenceName, count: number): Promise<number[]>;
}

/**
 * Waits for statements that were sent one behind the other without waiting: they run in the order they were sent in.
 * When one fails, its error is thrown at once: what fails before it is sent is known before a commit can be sent. A
 * rollback runs behind what is still under way, and nothing is taken after it.
 */
export function together<T extends readonly Promise<unknown>[]>(
  statements: readonly [...T],
): Promise<{ -readonly [P in keyof T]: Awaited<T[P]> }> {
  return Promise.all(statements);
}

/** The first row, or undefined. */
export async function first<T>(db: Database, sql: string, values: readonly unknown[] = []): Promise<T | undefined> {
  return (await db.all<T>(sql, values))[0];
}

export const sequences = [
  'inbox_message',
  'inbox_document',
  'sales_order',
  'packing_slip',
  'invoice',
  'credit_note',
  'payment',
  'audit_batch',
  'exception',
  'edi_interchange',
  'edi_answer',
] as const;
export type SequenceName = (typeof sequences)[number];
