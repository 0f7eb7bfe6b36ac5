import { priorities } from '../domain/master';
import type { Evidence } from '../domain/order';
import { Conditions } from './conditions';
import { type Database, first } from './database';
import type { LedgerAccount, Posting } from './postings';

/** Which orders are asked for; all conditions hold together. Times are ISO 8601 UTC texts of the order's creation. */
export interface OrderSelection {
  readonly statuses?: readonly string[] | undefined;
  readonly channel?: string | undefined;
  readonly partner?: string | undefined;
  readonly customer?: string | undefined;
  readonly poKey?: string | undefined;
  /** inclusive */
  readonly from?: string | undefined;
  /** exclusive */
  readonly until?: string | undefined;
  /** Only orders of these partners, for these customers of theirs; `["*"]`: for all. */
  readonly visible?: Readonly<Record<string, readonly string[]>> | undefined;
  /** Only orders before this one. */
  readonly before?: number | undefined;
}

/** Order ids, newest first, at most `count`. */
export async function findOrderIds(db: Database, selection: OrderSelection, count: number): Promise<number[]> {
  const { dialect } = db;
  const { statuses, before, ...others } = selection;
  const byStatusAlone = statuses !== undefined && Object.values(others).every((value) => value === undefined);
  // a server knows which statuses are rare, and reads the newest orders or those of the status
  if (byStatusAlone && dialect.name === 'sqlite') return newestInStatus(db, statuses, before, count);
  const conditions = new Conditions()
    .when('channel = ?', selection.channel)
    .when('partner = ?', selection.partner)
    .when('customer = ?', selection.customer)
    .when('po_key = ?', selection.poKey)
    .when('created_at >= ?', selection.from)
    .when('created_at < ?', selection.until)
    .when('order_id < ?', selection.before);
  if (selection.statuses !== undefined)
    conditions.add(dialect.inList('status', 'text'), dialect.listOf(selection.statuses));
  if (selection.visible !== undefined) addVisible(conditions, db, selection.visible);
  const rows = await db.all<{ order_id: number }>(
    `select order_id from sales_order ${conditions.where} order by order_id desc limit ${count}`,
    conditions.values,
  );
  return rows.map((row) => row.order_id);
}

/**
 * Their index has the orders of a status by priority, for the warehouse: of each priority the newest are read, however many
 * orders there are, and whether the status is a rare one or not.
 */
async function newestInStatus(
  db: Database,
  statuses: readonly string[],
  before: number | undefined,
  count: number,
): Promise<number[]> {
  const parts = [...new Set(statuses)].flatMap((status) => priorities.map((priority) => ({ status, priority })));
  const newest = `select * from (select order_id from sales_order_state where status = ? and priority = ?${before === undefined ? '' : ' and order_id < ?'} order by order_id desc limit ${count})`;
  const rows = await db.all<{ order_id: number }>(
    `select order_id from (${parts.map((_, i) => `${newest} part${i}`).join(' union all ')}) newest order by order_id desc limit ${count}`,
    parts.flatMap(({ status, priority }) => [status, priority, ...(before === undefined ? [] : [before])]),
  );
  return rows.map((row) => row.order_id);
}

function addVisible(
  conditions: Conditions,
  { dialect }: Database,
  visible: Readonly<Record<string, readonly string[]>>,
): void {
  const views = Object.entries(visible).map(([partner, customers]) =>
    customers.includes('*')
      ? { text: 'partner = ?', values: [partner] }
      : { text: `partner = ? and ${dialect.inList('customer', 'text')}`, values: [partner, dialect.listOf(customers)] },
  );
  conditions.add(
    views.length === 0 ? '1 = 0' : `(${views.map(({ text }) => text).join(' or ')})`,
    ...views.flatMap(({ values }) => values),
  );
}

export interface HistoryEntry {
  readonly at: string;
  readonly actor: string;
  readonly stage: string;
  readonly from: string | null;
  readonly to: string | null;
  readonly reason: string | null;
  readonly evidence: Evidence;
}

/** What the audit keeps of one order, oldest first: as the chain has it, for each process takes numbers of batches ahead. */
export async function historyOfOrder(db: Database, salesOrder: string): Promise<HistoryEntry[]> {
  const rows = await db.all<{
    at: string;
    actor: string;
    stage: string;
    from_state: string | null;
    to_state: string | null;
    reason: string | null;
    evidence: string;
  }>(
    `select r.at, actor, stage, from_state, to_state, reason, evidence from audit_record r left join audit_link l on l.batch = r.batch
     where subject_id = ? and subject = 'order' order by l.link, r.batch, position`,
    [salesOrder],
  );
  return rows.map((row) => ({
    at: row.at,
    actor: row.actor,
    stage: row.stage,
    from: row.from_state,
    to: row.to_state,
    reason: row.reason,
    evidence: JSON.parse(row.evidence) as Evidence,
  }));
}

/** A line of a packing slip with its slip; quantity in milli-units of the base unit. */
export interface SlipLineRow {
  readonly slip_id: number;
  readonly slip_line: number;
  readonly packing_slip: string;
  readonly warehouse: string;
  readonly final: number;
  readonly shipped_at: string;
  readonly state: string;
  readonly line: number;
  readonly release: number;
  readonly sku: string;
  readonly quantity: number;
  readonly lot: string | null;
  readonly serials: string | null;
  readonly invoice_id: number | null;
}

const slipLines = `select l.slip_id, l.slip_line, s.packing_slip, s.warehouse, s.final, s.shipped_at, s.state, l.line, l.release, l.sku, l.quantity, l.lot, l.serials, i.invoice_id
  from packing_slip_line l join packing_slip s on s.slip_id = l.slip_id left join invoice i on i.slip_id = l.slip_id and i.order_id = l.order_id`;

export function slipLinesOfOrder(db: Database, orderId: number): Promise<SlipLineRow[]> {
  return db.all<SlipLineRow>(`${slipLines} where l.order_id = ? order by l.slip_id, l.slip_line`, [orderId]);
}

export function slipLinesOfInvoice(db: Database, orderId: number, invoiceId: number): Promise<SlipLineRow[]> {
  return db.all<SlipLineRow>(`${slipLines} where l.order_id = ? and i.invoice_id = ? order by l.slip_id, l.slip_line`, [
    orderId,
    invoiceId,
  ]);
}

/** Amounts in minor units; `taxes` is the JSON text of the amounts by tax code. */
export interface InvoiceRow {
  readonly invoice_id: number;
  readonly number: string;
  readonly document_type: string;
  readonly fiscal_year: number;
  readonly sequence: number;
  readonly order_id: number;
  readonly packing_slip: string | null;
  readonly customer: string;
  readonly currency: string;
  readonly net: number;
  readonly tax: number;
  readonly gross: number;
  readonly open_amount: number;
  readonly taxes: string;
  readonly invoice_date: string;
  readonly due_date: string;
  readonly posted_at: string;
  readonly disputed: number;
}

const invoices = `select i.invoice_id, i.number, i.document_type, i.fiscal_year, i.sequence, i.order_id, s.packing_slip, i.customer, i.currency, i.net, i.tax, i.gross, i.open_amount, i.taxes,
  i.invoice_date, i.due_date, i.posted_at, i.disputed from invoice i left join packing_slip s on s.slip_id = i.slip_id`;

export function invoicesOfOrder(db: Database, orderId: number): Promise<InvoiceRow[]> {
  return db.all<InvoiceRow>(`${invoices} where i.order_id = ? order by i.invoice_id`, [orderId]);
}

/** Which documents of the books are asked for; all conditions hold together. */
export interface BooksSelection {
  readonly customer?: string | undefined;
  /** dates, inclusive */
  readonly from?: string | undefined;
  readonly to?: string | undefined;
  /** Only those numbered before this one. */
  readonly before?: readonly [documentType: string, fiscalYear: number, sequence: number] | undefined;
}

/** Invoices, the highest number first, at most `count`; `credited` in minor units too. */
export function newestInvoices(
  db: Database,
  { customer, from, to, before, isOpen }: BooksSelection & { readonly isOpen?: boolean | undefined },
  count: number,
): Promise<(InvoiceRow & { readonly credited: number })[]> {
  const conditions = new Conditions()
    .when('i.customer = ?', customer)
    .when('i.invoice_date >= ?', from)
    .when('i.invoice_date <= ?', to);
  if (before !== undefined) conditions.add('(i.document_type, i.fiscal_year, i.sequence) < (?, ?, ?)', ...before);
  if (isOpen !== undefined) conditions.add(isOpen ? 'i.open_amount > 0' : 'i.open_amount = 0');
  return db.all(
    `select n.*, (select cast(coalesce(sum(c.gross), 0) as bigint) from credit_note c where c.invoice_id = n.invoice_id) as credited
     from (${invoices} ${conditions.where} order by i.document_type desc, i.fiscal_year desc, i.sequence desc limit ${count}) n
     order by n.document_type desc, n.fiscal_year desc, n.sequence desc`,
    conditions.values,
  );
}

export function findInvoice(db: Database, number: string): Promise<InvoiceRow | undefined> {
  return first<InvoiceRow>(db, `${invoices} where i.number = ?`, [number]);
}

/** A payment; amounts in minor units. */
export interface PaymentRow {
  readonly reference: string;
  readonly amount: number;
  readonly currency: string;
  readonly received_at: string;
  /** still kept for its order */
  readonly earmarked: number;
}

/** The payments that named this order. */
export function paymentsOfOrder(db: Database, orderId: number): Promise<PaymentRow[]> {
  return db.all<PaymentRow>(
    'select reference, amount, currency, received_at, earmarked from payment where order_id = ? order by payment_id',
    [orderId],
  );
}

/** What was paid on an invoice: `amount` is the part that went to it, in minor units. */
export function paymentsOfInvoice(db: Database, invoiceId: number): Promise<Omit<PaymentRow, 'earmarked'>[]> {
  return db.all<Omit<PaymentRow, 'earmarked'>>(
    `select p.reference, a.amount, p.currency, p.received_at from payment_application a join payment p on p.payment_id = a.payment_id
     where a.invoice_id = ? order by p.payment_id`,
    [invoiceId],
  );
}

export interface PostingSelection {
  /** posting dates, inclusive */
  readonly from?: string | undefined;
  readonly to?: string | undefined;
  readonly before?: readonly [postingDate: string, posting: number] | undefined;
}

export type PostingEntry = Posting & { readonly posting: number };

/** Postings, newest first, at most `count`. */
export async function findPostings(db: Database, selection: PostingSelection, count: number): Promise<PostingEntry[]> {
  const conditions = new Conditions().when('posting_date >= ?', selection.from).when('posting_date <= ?', selection.to);
  if (selection.before !== undefined) conditions.add('(posting_date, posting) < (?, ?)', ...selection.before);
  const rows = await db.all<{
    posting: number;
    document_type: Posting['documentType'];
    document: string;
    debit: LedgerAccount;
    credit: LedgerAccount;
    amount: number;
    currency: string;
    posting_date: string;
    posted_at: string;
  }>(
    `select * from posting ${conditions.where} order by posting_date desc, posting desc limit ${count}`,
    conditions.values,
  );
  return rows.map((row) => ({
    posting: row.posting,
    documentType: row.document_type,
    document: row.document,
    debit: row.debit,
    credit: row.credit,
    amount: row.amount,
    currency: row.currency,
    postingDate: row.posting_date,
    postedAt: row.posted_at,
  }));
}
