import { TechnicalFault } from '../domain/faults';
import type { IntakeLimits } from '../intake/message-content';
import { readingOf } from '../intake/reading-settings';
import { advanceJob, findUnread, finishJob, jobsLeft, takeOverJob, type UnreadMessage } from '../store/import-jobs';
import { insertDocuments, type NewDocument } from '../store/inbox-documents';
import { type ReadingSink, readInParts } from './guarded-reader';
import { judgeFaulty } from './judge-faulty';
import { documentOf, unreadableDocument, waitingAndRejected } from './new-documents';
import type { ReadOrder, ReadReception, ReceivedMessage } from './read-reception';
import type { Reception } from './receive-messages';
import { inTransaction } from './transaction';
import type { StageContext, Work } from './work';

/** Who reads a message; nobody else stores documents of it until the reader has been still for too long. */
export interface Reading {
  readonly inboxId: number;
  readonly reader: string;
}

/** Documents that were just stored, and how far the message is. */
export interface ImportedPiece extends Pick<Reception, 'inboxId' | 'channel' | 'partner' | 'documents' | 'rejected'> {
  /** Documents stored so far, of how many. */
  readonly stored: number;
  readonly expected: number;
}

/** A message that ends the process or the connection each time is not begun again and again. */
const mostAttempts = 5;
/** How often a reader says that it is still there, in ms. */
const heartbeat = 500;

/** What keeps `readMessage` from storing documents twice: another one reads the message by now. */
class Superseded extends Error {}

/**
 * Reads a stored message and stores its documents in pieces, from where an earlier reader left off. `take` gets each
 * piece after its commit; the next one is stored when it is done. Resolves early when another reader has taken over.
 */
export async function readMessage(
  context: StageContext,
  reading: Reading,
  take: (piece: ImportedPiece) => Promise<void> | void,
): Promise<void> {
  const message = await context.store.read((db) => findUnread(db, reading.inboxId));
  if (message === undefined) return;
  const beat = setInterval(() => void sayStillThere(context, reading), heartbeat);
  beat.unref();
  try {
    if (message.attempts > mostAttempts) await park(context, reading, message);
    else await new Import(context, reading, message, take).run();
  } catch (error) {
    if (!(error instanceof Superseded)) throw error;
  } finally {
    clearInterval(beat);
  }
}

/** A beat that fails is made good by the next one, or the next piece says what is wrong. */
async function sayStillThere({ store, clock }: StageContext, reading: Reading): Promise<void> {
  await store.transaction((db) => advanceJob(db, reading, {}, clock())).catch(() => false);
}

async function park(context: StageContext, reading: Reading, { documents, sha256 }: UnreadMessage): Promise<void> {
  const words = `Reading was begun ${mostAttempts} times and never came to its end. Send the message in smaller parts.`;
  await inTransaction(context, 'ingest', async (work) => {
    await advance(work, reading, { documents: 1, expected: documents + 1 });
    const fault = { path: '', code: 'parked' as const, message: words };
    const parked = {
      ...unreadableDocument([fault], reading.inboxId, await oneId(work)),
      state: 'parked' as const,
      code: fault.code,
    };
    await insertDocuments(work.db, [parked], work.now);
    await finish(work, reading, { fingerprint: sha256, single: false, warnings: [] }, { documents: documents + 1 });
  });
}

const oneId = async ({ db }: Work): Promise<number> => ((await db.take('inbox_document', 1)) as [number])[0];

async function advance(work: Work, reading: Reading, step: Parameters<typeof advanceJob>[2]): Promise<void> {
  if (!(await advanceJob(work.db, reading, step, work.now))) throw new Superseded();
}

async function finish(
  work: Work,
  reading: Reading,
  content: Parameters<typeof finishJob>[2],
  evidence: Readonly<Record<string, number>>,
): Promise<void> {
  if (!(await finishJob(work.db, reading, content, work.now))) throw new Superseded();
  const change = { from: 'stored', to: 'read', reason: null, evidence };
  work.record({ subject: 'message', subjectId: String(reading.inboxId), ...change });
}

/** One reader's way through one message. */
class Import {
  private readonly received: ReceivedMessage;
  private readonly limits: IntakeLimits;
  private read: ReadReception | undefined;
  private expected = 0;
  /** Documents that have come from the reader, stored by this one or an earlier one. */
  private seen = 0;
  private rejected = 0;

  constructor(
    private readonly context: StageContext,
    private readonly reading: Reading,
    private readonly message: UnreadMessage,
    private readonly take: (piece: ImportedPiece) => Promise<void> | void,
  ) {
    // whoever goes on with it must read it in the same way
    this.received = { ...message, ...readingOf(message.reading) };
    this.limits = JSON.parse(message.limits) as IntakeLimits;
  }

  async run(): Promise<void> {
    const sink: ReadingSink = {
      begin: (read, count) => this.begin(read, count),
      part: (documents) => this.store(documents),
    };
    await readInParts(this.received, this.limits, sink, this.message.sha256);
    await inTransaction(this.context, 'ingest', (work) => this.end(work));
  }

  private async begin(read: ReadReception, count: number): Promise<void> {
    this.read = read;
    const { unreadable: faults } = read.content;
    this.expected = faults === undefined ? count : 1;
    if (this.expected < this.message.documents)
      throw new TechnicalFault('unexpected', `The message ${this.reading.inboxId} could be read further before.`);
    await inTransaction(this.context, 'ingest', (work) => advance(work, this.reading, { expected: this.expected }));
    if (faults === undefined || this.message.documents > 0) return;
    await this.insert(async (work) => [unreadableDocument(faults, this.reading.inboxId, await oneId(work))]);
  }

  private async store(part: readonly ReadOrder[]): Promise<void> {
    const before = Math.max(0, this.message.documents - this.seen);
    this.seen += Math.min(before, part.length);
    const fresh = part.slice(before);
    if (fresh.length === 0) return;
    await this.insert(async (work) => {
      const source = this.message;
      const judged = await judgeFaulty(
        work,
        fresh.map((document) => ({ document, source })),
      );
      const ids = await work.db.take('inbox_document', judged.length);
      return judged.map((document, i) => documentOf(document, this.reading.inboxId, ids[i] as number));
    });
  }

  private async insert(make: (work: Work) => Promise<NewDocument[]>): Promise<void> {
    const documents = await inTransaction(this.context, 'ingest', async (work) => {
      const made = await make(work);
      await advance(work, this.reading, { documents: made.length });
      await insertDocuments(work.db, made, work.now);
      return made;
    });
    this.seen += documents.length;
    const outcome = waitingAndRejected(documents);
    this.rejected += outcome.rejected.length;
    const { inboxId, channel, partner } = this.message;
    await this.take({ inboxId, channel, partner, stored: this.seen, expected: this.expected, ...outcome });
  }

  private async end(work: Work): Promise<void> {
    if (this.read === undefined) throw new TechnicalFault('unexpected', 'The message has not been read.');
    const { fingerprint, content } = this.read;
    const { single, warnings } = content;
    await finish(
      work,
      this.reading,
      { fingerprint, single, warnings },
      { documents: this.expected, rejected: this.rejected },
    );
  }
}

/** Takes over messages that nobody has gone on reading since before `before`. */
export async function takeOverReadings(
  context: StageContext,
  before: string,
  reader: string,
  isBusy: (inboxId: number) => boolean,
): Promise<Reading[]> {
  const { store, clock } = context;
  const left = (await store.read((db) => jobsLeft(db, before, mostTakenOver))).filter((inboxId) => !isBusy(inboxId));
  const taken: Reading[] = [];
  for (const inboxId of left) {
    const reading = { inboxId, reader };
    if (await store.transaction((db) => takeOverJob(db, reading, before, clock()))) taken.push(reading);
  }
  return taken;
}

const mostTakenOver = 1;
