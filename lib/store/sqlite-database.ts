import type { SQLInputValue } from 'node:sqlite';
import { isSameInAll, onlyKeyThatDiffers } from './common-values';
import { conflictClause, type Database, type InsertOptions, type Row, type SequenceName } from './database';
import { sqlite } from './dialect';
import { exactInteger, exactValues } from './exact-numbers';
import { moreOf, NumbersAhead } from './numbers-ahead';
import { bytesForThread, type PackedValues, type SqliteAnswer, type SqliteCall, unpackedRows } from './sqlite-calls';
import type { SqliteConnection } from './sqlite-connection';

/** SQLite has a thread of this process: a prepared statement in a loop is its quickest bulk statement. */
export class SqliteDatabase implements Database {
  readonly dialect = sqlite;
  firstFailure?: unknown;
  private hasEnded = false;
  /** Taken by this transaction: if it is rolled back, so are they. */
  private readonly newlyAhead = new NumbersAhead();

  constructor(
    private readonly connection: SqliteConnection,
    private readonly ahead = new NumbersAhead(),
  ) {}

  async all<T>(sql: string, values: readonly unknown[] = []): Promise<T[]> {
    const answer = await this.ask({ kind: 'rows', sql, values: exactValues(values) as SQLInputValue[] });
    return ('rows' in answer ? unpackedRows(answer.rows) : []) as T[];
  }

  async run(sql: string, values: readonly unknown[] = []): Promise<number> {
    const control = controlOf(sql);
    if (control === undefined)
      return this.changes({ kind: 'changes', sql, values: exactValues(values) as SQLInputValue[] });
    this.hasEnded = false;
    const controlled = this.ask({ kind: control, sql });
    this.hasEnded = control !== 'begin';
    await controlled;
    if (control === 'commit') this.ahead.keepAll(this.newlyAhead);
    return 0;
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

  update(table: string, keys: readonly string[], rows: readonly Row[], columns?: readonly string[]): Promise<number> {
    return this.change(table, keys, rows, (name) => `${name} = ?`, columns);
  }

  add(table: string, keys: readonly string[], rows: readonly Row[]): Promise<number> {
    return this.change(table, keys, rows, (name) => `${name} = ${name} + ?`);
  }

  async take(sequence: SequenceName, count: number): Promise<number[]> {
    if (count === 0) return [];
    const ahead = this.newlyAhead.take(sequence, count) ?? this.ahead.take(sequence, count);
    if (ahead !== undefined) return ahead;
    const taken = count + moreOf(sequence);
    const [row] = await this.all<{ next: number }>(
      'update id_sequence set next = next + ? where name = ? returning next',
      [taken, sequence],
    );
    if (row === undefined) throw new Error(`There is no sequence ${sequence}.`);
    const numbers = Array.from({ length: taken }, (_, i) => row.next - taken + i);
    if (taken > count) this.newlyAhead.keep(sequence, numbers.splice(count));
    return numbers;
  }

  private async change(
    table: string,
    keys: readonly string[],
    rows: readonly Row[],
    assign: (name: string) => string,
    columns?: readonly string[],
  ): Promise<number> {
    const [head] = rows;
    if (head === undefined) return 0;
    const changed = columns ?? Object.keys(head).filter((name) => !keys.includes(name));
    const set = `update ${table} set ${changed.map(assign).join(', ')}`;
    const listed = onlyKeyThatDiffers(rows, keys, changed);
    if (listed === undefined) {
      const match = keys.map((key) => `${key} = ?`).join(' and ');
      return this.each(`${set} where ${match}`, [...changed, ...keys], rows);
    }
    const others = keys.filter((key) => key !== listed);
    const match = others.map((key) => ` and ${key} = ?`).join('');
    const list = sqlite.listOf(rows.map((row) => row[listed] as string | number));
    const values = [...changed.map((name) => head[name]), list, ...others.map((name) => head[name])];
    return this.run(`${set} where ${sqlite.inList(listed, 'text')}${match}`, values);
  }

  private each(sql: string, names: readonly string[], rows: readonly Row[]): Promise<number> {
    return this.changes({ kind: 'each', sql, rows: packed(names, rows), once: holdsLargeBytes(names, rows) });
  }

  private changes(call: SqliteCall): Promise<number> {
    return this.ask(call).then((answer) => ('changes' in answer ? answer.changes : 0));
  }

  /** The first that fails is the cause of what fails after it in the transaction. */
  private ask(call: SqliteCall): Promise<SqliteAnswer> {
    if (this.hasEnded) {
      const what = 'sql' in call ? call.sql : call.kind;
      return Promise.reject(new Error(`The transaction has ended before this: ${what}`));
    }
    return this.connection.ask(call).catch((error: unknown) => {
      this.firstFailure ??= error;
      throw error;
    });
  }
}

const controls = ['begin', 'commit', 'rollback'] as const;
const controlOf = (sql: string) => controls.find((word) => sql.startsWith(word));

function packed(names: readonly string[], rows: readonly Row[]): PackedValues {
  const [head] = rows;
  const isCommon = names.map((name) => isSameInAll(rows, name));
  const common = names.map((name, column) => (isCommon[column] ? bound(head?.[name]) : null));
  const differing = [...names.keys()].filter((column) => !isCommon[column]);
  const named = differing.map((column) => names[column] as string);
  const values: SQLInputValue[] = [];
  for (const row of rows) for (const name of named) values.push(bound(row[name]));
  return { count: rows.length, common, differing, values };
}

/** Bytes are copied for the thread: it would be given all of what they are a part of. */
function bound(value: Row[string] | undefined): SQLInputValue {
  if (typeof value === 'number') return exactInteger(value);
  return value instanceof Uint8Array ? bytesForThread(new Uint8Array(value)) : (value as SQLInputValue);
}

const largeBytes = 256 * 1024;
/** Wherever messages are kept as they came. */
const bytesColumn = 'bytes';

function holdsLargeBytes(names: readonly string[], rows: readonly Row[]): boolean {
  const isLarge = (value: unknown): boolean => value instanceof Uint8Array && value.length > largeBytes;
  return names.includes(bytesColumn) && rows.some((row) => isLarge(row[bytesColumn]));
}
