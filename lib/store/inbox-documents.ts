import { setImmediate } from 'node:timers/promises';
import type { Fault, FaultCode } from '../domain/faults';
import type { Channel } from '../domain/master';
import type { EdiPurpose } from '../intake/edi/mapped-message';
import { type Database, type Row, together } from './database';
import { ediSources } from './edi-documents';

export const documentKinds = ['order', 'change', 'cancel', 'test', 'acknowledgement', 'unreadable'] as const;
export type DocumentKind = (typeof documentKinds)[number];

export interface NewDocument {
  readonly documentId: number;
  readonly inboxId: number;
  readonly ordinal: number;
  readonly kind: DocumentKind;
  readonly place: string;
  readonly poNumber: string | null;
  readonly canonical: string | null;
  readonly fingerprint: string | null;
  /** `FieldPlaces` as JSON; null when pointers say where the fields stand. */
  readonly places: string | null;
  /** Why a person has to look at its order. */
  readonly review: readonly string[];
  readonly state: 'stored' | 'accepted' | 'rejected' | 'parked';
  readonly code: FaultCode | null;
  readonly faults: readonly Fault[];
}

/** As many documents as are inserted by one statement. */
export const documentsAtOnce = 500;

/** A file may bring very many: they go in part by part, and whatever else this process has to do comes between. */
export async function insertDocuments(db: Database, documents: readonly NewDocument[], now: string): Promise<void> {
  for (let start = 0; start < documents.length; start += documentsAtOnce) {
    if (start > 0) await setImmediate();
    await insertPart(db, documents.slice(start, start + documentsAtOnce), now);
  }
}

async function insertPart(db: Database, documents: readonly NewDocument[], now: string): Promise<void> {
  const rows = documents.map(
    (document): Row => ({
      document_id: document.documentId,
      inbox_id: document.inboxId,
      ordinal: document.ordinal,
      kind: document.kind,
      ...contentColumns(document),
      attempts: 0,
      step_at: now,
    }),
  );
  await db.insert('inbox_document', rows);
}

/** What reading a document gave. */
export type DocumentContent = Pick<
  NewDocument,
  'place' | 'poNumber' | 'canonical' | 'fingerprint' | 'places' | 'review' | 'state' | 'code' | 'faults'
>;

export const contentColumns = (document: DocumentContent): Row => ({
  place: document.place,
  po_number: document.poNumber,
  canonical: document.canonical,
  fingerprint: document.fingerprint,
  places: document.places,
  review: document.review.length === 0 ? null : JSON.stringify(document.review),
  state: document.state,
  code: document.code,
  faults: document.faults.length === 0 ? null : JSON.stringify(document.faults),
});

/** A document with what its order's source needs of the message. */
export interface StoredDocument {
  readonly documentId: number;
  readonly inboxId: number;
  readonly ordinal: number;
  readonly kind: DocumentKind;
  readonly place: string;
  readonly canonical: string | null;
  readonly fingerprint: string | null;
  /** `FieldPlaces` as JSON; null when pointers say where the fields stand. */
  readonly places: string | null;
  /** Why a person has to look at its order. */
  readonly review: readonly string[];
  readonly state: 'stored' | 'accepted' | 'duplicate' | 'rejected' | 'parked';
  readonly orderId: number | null;
  /** Technical faults so far. */
  readonly attempts: number;
  readonly code: FaultCode | null;
  readonly faults: readonly Fault[];
  readonly channel: Channel;
  readonly partner: string;
  /** What an EDI message asks for; null for all other documents. */
  readonly purpose: EdiPurpose | null;
  readonly sourceSystem: string | null;
  readonly document: string;
  readonly receivedAt: string;
}

interface DocumentRow {
  document_id: number;
  inbox_id: number;
  ordinal: number;
  kind: DocumentKind;
  place: string;
  canonical: string | null;
  fingerprint: string | null;
  places: string | null;
  review: string | null;
  state: StoredDocument['state'];
  order_id: number | null;
  attempts: number;
  code: FaultCode | null;
  faults: string | null;
}

interface MessageRow {
  inbox_id: number;
  channel: StoredDocument['channel'];
  partner: string;
  source_system: string | null;
  document: string;
  received_at: string;
}

/** Locks documents, in the order of their numbers, and reads them with their messages' source. */
export function lockDocuments(db: Database, ids: readonly number[]): Promise<StoredDocument[]> {
  return documentsWith(db, ids, db.dialect.lockRows);
}

/** The documents as they are now: not locked. */
export function loadDocuments(db: Database, ids: readonly number[]): Promise<StoredDocument[]> {
  return documentsWith(db, ids, '');
}

async function documentsWith(db: Database, ids: readonly number[], lock: string): Promise<StoredDocument[]> {
  if (ids.length === 0) return [];
  const { dialect } = db;
  const wanted = [dialect.listOf([...new Set(ids)])];
  const these = dialect.inList('document_id', 'bigint');
  const [rows, messages] = await together([
    db.all<DocumentRow>(
      `select document_id, inbox_id, ordinal, kind, place, canonical, fingerprint, places, review, state, order_id, attempts, code, faults from inbox_document
       where ${these} order by document_id ${lock}`,
      wanted,
    ),
    db.all<MessageRow>(
      `select inbox_id, channel, partner, source_system, document, received_at from inbox_message
       where inbox_id in (select inbox_id from inbox_document where ${these})`,
      wanted,
    ),
  ]);
  const byId = new Map(messages.map((message) => [message.inbox_id, message]));
  const edi = await ediSources(
    db,
    rows.filter((row) => byId.get(row.inbox_id)?.channel === 'edi').map((row) => row.document_id),
  );
  return rows.map((row) => {
    const message = byId.get(row.inbox_id) as MessageRow;
    const source = edi.get(row.document_id);
    return {
      documentId: row.document_id,
      inboxId: row.inbox_id,
      ordinal: row.ordinal,
      kind: row.kind,
      place: row.place,
      canonical: row.canonical,
      fingerprint: row.fingerprint,
      places: row.places,
      review: row.review === null ? [] : (JSON.parse(row.review) as string[]),
      state: row.state,
      orderId: row.order_id,
      attempts: row.attempts,
      code: row.code,
      faults: row.faults === null ? [] : (JSON.parse(row.faults) as Fault[]),
      channel: message.channel,
      partner: source?.partner ?? message.partner,
      purpose: source?.purpose ?? null,
      sourceSystem: message.source_system,
      document: message.document,
      receivedAt: message.received_at,
    };
  });
}

/** What became of a document. */
export interface DocumentVerdict {
  readonly documentId: number;
  readonly state: 'accepted' | 'duplicate' | 'rejected' | 'parked';
  readonly orderId: number | null;
  readonly code: FaultCode | null;
  readonly faults: readonly Fault[];
  /** Now, when nothing is said. */
  readonly decidedAt?: string;
}

export async function saveVerdicts(db: Database, verdicts: readonly DocumentVerdict[], now: string): Promise<void> {
  await db.update(
    'inbox_document',
    ['document_id'],
    verdicts.map((verdict) => ({
      document_id: verdict.documentId,
      state: verdict.state,
      order_id: verdict.orderId,
      code: verdict.code,
      faults: verdict.faults.length === 0 ? null : JSON.stringify(verdict.faults),
      step_at: verdict.decidedAt ?? now,
    })),
  );
}

/**
 * Takes rejected or parked, but readable, documents of these messages up again: what was unknown then may be known now.
 * A document that a corrected copy replaced is done with.
 */
export async function reopenRejected(
  db: Database,
  inboxIds: readonly number[],
  now: string,
): Promise<{ documentId: number; inboxId: number; ordinal: number }[]> {
  if (inboxIds.length === 0) return [];
  const rows = await db.all<{ document_id: number; inbox_id: number; ordinal: number }>(
    `update inbox_document set state = 'stored', code = null, faults = null, attempts = 0, next_attempt_at = null, step_at = ?
     where state in ('rejected', 'parked') and canonical is not null and replaced_by is null and ${db.dialect.inList('inbox_id', 'bigint')} returning document_id, inbox_id, ordinal`,
    [now, db.dialect.listOf(inboxIds)],
  );
  return rows.map((row) => ({ documentId: row.document_id, inboxId: row.inbox_id, ordinal: row.ordinal }));
}

/** Keeps that a document failed: when it is tried again, or that it waits for a person now. */
export async function postponeDocument(
  db: Database,
  document: {
    readonly documentId: number;
    readonly attempts: number;
    readonly parked: boolean;
    readonly nextAttemptAt: string | null;
    /** What went wrong, for the operators. */
    readonly cause: string;
  },
  now: string,
): Promise<void> {
  const fault: Fault = { path: '', code: 'parked', message: document.cause };
  await db.run(
    'update inbox_document set state = ?, code = ?, faults = ?, attempts = ?, next_attempt_at = ?, step_at = ? where document_id = ?',
    [
      document.parked ? 'parked' : 'stored',
      document.parked ? 'parked' : null,
      JSON.stringify([fault]),
      document.attempts,
      document.nextAttemptAt,
      now,
      document.documentId,
    ],
  );
}
