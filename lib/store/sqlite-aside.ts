import { statSync } from 'node:fs';
import type { Database } from './database';
import { SqliteConnection } from './sqlite-connection';
import { usualLog } from './sqlite-file';
import { SqliteThread } from './sqlite-thread';

let thread: SqliteThread | undefined;

function threadAside(): SqliteThread {
  if (thread === undefined || thread.hasEnded) thread = new SqliteThread('SQLite aside');
  return thread;
}

/**
 * A connection that reads a file beside the one that works it, on a thread that no work waits for. Opened when it is
 * used first.
 *
 * SQLite begins its log anew only in a moment in which nobody reads from it. Questions that come without a pause leave
 * no such moment, and the log would grow for as long as they come. Where it is twice as long as usual, the next ones wait
 * until those under way have ended and it can begin anew.
 */
export class SqliteAside {
  private opening: Promise<SqliteConnection> | undefined;
  private opened: SqliteConnection | undefined;
  private closed = false;
  private underWay = 0;
  private readonly waitingForEnd: (() => void)[] = [];
  private renewing: Promise<void> | undefined;
  /** The length, in bytes, from which the log may grow once more by what it usually has. */
  private left = usualLog;

  /** @param read reads on the connection that works the file */
  constructor(
    private readonly filename: string,
    private readonly read: (work: (db: Database) => Promise<unknown>) => Promise<unknown>,
  ) {}

  async run<T>(work: (connection: SqliteConnection) => Promise<T>): Promise<T> {
    if (this.isLogLong()) this.renewing ??= this.renewLog();
    while (this.renewing !== undefined) await this.renewing;
    if (this.closed) throw new Error(`${this.filename} is closed.`);
    this.underWay += 1;
    try {
      return await work(await this.connection());
    } finally {
      this.underWay -= 1;
      if (this.underWay === 0) for (const tell of this.waitingForEnd.splice(0)) tell();
    }
  }

  /** Refuses new questions, and waits for those under way. */
  async close(): Promise<void> {
    this.closed = true;
    await this.allEnded();
    const { opened } = this;
    this.opened = undefined;
    if (opened?.isUsable === true) await opened.ask({ kind: 'close' });
  }

  private async connection(): Promise<SqliteConnection> {
    if (this.opened?.isUsable === false) this.opening = this.opened = undefined;
    this.opening ??= this.open();
    return this.opening;
  }

  /** What is read only is not made where it is missing. */
  private async open(): Promise<SqliteConnection> {
    try {
      this.opened = await SqliteConnection.open(this.filename, threadAside(), { readOnly: true });
      return this.opened;
    } catch (error) {
      this.opening = undefined;
      throw error;
    }
  }

  private async allEnded(): Promise<void> {
    if (this.underWay > 0) await new Promise<void>((tell) => this.waitingForEnd.push(tell));
  }

  private get logLength(): number {
    return statSync(`${this.filename}-wal`, { throwIfNoEntry: false })?.size ?? 0;
  }

  private isLogLong(): boolean {
    const { logLength } = this;
    this.left = Math.max(usualLog, Math.min(this.left, logLength));
    return logLength > this.left + usualLog;
  }

  /** Who only reads need not care when it fails, on a full disk for one: the work meets the same, and tells it. */
  private async renewLog(): Promise<void> {
    await this.allEnded();
    await this.read((db) => db.all('pragma wal_checkpoint(restart)')).catch(() => undefined);
    this.left = this.logLength;
    this.renewing = undefined;
  }
}
