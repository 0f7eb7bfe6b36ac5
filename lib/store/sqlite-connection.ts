import { type OpenOptions, type SqliteAnswer, type SqliteCall, unpackedError } from './sqlite-calls';
import { type AskedCall, type CallTaker, SqliteThread } from './sqlite-thread';
import { afterThisTurn } from './turn';

let thread: SqliteThread | undefined;
let connections = 0;

function commonThread(): SqliteThread {
  if (thread === undefined || thread.hasEnded) thread = new SqliteThread();
  return thread;
}

/** So many rows are sent at once: the thread writes them while this one computes what else there is to write. */
const manyRows = 200;

/** A connection as Knex's pool holds it: what is asked of it in one turn goes to the thread in one message. */
export class SqliteConnection {
  private asked: AskedCall[] = [];

  private constructor(
    private readonly thread: CallTaker,
    private readonly number: number,
  ) {}

  /** @throws what `node:sqlite` throws for a file that is none, or cannot be opened */
  static async open(
    filename: string,
    on: CallTaker = commonThread(),
    options: OpenOptions = {},
  ): Promise<SqliteConnection> {
    const connection = new SqliteConnection(on, ++connections);
    await connection.ask({ kind: 'open', filename, ...options });
    return connection;
  }

  get isUsable(): boolean {
    return !this.thread.hasEnded;
  }

  /**
   * Calls are worked in the order in which they are asked. Rejects with the error of `node:sqlite`. Nothing here keeps
   * the call while it is waited for: it may be many rows.
   */
  ask(call: SqliteCall): Promise<SqliteAnswer> {
    const answered = new Promise<SqliteAnswer>((resolve, reject) => {
      if (this.asked.length === 0) afterThisTurn(() => this.send());
      this.asked.push({ call, resolve, reject });
    });
    if (call.kind === 'each' && call.rows.count >= manyRows) this.send();
    return answered.then(orThrown);
  }

  private send(): void {
    const { asked } = this;
    if (asked.length === 0) return;
    this.asked = [];
    this.thread.send(this.number, asked);
  }
}

function orThrown(answer: SqliteAnswer): SqliteAnswer {
  if ('error' in answer) throw unpackedError(answer.error);
  return answer;
}
