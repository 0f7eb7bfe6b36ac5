import type { Socket } from 'node:net';
import type { Client, QueryResult } from 'pg';
import { onlyKeyThatDiffers } from './common-values';
import { conflictClause, type Database, type InsertOptions, type Row, type SequenceName } from './database';
import { postgres } from './dialect';
import { exactValues } from './exact-numbers';
import { moreOf, NumbersAhead } from './numbers-ahead';
import { BoundColumns } from './postgres-columns';
import { afterThisTurn } from './turn';

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

/** What the server says itself when it is asked for anything but the end of a transaction that has failed. */
const inFailedTransaction = '25P02';
const rolledBack = (): Error =>
  Object.assign(new Error('The transaction was rolled back.'), { code: inFailedTransaction });

/** What a store knows for all its connections. */
export class PostgresKnowledge {
  readonly types = new Map<string, Map<string, string>>();
  readonly ahead = new NumbersAhead();
}

/** What pg's client has and its type declarations leave out. */
declare module 'pg' {
  interface ClientBase {
    readonly connection: { readonly stream: Pick<Socket, 'cork' | 'uncork'> };
  }
}

export class PostgresDatabase implements Database {
  readonly dialect = postgres;
  firstFailure?: unknown;
  private corked = false;
  private hasEnded = false;

  constructor(
    private readonly client: Client,
    private readonly known: PostgresKnowledge,
  ) {}

  async all<T>(sql: string, values: readonly unknown[] = []): Promise<T[]> {
    return (await this.query(sql, exactValues(values))).rows as T[];
  }

  async run(sql: string, values: readonly unknown[] = []): Promise<number> {
    return (await this.query(sql, exactValues(values))).rowCount ?? 0;
  }

  async insert(table: string, rows: readonly Row[], options: InsertOptions = {}): Promise<number> {
    const [head] = rows;
    if (head === undefined) return 0;
    const names = Object.keys(head);
    const columns = this.columns(table, names, rows);
    const selected = names.map((name) => columns.get(name)).join(', ');
    const sql = `insert into ${table} (${names.join(', ')}) select ${selected} from ${columns.source}${conflictClause(options, table, names)}`;
    return this.run(sql, columns.values);
  }

  update(table: string, keys: readonly string[], rows: readonly Row[], columns?: readonly string[]): Promise<number> {
    return this.change(table, keys, rows, (name, value) => `${name} = ${value}`, columns);
  }

  add(table: string, keys: readonly string[], rows: readonly Row[]): Promise<number> {
    return this.change(table, keys, rows, (name, value) => `${name} = t.${name} + ${value}`);
  }

  async take(sequence: SequenceName, count: number): Promise<number[]> {
    if (count === 0) return [];
    const ahead = this.known.ahead.take(sequence, count);
    if (ahead !== undefined) return ahead;
    const more = moreOf(sequence);
    const rows = await this.all<{ n: number }>(
      `select nextval('${sequence}_sequence') as n from generate_series(1, ?::int)`,
      [count + more],
    );
    const numbers = rows.map((row) => row.n);
    if (more > 0) this.known.ahead.keep(sequence, numbers.splice(count));
    return numbers;
  }

  /** The server answers in the order in which it was asked: the first that fails is the cause of the others. */
  private async query(sql: string, values: readonly unknown[]): Promise<QueryResult> {
    if (this.hasEnded && sql !== 'rollback') throw new Error(`The transaction has ended before this: ${sql}`);
    this.hasEnded = sql === 'commit' || sql === 'rollback';
    try {
      const result = await this.send(sql, values);
      if (sql === 'commit' && result.command === 'ROLLBACK') throw rolledBack();
      return result;
    } catch (error) {
      this.firstFailure ??= error;
      throw error;
    }
  }

  /** What neither reads nor has values is sent as it is: `begin`, and what a migration does. */
  private send(sql: string, values: readonly unknown[]): Promise<QueryResult> {
    this.cork();
    if (values.length === 0 && !sql.startsWith('select ')) return this.client.query(sql);
    return this.client.query({ ...statementOf(sql), values: values as unknown[] });
  }

  /** Statements that are sent in one turn leave in one system call. */
  private cork(): void {
    if (this.corked) return;
    const { stream } = this.client.connection;
    this.corked = true;
    stream.cork();
    afterThisTurn(() => {
      this.corked = false;
      stream.uncork();
    });
  }

  private async change(
    table: string,
    keys: readonly string[],
    rows: readonly Row[],
    assign: (name: string, value: string) => string,
    columns?: readonly string[],
  ): Promise<number> {
    const [head] = rows;
    if (head === undefined) return 0;
    const changed = columns ?? Object.keys(head).filter((name) => !keys.includes(name));
    const listed = onlyKeyThatDiffers(rows, keys, changed);
    const first = listed ?? (keys[0] as string);
    const others = keys.filter((key) => key !== first);
    const sent = this.columns(table, [first, ...others, ...changed], rows);
    const set = changed.map((name) => assign(name, sent.get(name))).join(', ');
    const match = others.map((key) => ` and t.${key} = ${sent.get(key)}`).join('');
    const found =
      listed === undefined
        ? `from ${sent.source} where t.${first} = ${sent.get(first)}`
        : `where t.${first} = any($1::${this.typeOf(table, first)}[])`;
    return this.run(`update ${table} t set ${set} ${found}${match}`, sent.values);
  }

  private columns(table: string, names: readonly string[], rows: readonly Row[]): BoundColumns {
    return new BoundColumns(
      rows,
      names.map((name) => [name, this.typeOf(table, name)] as const),
    );
  }

  private typeOf(table: string, column: string): string {
    const type = this.known.types.get(table)?.get(column);
    if (type === undefined) throw new Error(`The table ${table} has no column ${column}.`);
    return type;
  }
}
