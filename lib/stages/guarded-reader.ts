import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import { BusinessRejection, type Fault, TechnicalFault } from '../domain/faults';
import type { IntakeLimits } from '../intake/message-content';
import { isStreamed } from '../intake/read-message';
import { type ReadOrder, type ReadReception, type ReceivedMessage, readReception, sha256Of } from './read-reception';
import { type PackedPart, type ReadingAnswer, type ReadingRequest, unpacked } from './reading-parts';

export interface ReadingGuard {
  /** Messages of at most so many bytes are read at once, on the thread that asks; what has to be unpacked never is. */
  readonly atOnce: number;
  /** Memory of the thread that reads the others, in MB. */
  readonly memory: number;
  /** How long it may take for one message, in ms. */
  readonly time: number;
  /** Most bytes of messages that may wait for it. */
  readonly waiting: number;
}

/** Takes a message as it is read. The next part comes when the one before is dealt with. */
export interface ReadingSink {
  /** The message is read and has `count` documents, which follow; `reception` has none of them. */
  begin(reception: ReadReception, count: number): Promise<void> | void;
  /** The next documents, in order. */
  part(documents: readonly ReadOrder[]): Promise<void> | void;
}

interface Job {
  readonly message: ReceivedMessage;
  /** bytes */
  readonly size: number;
  /** Of bytes that are given to the thread: then nothing of them is left here. */
  readonly sha256: string | undefined;
  readonly limits: IntakeLimits;
  readonly sink: ReadingSink;
  readonly resolve: () => void;
  readonly reject: (error: unknown) => void;
  /** There once the message is read. */
  read?: Extract<ReadingAnswer, { read: unknown }>;
  /** Its documents as they came from the thread: packed, for a file may have very many. */
  readonly parts: PackedPart[];
}

/** What a thread needed for a message of more bytes is not kept for the next one. */
const thriftyFrom = 2_000_000;
/** Memory for what is short-lived, in MB; without a limit the thread would take more for it than for all else. */
const youngMemory = 4;

/**
 * Reads messages without holding up or endangering the process: large ones, and workbooks of any size, in a thread with
 * limits of time and memory. A message that exceeds them is unreadable, the thread is ended, and the next message gets
 * a new one. The thread starts with the first large message, is kept for the next ones, and never keeps the process
 * alive by itself. It reads the next message while the documents of the one before are still handed over.
 */
export class GuardedReader {
  private readonly jobs: Job[] = [];
  private waiting = 0;
  private current: Job | undefined;
  private worker: Worker | undefined;
  private limit: NodeJS.Timeout | undefined;
  private endWhenIdle = false;

  constructor(private readonly guard: ReadingGuard) {}

  /**
   * @throws BusinessRejection for what is refused at the door and not kept: content types and sizes that are not taken
   * @throws TechnicalFault `queue-full` when too many large messages wait already
   */
  async read(message: ReceivedMessage, limits: IntakeLimits): Promise<ReadReception> {
    const atOnce = !this.isLarge(message) && !isStreamed(message.contentType);
    if (atOnce || message.bytes.length > limits.bytes) return readReception(message, limits);
    const documents: ReadOrder[] = [];
    let read: ReadReception | undefined;
    await this.readInParts(message, limits, {
      begin: (reception) => {
        read = reception;
      },
      part: (part) => void documents.push(...part),
    });
    if (read === undefined) throw new Error('The message has not been read.');
    return { ...read, content: { ...read.content, documents } };
  }

  /** True for a message that is too large to be read on the thread that asks, and to be stored in one go. */
  isLarge({ bytes }: Pick<ReceivedMessage, 'bytes'>): boolean {
    return bytes.length > this.guard.atOnce;
  }

  /**
   * Reads a message in the thread and hands it over part by part. What the sink throws ends the reading and is thrown on.
   * @param sha256 of the bytes, when they are of no more use to anybody: they are given to the thread instead of copied
   * @throws as `read`
   */
  async readInParts(message: ReceivedMessage, limits: IntakeLimits, sink: ReadingSink, sha256?: string): Promise<void> {
    const size = message.bytes.length;
    if (this.waiting > 0 && this.waiting + size > this.guard.waiting) {
      throw new TechnicalFault(
        'queue-full',
        'Too many large messages wait to be read. Send slower, or try again in a moment.',
      );
    }
    return new Promise((resolve, reject) => {
      this.endWhenIdle = false;
      this.waiting += size;
      this.jobs.push({ message, size, sha256, limits, sink, resolve, reject, parts: [] });
      this.begin();
    });
  }

  /** Ends the thread, after the messages that it still has to read. The next large message starts another. */
  end(): void {
    this.endWhenIdle = true;
    if (this.current === undefined) this.endThread();
  }

  /** True while there is a thread. */
  get isWarm(): boolean {
    return this.worker !== undefined;
  }

  private begin(): void {
    if (this.current !== undefined) return;
    this.current = this.jobs.shift();
    if (this.current === undefined) {
      if (this.endWhenIdle) this.endThread();
      return;
    }
    const { message, limits, sha256 } = this.current;
    this.worker ??= this.startThread();
    this.limit = setTimeout(
      () => this.giveUp(`Reading the message took longer than ${this.guard.time / 1000} s. Send it in smaller parts.`),
      this.guard.time,
    );
    const request: ReadingRequest = { message, limits };
    this.worker.postMessage(request, sha256 === undefined ? [] : givenAway(message.bytes));
  }

  private startThread(): Worker {
    const worker = new Worker(join(__dirname, 'reading-worker.js'), {
      resourceLimits: { maxOldGenerationSizeMb: this.guard.memory, maxYoungGenerationSizeMb: youngMemory },
      env: {},
      execArgv: [],
    });
    worker.unref();
    worker.on('message', (answer: ReadingAnswer) => {
      if (worker === this.worker) this.take(answer);
    });
    let cause = 'its thread ended';
    worker.on('error', (error: Error & { code?: string }) => {
      cause = error.code === 'ERR_WORKER_OUT_OF_MEMORY' ? `more than ${this.guard.memory} MB of memory` : error.message;
    });
    worker.on('exit', () => {
      if (worker === this.worker)
        this.giveUp(`The message cannot be read within what reading may take: ${cause}. Send it in smaller parts.`);
    });
    return worker;
  }

  private take(answer: ReadingAnswer): void {
    const job = this.current;
    if (job === undefined) return;
    if ('rejection' in answer || 'failure' in answer) {
      this.finish(job, () => job.reject(errorOf(answer)));
      return;
    }
    if ('read' in answer) job.read = answer;
    else job.parts.push(answer.part);
    const { read } = job;
    if (read === undefined || job.parts.length < read.parts) return;
    this.finish(job, () => handOver(job, receptionOf(job.message, read), read.documents));
  }

  /** The thread is of no more use, and the message is to blame. */
  private giveUp(reason: string): void {
    const job = this.current;
    this.endThread();
    if (job === undefined) return;
    job.parts.length = 0;
    const reception = unreadable(job, { path: '', code: 'unreadable', message: reason });
    this.finish(job, () => handOver(job, reception, 0));
  }

  /** The thread is free for the next message. What is handed over still counts as waiting. */
  private finish(job: Job, settle: () => Promise<void> | void): void {
    clearTimeout(this.limit);
    const { size } = job;
    this.current = undefined;
    if (size > thriftyFrom && this.jobs.length === 0) this.endThread();
    void Promise.resolve(settle()).finally(() => {
      this.waiting -= size;
    });
    this.begin();
  }

  private endThread(): void {
    const worker = this.worker;
    this.worker = undefined;
    void worker?.terminate();
  }
}

/** Bytes that share their memory with others cannot be given away. */
const givenAway = ({ buffer, byteLength }: Buffer): ArrayBuffer[] =>
  buffer instanceof ArrayBuffer && buffer.byteLength === byteLength ? [buffer] : [];

/** Never throws: whoever asked for the message gets what the sink threw. */
async function handOver({ sink, parts, resolve, reject }: Job, reception: ReadReception, count: number): Promise<void> {
  try {
    await sink.begin(reception, count);
    for (let part = parts.shift(); part !== undefined; part = parts.shift()) await sink.part(unpacked(part));
    resolve();
  } catch (error) {
    reject(error);
  }
}

function errorOf(answer: Extract<ReadingAnswer, { rejection: unknown } | { failure: unknown }>): Error {
  if ('failure' in answer) return new TechnicalFault('unexpected', `Reading the message failed: ${answer.failure}`);
  const { code, message, faults } = answer.rejection;
  return new BusinessRejection(code, message, faults);
}

function receptionOf(
  message: ReceivedMessage,
  { read, messageKey }: Extract<ReadingAnswer, { read: unknown }>,
): ReadReception {
  return { message: { ...message, messageKey }, ...read };
}

/** It is stored like every message that cannot be read, for a person to look at. */
function unreadable({ message, sha256: known }: Job, fault: Fault): ReadReception {
  const sha256 = known ?? sha256Of(message.bytes);
  const messageKey = message.channel === 'file' ? sha256 : message.messageKey;
  return {
    message: { ...message, messageKey },
    content: { unreadable: [fault], single: false, warnings: [], documents: [] },
    sha256,
    fingerprint: sha256,
  };
}

const shared = new GuardedReader({
  atOnce: 256 * 1024,
  memory: 512,
  time: 30_000,
  waiting: 100_000_000,
});

/** Reads a message with the thread that all stores of the process share. @throws as `GuardedReader.read` */
export const readGuarded = (message: ReceivedMessage, limits: IntakeLimits): Promise<ReadReception> =>
  shared.read(message, limits);

/** True for a message that is to be stored first, then read and its documents stored piece by piece. */
export const isLarge = (message: Pick<ReceivedMessage, 'bytes'>): boolean => shared.isLarge(message);

/** Reads a message part by part with the shared thread. @throws as `GuardedReader.readInParts` */
export const readInParts: GuardedReader['readInParts'] = (message, limits, sink, sha256) =>
  shared.readInParts(message, limits, sink, sha256);

/** Ends the shared thread as soon as it has nothing to read. */
export const endGuardedReader = (): void => shared.end();
