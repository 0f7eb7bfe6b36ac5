import { formatScaled } from '../domain/decimal';
import { formatMoney, type TaxAmount } from '../domain/money';
import { type Order, salesOrderNumber } from '../domain/order';
import { formatQuantity } from '../domain/quantity';
import { type CreditNoteRow, findCreditNote, linesOfCreditNotes } from '../store/credit-note-queries';
import type { Database } from '../store/database';
import { loadOrders } from '../store/orders';

/** A credit note beside its invoice or order. Amounts are decimal strings. */
export interface CreditNoteSummary {
  readonly number: string;
  readonly invoice: string;
  readonly reason: string;
  readonly net: string;
  readonly tax: string;
  readonly total: string;
  readonly creditDate: string;
}

/** Quantities in the base unit `uom`, 0 where money alone was credited. */
export interface CreditNoteLineOut {
  readonly line: number;
  readonly sku: string;
  readonly quantity: string;
  readonly uom: string;
  readonly net: string;
  readonly taxCode: string;
}

/** A credit note without its parts. Amounts are decimal strings in `currency`. */
export interface CreditNoteEntry extends CreditNoteSummary {
  readonly documentType: string;
  readonly salesOrder: string;
  readonly customer: string;
  /** The caller's own number of it. */
  readonly creditNote: string;
  readonly note: string | null;
  readonly currency: string;
  /** What had been paid of it, and became the customer's cash again. */
  readonly freed: string;
  readonly postedAt: string;
}

export interface CreditNoteOut extends CreditNoteEntry {
  readonly poNumber: string;
  readonly taxes: readonly TaxOut[];
  readonly lines: readonly CreditNoteLineOut[];
}

/** `rate` is a percentage ("19", "5.5"). */
export interface TaxOut {
  readonly taxCode: string;
  readonly rate: string;
  readonly net: string;
  readonly tax: string;
}

/** Taxes by code as they are stored, for people to read. */
export function taxesOut(stored: string, currency: string): TaxOut[] {
  return (JSON.parse(stored) as TaxAmount[]).map(({ taxCode, rate, net, tax }) => ({
    taxCode,
    rate: formatScaled(rate, 2, 0),
    net: formatMoney(net, currency),
    tax: formatMoney(tax, currency),
  }));
}

export function creditNoteSummary(row: CreditNoteRow): CreditNoteSummary {
  const money = (minor: number): string => formatMoney(minor, row.currency);
  return {
    number: row.number,
    invoice: row.invoice,
    reason: row.reason,
    net: money(row.net),
    tax: money(row.tax),
    total: money(row.gross),
    creditDate: row.credit_date,
  };
}

export const creditNoteEntry = (row: CreditNoteRow): CreditNoteEntry => ({
  ...creditNoteSummary(row),
  documentType: row.document_type,
  salesOrder: salesOrderNumber(row.order_id),
  customer: row.customer,
  creditNote: row.reference,
  note: row.note,
  currency: row.currency,
  freed: formatMoney(row.freed, row.currency),
  postedAt: row.posted_at,
});

/** A credit note with its lines; undefined when there is none. */
export async function getCreditNote(db: Database, number: string): Promise<CreditNoteOut | undefined> {
  const row = await findCreditNote(db, number);
  if (row === undefined) return undefined;
  const [order] = (await loadOrders(db, [row.order_id])) as [Order];
  const lines = (await linesOfCreditNotes(db, [row.credit_note_id])).get(row.credit_note_id) ?? [];
  return {
    ...creditNoteEntry(row),
    poNumber: order.poNumber,
    taxes: taxesOut(row.taxes, row.currency),
    lines: lines.flatMap(({ line: number, quantity, net }) => {
      const line = order.lines.find((candidate) => candidate.line === number);
      if (line === undefined) return [];
      const { sku, baseUom: uom, taxCode } = line;
      return [
        { line: number, sku, quantity: formatQuantity(quantity), uom, net: formatMoney(net, row.currency), taxCode },
      ];
    }),
  };
}
