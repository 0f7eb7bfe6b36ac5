import {
  checkBits,
  checkNames,
  financialHolds,
  type Hold,
  type Order,
  openReleaseStatuses,
  ruleHolds,
} from '../domain/order';
import type { Database } from '../store/database';
import { detailOf, type HistoryOut, type OrderDetail } from './order-detail';
import { type OrderOut, readOrders } from './order-out';

/** An order's story for a person: as values, and as lines to be read from top to bottom. */
export interface Explanation {
  readonly salesOrder: string;
  readonly status: OrderOut['status'];
  /** The one line that says where it stands. */
  readonly summary: string;
  readonly source: OrderOut['source'];
  readonly decisions: OrderOut['decisions'];
  readonly holds: OrderOut['holds'];
  readonly history: readonly HistoryOut[];
  /** What happens next, and who has to do something for it. */
  readonly next: string;
  readonly lines: readonly string[];
}

/** For the company's own people: figures and names are in it. Undefined when there is no such order. */
export async function explainOrder(db: Database, id: number): Promise<Explanation | undefined> {
  const read = await readOrders(db, [id]);
  const [order] = read.orders;
  if (order === undefined) return undefined;
  const detail = await detailOf(db, order, read, 'internal');
  const summary = summaryOf(detail);
  const next = nextStep(order);
  return {
    salesOrder: detail.salesOrder,
    status: detail.status,
    summary,
    source: detail.source,
    decisions: detail.decisions,
    holds: detail.holds,
    history: detail.history,
    next,
    lines: [
      summary,
      originOf(detail),
      ...linesOf(detail),
      ...decisionsOf(detail),
      ...holdsOf(detail),
      ...shipmentsOf(detail),
      ...historyOf(detail),
      `Next: ${next}`,
    ],
  };
}

const words: Readonly<Record<OrderOut['status'], string>> = {
  Created: 'is being checked',
  ReadyForDelivery: 'is ready for delivery',
  OnHold: 'is on hold',
  SentToWarehouse: 'is at the warehouse',
  PartiallyDelivered: 'is delivered in part',
  Delivered: 'is delivered',
  Invoiced: 'is invoiced',
  CancelRequested: 'waits for the warehouse to agree to its cancellation',
  Cancelled: 'is cancelled',
};

function summaryOf(order: OrderDetail): string {
  const reasons = order.holds.map((hold) => hold.reason).join(', ') || (order.reason ?? '');
  return `${order.salesOrder} ${words[order.status]}${reasons === '' ? '' : `: ${reasons}`}. ${order.total} ${order.currency} for ${order.customer}, PO number ${order.poNumber}.`;
}

/** What stands for the document of a message that had neither a key nor a number. */
const withoutKey = 'no key';

function originOf({ source }: OrderDetail): string {
  const system = source.sourceSystem === null ? '' : ` (${source.sourceSystem})`;
  const indicator = source.indicator === '' ? '' : `, indicator ${source.indicator}`;
  const document = source.document === withoutKey ? 'without a key' : `as ${source.document}`;
  return `Came by ${source.channel} from ${source.partner}${system} at ${source.receivedAt} ${document}, inbox message ${source.inboxId}${indicator}.`;
}

function linesOf(order: OrderDetail): string[] {
  return order.lines.map((line) => {
    const parts = (['reserved', 'delivered', 'invoiced', 'cancelled'] as const)
      .filter((part) => line[part] !== '0')
      .map((part) => `${line[part]} ${part}`);
    const reason = line.reason === null ? '' : ` (${line.reason})`;
    const ordered = line.ordered === undefined ? '' : `, ordered as ${line.ordered.quantity} ${line.ordered.uom},`;
    return `Line ${line.line}: ${line.quantity} ${line.uom} of ${line.sku}${ordered} at ${line.unitPrice}${parts.length === 0 ? '' : `; ${parts.join(', ')}`}${reason}.`;
  });
}

function decisionsOf(order: OrderDetail): string[] {
  return order.decisions.map(({ check, outcome, reason, explanation, passesIf, decidedAt }) => {
    const better = outcome === 'passed' || passesIf === null ? '' : ` It ${passesIf}.`;
    return `Check ${check}: ${outcome}${reason === null ? '' : ` (${reason})`}, ${decidedAt}. ${explanation}${better}`;
  });
}

function holdsOf(order: OrderDetail): string[] {
  return order.holds.map(
    ({ reason, since, by, forced }) =>
      `On hold for ${reason} since ${since}, ${forced ? 'forced by' : 'placed by'} ${by}.`,
  );
}

function shipmentsOf(order: OrderDetail): string[] {
  const releases = order.releases.map(
    ({ release, warehouse, status, reference, words: said }) =>
      `Release ${release} to ${warehouse}: ${status}${reference === null ? '' : `, reference ${reference}`}${said === null ? '' : `. The warehouse says: ${said}`}.`,
  );
  const slips = order.slips.map(
    ({ packingSlip, warehouse, shippedAt }) => `Packing slip ${packingSlip} of ${warehouse}, shipped ${shippedAt}.`,
  );
  const invoices = order.invoices.map(
    ({ number, total, credited, open, dueDate }) =>
      `Invoice ${number} of ${total} ${order.currency}, due ${dueDate}, ${order.creditNotes.some(({ invoice }) => invoice === number) ? `${credited} credited, ` : ''}${open} open.`,
  );
  const creditNotes = order.creditNotes.map(
    ({ number, total, invoice, reason, creditDate }) =>
      `Credit note ${number} of ${total} ${order.currency} on ${invoice} (${reason}), ${creditDate}.`,
  );
  const payments = order.payments.map(
    ({ reference, amount, currency, kept }) =>
      `Payment ${reference} of ${amount} ${currency}, ${kept} kept for this order.`,
  );
  return [...releases, ...slips, ...invoices, ...creditNotes, ...payments];
}

function historyOf(order: OrderDetail): string[] {
  return order.history.map(({ at, stage, actor, from, to, reason }) => {
    const change = from === null || from === to ? (to ?? '') : `${from} to ${to ?? 'nothing'}`;
    return `${at} ${stage} by ${actor}: ${change}${reason === null ? '' : ` (${reason})`}.`;
  });
}

/** What has to happen for the order to go on. */
function nextStep(order: Order): string {
  switch (order.status) {
    case 'Created': {
      const due = checkNames.filter((check) => (order.checksRequired & ~order.checksPassed & checkBits[check]) !== 0);
      return due.length === 0
        ? 'stock is reserved for what is still open.'
        : `the checks that are still due: ${due.join(', ')}.`;
    }
    case 'OnHold':
      return order.holds.map(wayOut).join(' ');
    case 'ReadyForDelivery': {
      const release = order.releases.find(({ status }) => openReleaseStatuses.has(status));
      if (release === undefined) return `the next dispatch sends it to ${order.warehouse}.`;
      if (release.parked)
        return `release ${release.release} had no clear answer from ${release.warehouse} in ${release.attempts} attempts: operations says resend or not-received.`;
      return `release ${release.release} is being handed to ${release.warehouse}${release.nextAttemptAt === null ? '' : `, next attempt at ${release.nextAttemptAt}`}.`;
    }
    case 'SentToWarehouse':
      return `${order.warehouse} ships it and sends a packing slip.`;
    case 'PartiallyDelivered':
      return `${order.warehouse} ships the rest and sends a packing slip.`;
    case 'CancelRequested':
      return `${order.warehouse} agrees to the cancellation or refuses it; a packing slip wins.`;
    case 'Delivered':
      return 'the next invoice run invoices what was delivered.';
    case 'Invoiced':
    case 'Cancelled':
      return 'nothing; the order is finished.';
  }
}

function wayOut({ reason, forced }: Hold): string {
  const office = financialHolds.has(reason) ? 'finance' : 'operations';
  if (forced || !ruleHolds.has(reason))
    return `${office} looks at the hold ${reason} and releases or rejects the order.`;
  return `the hold ${reason} goes by itself when its rule no longer fires, or ${office} releases it.`;
}
