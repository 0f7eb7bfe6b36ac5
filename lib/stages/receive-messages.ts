import { hash } from 'node:crypto';
import { BusinessRejection, type Fault } from '../domain/faults';
import type { EdiReading } from '../intake/edi/mapped-message';
import type { EdiDocument } from '../intake/edi/read-edi';
import type { BatchPolicy, IntakeLimits, MessageContent, ReadDocument, SheetLayout } from '../intake/read-message';
import { readAnyMessageKeeping, readMessageKeeping } from '../intake/read-message';
import { storedReading } from '../intake/reading-settings';
import type { Database } from '../store/database';
import {
  type Correction,
  type DocumentKind,
  documentsAtOnce,
  findMessages,
  insertDocuments,
  insertMessages,
  type NewDocument,
  type NewMessage,
  reopenRejected,
  type StoredMessage,
} from '../store/inbox';
import type { AdmittedInterchange } from './admit-interchanges';
import { admitInterchanges } from './admit-interchanges';
import {
  acknowledgeAgain,
  admittedOf,
  arrivedWith,
  leaveToRequests,
  storeEdiDocuments,
  withSenders,
} from './receive-edi';
import { claimCorrected, replaceCorrected } from './replace-corrected';
import { inTransaction } from './transaction';
import type { StageContext, Work } from './work';

/** A message as it came in: from HTTP, a file or another node of a flow. */
export interface ReceivedMessage {
  readonly bytes: Buffer;
  readonly contentType: string;
  readonly channel: 'file' | 'api' | 'edi';
  readonly partner: string;
  readonly sourceSystem: string | null;
  /** The idempotency key of an API call, the control numbers of EDI; a file is known by its bytes. */
  readonly messageKey: string | null;
  /** What a person calls it: the file's name, the idempotency key, control numbers. */
  readonly document: string;
  readonly receivedAt: string;
  readonly keyId: string | null;
  readonly batchPolicy: BatchPolicy;
  readonly csv: SheetLayout;
  /** How EDI messages are read; as by default when nothing is said. */
  readonly edi?: EdiReading;
  /** In the name of which partners the sender may speak, for EDI says by itself who sends it; null: all. */
  readonly speaksFor?: readonly string[] | null;
  /** There when a person sends a corrected copy of another message. */
  readonly corrects?: Correction;
}

export interface DocumentHint {
  readonly inboxId: number;
  readonly documentId: number;
  readonly ordinal: number;
  readonly kind: DocumentKind;
}

export interface RejectedDocument extends DocumentHint {
  readonly faults: readonly Fault[];
}

/** What became of a message. It is safe on disk, except when `refused` says why it was not taken. */
export interface Reception {
  readonly inboxId: number;
  readonly channel: 'file' | 'api' | 'edi';
  readonly partner: string;
  /** The same message was here before. */
  readonly replayed: boolean;
  readonly documents: readonly DocumentHint[];
  readonly rejected: readonly RejectedDocument[];
  readonly refused?: BusinessRejection;
}

/** One order document as it is stored: its canonical form as text, null when it is faulty. */
export type ReadOrder = Omit<ReadDocument, 'order' | 'edi'> & {
  readonly canonical: string | null;
  readonly edi?: Omit<EdiDocument, 'content'>;
};

/** A message as read, before it is stored. Plain values: it may have been read by another thread. */
export interface ReadReception {
  readonly message: ReceivedMessage;
  readonly content: Omit<MessageContent, 'documents'> & { readonly documents: readonly ReadOrder[] };
  readonly sha256: string;
  readonly fingerprint: string;
}

const digestOf = (data: string | Buffer): string => hash('sha256', data);

/**
 * Reads a message before it is stored; not for content that `isStreamed`.
 * @throws BusinessRejection for what is refused at the door and not kept: content types and sizes that are not taken.
 */
export function readReception(message: ReceivedMessage, limits: IntakeLimits): ReadReception {
  return readReceptionOf(message, readMessageKeeping({ ...message, limits }, readOrder));
}

/** As `readReception`, for messages of every type. */
export async function readAnyReception(message: ReceivedMessage, limits: IntakeLimits): Promise<ReadReception> {
  return readReceptionOf(message, await readAnyMessageKeeping({ ...message, limits }, readOrder));
}

function readReceptionOf(message: ReceivedMessage, content: MessageContent<ReadOrder>): ReadReception {
  const { documents, unreadable } = content;
  const digest = digestOf(message.bytes);
  const whole = unreadable === undefined && documents.every((document) => document.fingerprint !== undefined);
  const fingerprint = whole ? digestOf(documents.map((document) => document.fingerprint).join()) : digest;
  return {
    message: { ...message, messageKey: keyOf(message, content, digest) },
    content,
    sha256: digest,
    fingerprint,
  };
}

/** A file is known by its bytes, and so is an EDI message that nobody gave a key. */
function keyOf({ channel, messageKey }: ReceivedMessage, content: Omit<MessageContent, 'documents'>, digest: string) {
  if (channel === 'file') return digest;
  return messageKey ?? (content.interchanges === undefined ? null : digest);
}

function readOrder({ order, edi, ...document }: ReadDocument): ReadOrder {
  const isFaulty = document.faults.length > 0;
  if (edi === undefined) return { ...document, canonical: isFaulty || !order ? null : JSON.stringify(order) };
  const { content = null, ...rest } = edi;
  return { ...document, canonical: isFaulty ? null : content, edi: rest };
}

/** Stores messages with their documents, all in one transaction, and tells which were here before. */
export function receiveMessages(context: StageContext, read: readonly ReadReception[]): Promise<Reception[]> {
  const receiveAll = async (work: Work, found: readonly StoredMessage[]): Promise<Reception[]> => {
    const receptions = await withSenders(work, read);
    const corrected = await claimCorrected(work, receptions);
    const known = new Map(found.map((stored) => [identity(stored), stored]));
    const fresh = receptions.filter((reception) => firstOfItsKind(reception, known));
    const inboxIds = await work.db.take('inbox_message', fresh.length);
    const messages = fresh.map((reception, i) => messageOf(reception, inboxIds[i] as number));
    for (const message of messages) remember(message, known);
    work.send(insertMessages(work.db, messages));
    const interchanges = await admitInterchanges(work, arrivedWith(fresh, messages));
    const documents = await takeDocuments(work.db, fresh, messages, interchanges);
    await storeDocuments(work, documents.flat());
    await storeEdiDocuments(work, fresh, documents, interchanges);
    await replaceCorrected(work, corrected, (reception) => storedOf(reception, known)?.inboxId);
    const repeats = receptions.filter((reception) => !fresh.includes(reception) && !conflicts(reception, known));
    const earlier = repeats
      .map((reception) => storedOf(reception, known)?.inboxId as number)
      .filter((id) => !inboxIds.includes(id));
    await acknowledgeAgain(work, earlier);
    await leaveToRequests(work, receptions, (reception) => storedOf(reception, known)?.inboxId);
    const reopened = await reopenRejected(work.db, [...new Set(earlier)], work.now);
    for (const { documentId, inboxId } of reopened) {
      const subjectId = String(documentId);
      work.record({
        subject: 'document',
        subjectId,
        from: 'rejected',
        to: 'stored',
        reason: 'sent-again',
        evidence: { inboxId },
      });
    }
    messages.forEach((message, i) => {
      work.record({
        subject: 'message',
        subjectId: String(message.inboxId),
        from: null,
        to: 'stored',
        reason: null,
        evidence: evidenceOf(message, documents[i] as NewDocument[]),
      });
    });
    return receptions.map((reception) => {
      const index = fresh.indexOf(reception);
      if (index >= 0) return receptionOf(reception, messages[index] as NewMessage, documents[index] as NewDocument[]);
      return repeatOf(reception, storedOf(reception, known) as StoredMessage, reopened);
    });
  };
  return inTransaction(context, 'ingest', receiveAll, (db) => findMessages(db, keysOf(read)));
}

/** Nothing waits for few documents; many take their time, and are waited for. */
async function storeDocuments(work: Work, documents: readonly NewDocument[]): Promise<void> {
  const stored = insertDocuments(work.db, documents, work.now);
  if (documents.length <= documentsAtOnce) work.send(stored);
  else await stored;
}

const keysOf = (receptions: readonly ReadReception[]): string[] =>
  receptions.flatMap(({ message }) => (message.messageKey === null ? [] : [message.messageKey]));

const identity = ({
  partner,
  channel,
  messageKey,
}: {
  partner: string;
  channel: string;
  messageKey: string | null;
}): string => JSON.stringify([partner, channel, messageKey]);

function storedOf(reception: ReadReception, known: ReadonlyMap<string, StoredMessage>): StoredMessage | undefined {
  return reception.message.messageKey === null ? undefined : known.get(identity(reception.message));
}

const numberComesLater = 0;

/** Of equal messages in one batch the first is stored; the others find it in `known`. */
function firstOfItsKind({ message, fingerprint, sha256 }: ReadReception, known: Map<string, StoredMessage>): boolean {
  const { partner, channel, messageKey } = message;
  if (messageKey === null) return true;
  if (known.has(identity(message))) return false;
  known.set(identity(message), { inboxId: numberComesLater, partner, channel, messageKey, fingerprint, sha256 });
  return true;
}

function remember(
  { inboxId, partner, channel, messageKey, fingerprint, sha256 }: NewMessage,
  known: Map<string, StoredMessage>,
): void {
  if (messageKey !== null)
    known.set(identity({ partner, channel, messageKey }), {
      inboxId,
      partner,
      channel,
      messageKey,
      fingerprint,
      sha256,
    });
}

function conflicts(reception: ReadReception, known: ReadonlyMap<string, StoredMessage>): boolean {
  const stored = storedOf(reception, known);
  return stored !== undefined && stored.sha256 !== reception.sha256 && stored.fingerprint !== reception.fingerprint;
}

function messageOf({ message, content, sha256: digest, fingerprint }: ReadReception, inboxId: number): NewMessage {
  return {
    inboxId,
    channel: message.channel,
    partner: message.partner,
    sourceSystem: message.sourceSystem,
    messageKey: message.messageKey,
    document: message.document,
    contentType: message.contentType,
    bytes: message.bytes,
    sha256: digest,
    fingerprint,
    single: content.single,
    warnings: content.warnings,
    receivedAt: message.receivedAt,
    keyId: message.keyId,
    reading: storedReading(message),
    corrects: message.corrects ?? null,
  };
}

async function takeDocuments(
  db: Database,
  fresh: readonly ReadReception[],
  messages: readonly NewMessage[],
  interchanges: readonly AdmittedInterchange[],
): Promise<NewDocument[][]> {
  const admitted = admittedOf(fresh, interchanges);
  const counts = fresh.map(({ content }) => (content.unreadable === undefined ? content.documents.length : 1));
  const ids = await db.take(
    'inbox_document',
    counts.reduce((sum, count) => sum + count, 0),
  );
  let next = 0;
  return fresh.map(({ content }, i) => {
    const { inboxId } = messages[i] as NewMessage;
    if (content.unreadable !== undefined) return [unreadable(content.unreadable, inboxId, ids[next++] as number)];
    return content.documents.map((document) =>
      documentOf(document, inboxId, ids[next++] as number, admitted[i]?.[document.edi?.interchange ?? -1]),
    );
  });
}

export function unreadable(faults: readonly Fault[], inboxId: number, documentId: number): NewDocument {
  return {
    documentId,
    inboxId,
    ordinal: 0,
    kind: 'unreadable',
    place: '',
    poNumber: null,
    canonical: null,
    fingerprint: null,
    review: [],
    state: 'rejected',
    code: 'unreadable',
    faults,
  };
}

/** A document as it is stored first: it waits for its order, unless it is faulty. */
export function documentOf(
  document: ReadOrder,
  inboxId: number,
  documentId: number,
  interchange?: AdmittedInterchange,
): NewDocument {
  const faults = [...(interchange?.faults ?? []), ...document.faults];
  const canonical = faults.length === 0 ? document.canonical : null;
  const kind = document.edi?.kind ?? 'order';
  const isTest = interchange?.test === true && canonical !== null && kind !== 'acknowledgement';
  // a change that is a test was read and is acknowledged; there is no order of a test that it could change
  const state = canonical === null ? 'rejected' : isTest && kind !== 'order' ? 'accepted' : 'stored';
  return {
    documentId,
    inboxId,
    ordinal: document.ordinal,
    kind: isTest ? 'test' : kind,
    place: document.place,
    poNumber: document.poNumber ?? null,
    canonical,
    fingerprint: document.fingerprint ?? null,
    review: document.review ?? [],
    state,
    code: faults[0]?.code ?? null,
    faults,
  };
}

const evidenceOf = (message: NewMessage, documents: readonly NewDocument[]) => ({
  channel: message.channel,
  partner: message.partner,
  document: message.document,
  contentType: message.contentType,
  bytes: message.bytes.length,
  sha256: message.sha256,
  documents: documents.length,
  rejected: documents.filter((document) => document.state === 'rejected').length,
  ...(message.corrects === null
    ? {}
    : { corrects: message.corrects.inboxId, by: message.corrects.by, why: message.corrects.reason }),
});

function receptionOf(
  { message }: ReadReception,
  { inboxId }: NewMessage,
  documents: readonly NewDocument[],
): Reception {
  const hint = ({ documentId, ordinal, kind }: NewDocument): DocumentHint => ({ inboxId, documentId, ordinal, kind });
  return {
    inboxId,
    channel: message.channel,
    partner: message.partner,
    replayed: false,
    documents: documents.filter((document) => document.state === 'stored').map(hint),
    rejected: documents
      .filter((document) => document.state === 'rejected')
      .map((document) => ({ ...hint(document), faults: document.faults })),
  };
}

/** The same message again leads to what the first one became; another message under its key is refused. */
function repeatOf(
  reception: ReadReception,
  stored: StoredMessage,
  reopened: readonly { documentId: number; inboxId: number; ordinal: number }[],
): Reception {
  const { message } = reception;
  const base = {
    inboxId: stored.inboxId,
    channel: message.channel,
    partner: message.partner,
    replayed: true,
    rejected: [],
  };
  if (stored.sha256 !== reception.sha256 && stored.fingerprint !== reception.fingerprint) {
    const words =
      message.channel === 'edi'
        ? `Another content came before under ${message.messageKey}. Give a new message control numbers of its own.`
        : `Another message was sent before under the key ${message.messageKey}. Use a new Idempotency-Key for a new message.`;
    return { ...base, documents: [], refused: new BusinessRejection('idempotency-conflict', words) };
  }
  return {
    ...base,
    documents: reopened
      .filter(({ inboxId }) => inboxId === stored.inboxId)
      .map((document) => ({ ...document, kind: 'order' as const })),
  };
}
