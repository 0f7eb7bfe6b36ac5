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

/** A packing slip line, with the invoice that it is on; quantity in milli-units, amounts in minor units. */
export interface DeliveredLine {
  readonly slipId: number;
  readonly orderId: number;
  readonly line: number;
  readonly quantity: number;
  readonly invoice: { readonly number: string; readonly net: number; readonly tax: number } | null;
}

interface DeliveredRow {
  slip_id: number;
  order_id: number;
  line: number;
  quantity: number;
  number: string | null;
  net: number;
  tax: number;
}

export async function deliveredLines(db: Database, orderIds: readonly number[]): Promise<DeliveredLine[]> {
  const rows = await db.all<DeliveredRow>(
    `select l.slip_id, l.order_id, l.line, l.quantity, i.number, i.net, i.tax from packing_slip_line l left join invoice i on ${itsInvoice}
     where ${db.dialect.inList('l.order_id', 'bigint')} order by l.order_id, l.slip_id, l.slip_line`,
    [db.dialect.listOf(orderIds)],
  );
  return rows.map(({ slip_id, order_id, line, quantity, number, net, tax }) => ({
    slipId: slip_id,
    orderId: order_id,
    line,
    quantity,
    invoice: number === null ? null : { number, net, tax },
  }));
}

export async function uninvoicedByAccount(db: Database): Promise<Map<string, number>> {
  const rows = await db.all<{ account: string; uninvoiced_gross: number }>(
    'select account, uninvoiced_gross from credit_account',
  );
  return new Map(rows.map((row) => [row.account, row.uninvoiced_gross]));
}

/**
 * What bears the date of the day on which it was written: invoices, credit notes, and the postings of anything else.
 * Those of invoices and credit notes bear the date of their document.
 */
const dated = `select 'posting of ' || document as subject, posting_date as date, posted_at as at from posting where document_type not in ('invoice', 'credit-note')
  union all select number, invoice_date, posted_at from invoice union all select number, credit_date, posted_at from credit_note`;

/** A date (YYYY-MM-DD), how many bear it, and the first and the last instant at which one of them was written. */
export interface WrittenDate {
  readonly date: string;
  readonly count: number;
  readonly earliest: string;
  readonly latest: string;
}

export function writtenDates(db: Database): Promise<WrittenDate[]> {
  return db.all(
    `select date, count(*) as count, min(at) as earliest, max(at) as latest from (${dated}) d group by date order by date`,
  );
}

/** What bears this date, with the instant at which it was written. */
export function writtenUnder(db: Database, date: string): Promise<{ subject: string; at: string }[]> {
  return db.all(`select subject, at from (${dated}) d where date = ? order by at, subject`, [date]);
}
