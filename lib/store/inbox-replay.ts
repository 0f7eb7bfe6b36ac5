import type { Fault, FaultCode } from '../domain/faults';
import { Conditions, containing, foundIn } from './conditions';
import { type Database, first, type Row } from './database';
import { contentColumns, type DocumentContent, type DocumentKind } from './inbox-documents';

/** A document that was rejected or parked and that no corrected copy replaced. */
export interface FailedDocument {
  readonly documentId: number;
  readonly inboxId: number;
  readonly ordinal: number;
  readonly kind: DocumentKind;
  readonly poNumber: string | null;
  readonly state: 'rejected' | 'parked';
  readonly code: FaultCode | null;
  readonly faults: readonly Fault[];
  /** It could be read: its canonical form is there. */
  readonly isRead: boolean;
}

/** Which failed documents are meant; all conditions hold together, none means all of them. */
export interface FailedSelection {
  readonly inboxIds?: readonly number[] | undefined;
  readonly state?: 'rejected' | 'parked' | undefined;
  readonly code?: string | undefined;
  readonly channel?: string | undefined;
  readonly partner?: string | undefined;
  /** ISO 8601 text of the receipt, included. */
  readonly from?: string | undefined;
  /** excluded */
  readonly until?: string | undefined;
  /** Found in the message's document name, or in a PO number. */
  readonly text?: string | undefined;
}

const failed = "d.state in ('rejected', 'parked') and d.replaced_by is null";

function documentConditions(conditions: Conditions, { state, code }: FailedSelection): Conditions {
  conditions.add(failed).when('d.code = ?', code);
  return state === undefined ? conditions : conditions.add(`d.state = '${state}'`);
}

interface FailedRow {
  document_id: number;
  inbox_id: number;
  ordinal: number;
  kind: FailedDocument['kind'];
  po_number: string | null;
  state: FailedDocument['state'];
  code: FaultCode | null;
  faults: string | null;
  is_read: number;
}

const failedColumns =
  'd.document_id, d.inbox_id, d.ordinal, d.kind, d.po_number, d.state, d.code, d.faults, case when d.canonical is null then 0 else 1 end as is_read';

const failedOf = (row: FailedRow): FailedDocument => ({
  documentId: row.document_id,
  inboxId: row.inbox_id,
  ordinal: row.ordinal,
  kind: row.kind,
  poNumber: row.po_number,
  state: row.state,
  code: row.code,
  faults: row.faults === null ? [] : (JSON.parse(row.faults) as Fault[]),
  isRead: Number(row.is_read) === 1,
});

/** Locks what failed of these messages, in the order of the documents' numbers. */
export function lockFailedOf(db: Database, inboxIds: readonly number[]): Promise<FailedDocument[]> {
  return failedWith(db, inboxIds, {}, db.dialect.lockRows);
}

/** What failed of these messages, by document: not locked. */
export function failedDocumentsOf(
  db: Database,
  inboxIds: readonly number[],
  selection: FailedSelection = {},
): Promise<FailedDocument[]> {
  return failedWith(db, inboxIds, selection, '');
}

async function failedWith(
  db: Database,
  inboxIds: readonly number[],
  selection: FailedSelection,
  lock: string,
): Promise<FailedDocument[]> {
  if (inboxIds.length === 0) return [];
  const conditions = documentConditions(
    new Conditions().add(db.dialect.inList('d.inbox_id', 'bigint'), db.dialect.listOf(inboxIds)),
    selection,
  );
  const rows = await db.all<FailedRow>(
    `select ${failedColumns} from inbox_document d ${conditions.where} order by d.document_id ${lock}`,
    conditions.values,
  );
  return rows.map(failedOf);
}

export interface FailedMessage {
  readonly inboxId: number;
  /** bytes */
  readonly size: number;
}

/** Messages after one that have such documents, the oldest first, at most `count`. */
export async function failedMessages(
  db: Database,
  selection: FailedSelection,
  after: number,
  count: number,
): Promise<FailedMessage[]> {
  const { inboxIds, channel, partner, from, until, text } = selection;
  const conditions = documentConditions(new Conditions().add('d.inbox_id > ?', after), selection)
    .when('m.channel = ?', channel)
    .when('m.partner = ?', partner)
    .when('m.received_at >= ?', from)
    .when('m.received_at < ?', until);
  if (inboxIds !== undefined) conditions.add(db.dialect.inList('d.inbox_id', 'bigint'), db.dialect.listOf(inboxIds));
  if (text !== undefined)
    conditions.add(`(${foundIn('m.document')} or ${foundIn('d.po_number')})`, containing(text), containing(text));
  const rows = await db.all<{ inbox_id: number; size: number }>(
    `select distinct d.inbox_id, m.size from inbox_document d join inbox_message m on m.inbox_id = d.inbox_id
     ${conditions.where} order by d.inbox_id limit ${count}`,
    conditions.values,
  );
  return rows.map(({ inbox_id, size }) => ({ inboxId: inbox_id, size }));
}

/** Documents that were read get another chance now; a sweep takes them up at once. */
export async function reopenNow(db: Database, documentIds: readonly number[], now: string): Promise<void> {
  if (documentIds.length === 0) return;
  await db.run(
    `update inbox_document set state = 'stored', code = null, faults = null, attempts = 0, next_attempt_at = ?, step_at = ?
     where ${db.dialect.inList('document_id', 'bigint')}`,
    [now, now, db.dialect.listOf(documentIds)],
  );
}

/** Lets a sweep take up these waiting documents at once. */
export async function dueNow(db: Database, documentIds: readonly number[], now: string): Promise<void> {
  if (documentIds.length === 0) return;
  await db.run(
    `update inbox_document set next_attempt_at = ? where state = 'stored' and ${db.dialect.inList('document_id', 'bigint')}`,
    [now, db.dialect.listOf(documentIds)],
  );
}

/** A document of a message, as far as reading it again has to know it. */
export interface PresentDocument {
  readonly documentId: number;
  readonly ordinal: number;
  readonly kind: string;
  readonly poNumber: string | null;
  /** null when it could not be read */
  readonly fingerprint: string | null;
  readonly isReplaced: boolean;
}

export async function documentsPresent(db: Database, inboxId: number): Promise<PresentDocument[]> {
  const rows = await db.all<{
    document_id: number;
    ordinal: number;
    kind: string;
    po_number: string | null;
    fingerprint: string | null;
    replaced_by: number | null;
  }>(
    'select document_id, ordinal, kind, po_number, fingerprint, replaced_by from inbox_document where inbox_id = ? order by ordinal',
    [inboxId],
  );
  return rows.map((row) => ({
    documentId: row.document_id,
    ordinal: row.ordinal,
    kind: row.kind,
    poNumber: row.po_number,
    fingerprint: row.fingerprint,
    isReplaced: row.replaced_by !== null,
  }));
}

/** What reading a document again gave. */
export interface ReadAgain extends DocumentContent {
  readonly documentId: number;
  readonly state: 'stored' | 'rejected';
}

export async function saveReadAgain(db: Database, documents: readonly ReadAgain[], now: string): Promise<void> {
  await db.update(
    'inbox_document',
    ['document_id'],
    documents.map(
      (document): Row => ({
        document_id: document.documentId,
        ...contentColumns(document),
        attempts: 0,
        next_attempt_at: null,
        step_at: now,
      }),
    ),
  );
}

/** Takes documents away whose message was split into others; they never became an order. */
export async function removeDocuments(db: Database, documentIds: readonly number[]): Promise<void> {
  if (documentIds.length === 0) return;
  await db.run(
    `delete from inbox_document where state in ('rejected', 'parked') and order_id is null and ${db.dialect.inList('document_id', 'bigint')}`,
    [db.dialect.listOf(documentIds)],
  );
}

/** These documents are done with: a corrected copy took their place. A parked one is retried no more. */
export async function markReplaced(
  db: Database,
  documentIds: readonly number[],
  by: number,
  now: string,
): Promise<void> {
  if (documentIds.length === 0) return;
  await db.run(
    `update inbox_document set state = 'rejected', replaced_by = ?, next_attempt_at = null, step_at = ?
     where ${db.dialect.inList('document_id', 'bigint')}`,
    [by, now, db.dialect.listOf(documentIds)],
  );
}

export interface KnownCorrection {
  readonly inboxId: number;
  readonly sha256: string;
}

/** The corrected copies of a message so far, the newest first. */
export async function correctionsOf(db: Database, inboxId: number): Promise<KnownCorrection[]> {
  const rows = await db.all<{ inbox_id: number; sha256: string }>(
    'select inbox_id, sha256 from inbox_message where corrects = ? order by inbox_id desc',
    [inboxId],
  );
  return rows.map((row) => ({ inboxId: row.inbox_id, sha256: row.sha256 }));
}

/** How many documents a message holds. */
export async function countDocuments(db: Database, inboxId: number): Promise<number> {
  const row = await first<{ n: number }>(db, 'select count(*) as n from inbox_document where inbox_id = ?', [inboxId]);
  return row?.n ?? 0;
}

/** How many of these messages have a document that waits for its order. */
export async function waitingMessages(db: Database, inboxIds: readonly number[]): Promise<number> {
  const row = await first<{ n: number }>(
    db,
    `select count(distinct inbox_id) as n from inbox_document where state = 'stored' and ${db.dialect.inList('inbox_id', 'bigint')}`,
    [db.dialect.listOf(inboxIds)],
  );
  return row?.n ?? 0;
}
