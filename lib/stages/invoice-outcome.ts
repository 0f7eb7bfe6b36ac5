import type { Fault } from '../domain/faults';
import { formatMoney } from '../domain/money';
import type { Order } from '../domain/order';
import type { PostedInvoice } from '../store/invoices';
import { type OrderSummary, summarize } from './outcome';

/** What became of one slip's lines of one order. Amounts are decimal strings in `currency`. */
export interface InvoiceOutcome {
  readonly output: 'posted' | 'exception';
  /** It was invoiced before. */
  readonly replayed: boolean;
  /** null when it could not be invoiced. */
  readonly number: string | null;
  readonly orderId: number;
  readonly slipId: number;
  readonly packingSlip: string;
  readonly customer: string;
  readonly currency: string;
  readonly gross: string;
  readonly open: string;
  /** YYYY-MM-DD */
  readonly dueDate: string | null;
  readonly faults: readonly Fault[];
  readonly summary: OrderSummary;
}

/** An invoice as it stands: `open` is what is still to be paid. */
export function postedInvoice(invoice: PostedInvoice, order: Order, replayed: boolean): InvoiceOutcome {
  const { currency, dueDate } = invoice;
  const gross = formatMoney(invoice.gross, currency);
  const open = formatMoney(invoice.openAmount, currency);
  const paid =
    invoice.openAmount === 0
      ? 'paid'
      : invoice.openAmount === invoice.gross
        ? `due ${dueDate}`
        : `${open} open, due ${dueDate}`;
  return {
    output: 'posted',
    replayed,
    number: invoice.number,
    orderId: invoice.orderId,
    slipId: invoice.slipId,
    packingSlip: invoice.packingSlip,
    customer: invoice.customer,
    currency,
    gross,
    open,
    dueDate,
    faults: [],
    summary: summarize(order, `invoiced with ${invoice.number}: ${gross} ${currency}, ${paid}`, { replayed }),
  };
}

/** What could not be invoiced, and why. */
export function unpostedInvoice(
  order: Order,
  line: Pick<PostedInvoice, 'slipId' | 'packingSlip'>,
  fault: Fault,
): InvoiceOutcome {
  const none = formatMoney(0, order.currency);
  return {
    output: 'exception',
    replayed: false,
    number: null,
    orderId: order.id,
    slipId: line.slipId,
    packingSlip: line.packingSlip,
    customer: order.customer,
    currency: order.currency,
    gross: none,
    open: none,
    dueDate: null,
    faults: [fault],
    summary: summarize(order, `cannot be invoiced for ${line.packingSlip}: ${fault.message}`),
  };
}
