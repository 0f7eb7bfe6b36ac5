import type { EdiPurpose, OrderEcho } from '../intake/edi/mapped-message';
import type { Database } from './database';
import { hasFailed } from './document-queries';

/** Changes that were applied before, by their fingerprint: the orders that they changed, and whether none came after them. */
export async function appliedBefore(
  db: Database,
  partners: readonly string[],
  fingerprints: readonly string[],
): Promise<{ documentId: number; partner: string; fingerprint: string; orderId: number | null; isLatest: boolean }[]> {
  if (fingerprints.length === 0) return [];
  const { dialect } = db;
  const rows = await db.all<{
    document_id: number;
    partner: string;
    fingerprint: string;
    order_id: number | null;
    latest: number;
  }>(
    `select e.document_id, e.partner, e.fingerprint, d.order_id, case when exists (
         select 1 from inbox_document l where l.order_id = d.order_id and l.state = 'accepted' and l.kind in ('change', 'cancel')
           and (l.step_at > d.step_at or (l.step_at = d.step_at and l.document_id > d.document_id))) then 0 else 1 end as latest
     from edi_document e join inbox_document d on d.document_id = e.document_id
     where ${dialect.inList('e.partner', 'text')} and ${dialect.inList('e.fingerprint', 'text')} and d.state = 'accepted' and d.kind in ('change', 'cancel')`,
    [dialect.listOf([...new Set(partners)]), dialect.listOf([...new Set(fingerprints)])],
  );
  return rows.map((row) => ({
    documentId: row.document_id,
    partner: row.partner,
    fingerprint: row.fingerprint,
    orderId: row.order_id,
    isLatest: Number(row.latest) === 1,
  }));
}

/** A change that an order has taken. */
export interface AppliedChange {
  readonly purpose: EdiPurpose;
  /** JSON of the change, or of the order that replaces the one before. */
  readonly canonical: string;
  readonly echo: OrderEcho | null;
}

/** The changes that orders have taken, in the order in which they took them; cancellations are left out. */
export async function appliedChanges(db: Database, orderIds: readonly number[]): Promise<Map<number, AppliedChange[]>> {
  if (orderIds.length === 0) return new Map();
  const rows = await db.all<{ order_id: number; purpose: EdiPurpose; canonical: string; echo: string | null }>(
    `select d.order_id, e.purpose, d.canonical, e.echo from inbox_document d join edi_document e on e.document_id = d.document_id
     where d.kind in ('change', 'cancel') and d.kind = 'change' and d.state = 'accepted' and ${db.dialect.inList('d.order_id', 'bigint')}
     order by d.step_at, d.document_id`,
    [db.dialect.listOf([...new Set(orderIds)])],
  );
  const changes = Map.groupBy(rows, (row) => row.order_id);
  return new Map(
    [...changes].map(([orderId, ofOrder]) => [
      orderId,
      ofOrder.map(({ purpose, canonical, echo }) => ({
        purpose,
        canonical,
        echo: echo === null ? null : (JSON.parse(echo) as OrderEcho),
      })),
    ]),
  );
}

/** Changes that overtook their order and wait for it. */
export async function changesThatWait(
  db: Database,
  partners: readonly string[],
): Promise<{ documentId: number; partner: string; poNumber: string }[]> {
  if (partners.length === 0) return [];
  const rows = await db.all<{ document_id: number; partner: string; po_number: string }>(
    `select d.document_id, e.partner, d.po_number from inbox_document d join edi_document e on e.document_id = d.document_id
     where ${hasFailed} and d.state = 'parked' and d.code = 'unknown-order' and d.kind in ('change', 'cancel') and ${db.dialect.isListed('e.partner', 'text')}`,
    [db.dialect.listOf([...new Set(partners)])],
  );
  return rows.map((row) => ({ documentId: row.document_id, partner: row.partner, poNumber: row.po_number }));
}

/** Changes of these partners that wait to be worked, with when they came. */
export async function changesStored(
  db: Database,
  partners: readonly string[],
): Promise<{ documentId: number; partner: string; poNumber: string; receivedAt: string }[]> {
  const rows = await db.all<{ document_id: number; partner: string; po_number: string | null; received_at: string }>(
    `select d.document_id, e.partner, d.po_number, m.received_at
     from inbox_document d join edi_document e on e.document_id = d.document_id join inbox_message m on m.inbox_id = d.inbox_id
     where d.state = 'stored' and d.kind in ('change', 'cancel') and ${db.dialect.isListed('e.partner', 'text')}`,
    [db.dialect.listOf([...new Set(partners)])],
  );
  return rows.map((row) => ({
    documentId: row.document_id,
    partner: row.partner,
    poNumber: row.po_number ?? '',
    receivedAt: row.received_at,
  }));
}

/** Those of these changes that wait to be worked and may be tried now. */
export async function changesDue(db: Database, documentIds: readonly number[], now: string): Promise<number[]> {
  const rows = await db.all<{ document_id: number }>(
    `select document_id from inbox_document where state = 'stored' and (next_attempt_at is null or next_attempt_at <= ?)
       and ${db.dialect.inList('document_id', 'bigint')} order by document_id`,
    [now, db.dialect.listOf(documentIds)],
  );
  return rows.map((row) => row.document_id);
}

/** A change comes up again with the next attempt of one of those before it; at once when none of them has to wait for that. */
export async function waitBehind(
  db: Database,
  documentId: number,
  earlier: readonly number[],
  now: string,
): Promise<void> {
  await db.run(
    `update inbox_document set next_attempt_at = coalesce(
       (select min(e.next_attempt_at) from inbox_document e where e.state = 'stored' and ${db.dialect.inList('e.document_id', 'bigint')}), ?)
     where document_id = ? and state = 'stored'`,
    [db.dialect.listOf(earlier), now, documentId],
  );
}

/** Changes that wait for an order since then, the newest first. */
export async function changesParkedSince(db: Database, since: string, limit: number): Promise<number[]> {
  const rows = await db.all<{ document_id: number }>(
    `select d.document_id from inbox_document d where ${hasFailed} and d.state = 'parked' and d.code = 'unknown-order' and d.kind in ('change', 'cancel') and d.step_at >= ?
     order by d.document_id desc limit ?`,
    [since, limit],
  );
  return rows.map((row) => row.document_id);
}

/** Their order is there now: the next sweep takes them up at once. */
export async function reopenChanges(db: Database, documentIds: readonly number[]): Promise<void> {
  if (documentIds.length === 0) return;
  await db.run(
    `update inbox_document set state = 'stored', code = null, faults = null, step_at = '' where state = 'parked' and code = 'unknown-order' and ${db.dialect.inList('document_id', 'bigint')}`,
    [db.dialect.listOf(documentIds)],
  );
}
