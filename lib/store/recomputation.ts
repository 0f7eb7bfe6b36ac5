import { itsInvoice } from './comparison';
import type { Database } from './database';

/** The next order ids after one, ascending. */
export async function orderIdsAfter(db: Database, after: number, count: number): Promise<number[]> {
  const rows = await db.all<{ order_id: number }>(
    `select order_id from sales_order where order_id > ? order by order_id limit ${count}`,
    [after],
  );
  return rows.map((row) => row.order_id);
}

/** A packing slip line that is not invoiced yet; quantity in milli-units. */
export interface UninvoicedQuantity {
  readonly slipId: number;
  readonly orderId: number;
  readonly line: number;
  readonly quantity: number;
}

export async function uninvoicedQuantities(db: Database, orderIds: readonly number[]): Promise<UninvoicedQuantity[]> {
  const rows = await db.all<{ slip_id: number; order_id: number; line: number; quantity: number }>(
    `select l.slip_id, l.order_id, l.line, l.quantity from packing_slip_line l
     where not exists (select 1 from invoice i where ${itsInvoice}) and ${db.dialect.inList('l.order_id', 'bigint')} order by l.order_id, l.slip_id, l.slip_line`,
    [db.dialect.listOf(orderIds)],
  );
  return rows.map((row) => ({ slipId: row.slip_id, orderId: row.order_id, line: row.line, quantity: row.quantity }));
}

export async function uninvoicedByAccount(db: Database): Promise<Map<string, number>> {
  const rows = await db.all<{ account: string; uninvoiced_gross: number }>(
    'select account, uninvoiced_gross from credit_account',
  );
  return new Map(rows.map((row) => [row.account, row.uninvoiced_gross]));
}
