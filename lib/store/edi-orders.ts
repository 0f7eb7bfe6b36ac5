import type { Database, Row } from './database';

/** Orders that came as EDI messages, so that a change that names no customer finds them, and their answers what to say back. */
export async function insertEdiOrders(
  db: Database,
  orders: readonly {
    readonly orderId: number;
    readonly documentId: number;
    readonly partner: string;
    readonly poKey: string;
    readonly releaseNumber: string;
  }[],
): Promise<void> {
  const rows = orders.map(
    (order): Row => ({
      order_id: order.orderId,
      document_id: order.documentId,
      partner: order.partner,
      po_key: order.poKey,
      release_number: order.releaseNumber,
    }),
  );
  await db.insert('edi_order', rows);
}

export interface EdiOrder {
  readonly orderId: number;
  readonly partner: string;
  readonly customer: string;
  readonly poKey: string;
  readonly releaseNumber: string;
}

/** Orders with one of these numbers that came from one of these partners as EDI messages. */
export async function findEdiOrders(
  db: Database,
  partners: readonly string[],
  poKeys: readonly string[],
): Promise<EdiOrder[]> {
  if (poKeys.length === 0) return [];
  const { dialect } = db;
  const rows = await db.all<{
    order_id: number;
    partner: string;
    customer: string;
    po_key: string;
    release_number: string;
  }>(
    `select e.order_id, e.partner, t.customer, e.po_key, e.release_number from edi_order e join sales_order_terms t on t.order_id = e.order_id
     where ${dialect.inList('e.partner', 'text')} and ${dialect.inList('e.po_key', 'text')} order by e.order_id`,
    [dialect.listOf([...new Set(partners)]), dialect.listOf([...new Set(poKeys)])],
  );
  return rows.map((row) => ({
    orderId: row.order_id,
    partner: row.partner,
    customer: row.customer,
    poKey: row.po_key,
    releaseNumber: row.release_number,
  }));
}
