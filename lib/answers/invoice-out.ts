import { formatMoney, formatPrice, lineNet } from '../domain/money';
import { type Order, salesOrderNumber } from '../domain/order';
import { formatQuantity } from '../domain/quantity';
import { creditNotesOfInvoice } from '../store/credit-note-queries';
import type { Database } from '../store/database';
import { loadOrders } from '../store/orders';
import { findInvoice, paymentsOfInvoice, type SlipLineRow, slipLinesOfInvoice } from '../store/queries';
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

/** Amounts are decimal strings in `currency`; `rate` is a percentage ("19", "5.5"). */
export interface InvoiceOut {
  readonly number: string;
  readonly documentType: string;
  readonly salesOrder: string;
  readonly poNumber: string;
  readonly packingSlip: string | null;
  readonly customer: string;
  readonly currency: string;
  readonly net: string;
  readonly tax: string;
  readonly total: string;
  /** What credit notes took back of the total. */
  readonly credited: string;
  readonly open: string;
  readonly taxes: readonly TaxOut[];
  readonly invoiceDate: string;
  readonly dueDate: string;
  readonly postedAt: string;
  readonly disputed: boolean;
  readonly lines: readonly InvoiceLineOut[];
  readonly payments: readonly { readonly reference: string; readonly amount: string; readonly receivedAt: string }[];
  readonly creditNotes: readonly Omit<CreditNoteSummary, 'invoice'>[];
}

/** An invoice with its lines, what was paid on it and what was credited; undefined when there is none. */
export async function getInvoice(db: Database, number: string): Promise<InvoiceOut | undefined> {
  const row = await findInvoice(db, number);
  if (row === undefined) return undefined;
  const [order] = (await loadOrders(db, [row.order_id])) as [Order];
  const slipLines = await slipLinesOfInvoice(db, row.order_id, row.invoice_id);
  const credits = await creditNotesOfInvoice(db, row.invoice_id);
  const money = (minor: number): string => formatMoney(minor, row.currency);
  return {
    number: row.number,
    documentType: row.document_type,
    salesOrder: salesOrderNumber(row.order_id),
    poNumber: order.poNumber,
    packingSlip: row.packing_slip,
    customer: row.customer,
    currency: row.currency,
    net: money(row.net),
    tax: money(row.tax),
    total: money(row.gross),
    credited: money(credits.reduce((sum, { gross }) => sum + gross, 0)),
    open: money(row.open_amount),
    taxes: taxesOut(row.taxes, row.currency),
    invoiceDate: row.invoice_date,
    dueDate: row.due_date,
    postedAt: row.posted_at,
    disputed: row.disputed === 1,
    lines: slipLines.flatMap((line) => lineOut(line, order)),
    payments: (await paymentsOfInvoice(db, row.invoice_id)).map((payment) => ({
      reference: payment.reference,
      amount: money(payment.amount),
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
