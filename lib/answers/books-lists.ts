import { formatMoney } from '../domain/money';
import { salesOrderNumber } from '../domain/order';
import { newestCreditNotes } from '../store/credit-note-queries';
import type { Database } from '../store/database';
import { applicationsOf, type KnownPayment, newestPayments } from '../store/payments';
import { newestInvoices } from '../store/queries';
import { type CreditNoteEntry, creditNoteEntry } from './credit-note-out';
import { type InvoiceEntry, invoiceEntry } from './invoice-out';
import { type ListQuery, ListQueryReader, pageOf } from './list-query';

/** A number in its parts, so that 1000000 comes after 999999. */
const numberOf = (row: NumberedRow) => [row.document_type, row.fiscal_year, row.sequence] as const;

interface NumberedRow {
  readonly document_type: string;
  readonly fiscal_year: number;
  readonly sequence: number;
}

export const invoiceStates = ['open', 'closed'] as const;

/**
 * Invoices, the highest number first. Parameters: `customer`, `state` (`open`: something is to be paid), `from` and `to` (invoice
 * dates, both included), `limit`, `cursor`.
 * @throws BusinessRejection with every parameter that is not valid.
 */
export async function listInvoices(
  db: Database,
  query: ListQuery,
): Promise<{ invoices: InvoiceEntry[]; next: string | null }> {
  const reader = new ListQueryReader(query, ['customer', 'state', 'from', 'to', 'limit', 'cursor']);
  const state = reader.oneOf('state', invoiceStates);
  const selection = {
    customer: reader.text('customer'),
    isOpen: state === undefined ? undefined : state === 'open',
    from: reader.date('from'),
    to: reader.date('to'),
    before: reader.cursor<[string, number, number]>('invoices', ['', 0, 0]),
  };
  const limit = reader.limit();
  reader.check();
  const found = await newestInvoices(db, selection, limit + 1);
  const { page, next } = pageOf('invoices', found, limit, numberOf);
  return { invoices: page.map((row) => invoiceEntry(row, row.credited)), next };
}

/**
 * Credit notes, the highest number first. Parameters: `customer`, `invoice` (its number), `from` and `to` (dates of the credit
 * notes, both included), `limit`, `cursor`.
 * @throws BusinessRejection with every parameter that is not valid.
 */
export async function listCreditNotes(
  db: Database,
  query: ListQuery,
): Promise<{ creditNotes: CreditNoteEntry[]; next: string | null }> {
  const reader = new ListQueryReader(query, ['customer', 'invoice', 'from', 'to', 'limit', 'cursor']);
  const selection = {
    customer: reader.text('customer'),
    invoice: reader.text('invoice'),
    from: reader.date('from'),
    to: reader.date('to'),
    before: reader.cursor<[string, number, number]>('credit-notes', ['', 0, 0]),
  };
  const limit = reader.limit();
  reader.check();
  const found = await newestCreditNotes(db, selection, limit + 1);
  const { page, next } = pageOf('credit-notes', found, limit, numberOf);
  return { creditNotes: page.map(creditNoteEntry), next };
}

/** A payment as it stands. Amounts are decimal strings in `currency`. */
interface PaymentEntry {
  readonly reference: string;
  readonly customer: string;
  readonly amount: string;
  readonly currency: string;
  readonly receivedAt: string;
  readonly postedAt: string;
  /** What it paid. */
  readonly invoices: readonly { readonly invoice: string; readonly amount: string }[];
  /** Kept for `salesOrder`. */
  readonly earmarked: string;
  readonly onAccount: string;
  /** The order that it named. */
  readonly salesOrder: string | null;
}

/**
 * Payments, the highest number first: as they were posted, but for what another process posted meanwhile. Parameters: `customer`, `from` and `to` (dates or instants of the receipt, both included),
 * `limit`, `cursor`.
 * @throws BusinessRejection with every parameter that is not valid.
 */
export async function listPayments(
  db: Database,
  query: ListQuery,
): Promise<{ payments: PaymentEntry[]; next: string | null }> {
  const reader = new ListQueryReader(query, ['customer', 'from', 'to', 'limit', 'cursor']);
  const selection = {
    customer: reader.text('customer'),
    from: reader.from(),
    until: reader.until(),
    before: reader.cursor('payments', [0] as const)?.[0],
  };
  const limit = reader.limit();
  reader.check();
  const found = await newestPayments(db, selection, limit + 1);
  const { page, next } = pageOf('payments', found, limit, ({ paymentId }) => [paymentId]);
  const paid = Map.groupBy(
    await applicationsOf(
      db,
      page.map(({ paymentId }) => paymentId),
    ),
    ({ paymentId }) => paymentId,
  );
  return { payments: page.map((payment) => paymentEntry(payment, paid.get(payment.paymentId) ?? [])), next };
}

function paymentEntry(
  payment: KnownPayment,
  paid: readonly { readonly invoice: string; readonly amount: number }[],
): PaymentEntry {
  const { reference, customer, currency, receivedAt, postedAt, orderId } = payment;
  const money = (minor: number): string => formatMoney(minor, currency);
  return {
    reference,
    customer,
    amount: money(payment.amount),
    currency,
    receivedAt,
    postedAt,
    invoices: paid.map(({ invoice, amount }) => ({ invoice, amount: money(amount) })),
    earmarked: money(payment.earmarked),
    onAccount: money(payment.onAccount),
    salesOrder: orderId === null ? null : salesOrderNumber(orderId),
  };
}
