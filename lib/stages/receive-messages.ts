import type { BusinessRejection } from '../domain/faults';
import type { Channel } from '../domain/master';
import { storedReading } from '../intake/reading-settings';
import { findMessages, insertMessages, type NewMessage, type StoredMessage } from '../store/inbox';
import { documentsAtOnce, insertDocuments, type NewDocument } from '../store/inbox-documents';
import { type AdmittedInterchange, admitInterchanges } from './admit-interchanges';
import { judgeFaulty, type SourcedDocument } from './judge-faulty';
import { KnownMessages, keyConflict } from './known-messages';
import { type DocumentHint, type RejectedDocument, takeDocuments, waitingAndRejected } from './new-documents';
import type { ReadReception } from './read-reception';
import {
  acknowledgeAgain,
  admittedOf,
  arrivedWith,
  leaveToRequests,
  storeEdiDocuments,
  withSenders,
} from './receive-edi';
import { claimCorrected, replaceCorrected } from './replace-corrected';
import { takeUpAgain } from './sent-again';
import { inTransaction } from './transaction';
import type { StageContext, Work } from './work';

/** What became of a message. It is safe on disk, except when `refused` says why it was not taken. */
export interface Reception {
  readonly inboxId: number;
  readonly channel: Channel;
  readonly partner: string;
  /** The same message was here before. */
  readonly replayed: boolean;
  readonly documents: readonly DocumentHint[];
  readonly rejected: readonly RejectedDocument[];
  readonly refused?: BusinessRejection;
}

/** Stores messages with their documents, all in one transaction, and tells which were here before. */
export function receiveMessages(context: StageContext, read: readonly ReadReception[]): Promise<Reception[]> {
  const receiveAll = async (work: Work, found: readonly StoredMessage[]): Promise<Reception[]> => {
    const receptions = await withSenders(work, read);
    const corrected = await claimCorrected(work, receptions);
    const known = new KnownMessages(found);
    const inboxIdOf = (reception: ReadReception): number | undefined => known.storedAs(reception)?.inboxId;
    const fresh = receptions.filter((reception) => known.isNew(reception));
    const inboxIds = await work.db.take('inbox_message', fresh.length);
    const messages = fresh.map((reception, i) => messageOf(reception, inboxIds[i] as number));
    for (const message of messages) known.remember(message);
    work.send(insertMessages(work.db, messages));
    const interchanges = await admitInterchanges(work, arrivedWith(fresh, messages));
    const judged = await withNamedFaults(work, fresh, interchanges);
    const documents = await takeDocuments(work.db, judged, messages, interchanges);
    await storeDocuments(work, documents.flat());
    await storeEdiDocuments(work, fresh, documents, interchanges);
    await replaceCorrected(work, corrected, inboxIdOf);
    const repeats = receptions.filter((reception) => !fresh.includes(reception) && !known.conflicts(reception));
    const earlier = repeats.map((reception) => inboxIdOf(reception) as number).filter((id) => !inboxIds.includes(id));
    await acknowledgeAgain(work, earlier);
    await leaveToRequests(work, receptions, inboxIdOf);
    const reopened = await takeUpAgain(work, [...new Set(earlier)]);
    messages.forEach((message, i) => {
      recordMessage(work, message, documents[i] as NewDocument[]);
    });
    return receptions.map((reception) => {
      const index = fresh.indexOf(reception);
      if (index >= 0) return receptionOf(messages[index] as NewMessage, documents[index] as NewDocument[]);
      const stored = known.storedAs(reception) as StoredMessage;
      return known.conflicts(reception) ? conflictOf(reception, stored) : repeatOf(reception, stored, reopened);
    });
  };
  return inTransaction(context, 'ingest', receiveAll, (db) => findMessages(db, keysOf(read)));
}

/** The faults of faulty orders with those of what they name. */
async function withNamedFaults(
  work: Work,
  receptions: readonly ReadReception[],
  interchanges: readonly AdmittedInterchange[],
): Promise<readonly ReadReception[]> {
  const isFaulty = receptions.some(({ content }) => content.documents.some(({ readable }) => readable !== undefined));
  if (!isFaulty) return receptions;
  const admitted = admittedOf(receptions, interchanges);
  const sourced = receptions.map(({ message, content }, i) =>
    content.documents.map((document): SourcedDocument => {
      const { edi } = document;
      if (edi === undefined) return { document, source: message };
      const interchange = admitted[i]?.[edi.interchange ?? -1];
      if (interchange === undefined || interchange.faults.length > 0) return { document, source: undefined };
      return {
        document,
        source: { channel: message.channel, partner: interchange.partner?.partner ?? message.partner },
      };
    }),
  );
  const judged = await judgeFaulty(work, sourced.flat());
  let next = 0;
  return receptions.map((reception) => {
    const documents = judged.slice(next, next + reception.content.documents.length);
    next += documents.length;
    return { ...reception, content: { ...reception.content, documents } };
  });
}

const keysOf = (receptions: readonly ReadReception[]): string[] =>
  receptions.flatMap(({ message }) => (message.messageKey === null ? [] : [message.messageKey]));

/** Nothing waits for few documents; many take their time, and are waited for. */
async function storeDocuments(work: Work, documents: readonly NewDocument[]): Promise<void> {
  const stored = insertDocuments(work.db, documents, work.now);
  if (documents.length <= documentsAtOnce) work.send(stored);
  else await stored;
}

function messageOf({ message, content, sha256, fingerprint }: ReadReception, inboxId: number): NewMessage {
  return {
    inboxId,
    channel: message.channel,
    partner: message.partner,
    sourceSystem: message.sourceSystem,
    messageKey: message.messageKey,
    document: message.document,
    contentType: message.contentType,
    bytes: message.bytes,
    sha256,
    fingerprint,
    single: content.single,
    warnings: content.warnings,
    receivedAt: message.receivedAt,
    keyId: message.keyId,
    reading: storedReading(message),
    corrects: message.corrects ?? null,
  };
}

function recordMessage(work: Work, message: NewMessage, documents: readonly NewDocument[]): void {
  work.record({
    subject: 'message',
    subjectId: String(message.inboxId),
    from: null,
    to: 'stored',
    reason: null,
    evidence: evidenceOf(message, documents),
  });
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

const receptionOf = ({ inboxId, channel, partner }: NewMessage, documents: readonly NewDocument[]): Reception => ({
  inboxId,
  channel,
  partner,
  replayed: false,
  ...waitingAndRejected(documents),
});

/** The same message again leads to what the first one became. */
function repeatOf(
  { message }: ReadReception,
  { inboxId }: StoredMessage,
  reopened: readonly DocumentHint[],
): Reception {
  const { channel, partner } = message;
  const documents = reopened.filter((document) => document.inboxId === inboxId);
  return { inboxId, channel, partner, replayed: true, documents, rejected: [] };
}

/** Another message under a known key is not taken. */
function conflictOf(reception: ReadReception, stored: StoredMessage): Reception {
  return { ...repeatOf(reception, stored, []), refused: keyConflict(reception.message) };
}
