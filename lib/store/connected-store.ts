import type { Knex } from 'knex';
import { AtMost } from './at-most';
import { type Database, together } from './database';
import type { Dialect } from './dialect';
import { OrderMemory } from './order-memory';

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

const conflictRetries = 8;

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

/** A store over the connections of a pool. */
export class ConnectedStore<Connection> implements Store {
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
