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
  private underWay = 0;
  private readonly waitingForEnd: (() => void)[] = [];

  constructor(private readonly filename: string) {}

  async run<T>(work: (connection: SqliteConnection) => Promise<T>): Promise<T> {
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
}
