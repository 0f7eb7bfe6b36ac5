import { formatMoney } from '../domain/money';
import { type Evidence, type Order, type Release, type ReleaseStatus, salesOrderNumber } from '../domain/order';
import { formatQuantity } from '../domain/quantity';
import { mayRead, type Visibility } from '../domain/visibility';
import { type CreditNoteRow, creditNotesOfOrder } from '../store/credit-note-queries';
import type { Database } from '../store/database';
import {
  type HistoryEntry,
  historyOfOrder,
  type InvoiceRow,
  invoicesOfOrder,
  type PaymentRow,
  paymentsOfOrder,
  type SlipLineRow,
  slipLinesOfOrder,
} from '../store/queries';
import { type CreditNoteSummary, creditNoteSummary } from './credit-note-out';
import { type Audience, type OrderOut, orderOut, type ReadOrders, readOrders } from './order-out';

export interface HistoryOut {
  readonly at: string;
  readonly stage: string;
  readonly from: string | null;
  readonly to: string | null;
  readonly reason: string | null;
  /** null for the customer's side */
  readonly actor: string | null;
  readonly evidence: Evidence;
}

export interface ReleaseOut {
  readonly release: number;
  readonly warehouse: string;
  readonly status: ReleaseStatus;
  readonly lines: readonly { readonly line: number; readonly quantity: string }[];
  readonly claimedAt: string;
  readonly reference: string | null;
  readonly attempts: number;
  readonly parked: boolean;
  /** The warehouse's own words; null for the customer's side. */
  readonly words: string | null;
}

export interface SlipOut {
  readonly packingSlip: string;
  readonly warehouse: string;
  readonly shippedAt: string;
  readonly final: boolean;
  readonly lines: readonly {
    readonly slipLine: number;
    readonly line: number;
    readonly sku: string;
    readonly quantity: string;
    readonly lot: string | null;
    readonly serials: readonly string[];
    readonly invoiced: boolean;
  }[];
}

export interface InvoiceSummary {
  readonly number: string;
  readonly packingSlip: string | null;
  readonly net: string;
  readonly tax: string;
  readonly total: string;
  /** What credit notes took back of the total. */
  readonly credited: string;
  readonly open: string;
  readonly invoiceDate: string;
  readonly dueDate: string;
}

export interface PaymentOut {
  readonly reference: string;
  readonly amount: string;
  readonly currency: string;
  readonly receivedAt: string;
  /** What still counts for this order alone. */
  readonly kept: string;
}

export interface OrderDetail extends OrderOut {
  readonly note: string | null;
  readonly history: readonly HistoryOut[];
  readonly releases: readonly ReleaseOut[];
  readonly slips: readonly SlipOut[];
  readonly invoices: readonly InvoiceSummary[];
  readonly creditNotes: readonly CreditNoteSummary[];
  readonly payments: readonly PaymentOut[];
}

/** An order with all that happened to it; undefined when there is none, or the reader may not see it. */
export async function orderDetail(
  db: Database,
  id: number,
  audience: Audience,
  visible: Visibility = null,
): Promise<OrderDetail | undefined> {
  const read = await readOrders(db, [id]);
  const [order] = read.orders;
  return order === undefined || !mayRead(order, visible) ? undefined : detailOf(db, order, read, audience);
}

/** The same for an order that is read already. */
export async function detailOf(
  db: Database,
  order: Order,
  { decisions }: ReadOrders,
  audience: Audience,
): Promise<OrderDetail> {
  const { id } = order;
  const credits = await creditNotesOfOrder(db, id);
  return {
    ...orderOut(order, decisions.get(id) ?? [], { audience }),
    note: order.note,
    history: (await historyOfOrder(db, salesOrderNumber(id))).map((entry) => historyOut(entry, audience)),
    releases: order.releases.map((release) => releaseOut(release, audience)),
    slips: slipsOut(await slipLinesOfOrder(db, id)),
    invoices: (await invoicesOfOrder(db, id)).map((invoice) => invoiceSummary(invoice, credits)),
    creditNotes: credits.map(creditNoteSummary),
    payments: (await paymentsOfOrder(db, id)).map(paymentOut),
  };
}

function historyOut(entry: HistoryEntry, audience: Audience): HistoryOut {
  return audience === 'internal'
    ? entry
    : {
        at: entry.at,
        stage: entry.stage,
        from: entry.from,
        to: entry.to,
        reason: reasonForPartner(entry),
        actor: null,
        evidence: {},
      };
}

/** Why people of the company held an order or let it go is between them. */
const internalActions: readonly unknown[] = ['hold', 'release'];

const reasonForPartner = ({ reason, evidence }: HistoryEntry): string | null =>
  internalActions.includes(evidence.action) ? 'by-hand' : reason;

function releaseOut(release: Release, audience: Audience): ReleaseOut {
  return {
    release: release.release,
    warehouse: release.warehouse,
    status: release.status,
    lines: release.lines.map(([line, quantity]) => ({ line, quantity: formatQuantity(quantity) })),
    claimedAt: release.claimedAt,
    reference: release.reference,
    attempts: release.attempts,
    parked: release.parked,
    words: audience === 'internal' ? release.words : null,
  };
}

/** Slip lines put together to slips; the lines come sorted by slip. */
function slipsOut(rows: readonly SlipLineRow[]): SlipOut[] {
  const slips = new Map<number, SlipLineRow[]>();
  for (const row of rows) slips.set(row.slip_id, [...(slips.get(row.slip_id) ?? []), row]);
  return [...slips.values()].map((lines) => {
    const head = lines[0] as SlipLineRow;
    return {
      packingSlip: head.packing_slip,
      warehouse: head.warehouse,
      shippedAt: head.shipped_at,
      final: head.final === 1,
      lines: lines.map((row) => ({
        slipLine: row.slip_line,
        line: row.line,
        sku: row.sku,
        quantity: formatQuantity(row.quantity),
        lot: row.lot,
        serials: row.serials === null ? [] : (JSON.parse(row.serials) as string[]),
        invoiced: row.invoice_id !== null,
      })),
    };
  });
}

function invoiceSummary(row: InvoiceRow, credits: readonly CreditNoteRow[]): InvoiceSummary {
  const money = (minor: number): string => formatMoney(minor, row.currency);
  const own = credits.filter(({ invoice }) => invoice === row.number);
  return {
    number: row.number,
    packingSlip: row.packing_slip,
    net: money(row.net),
    tax: money(row.tax),
    total: money(row.gross),
    credited: money(own.reduce((sum, { gross }) => sum + gross, 0)),
    open: money(row.open_amount),
    invoiceDate: row.invoice_date,
    dueDate: row.due_date,
  };
}

function paymentOut(row: PaymentRow): PaymentOut {
  return {
    reference: row.reference,
    amount: formatMoney(row.amount, row.currency),
    currency: row.currency,
    receivedAt: row.received_at,
    kept: formatMoney(row.earmarked, row.currency),
  };
}
