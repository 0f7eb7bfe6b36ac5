import { formatMoney, formatPrice, lineNet } from '../domain/money';
import { type Order, salesOrderNumber } from '../domain/order';
import { formatQuantity } from '../domain/quantity';
import { creditNotesOfInvoice } from '../store/credit-note-queries';
import type { Database } from '../store/database';
import { loadOrders } from '../store/orders';
import {
  findInvoice,
  type InvoiceRow,
  paymentsOfInvoice,
  type SlipLineRow,
  slipLinesOfInvoice,
} from '../store/queries';
import { type CreditNoteSummary, creditNoteSummary, type TaxOut, taxesOut } from './credit-note-out';

/** Quantities in the base unit `uom`; `unitPrice` is for one ordered unit. */
export interface InvoiceLineOut {
  readonly slipLine: number;
  readonly line: number;
  readonly sku: string;
  readonly quantity: string;
  readonly uom: string;
  readonly unitPrice: string;
  readonly net: string;
  readonly taxCode: string;
}

/** An invoice without its parts. Amounts are decimal strings in `currency`. */
export interface InvoiceEntry {
  readonly number: string;
  readonly documentType: string;
  readonly salesOrder: string;
  readonly packingSlip: string | null;
  readonly customer: string;
  readonly currency: string;
  readonly net: string;
  readonly tax: string;
  readonly total: string;
  /** What credit notes took back of the total. */
  readonly credited: string;
  readonly open: string;
  readonly invoiceDate: string;
  readonly dueDate: string;
  readonly postedAt: string;
  readonly disputed: boolean;
}

export interface InvoiceOut extends InvoiceEntry {
  readonly poNumber: string;
  readonly taxes: readonly TaxOut[];
  readonly lines: readonly InvoiceLineOut[];
  readonly payments: readonly { readonly reference: string; readonly amount: string; readonly receivedAt: string }[];
  readonly creditNotes: readonly Omit<CreditNoteSummary, 'invoice'>[];
}

/** @param credited in minor units */
export function invoiceEntry(row: InvoiceRow, credited: number): InvoiceEntry {
  const money = (minor: number): string => formatMoney(minor, row.currency);
  return {
    number: row.number,
    documentType: row.document_type,
    salesOrder: salesOrderNumber(row.order_id),
    packingSlip: row.packing_slip,
    customer: row.customer,
    currency: row.currency,
    net: money(row.net),
    tax: money(row.tax),
    total: money(row.gross),
    credited: money(credited),
    open: money(row.open_amount),
    invoiceDate: row.invoice_date,
    dueDate: row.due_date,
    postedAt: row.posted_at,
    disputed: row.disputed === 1,
  };
}

/** An invoice with its lines, what was paid on it and what was credited; undefined when there is none. */
export async function getInvoice(db: Database, number: string): Promise<InvoiceOut | undefined> {
  const row = await findInvoice(db, number);
  if (row === undefined) return undefined;
  const [order] = (await loadOrders(db, [row.order_id])) as [Order];
  const slipLines = await slipLinesOfInvoice(db, row.order_id, row.invoice_id);
  const credits = await creditNotesOfInvoice(db, row.invoice_id);
  const credited = credits.reduce((sum, { gross }) => sum + gross, 0);
  return {
    ...invoiceEntry(row, credited),
    poNumber: order.poNumber,
    taxes: taxesOut(row.taxes, row.currency),
    lines: slipLines.flatMap((line) => lineOut(line, order)),
    payments: (await paymentsOfInvoice(db, row.invoice_id)).map((payment) => ({
      reference: payment.reference,
      amount: formatMoney(payment.amount, row.currency),
      receivedAt: payment.received_at,
    })),
    creditNotes: credits.map((credit) => {
      const { invoice: _this, ...summary } = creditNoteSummary(credit);
      return summary;
    }),
  };
}

function lineOut(slipLine: SlipLineRow, order: Order): InvoiceLineOut[] {
  const line = order.lines.find((candidate) => candidate.line === slipLine.line);
  if (line === undefined) return [];
  return [
    {
      slipLine: slipLine.slip_line,
      line: line.line,
      sku: line.sku,
      quantity: formatQuantity(slipLine.quantity),
      uom: line.baseUom,
      unitPrice: formatPrice(line.unitPrice),
      net: formatMoney(
        lineNet({ quantity: slipLine.quantity, unitPrice: line.unitPrice, uom: line.ratio }, order.currency),
        order.currency,
      ),
      taxCode: line.taxCode,
    },
  ];
}
