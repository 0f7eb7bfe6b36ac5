import { BusinessRejection, type Fault } from '../domain/faults';
import { directPartner, partnersOf } from '../domain/speakers';
import type { InterchangeOutline } from '../intake/edi/interchange-outline';
import { type ReadingSettings, readingOf, storedReading } from '../intake/reading-settings';
import type { Database } from '../store/database';
import { partnersBySender } from '../store/edi-interchanges';
import { findJobs } from '../store/import-jobs';
import { changeReading, type KeptMessage, keptMessages, readBytes } from '../store/inbox-bytes';
import { insertDocuments } from '../store/inbox-documents';
import {
  documentsPresent,
  dueNow,
  type FailedDocument,
  type FailedSelection,
  failedDocumentsOf,
  lockFailedOf,
  removeDocuments,
  reopenNow,
  saveReadAgain,
} from '../store/inbox-replay';
import { loadKey } from '../store/keys';
import { partnerBySender } from './admit-interchanges';
import { readGuarded } from './guarded-reader';
import { intakeLimits } from './intake-limits';
import { judgeFaulty } from './judge-faulty';
import { documentOf } from './new-documents';
import { planReading } from './read-again';
import type { ReadOrder, ReadReception } from './read-reception';
import { type Reception, receiveMessages } from './receive-messages';
import { inTransaction } from './transaction';
import type { StageContext, Work } from './work';

export interface ReplayRequest {
  readonly inboxId: number;
  /** Only documents with this code or in this state; all that failed when nothing is said. */
  readonly only?: Pick<FailedSelection, 'code' | 'state'> | undefined;
  /** Reads it otherwise than it was read: what cannot be read at all may need another mapping. Kept with the message. */
  readonly reading?: ReadingSettings | undefined;
  /** Who asks, for the audit. */
  readonly by: string;
}

/** What was begun for one message; what becomes of its documents is decided where orders are created. */
export interface Replay {
  readonly inboxId: number;
  /** The message that was asked for, when it was taken in once more, as the message `inboxId`. */
  readonly replaces?: number;
  readonly channel: KeptMessage['channel'];
  readonly partner: string;
  readonly document: string;
  /** Documents that wait for their order again. */
  readonly reopened: readonly number[];
  /** Documents that could not be read this time either. */
  readonly unreadable: number;
  /** Why nothing could be done. */
  readonly refused?: BusinessRejection;
}

/** A message as it was read again, outside the transaction: its bytes never change. */
type Reading =
  | { readonly documents: readonly ReadOrder[]; readonly faults: readonly Fault[] }
  /** EDI whose sender is known by now: its interchanges have to be taken in, and acknowledged. */
  | { readonly anew: ReadReception }
  | BusinessRejection;

/**
 * Takes up what failed of these messages: documents that could be read wait for their order again, messages or documents
 * that could not are read again from their bytes. What became an order, waits, or was replaced by a corrected copy stays
 * as it is, so that a replay may come any number of times and from anywhere at once: an order's identity is judged where
 * orders are created. One transaction; messages that are not there are left out.
 *
 * EDI is taken in as a whole, with its control numbers and acknowledgements, so that nothing of it is read again by
 * itself: an interchange whose sender was no partner's comes in once more, as a message of its own, when it is one's.
 */
export async function replayMessages(context: StageContext, requests: readonly ReplayRequest[]): Promise<Replay[]> {
  const wanted = new Map(requests.map((request) => [request.inboxId, request]));
  const messages = await context.store.read((db) => keptMessages(db, [...wanted.keys()]));
  const readings = new Map<number, Reading>();
  for (const message of messages) {
    const request = wanted.get(message.inboxId) as ReplayRequest;
    const reading = await readIfNeeded(context, message, request);
    if (reading !== undefined) readings.set(message.inboxId, reading);
  }
  const replays = await inTransaction(context, 'replay', async (work) => {
    const ids = messages.map(({ inboxId }) => inboxId);
    await lockFailedOf(work.db, ids); // in one go, in the order of their numbers
    const done: Replay[] = [];
    for (const message of messages) {
      const request = wanted.get(message.inboxId) as ReplayRequest;
      const reading = readings.get(message.inboxId);
      if (!isAnew(reading)) done.push(await replay(work, message, request, reading));
    }
    return done;
  });
  for (const [inboxId, reading] of readings) {
    const { by } = wanted.get(inboxId) as ReplayRequest;
    if (isAnew(reading)) replays.push(await takeInAnew(context, inboxId, reading.anew, by));
  }
  return replays.sort((a, b) => (a.replaces ?? a.inboxId) - (b.replaces ?? b.inboxId));
}

const isAnew = (reading: Reading | undefined): reading is { readonly anew: ReadReception } =>
  reading !== undefined && 'anew' in reading;

async function takeInAnew(context: StageContext, replaces: number, read: ReadReception, by: string): Promise<Replay> {
  const message = {
    ...read.message,
    speaksFor: await speaksForOf(context, read.message),
    messageKey: `again ${replaces}: ${read.sha256}`,
    receivedAt: context.clock(),
    corrects: { inboxId: replaces, by, reason: 'The sender is known now.' },
  };
  const [reception] = (await receiveMessages(context, [{ ...read, message }])) as [Reception];
  const { inboxId, channel, partner, documents, rejected } = reception;
  const reopened = documents.map(({ documentId }) => documentId);
  await context.store.transaction((db) => dueNow(db, reopened, context.clock()));
  const base = { inboxId, replaces, channel, partner, document: read.message.document };
  return { ...base, reopened, unreadable: rejected.length };
}

/** In whose name its sender could speak when it came: what was unknown then must not get it further now. */
async function speaksForOf(
  { store }: StageContext,
  { keyId, partner }: ReadReception['message'],
): Promise<readonly string[] | null> {
  const key = keyId === null ? undefined : await store.read((db) => loadKey(db, keyId));
  if (key?.role === 'partner') return partnersOf(key);
  return partner === directPartner ? null : [partner];
}

async function readIfNeeded(
  context: StageContext,
  message: KeptMessage,
  { only, reading }: ReplayRequest,
): Promise<Reading | undefined> {
  const failed = await context.store.read((db) => failedDocumentsOf(db, [message.inboxId], only));
  if (failed.every(({ isRead }) => isRead)) return undefined;
  if ((await context.store.read((db) => findJobs(db, [message.inboxId]))).get(message.inboxId)?.state === 'reading') {
    const words = `Message ${message.inboxId} is still being read for the first time. Try again when that has come to its end.`;
    return new BusinessRejection('illegal-transition', words);
  }
  const { bytes, droppedAt } = await context.store.read((db) => readBytes(db, message.inboxId));
  if (droppedAt !== null) {
    const words = `Message ${message.inboxId} cannot be read again: its bytes were dropped on ${droppedAt.slice(0, 10)}, as the company's retention says.`;
    return new BusinessRejection('raw-dropped', words);
  }
  try {
    const read = await readGuarded(
      { ...message, bytes, ...(reading ?? readingOf(message.reading)) },
      await intakeLimits(context),
    );
    const { interchanges = [], documents, unreadable = [] } = read.content;
    if (interchanges.length === 0) return { documents, faults: unreadable };
    const isUnknown = failed.some(({ code }) => code === 'unknown-sender');
    if (isUnknown && (await context.store.read((db) => areKnown(db, interchanges)))) return { anew: read };
    const words = `What could not be read of message ${message.inboxId} is EDI and not read again by itself. Correct a copy under control numbers of its own, or have the partner send it again.`;
    return new BusinessRejection('not-supported', words);
  } catch (error) {
    if (!(error instanceof BusinessRejection)) throw error;
    return { documents: [], faults: error.faults };
  }
}

async function areKnown(db: Database, interchanges: readonly InterchangeOutline[]): Promise<boolean> {
  const senders = await partnersBySender(db);
  return interchanges.every(({ sender }) => partnerBySender(senders, sender) !== undefined);
}

async function replay(
  work: Work,
  message: KeptMessage,
  request: ReplayRequest,
  reading: Exclude<Reading, { anew: unknown }> | undefined,
): Promise<Replay> {
  const { inboxId, channel, partner, document } = message;
  const base = { inboxId, channel, partner, document };
  const failed = await failedDocumentsOf(work.db, [inboxId], request.only);
  const readable = failed.filter(({ isRead }) => isRead).map(({ documentId }) => documentId);
  await reopenNow(work.db, readable, work.now);
  const unread = failed.filter(({ isRead }) => !isRead);
  if (reading instanceof BusinessRejection || reading === undefined) {
    recordReplay(work, base, request, { reopened: readable.length, unreadable: unread.length });
    const refused = reading !== undefined && unread.length > 0 ? { refused: reading } : {};
    return { ...base, reopened: readable, unreadable: unread.length, ...refused };
  }
  const made = await apply(work, message, unread, reading);
  if (request.reading !== undefined && made.length > 0)
    await changeReading(work.db, inboxId, storedReading(request.reading));
  const reopened = [...readable, ...made];
  const left = await failedDocumentsOf(work.db, [inboxId], request.only);
  recordReplay(work, base, request, { reopened: reopened.length, unreadable: left.length });
  return { ...base, reopened, unreadable: left.length };
}

/** Writes what reading again gave. Returns the documents that wait for their order now. */
async function apply(
  work: Work,
  { inboxId, ...source }: Pick<KeptMessage, 'inboxId' | 'partner' | 'channel'>,
  failed: readonly FailedDocument[],
  reading: Exclude<Reading, BusinessRejection | { anew: unknown }>,
): Promise<number[]> {
  const unreadable = failed.filter(({ kind }) => kind === 'unreadable');
  if (reading.documents.length === 0) {
    await saveReadAgain(
      work.db,
      unreadable
        .filter(({ faults }) => JSON.stringify(faults) !== JSON.stringify(reading.faults))
        .map((document) => stillUnreadable(document, reading.faults)),
      work.now,
    );
    return [];
  }
  const documents = await judgeFaulty(
    work,
    reading.documents.map((document) => ({ document, source })),
  );
  const plan = planReading(await documentsPresent(work.db, inboxId), failed, documents);
  await saveReadAgain(work.db, plan.changed, work.now);
  await removeDocuments(work.db, plan.removed);
  const ids = await work.db.take('inbox_document', plan.added.length);
  const added = plan.added.map((document, i) => documentOf(document, inboxId, ids[i] as number));
  await insertDocuments(work.db, added, work.now);
  const stored = [...plan.changed, ...added].filter(({ state }) => state === 'stored');
  const documentIds = stored.map(({ documentId }) => documentId);
  await dueNow(work.db, documentIds, work.now);
  if (plan.removed.length > 0) recordSplit(work, inboxId, plan.removed, added.length);
  return documentIds;
}

const stillUnreadable = ({ documentId, poNumber }: FailedDocument, faults: readonly Fault[]) => ({
  documentId,
  place: '',
  poNumber,
  canonical: null,
  fingerprint: null,
  places: null,
  review: [],
  state: 'rejected' as const,
  code: 'unreadable' as const,
  faults,
});

/** More numbers than a person will read. */
const mostRecorded = 20;

function recordSplit(work: Work, inboxId: number, removed: readonly number[], added: number): void {
  work.record({
    subject: 'message',
    subjectId: String(inboxId),
    from: 'rejected',
    to: 'read-again',
    reason: 'split-otherwise',
    evidence: { removedDocuments: removed.slice(0, mostRecorded), removed: removed.length, added },
  });
}

function recordReplay(
  work: Work,
  { inboxId }: { readonly inboxId: number },
  { by, only, reading }: ReplayRequest,
  counts: { readonly reopened: number; readonly unreadable: number },
): void {
  if (counts.reopened + counts.unreadable === 0) return;
  work.record({
    subject: 'message',
    subjectId: String(inboxId),
    from: 'failed',
    to: 'replayed',
    reason: only?.code ?? only?.state ?? null,
    actor: by,
    evidence: {
      ...counts,
      ...(reading === undefined ? {} : { readWith: storedReading(reading) ?? 'the usual settings' }),
    },
  });
}
