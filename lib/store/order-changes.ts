import type { Totals } from '../domain/money';
import type { Order, OrderLine } from '../domain/order';
import type { Database } from './database';
import { lineRow } from './order-rows';

/**
 * Writes what a customer's change does to an order beyond its state: the terms that follow it, lines that are new, and
 * lines whose goods, quantity, unit or price are others now. The order must be locked.
 */
export async function saveChangedOrder(
  db: Database,
  order: Order,
  linesBefore: readonly OrderLine[],
  { net, tax, gross }: Totals,
): Promise<void> {
  await db.update(
    'sales_order_terms',
    ['order_id'],
    [
      {
        order_id: order.id,
        requested_delivery: order.requestedDelivery,
        ship_to: order.shipTo,
        note: order.note,
        net,
        tax,
        gross,
        tax_rates: JSON.stringify(order.taxRates),
      },
    ],
  );
  const known = new Set(linesBefore.map(({ line }) => line));
  const rows = order.lines.map((line) => lineRow(order.id, line));
  await db.update(
    'sales_order_line',
    ['order_id', 'line'],
    rows.filter((row) => known.has(row.line as number)),
  );
  await db.insert(
    'sales_order_line',
    rows.filter((row) => !known.has(row.line as number)),
  );
}

/** A change or cancellation that an order has taken, or that waits for a person to take it. */
export interface KnownChange {
  readonly documentId: number;
  readonly inboxId: number;
  readonly orderId: number;
  readonly waits: boolean;
  readonly fingerprint: string | null;
  /** JSON of the change. */
  readonly canonical: string | null;
  readonly receivedAt: string;
  /** When it was taken, or began to wait. */
  readonly stepAt: string;
}

/** The changes of these orders, but for those that were refused or were there before. The orders must be locked. */
export async function knownChanges(db: Database, orderIds: readonly number[]): Promise<KnownChange[]> {
  if (orderIds.length === 0) return [];
  const rows = await db.all<{
    document_id: number;
    inbox_id: number;
    order_id: number;
    state: 'accepted' | 'parked';
    fingerprint: string | null;
    canonical: string | null;
    received_at: string;
    step_at: string;
  }>(
    `select d.document_id, d.inbox_id, d.order_id, d.state, d.fingerprint, d.canonical, m.received_at, d.step_at
     from inbox_document d join inbox_message m on m.inbox_id = d.inbox_id
     where d.kind in ('change', 'cancel') and d.state in ('accepted', 'parked') and ${db.dialect.inList('d.order_id', 'bigint')}`,
    [db.dialect.listOf([...new Set(orderIds)])],
  );
  return rows.map((row) => ({
    documentId: row.document_id,
    inboxId: row.inbox_id,
    orderId: row.order_id,
    waits: row.state === 'parked',
    fingerprint: row.fingerprint,
    canonical: row.canonical,
    receivedAt: row.received_at,
    stepAt: row.step_at,
  }));
}
