import type { TaxAmount } from '../domain/money';
import type { Payable } from '../domain/payment';
import type { Database, Row } from './database';

/** Amounts in minor units of `currency`; dates YYYY-MM-DD. */
export interface Invoice {
  readonly invoiceId: number;
  readonly number: string;
  readonly documentType: string;
  readonly fiscalYear: number;
  readonly sequence: number;
  readonly orderId: number;
  readonly slipId: number;
  readonly customer: string;
  readonly creditAccount: string;
  readonly currency: string;
  readonly net: number;
  readonly tax: number;
  readonly gross: number;
  readonly openAmount: number;
  readonly taxes: readonly TaxAmount[];
  readonly invoiceDate: string;
  readonly dueDate: string;
}

export async function insertInvoices(db: Database, invoices: readonly Invoice[], now: string): Promise<void> {
  const rows = invoices.map(
    (invoice): Row => ({
      invoice_id: invoice.invoiceId,
      number: invoice.number,
      document_type: invoice.documentType,
      fiscal_year: invoice.fiscalYear,
      sequence: invoice.sequence,
      order_id: invoice.orderId,
      slip_id: invoice.slipId,
      customer: invoice.customer,
      credit_account: invoice.creditAccount,
      currency: invoice.currency,
      net: invoice.net,
      tax: invoice.tax,
      gross: invoice.gross,
      open_amount: invoice.openAmount,
      taxes: JSON.stringify(invoice.taxes),
      invoice_date: invoice.invoiceDate,
      due_date: invoice.dueDate,
      posted_at: now,
      disputed: 0,
    }),
  );
  await db.insert('invoice', rows);
}

interface InvoiceRow {
  invoice_id: number;
  number: string;
  order_id: number;
  slip_id: number;
  packing_slip: string;
  warehouse: string;
  customer: string;
  currency: string;
  gross: number;
  open_amount: number;
  due_date: string;
}

/** An invoice as it stands now, with the slip that it is for. */
export interface PostedInvoice {
  readonly invoiceId: number;
  readonly number: string;
  readonly orderId: number;
  readonly slipId: number;
  readonly packingSlip: string;
  readonly warehouse: string;
  readonly customer: string;
  readonly currency: string;
  readonly gross: number;
  readonly openAmount: number;
  readonly dueDate: string;
}

/** The invoices of these slips to these orders, by whose ids they are found. */
export async function invoicesOfSlips(
  db: Database,
  orderIds: readonly number[],
  slipIds: readonly number[],
): Promise<PostedInvoice[]> {
  if (orderIds.length === 0) return [];
  const { dialect } = db;
  const condition = `${dialect.inList('i.order_id', 'bigint')} and ${dialect.inList('i.slip_id', 'bigint')}`;
  return findInvoices(db, condition, orderIds, slipIds);
}

export async function invoicesByNumber(db: Database, numbers: readonly string[]): Promise<PostedInvoice[]> {
  if (numbers.length === 0) return [];
  return findInvoices(db, db.dialect.inList('i.number', 'text'), numbers);
}

async function findInvoices(
  db: Database,
  condition: string,
  ...lists: readonly (readonly (string | number)[])[]
): Promise<PostedInvoice[]> {
  const rows = await db.all<InvoiceRow>(
    `select i.invoice_id, i.number, i.order_id, i.slip_id, s.packing_slip, s.warehouse, i.customer, i.currency, i.gross, i.open_amount, i.due_date
     from invoice i join packing_slip s on s.slip_id = i.slip_id where ${condition} order by i.invoice_id`,
    lists.map((values) => db.dialect.listOf([...new Set(values)])),
  );
  return rows.map((row) => ({
    invoiceId: row.invoice_id,
    number: row.number,
    orderId: row.order_id,
    slipId: row.slip_id,
    packingSlip: row.packing_slip,
    warehouse: row.warehouse,
    customer: row.customer,
    currency: row.currency,
    gross: row.gross,
    openAmount: row.open_amount,
    dueDate: row.due_date,
  }));
}

interface PayableRow {
  invoice_id: number;
  number: string;
  order_id: number;
  customer: string;
  open_amount: number;
  due_date: string;
  disputed: number;
}

/** The open invoices of these customers, whose credit accounts must be locked: the oldest due date first. */
export async function openInvoices(db: Database, customers: readonly string[]): Promise<Payable[]> {
  if (customers.length === 0) return [];
  const rows = await db.all<PayableRow>(
    `select invoice_id, number, order_id, customer, open_amount, due_date, disputed from invoice
     where open_amount > 0 and ${db.dialect.inList('customer', 'text')} order by due_date, invoice_id`,
    [db.dialect.listOf([...new Set(customers)])],
  );
  return rows.map((row) => ({
    invoiceId: row.invoice_id,
    number: row.number,
    orderId: row.order_id,
    customer: row.customer,
    open: row.open_amount,
    disputed: row.disputed === 1,
  }));
}

export async function saveOpenAmounts(db: Database, payables: Iterable<Payable>): Promise<void> {
  const rows = [...payables]
    .sort((a, b) => a.invoiceId - b.invoiceId)
    .map(({ invoiceId, open }) => ({ invoice_id: invoiceId, open_amount: open }));
  await db.update('invoice', ['invoice_id'], rows);
}
