import { type OpenOptions, packedError, type SqliteAnswer, type SqliteCall } from './sqlite-calls';
import { isLocked, locked, SqliteFile } from './sqlite-file';

/** How long is waited for a file that another connection has locked, and between two tries at most, in ms. */
const patience = 5_000;
const longestPause = 25;

interface Asked {
  readonly calls: readonly SqliteCall[];
  readonly reply: (answers: readonly SqliteAnswer[]) => void;
}

/**
 * What is asked of one connection, worked in the order in which it comes. A call that finds the file locked is tried
 * again, and what was asked after it waits behind it. The thread does not: it goes on with other connections, one of
 * which may hold the lock.
 */
export class SqliteQueue {
  private readonly waiting: Asked[] = [];
  private answers: SqliteAnswer[] = [];
  private file: SqliteFile | undefined;
  private lockedSince: number | undefined;
  private tries = 0;

  /** @param ended the file was closed, or could not be opened */
  constructor(private readonly ended: () => void) {}

  ask(calls: readonly SqliteCall[], reply: Asked['reply']): void {
    this.waiting.push({ calls, reply });
    if (this.waiting.length === 1) this.work();
  }

  private work(): void {
    for (let next = this.waiting[0]; next !== undefined; next = this.waiting[0]) {
      if (!this.answered(next.calls)) {
        setTimeout(() => this.work(), Math.min(2 ** this.tries++, longestPause));
        return;
      }
      this.waiting.shift();
      const { answers } = this;
      this.answers = [];
      next.reply(answers);
    }
    if (this.file === undefined) this.ended();
  }

  /** False where it has to be gone on later. */
  private answered(calls: readonly SqliteCall[]): boolean {
    for (const call of calls.slice(this.answers.length)) {
      const answer = this.answer(call);
      if (answer === locked) {
        this.lockedSince ??= performance.now();
        return false;
      }
      this.lockedSince = undefined;
      this.tries = 0;
      this.answers.push(answer);
    }
    return true;
  }

  private get mayBeLate(): boolean {
    return this.lockedSince === undefined || performance.now() - this.lockedSince < patience;
  }

  private answer(call: SqliteCall): SqliteAnswer | typeof locked {
    try {
      if (call.kind === 'open') return this.open(call.filename, call);
      if (this.file === undefined) throw new Error('The database is not open.');
      return call.kind === 'close' ? this.close(this.file) : this.file.perform(call, this.mayBeLate);
    } catch (error) {
      if (isLocked(error) && this.mayBeLate) return locked;
      return { error: packedError(error) };
    }
  }

  private open(filename: string, options: OpenOptions): SqliteAnswer {
    this.file = new SqliteFile(filename, options);
    return { done: true };
  }

  private close(file: SqliteFile): SqliteAnswer {
    this.file = undefined;
    file.database.close();
    return { done: true };
  }
}
