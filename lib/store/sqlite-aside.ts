import { SqliteConnection } from './sqlite-connection';
import { SqliteThread } from './sqlite-thread';

let thread: SqliteThread | undefined;

function threadAside(): SqliteThread {
  if (thread === undefined || thread.hasEnded) thread = new SqliteThread('SQLite aside');
  return thread;
}

/** A connection that reads a file beside the one that works it, on a thread that no work waits for. Opened when it is used first. */
export class SqliteAside {
  private opening: Promise<SqliteConnection> | undefined;
  private opened: SqliteConnection | undefined;
  private closed = false;

  constructor(private readonly filename: string) {}

  async connection(): Promise<SqliteConnection> {
    if (this.closed) throw new Error(`${this.filename} is closed.`);
    if (this.opened?.isUsable === false) this.opening = this.opened = undefined;
    this.opening ??= this.open();
    return this.opening;
  }

  async close(): Promise<void> {
    this.closed = true;
    await this.opening?.catch(() => undefined);
    if (this.opened?.isUsable === true) await this.opened.ask({ kind: 'close' });
  }

  private async open(): Promise<SqliteConnection> {
    try {
      const connection = await SqliteConnection.open(this.filename, threadAside());
      await connection.ask({ kind: 'statement', sql: 'pragma query_only = on', values: [] });
      this.opened = connection;
      return connection;
    } catch (error) {
      this.opening = undefined;
      throw error;
    }
  }
}
