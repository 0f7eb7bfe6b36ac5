import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import { type SqliteAnswer, type SqliteCall, type SqliteReply, threadEnded } from './sqlite-calls';

/** Who waits for a call. */
interface Waiting {
  resolve(answer: SqliteAnswer): void;
  reject(error: unknown): void;
}

export interface AskedCall extends Waiting {
  readonly call: SqliteCall;
}

/** Where connections send what is asked of them. */
export type CallTaker = Pick<SqliteThread, 'hasEnded' | 'send'>;

/** Memory for what is short-lived, in MB; without a limit the thread would take more for it than for all else. */
const youngMemory = 2;

/**
 * SQLite waits for the disk and works in the thread that calls it. It has a thread of its own, one for the work on all
 * files of the process and one for what is read aside, that the event loop never waits for. A thread starts with its
 * first file and does not keep the process alive.
 */
export class SqliteThread {
  hasEnded = false;
  private readonly asked = new Map<number, readonly Waiting[]>();
  private requests = 0;
  private readonly worker: Worker;

  constructor(name = 'SQLite', script = join(__dirname, 'sqlite-worker.js')) {
    this.worker = new Worker(script, { name, resourceLimits: { maxYoungGenerationSizeMb: youngMemory } });
    this.worker.unref();
    this.worker.on('message', (reply: SqliteReply) => this.take(reply));
    this.worker.once('error', (error) => this.end(ended(error)));
    this.worker.once('exit', () => this.end(ended()));
  }

  send(connection: number, asked: readonly AskedCall[]): void {
    const request = ++this.requests;
    const calls = asked.map(({ call }) => call);
    try {
      if (this.hasEnded) throw ended();
      this.worker.postMessage({ connection, request, calls }, largeBytesOf(calls));
    } catch (error) {
      rejectAll(asked, error);
      return;
    }
    if (this.asked.size === 0) this.worker.ref();
    // what was sent is not kept: it may be many rows
    this.asked.set(
      request,
      asked.map(({ resolve, reject }) => ({ resolve, reject })),
    );
  }

  private take({ request, answers }: SqliteReply): void {
    const asked = this.asked.get(request);
    this.asked.delete(request);
    if (this.asked.size === 0) this.worker.unref();
    asked?.forEach(({ resolve }, i) => {
      resolve(answers[i] as SqliteAnswer);
    });
  }

  private end(error: unknown): void {
    this.hasEnded = true;
    for (const asked of this.asked.values()) rejectAll(asked, error);
    this.asked.clear();
  }
}

/** Whatever ended it: the next connection gets another thread. */
const ended = (cause?: unknown): Error =>
  Object.assign(new Error('The thread of SQLite has ended.', { cause }), { code: threadEnded });

function rejectAll(asked: readonly Waiting[], error: unknown): void {
  for (const { reject } of asked) reject(error);
}

/** Bytes that were copied for the thread anyway are handed over. */
const largeBytesOf = (calls: readonly SqliteCall[]): ArrayBuffer[] =>
  calls.flatMap((call) =>
    call.kind === 'each' && call.once
      ? call.rows.values.flatMap((value) => (value instanceof Uint8Array ? [value.buffer as ArrayBuffer] : []))
      : [],
  );
