import type { Fault, FaultCode } from '../domain/faults';
import type { Channel } from '../domain/master';
import type { OrderStatus } from '../domain/order';
import { Conditions, containing, foundIn } from './conditions';
import { type Database, first } from './database';
import type { DocumentKind } from './inbox-documents';
import type { InboxEntry, InboxSelection } from './inbox-queries';

/** `replaced`: rejected or parked, and a corrected copy of the message took its place. */
export const documentStates = ['stored', 'accepted', 'duplicate', 'rejected', 'parked', 'replaced'] as const;
export type DocumentState = (typeof documentStates)[number];

/** SQL: of documents that failed. SQLite takes an index on some rows only where the words of its condition are said. */
export const hasFailed = "d.state in ('rejected', 'parked')";

/** The state stands in the text, so that both databases see which index on some rows serves. */
export function inState(state: DocumentState): string {
  switch (state) {
    case 'replaced':
      return `${hasFailed} and d.state = 'rejected' and d.replaced_by is not null`;
    case 'rejected':
      return `${hasFailed} and d.state = 'rejected' and d.replaced_by is null`;
    case 'parked':
      return `${hasFailed} and d.state = 'parked'`;
    default:
      return `d.state = '${state}'`;
  }
}

/** How many documents are in which state; the replaced ones are among the rejected, for that is what they were and are. */
export type DocumentCounts = Readonly<Record<DocumentState, number>>;

export const noDocuments: DocumentCounts = {
  stored: 0,
  accepted: 0,
  duplicate: 0,
  rejected: 0,
  parked: 0,
  replaced: 0,
};

/** How many documents of each message are in which state. */
export async function documentCounts(db: Database, inboxIds: readonly number[]): Promise<Map<number, DocumentCounts>> {
  const counts = new Map(inboxIds.map((id) => [id, { ...noDocuments }]));
  if (inboxIds.length === 0) return counts;
  const rows = await db.all<{ inbox_id: number; state: DocumentState; documents: number; replaced: number }>(
    `select inbox_id, state, count(*) as documents, count(replaced_by) as replaced from inbox_document where ${db.dialect.inList('inbox_id', 'bigint')} group by inbox_id, state`,
    [db.dialect.listOf(inboxIds)],
  );
  for (const row of rows) {
    const message = counts.get(row.inbox_id);
    if (message === undefined) continue;
    message[row.state] = row.documents;
    message.replaced += row.replaced;
  }
  return counts;
}

/** A message that came again. */
export interface Repeat {
  /** Its documents that failed before and were taken up again by the repeat: what they become is new. */
  readonly reopened: readonly number[];
}

/** What became of a message that came again: what was accepted before counts as here before. */
export async function countsOfRepeat(
  db: Database,
  inboxId: number,
  counts: DocumentCounts,
  { reopened }: Repeat,
): Promise<DocumentCounts> {
  const accepted = await acceptedAmong(db, inboxId, reopened);
  return { ...counts, accepted, duplicate: counts.duplicate + counts.accepted - accepted };
}

/** A document without its canonical form, with the status of the order it became. */
export interface DocumentEntry {
  readonly documentId: number;
  readonly inboxId: number;
  readonly ordinal: number;
  readonly kind: DocumentKind;
  readonly place: string;
  readonly poNumber: string | null;
  readonly state: DocumentState;
  /** The message whose corrected copy of it took its place. */
  readonly replacedBy: number | null;
  /** It could be read; when it failed, it failed later. */
  readonly isRead: boolean;
  readonly orderId: number | null;
  readonly orderStatus: OrderStatus | null;
  readonly code: FaultCode | null;
  readonly faults: readonly Fault[];
  readonly attempts: number;
  readonly nextAttemptAt: string | null;
  readonly stepAt: string;
}

interface DocumentRow {
  document_id: number;
  inbox_id: number;
  ordinal: number;
  kind: DocumentEntry['kind'];
  place: string;
  po_number: string | null;
  state: DocumentState;
  replaced_by: number | null;
  is_read: number;
  order_id: number | null;
  order_status: OrderStatus | null;
  code: FaultCode | null;
  faults: string | null;
  attempts: number;
  next_attempt_at: string | null;
  step_at: string;
}

// Only the status is wanted: a left join with the view would let SQLite build all orders there are, for each question.
const documentColumns = `d.document_id, d.inbox_id, d.ordinal, d.kind, d.place, d.po_number, d.state, d.replaced_by,
  case when d.canonical is null then 0 else 1 end as is_read, d.order_id, o.status as order_status,
  d.code, d.faults, d.attempts, d.next_attempt_at, d.step_at`;

const documentOf = (row: DocumentRow): DocumentEntry => ({
  documentId: row.document_id,
  inboxId: row.inbox_id,
  ordinal: row.ordinal,
  kind: row.kind,
  place: row.place,
  poNumber: row.po_number,
  state: row.replaced_by === null ? row.state : 'replaced',
  replacedBy: row.replaced_by,
  isRead: Number(row.is_read) === 1,
  orderId: row.order_id,
  orderStatus: row.order_status,
  code: row.code,
  faults: row.faults === null ? [] : (JSON.parse(row.faults) as Fault[]),
  attempts: row.attempts,
  nextAttemptAt: row.next_attempt_at,
  stepAt: row.step_at,
});

/** The documents of one message in their order: all, or at most `count` after the ordinal `after`. */
export async function documentsOf(
  db: Database,
  inboxId: number,
  page?: { readonly after: number; readonly count: number },
): Promise<DocumentEntry[]> {
  const conditions = new Conditions().add('d.inbox_id = ?', inboxId).when('d.ordinal > ?', page?.after);
  const rows = await db.all<DocumentRow>(
    `select ${documentColumns} from inbox_document d left join sales_order_state o on o.order_id = d.order_id
     ${conditions.where} order by d.ordinal ${page === undefined ? '' : `limit ${page.count}`}`,
    conditions.values,
  );
  return rows.map(documentOf);
}

export interface DocumentSelection extends Omit<InboxSelection, 'state'> {
  readonly state?: DocumentState | undefined;
  readonly orderId?: number | undefined;
  readonly inboxId?: number | undefined;
  readonly poNumber?: string | undefined;
}

export type SourcedDocument = DocumentEntry & Pick<InboxEntry, 'channel' | 'partner' | 'document' | 'receivedAt'>;

/** Documents of all messages with their source, newest first, at most `count`. */
export async function findDocuments(
  db: Database,
  selection: DocumentSelection,
  count: number,
): Promise<SourcedDocument[]> {
  const conditions = new Conditions()
    .when('d.inbox_id = ?', selection.inboxId)
    .when('d.po_number = ?', selection.poNumber)
    .when(`${hasFailed} and d.code = ?`, selection.code)
    .when('m.channel = ?', selection.channel)
    .when('m.partner = ?', selection.partner)
    .when('m.received_at >= ?', selection.from)
    .when('m.received_at < ?', selection.until)
    .when('d.document_id < ?', selection.before);
  if (selection.state === 'accepted') conditions.add(inState(selection.state));
  else if (selection.state !== undefined)
    conditions.add(`d.document_id in (select d.document_id from inbox_document d where ${inState(selection.state)})`);
  if (selection.text !== undefined)
    conditions.add(
      `(${foundIn('m.document')} or ${foundIn('d.po_number')})`,
      containing(selection.text),
      containing(selection.text),
    );
  if (selection.orderId !== undefined) {
    // An order's repeats come after the document that created it: the key bounds the search.
    conditions.add(
      'd.order_id = ? and d.document_id >= (select document_id from sales_order where order_id = ?)',
      selection.orderId,
      selection.orderId,
    );
  }
  const rows = await db.all<
    DocumentRow & {
      channel: Channel;
      partner: string;
      document: string;
      received_at: string;
    }
  >(
    `select ${documentColumns}, m.channel, m.partner, m.document, m.received_at
     from inbox_document d join inbox_message m on m.inbox_id = d.inbox_id left join sales_order_state o on o.order_id = d.order_id
     ${conditions.where} order by d.document_id desc limit ${count}`,
    conditions.values,
  );
  return rows.map((row) => ({
    ...documentOf(row),
    channel: row.channel,
    partner: row.partner,
    document: row.document,
    receivedAt: row.received_at,
  }));
}

/** How many of these documents of a message became orders of their own. */
async function acceptedAmong(db: Database, inboxId: number, documentIds: readonly number[]): Promise<number> {
  if (documentIds.length === 0) return 0;
  const row = await first<{ count: number }>(
    db,
    `select cast(count(*) as bigint) as count from inbox_document
     where inbox_id = ? and state = 'accepted' and ${db.dialect.inList('document_id', 'bigint')}`,
    [inboxId, db.dialect.listOf(documentIds)],
  );
  return row?.count ?? 0;
}
