import type { Client, QueryResult } from 'pg';
import type { Database, Row, SequenceName } from './database';
import { postgres } from './dialect';
import { binaryArray } from './postgres-arrays';

/** Column types by table, read once when the store opens: `unnest` needs them to cast its arrays. */
export type ColumnTypes = ReadonlyMap<string, ReadonlyMap<string, string>>;

interface Statement {
  readonly text: string;
  /** Named statements are parsed and planned once a connection. */
  readonly name?: string;
}

const mostPrepared = 400;
const statements = new Map<string, Statement>();

/** `?` to `$1`, `$2` …; the texts of the hot paths are constants, each is prepared under a name of its own. */
function statementOf(sql: string): Statement {
  let statement = statements.get(sql);
  if (statement === undefined) {
    let n = 0;
    const text = sql.replace(/\?/g, () => `$${++n}`);
    if (statements.size >= mostPrepared) return { text };
    statement = { name: `o2c ${statements.size + 1}`, text };
    statements.set(sql, statement);
  }
  return statement;
}

export class PostgresDatabase implements Database {
  readonly dialect = postgres;

  constructor(
    private readonly client: Client,
    private readonly types: ColumnTypes,
  ) {}

  async all<T>(sql: string, values: readonly unknown[] = []): Promise<T[]> {
    return (await this.query(sql, values)).rows as T[];
  }

  async run(sql: string, values: readonly unknown[] = []): Promise<number> {
    return (await this.query(sql, values)).rowCount ?? 0;
  }

  async insert(
    table: string,
    rows: readonly Row[],
    options: { readonly onConflict?: 'nothing' } = {},
  ): Promise<number> {
    const [head] = rows;
    if (head === undefined) return 0;
    const names = Object.keys(head);
    const conflict = options.onConflict === 'nothing' ? ' on conflict do nothing' : '';
    const sql = `insert into ${table} (${names.join(', ')}) select * from ${this.unnest(table, names)}${conflict}`;
    return this.run(sql, this.columns(table, names, rows));
  }

  update(table: string, keys: readonly string[], rows: readonly Row[]): Promise<number> {
    return this.change(table, keys, rows, (name) => `${name} = r.${name}`);
  }

  add(table: string, keys: readonly string[], rows: readonly Row[]): Promise<number> {
    return this.change(table, keys, rows, (name) => `${name} = t.${name} + r.${name}`);
  }

  async take(sequence: SequenceName, count: number): Promise<number[]> {
    if (count === 0) return [];
    const rows = await this.all<{ n: number }>(
      `select nextval('${sequence}_sequence') as n from generate_series(1, ?::int)`,
      [count],
    );
    return rows.map((row) => row.n);
  }

  /** What has no values is sent as it is: `begin`, and what a migration does. */
  private query(sql: string, values: readonly unknown[]): Promise<QueryResult> {
    if (values.length === 0) return this.client.query(sql);
    return this.client.query({ ...statementOf(sql), values: values as unknown[] });
  }

  private change(
    table: string,
    keys: readonly string[],
    rows: readonly Row[],
    assign: (name: string) => string,
  ): Promise<number> {
    const [head] = rows;
    if (head === undefined) return Promise.resolve(0);
    const names = Object.keys(head);
    const set = names.filter((name) => !keys.includes(name)).map(assign);
    const match = keys.map((key) => `t.${key} = r.${key}`);
    const sql = `update ${table} t set ${set.join(', ')} from ${this.unnest(table, names)} as r(${names.join(', ')}) where ${match.join(' and ')}`;
    return this.run(sql, this.columns(table, names, rows));
  }

  private unnest(table: string, names: readonly string[]): string {
    return `unnest(${names.map((name, i) => `$${i + 1}::${this.typeOf(table, name)}[]`).join(', ')})`;
  }

  private columns(table: string, names: readonly string[], rows: readonly Row[]): Buffer[] {
    return names.map((name) => binaryArray(rows, name, this.typeOf(table, name)));
  }

  private typeOf(table: string, column: string): string {
    const type = this.types.get(table)?.get(column);
    if (type === undefined) throw new Error(`The table ${table} has no column ${column}.`);
    return type;
  }
}
