import type { SQLInputValue } from 'node:sqlite';
import { conflictClause, type Database, type InsertOptions, type Row, type SequenceName } from './database';
import { sqlite } from './dialect';
import { preparedStatement, type SqliteConnection, singleUseStatement } from './sqlite-client';

/** SQLite runs in this process: a prepared statement in a loop is its quickest bulk statement. */
export class SqliteDatabase implements Database {
  readonly dialect = sqlite;

  constructor(private readonly connection: SqliteConnection) {}

  async all<T>(sql: string, values: readonly unknown[] = []): Promise<T[]> {
    return withBuffers(preparedStatement(this.connection, sql).all(...(values as SQLInputValue[]))) as T[];
  }

  async run(sql: string, values: readonly unknown[] = []): Promise<number> {
    return Number(preparedStatement(this.connection, sql).run(...(values as SQLInputValue[])).changes);
  }

  async insert(table: string, rows: readonly Row[], options: InsertOptions = {}): Promise<number> {
    const [head] = rows;
    if (head === undefined) return 0;
    const names = Object.keys(head);
    return this.each(
      `insert into ${table} (${names.join(', ')}) values (${names.map(() => '?').join(', ')})${conflictClause(options, table, names)}`,
      names,
      rows,
    );
  }

  async update(
    table: string,
    keys: readonly string[],
    rows: readonly Row[],
    columns?: readonly string[],
  ): Promise<number> {
    return this.change(table, keys, rows, (name) => `${name} = ?`, columns);
  }

  async add(table: string, keys: readonly string[], rows: readonly Row[]): Promise<number> {
    return this.change(table, keys, rows, (name) => `${name} = ${name} + ?`);
  }

  async take(sequence: SequenceName, count: number): Promise<number[]> {
    if (count === 0) return [];
    const [row] = await this.all<{ next: number }>(
      'update id_sequence set next = next + ? where name = ? returning next',
      [count, sequence],
    );
    if (row === undefined) throw new Error(`There is no sequence ${sequence}.`);
    return Array.from({ length: count }, (_, i) => row.next - count + i);
  }

  private change(
    table: string,
    keys: readonly string[],
    rows: readonly Row[],
    assign: (name: string) => string,
    columns?: readonly string[],
  ): number {
    const [head] = rows;
    if (head === undefined) return 0;
    const set = columns ?? Object.keys(head).filter((name) => !keys.includes(name));
    const match = keys.map((key) => `${key} = ?`);
    return this.each(
      `update ${table} set ${set.map(assign).join(', ')} where ${match.join(' and ')}`,
      [...set, ...keys],
      rows,
    );
  }

  private each(sql: string, names: readonly string[], rows: readonly Row[]): number {
    const statement = (holdsLargeBytes(names, rows) ? singleUseStatement : preparedStatement)(this.connection, sql);
    const values = new Array<SQLInputValue>(names.length);
    let changes = 0;
    for (const row of rows) {
      names.forEach((name, i) => {
        values[i] = row[name] as SQLInputValue;
      });
      changes += Number(statement.run(...values).changes);
    }
    return changes;
  }
}

const largeBytes = 256 * 1024;
/** Wherever messages are kept as they came. */
const bytesColumn = 'bytes';

function holdsLargeBytes(names: readonly string[], rows: readonly Row[]): boolean {
  const isLarge = (value: unknown): boolean => value instanceof Uint8Array && value.length > largeBytes;
  return names.includes(bytesColumn) && rows.some((row) => isLarge(row[bytesColumn]));
}

/** Bytes as the other driver gives them. A column holds one type, so that the first row tells which ones are bytes. */
function withBuffers(rows: Record<string, unknown>[]): Record<string, unknown>[] {
  for (const [column, value] of Object.entries(rows[0] ?? {})) {
    if (!(value instanceof Uint8Array)) continue;
    for (const row of rows) {
      const bytes = row[column];
      if (bytes instanceof Uint8Array) row[column] = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    }
  }
  return rows;
}
