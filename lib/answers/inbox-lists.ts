import type { Fault } from '../domain/faults';
import { channels } from '../domain/master';
import { salesOrderNumber } from '../domain/order';
import type { Database } from '../store/database';
import {
  type DocumentCounts,
  type DocumentEntry,
  type DocumentState,
  documentCounts,
  documentStates,
  documentsOf,
  findDocuments,
  noDocuments,
} from '../store/document-queries';
import { findInbox, findMessage, type InboxEntry, messageBytes } from '../store/inbox-queries';
import { correctionsOf } from '../store/inbox-replay';
import { type ListQuery, ListQueryReader, pageOf } from './list-query';

/** A message as it came in; `state` is that of the documents which still need somebody, else what became of them. */
export interface InboxMessageOut {
  readonly inboxId: string;
  readonly state: DocumentState;
  readonly channel: string;
  readonly partner: string;
  readonly sourceSystem: string | null;
  readonly document: string;
  readonly contentType: string;
  /** bytes */
  readonly size: number;
  readonly sha256: string;
  readonly receivedAt: string;
  readonly warnings: readonly string[];
  /** The documents by state; the replaced ones are among the rejected. */
  readonly counts: DocumentCounts;
  /** The message that this one is a corrected copy of. */
  readonly corrects: string | null;
  /** When its bytes were dropped, because the company's retention says so. */
  readonly bytesDroppedAt: string | null;
}

export interface DocumentOut {
  readonly ordinal: number;
  readonly kind: DocumentEntry['kind'];
  readonly place: string;
  readonly poNumber: string | null;
  readonly state: DocumentState;
  /** Where it failed: while it was read, or when its order was to be created. */
  readonly stage: 'order-ingest' | 'source-tag' | null;
  /** The message that took its place. */
  readonly replacedBy: string | null;
  readonly salesOrder: string | null;
  readonly orderStatus: string | null;
  readonly code: string | null;
  readonly errors: readonly Fault[];
  readonly attempts: number;
  readonly nextAttemptAt: string | null;
  readonly changedAt: string;
}

/** The bytes as text when they are text, else in base64; at most 64 KB of them. */
export interface RawMessage {
  readonly encoding: 'text' | 'base64';
  readonly content: string;
  readonly truncated: boolean;
}

/** Waiting first, then what failed: one word for a message of many documents. */
const statesByUrgency: readonly DocumentState[] = ['stored', 'parked', 'rejected', 'accepted', 'duplicate', 'replaced'];

export function stateOfMessage(counts: DocumentCounts): DocumentState {
  const open = { ...counts, rejected: counts.rejected - counts.replaced };
  return statesByUrgency.find((state) => open[state] > 0) ?? 'accepted';
}

function messageOut(entry: InboxEntry, counts: DocumentCounts = noDocuments): InboxMessageOut {
  return {
    inboxId: String(entry.inboxId),
    state: stateOfMessage(counts),
    channel: entry.channel,
    partner: entry.partner,
    sourceSystem: entry.sourceSystem,
    document: entry.document,
    contentType: entry.contentType,
    size: entry.size,
    sha256: entry.sha256,
    receivedAt: entry.receivedAt,
    warnings: entry.warnings,
    counts,
    corrects: entry.corrects === null ? null : String(entry.corrects.inboxId),
    bytesDroppedAt: entry.bytesDroppedAt,
  };
}

function documentOut(entry: DocumentEntry): DocumentOut {
  return {
    ordinal: entry.ordinal,
    kind: entry.kind,
    place: entry.place,
    poNumber: entry.poNumber,
    state: entry.state,
    stage: stageOf(entry),
    replacedBy: entry.replacedBy === null ? null : String(entry.replacedBy),
    salesOrder: entry.orderId === null ? null : salesOrderNumber(entry.orderId),
    orderStatus: entry.orderStatus,
    code: entry.code,
    errors: entry.faults,
    attempts: entry.attempts,
    nextAttemptAt: entry.state === 'stored' ? entry.nextAttemptAt : null,
    changedAt: entry.stepAt,
  };
}

function stageOf({ faults, state, isRead }: DocumentEntry): DocumentOut['stage'] {
  if (faults.length === 0 && state !== 'parked') return null;
  return isRead ? 'source-tag' : 'order-ingest';
}

/** What documents and their messages are found by. */
const filters = ['state', 'code', 'text', 'channel', 'partner', 'from', 'to'] as const;

const filterOf = (reader: ListQueryReader) => ({
  state: reader.oneOf('state', documentStates),
  code: reader.text('code'),
  text: reader.text('text'),
  channel: reader.oneOf('channel', channels),
  partner: reader.text('partner'),
  from: reader.from(),
  until: reader.until(),
});

/**
 * Messages, newest first. Parameters: `state` and `code` (of at least one of the documents), `channel`, `partner`,
 * `text` (in the document's name or a PO number), `from` and `to` (dates or instants of the receipt), `limit`, `cursor`.
 * @throws BusinessRejection with every parameter that is not valid.
 */
export async function listInbox(
  db: Database,
  query: ListQuery,
): Promise<{ inbox: InboxMessageOut[]; next: string | null }> {
  const reader = new ListQueryReader(query, [...filters, 'limit', 'cursor']);
  const selection = { ...filterOf(reader), before: reader.cursor('inbox', [0] as const)?.[0] };
  const limit = reader.limit();
  reader.check();
  const { page, next } = pageOf('inbox', await findInbox(db, selection, limit + 1), limit, (entry) => [entry.inboxId]);
  const ids = page.map((entry) => entry.inboxId);
  const counts = await documentCounts(db, ids);
  return { inbox: page.map((entry) => messageOut(entry, counts.get(entry.inboxId))), next };
}

export interface InboxMessageDetail extends InboxMessageOut {
  readonly documents: readonly DocumentOut[];
  /** Cursor of the next page of documents. */
  readonly next: string | null;
  /** Who corrected another message by this one, and why. */
  readonly correction: { readonly by: string; readonly reason: string | null } | null;
  /** The corrected copies of this message so far, the newest first. */
  readonly corrections: readonly string[];
  readonly raw: RawMessage;
}

/**
 * One message with its documents and how it came in; undefined when there is none. Parameters: `limit` (1 to 500
 * documents, default 500) and `cursor`; an `inboxId` among them is passed over.
 * @throws BusinessRejection with every parameter that is not valid.
 */
export async function inboxMessage(
  db: Database,
  id: number,
  query: ListQuery = {},
): Promise<InboxMessageDetail | undefined> {
  const reader = new ListQueryReader(query, ['inboxId', 'limit', 'cursor']);
  const after = reader.cursor(`inbox ${id}`, [0] as const)?.[0] ?? -1;
  const limit = reader.limit(500);
  reader.check();
  const entry = await findMessage(db, id);
  if (entry === undefined) return undefined;
  const counts = await documentCounts(db, [id]);
  const { page, next } = pageOf(
    `inbox ${id}`,
    await documentsOf(db, id, { after, count: limit + 1 }),
    limit,
    (document) => [document.ordinal],
  );
  return {
    ...messageOut(entry, counts.get(id)),
    documents: page.map(documentOut),
    next,
    correction: entry.corrects === null ? null : { by: entry.corrects.by, reason: entry.corrects.reason },
    corrections: (await correctionsOf(db, id)).map(({ inboxId }) => String(inboxId)),
    raw: rawOf(await messageBytes(db, id, mostInline), entry.size),
  };
}

const mostInline = 65_536;

function rawOf(head: Buffer, size: number): RawMessage {
  const truncated = size > head.length;
  const content = textOf(head, truncated);
  return content === undefined
    ? { encoding: 'base64', content: head.toString('base64'), truncated }
    : { encoding: 'text', content, truncated };
}

/** UTF-8 without control characters other than white space; a character that the cut split is left out. */
function textOf(head: Buffer, truncated: boolean): string | undefined {
  try {
    const text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(head, { stream: truncated });
    return /[\u0000-\u0008\u000e-\u001f\u007f]/.test(text) ? undefined : text;
  } catch {
    return undefined;
  }
}

export interface MessageOut extends DocumentOut {
  readonly inboxId: string;
  readonly channel: string;
  readonly partner: string;
  readonly document: string;
  readonly receivedAt: string;
}

/**
 * The documents of all messages, newest first: which became which order, and what went wrong. Parameters: `salesOrder`,
 * `inboxId`, `poNumber` (as it was sent), `state`, `code`, `text`, `channel`, `partner`, `from`, `to`, `limit`, `cursor`.
 * @throws BusinessRejection with every parameter that is not valid.
 */
export async function listMessages(
  db: Database,
  query: ListQuery,
): Promise<{ messages: MessageOut[]; next: string | null }> {
  const reader = new ListQueryReader(query, ['salesOrder', 'inboxId', 'poNumber', ...filters, 'limit', 'cursor']);
  const selection = {
    orderId: reader.id('salesOrder', /^SO-(\d{6,15})$/, 'SO-000012'),
    inboxId: reader.id('inboxId', /^(\d{1,15})$/, '12'),
    poNumber: reader.text('poNumber'),
    ...filterOf(reader),
    before: reader.cursor('messages', [0] as const)?.[0],
  };
  const limit = reader.limit();
  reader.check();
  const { page, next } = pageOf('messages', await findDocuments(db, selection, limit + 1), limit, (entry) => [
    entry.documentId,
  ]);
  const messages = page.map((entry) => ({
    inboxId: String(entry.inboxId),
    channel: entry.channel,
    partner: entry.partner,
    document: entry.document,
    receivedAt: entry.receivedAt,
    ...documentOut(entry),
  }));
  return { messages, next };
}
