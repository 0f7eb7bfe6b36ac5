import { BusinessRejection, type Fault } from '../domain/faults';
import { type ReadingSettings, readingOf, storedReading } from '../intake/reading-settings';
import { insertDocuments } from '../store/inbox';
import { changeReading, type KeptMessage, keptMessages, readBytes } from '../store/inbox-bytes';
import {
  documentsPresent,
  dueNow,
  type FailedDocument,
  type FailedSelection,
  failedDocumentsOf,
  failedMessages,
  removeDocuments,
  reopenNow,
  saveReadAgain,
} from '../store/inbox-replay';
import { readGuarded } from './guarded-reader';
import { intakeLimits } from './intake-limits';
import { planReading } from './read-again';
import { documentOf, type ReadOrder } from './receive-messages';
import { inTransaction, type StageContext, type Work } from './work';

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
type Reading = { readonly documents: readonly ReadOrder[]; readonly faults: readonly Fault[] } | BusinessRejection;

/**
 * Takes up what failed of these messages: documents that could be read wait for their order again, messages or documents
 * that could not are read again from their bytes. What became an order, waits, or was replaced by a corrected copy stays
 * as it is, so that a replay may come any number of times and from anywhere at once: an order's identity is judged where
 * orders are created. One transaction; messages that are not there are left out.
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
  return inTransaction(context, 'replay', async (work) => {
    const replays: Replay[] = [];
    for (const message of messages) {
      const request = wanted.get(message.inboxId) as ReplayRequest;
      replays.push(await replay(work, message, request, readings.get(message.inboxId)));
    }
    return replays;
  });
}

/** Most messages in one transaction of a replay by selection. */
const messagesAtOnce = 100;

/** Replays everything that failed and is meant by the selection, the oldest message first, a batch a transaction. */
export async function* replaySelection(
  context: StageContext,
  selection: FailedSelection,
  by: string,
): AsyncGenerator<readonly Replay[]> {
  const { code, state } = selection;
  for (let after = 0; ; ) {
    const ids = await context.store.read((db) => failedMessages(db, selection, after, messagesAtOnce));
    if (ids.length === 0) return;
    yield await replayMessages(
      context,
      ids.map((inboxId) => ({ inboxId, only: { code, state }, by })),
    );
    after = ids.at(-1) as number;
  }
}

async function readIfNeeded(
  context: StageContext,
  message: KeptMessage,
  { only, reading }: ReplayRequest,
): Promise<Reading | undefined> {
  const failed = await context.store.read((db) => failedDocumentsOf(db, [message.inboxId], only));
  if (failed.every(({ isRead }) => isRead)) return undefined;
  if (message.bytesDroppedAt !== null) {
    const words = `Message ${message.inboxId} cannot be read again: its bytes were dropped on ${message.bytesDroppedAt.slice(0, 10)}, as the company's retention says.`;
    return new BusinessRejection('raw-dropped', words);
  }
  const bytes = await context.store.read((db) => readBytes(db, message.inboxId));
  try {
    const { content } = await readGuarded(
      { ...message, bytes, ...(reading ?? readingOf(message.reading)) },
      await intakeLimits(context),
    );
    return { documents: content.documents, faults: content.unreadable ?? [] };
  } catch (error) {
    if (!(error instanceof BusinessRejection)) throw error;
    return { documents: [], faults: error.faults };
  }
}

async function replay(
  work: Work,
  message: KeptMessage,
  request: ReplayRequest,
  reading: Reading | undefined,
): Promise<Replay> {
  const { inboxId, channel, partner, document } = message;
  const base = { inboxId, channel, partner, document };
  const failed = await failedDocumentsOf(work.db, [inboxId], request.only, true);
  const readable = failed.filter(({ isRead }) => isRead).map(({ documentId }) => documentId);
  await reopenNow(work.db, readable, work.now);
  const unread = failed.filter(({ isRead }) => !isRead);
  if (reading instanceof BusinessRejection || reading === undefined) {
    recordReplay(work, base, request, { reopened: readable.length, unreadable: unread.length });
    const refused = reading !== undefined && unread.length > 0 ? { refused: reading } : {};
    return { ...base, reopened: readable, unreadable: unread.length, ...refused };
  }
  const made = await apply(work, inboxId, unread, reading);
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
  inboxId: number,
  failed: readonly FailedDocument[],
  reading: Exclude<Reading, BusinessRejection>,
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
  const plan = planReading(await documentsPresent(work.db, inboxId), failed, reading.documents);
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
