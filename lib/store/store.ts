import '../needs-node';
import { mkdirSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import createKnex, { type Knex } from 'knex';
import { Client, types as pgTypes } from 'pg';
import { TechnicalFault } from '../domain/faults';
import { AtMost } from './at-most';
import { type Database, together } from './database';
import { type Dialect, postgres, sqlite } from './dialect';
import { knexLog } from './knex-log';
import { migrate } from './migrate';
import { NumbersAhead } from './numbers-ahead';
import { OrderMemory } from './order-memory';
import { PostgresDatabase, PostgresKnowledge } from './postgres-database';
import { SqliteAside } from './sqlite-aside';
import { SqliteClient } from './sqlite-client';
import type { SqliteConnection } from './sqlite-connection';
import { SqliteDatabase } from './sqlite-database';

/** One company's books: a SQLite file or a PostgreSQL schema. */
export interface Store {
  /** The address without its password, for people to read. */
  readonly name: string;
  readonly dialect: Dialect;
  readonly knex: Knex;
  readonly orders: OrderMemory;
  /** Runs `work` in one transaction; the whole of it again, a few times, when it met another one. */
  transaction<T>(work: (db: Database, last: LastStatements) => Promise<T>): Promise<T>;
  /** Runs `work` on a connection without a transaction: reads only. */
  read<T>(work: (db: Database) => Promise<T>): Promise<T>;
  /**
   * As `read`, for what may take long, such as lists and reports, and however many ask: no transaction waits for it.
   * Not to be called in the work of another one or of a transaction: it may wait until they have ended.
   */
  readAside<T>(work: (db: Database) => Promise<T>): Promise<T>;
  /** Waits for what is under way. */
  close(): Promise<void>;
}

/** Takes a transaction's last statements: they are waited for together with the commit. */
export type LastStatements = (statements: Promise<unknown>) => void;

export interface StoreOptions {
  /** Most connections at once; PostgreSQL only. */
  readonly connections?: number;
  /** True for a runtime that works the orders: a second one on the same SQLite file is refused. */
  readonly exclusive?: boolean;
  /** Leave the schema as it is, and say so when it is not the newest. */
  readonly migrate?: boolean;
}

const conflictRetries = 8;
const mostConnections = 10;

/**
 * Opens the store at `url` (`sqlite:PATH` or `postgres://…?schema=NAME`) and brings its schema up to date.
 * @throws TechnicalFault `store-away`, `store-locked`, or `store-fault` when the address is not one.
 */
export async function openStore(url: string, options: StoreOptions = {}): Promise<Store> {
  if (url.startsWith('sqlite:')) return openSqlite(url.slice('sqlite:'.length), options);
  if (/^postgres(ql)?:\/\//.test(url)) return openPostgres(url, options);
  throw new TechnicalFault(
    'store-fault',
    'The database address must start with sqlite: (sqlite:./data/o2c.sqlite) or postgres:// (postgres://user@host/database).',
  );
}

async function openSqlite(path: string, options: StoreOptions): Promise<Store> {
  const filename = path === ':memory:' ? path : resolve(path);
  if (filename !== ':memory:') mkdirSync(dirname(filename), { recursive: true });
  const lease = options.exclusive && filename !== ':memory:' ? leaseFile(filename) : undefined;
  const knex = createKnex({
    client: SqliteClient,
    log: knexLog,
    connection: { filename },
    useNullAsDefault: true,
    pool: { min: 1, max: 1 },
  });
  const ahead = new NumbersAhead();
  const open = (connection: SqliteConnection): Database => new SqliteDatabase(connection, ahead);
  const aside = filename === ':memory:' ? new AtMost(1) : new SqliteAside(filename, (work) => store.read(work));
  const release = async (): Promise<void> => lease?.close();
  const store: Store = new ConnectedStore(`sqlite:${path}`, sqlite, knex, 'begin immediate', open, release, aside);
  return prepared(store, options).catch((cause: unknown) => {
    throw isNoDatabase(cause)
      ? new TechnicalFault('store-fault', `${filename} is no SQLite database. Name another file.`, { cause })
      : cause;
  });
}

/** By SQLite's code for it. */
const isNoDatabase = (error: unknown): boolean =>
  error instanceof Error && 'errcode' in error && error.errcode === notADatabase;
const notADatabase = 26;

/**
 * Holds a lock file's exclusive transaction for as long as this process lives. The operating system gives it back
 * when the process ends, however it ends, so that a killed runtime never has to wait for a lease to run out.
 */
function leaseFile(filename: string): DatabaseSync {
  const lease = new DatabaseSync(`${filename}.lease`);
  try {
    lease.exec('pragma busy_timeout = 0; begin exclusive');
    return lease;
  } catch (cause) {
    lease.close();
    throw new TechnicalFault(
      'store-locked',
      `Another Node-RED already works on ${filename}. Stop it, or use PostgreSQL to run several on one store.`,
      { cause },
    );
  }
}

const int8 = 20;

function parseInt8(text: string): number {
  const value = Number(text);
  if (!Number.isSafeInteger(value)) throw new RangeError(`The number ${text} is too large to be read exactly.`);
  return value;
}

const driverTypes = {
  getTypeParser: (oid: number, format?: string) =>
    oid === int8
      ? parseInt8
      : format === 'binary'
        ? pgTypes.getTypeParser(oid, 'binary')
        : pgTypes.getTypeParser(oid, 'text'),
};

/**
 * Transactions find their rows by keys. A plan that was made while a table was small would read it from end to end for
 * as long as the connection lives, with all that updates have left behind in it. Where there is no index all the same,
 * servers before 18 take the plan for so dear that they compile it at each use.
 */
const beginByKeys = 'begin; set local enable_seqscan = off; set local jit = off';

async function openPostgres(url: string, options: StoreOptions): Promise<Store> {
  const { connections = mostConnections } = options;
  const address = new URL(url);
  const schema = address.searchParams.get('schema') ?? 'public';
  if (!/^[a-z_][a-z0-9_]{0,62}$/.test(schema)) {
    throw new TechnicalFault(
      'store-fault',
      `The schema name ${schema} may hold only lower case letters, digits and underscores.`,
    );
  }
  address.searchParams.delete('schema');
  const connection = {
    connectionString: address.href,
    options: `-c search_path=${schema} -c client_min_messages=warning`,
    application_name: 'order-to-cash',
    types: driverTypes,
    pipeline: true,
  };
  const client = new Client(connection);
  try {
    await client.connect();
    await client.query(`create schema if not exists ${schema}`).catch((error: unknown) => ignoreIfSchemaExists(error));
  } catch (cause) {
    throw new TechnicalFault(
      'store-away',
      `PostgreSQL at ${address.host} does not answer: ${cause instanceof Error ? cause.message : String(cause)}`,
      { cause },
    );
  } finally {
    await client.end();
  }
  const knex = createKnex({
    client: 'pg',
    log: knexLog,
    connection,
    pool: { min: 0, max: connections },
    acquireConnectionTimeout: 10_000,
  });
  const known = new PostgresKnowledge();
  const open = (pgClient: Client): Database => new PostgresDatabase(pgClient, known);
  address.password = '';
  const store = new ConnectedStore(
    `${address.href}?schema=${schema}`,
    postgres,
    knex,
    beginByKeys,
    open,
    async () => undefined,
    new AtMost(Math.max(1, Math.floor(connections / 2))),
  );
  await prepared(store, options);
  await store.read((db) => readColumnTypes(db, known.types));
  return store;
}

/** Two instances that start together may both see that the schema is missing; the loser finds it there. */
function ignoreIfSchemaExists(error: unknown): void {
  const code = typeof error === 'object' && error !== null && 'code' in error ? error.code : undefined;
  if (code !== '42P06' && code !== '23505') throw error;
}

/** `unnest` needs the types of the columns to cast its arrays. */
async function readColumnTypes(db: Database, into: Map<string, Map<string, string>>): Promise<void> {
  const rows = await db.all<{ table_name: string; column_name: string; data_type: string }>(
    'select table_name, column_name, data_type from information_schema.columns where table_schema = current_schema()',
  );
  for (const row of rows) {
    const columns = into.get(row.table_name) ?? new Map<string, string>();
    into.set(row.table_name, columns.set(row.column_name, row.data_type));
  }
}

async function prepared(store: Store, options: StoreOptions): Promise<Store> {
  try {
    if (options.migrate !== false) await store.transaction((db) => migrate(db, new Date().toISOString()));
    return store;
  } catch (error) {
    await store.close();
    throw error;
  }
}

/** The last statements of a transaction, sent and not waited for. */
class Last {
  readonly statements: Promise<unknown>[] = [];
  private failed = false;

  add(statements: Promise<unknown>): void {
    this.statements.push(statements);
    statements.catch(() => {
      this.failed = true;
    });
  }

  /** What failed without the database has failed when this turn's promises are through; its answers come later. */
  async failedHere(): Promise<boolean> {
    await new Promise<void>((through) => process.nextTick(through));
    return this.failed;
  }
}

/** What is read aside has a connection of its own, or at most some of those that there are. */
type Aside<Connection> = AtMost | OwnConnection<Connection>;

interface OwnConnection<Connection> {
  run<T>(work: (connection: Connection) => Promise<T>): Promise<T>;
  close(): Promise<void>;
}

class ConnectedStore<Connection> implements Store {
  readonly orders = new OrderMemory();

  constructor(
    readonly name: string,
    readonly dialect: Dialect,
    readonly knex: Knex,
    private readonly begin: string,
    private readonly open: (connection: Connection) => Database,
    private readonly release: () => Promise<void>,
    private readonly aside: Aside<Connection>,
  ) {}

  async transaction<T>(work: (db: Database, last: LastStatements) => Promise<T>): Promise<T> {
    for (let attempt = 1; ; attempt++) {
      try {
        return await this.once(work);
      } catch (error) {
        if (this.dialect.classify(error) !== 'conflict' || attempt === conflictRetries) throw error;
        await new Promise((wake) => setTimeout(wake, Math.random() * 10 * 2 ** attempt));
      }
    }
  }

  async read<T>(work: (db: Database) => Promise<T>): Promise<T> {
    const connection = await this.acquire();
    try {
      return await work(this.open(connection));
    } finally {
      await this.knex.client.releaseConnection(connection);
    }
  }

  async readAside<T>(work: (db: Database) => Promise<T>): Promise<T> {
    const { aside } = this;
    return aside instanceof AtMost
      ? aside.run(() => this.read(work))
      : aside.run((connection) => work(this.open(connection)));
  }

  async close(): Promise<void> {
    try {
      // the connection that closes last puts the log away, and one that only reads cannot
      if (!(this.aside instanceof AtMost)) await this.aside.close();
    } finally {
      await this.knex.destroy();
      await this.release();
    }
  }

  private async once<T>(work: (db: Database, last: LastStatements) => Promise<T>): Promise<T> {
    const connection = await this.acquire();
    const db = this.open(connection);
    const last = new Last();
    try {
      const result = await this.begun(db, (begun) => work(begun, (statements) => last.add(statements)));
      await this.commit(db, last);
      return result;
    } catch (error) {
      await this.rollBack(db, connection);
      throw this.dialect.isConsequence(error) ? (db.firstFailure ?? error) : error;
    } finally {
      await this.knex.client.releaseConnection(connection);
    }
  }

  /** `begin` and the first statement go out together. */
  private async begun<T>(db: Database, work: (db: Database) => Promise<T>): Promise<T> {
    return (await together([db.run(this.begin), work(db)]))[1];
  }

  /**
   * The database takes no commit after a statement that failed, so that the commit need not wait for the last
   * statements. It knows nothing of what failed here, before it was sent: that is found first.
   */
  private async commit(db: Database, last: Last): Promise<void> {
    if (await last.failedHere()) await together(last.statements);
    if (db.firstFailure !== undefined) throw db.firstFailure;
    await together([...last.statements, db.run('commit')]);
  }

  /** A connection that cannot even roll back is of no more use; the pool drops it. */
  private async rollBack(db: Database, connection: Connection): Promise<void> {
    try {
      await db.run('rollback');
    } catch (error) {
      (connection as { __knex__disposed?: unknown }).__knex__disposed = error;
    }
  }

  private async acquire(): Promise<Connection> {
    return (await this.knex.client.acquireConnection()) as Connection;
  }
}
