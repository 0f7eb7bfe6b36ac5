import { afterClaim, afterOutcome, type Circuit, mayTry, type OutcomeKind } from '../domain/circuit-breaker';
import { addDays, today } from '../domain/dates';
import { parseMoney } from '../domain/money';
import { checkBits, type Order, openQuantity, type Release, salesOrderNumber } from '../domain/order';
import type { OpenInvoice } from '../domain/overdue';
import { openGross } from '../domain/pricing';
import { formatQuantity } from '../domain/quantity';
import { ConcurrentChange } from '../store/dialect';
import { claimableOrders, releasesToRetry } from '../store/dispatch-queue';
import type { LockedRow } from '../store/orders';
import { invoicesDueBefore } from '../store/waiting';
import { changeCircuit, readCircuit } from '../store/warehouses';
import type { CancelOutcome, ShippingOutcome, ShippingRequest } from '../warehouse/shipping';
import { endRelease, inMilliseconds, retryLater, settleCancellation } from './cancel-release';
import { judgeRelease } from './judge-release';
import { type OrderOutcome, summarize } from './outcome';
import { inTransaction, type StageContext, type Work, withOrders } from './work';

export type DispatchOutput = 'acknowledged' | 'refused' | 'unknown';

/** The part of a warehouse's client that dispatch needs. */
export interface Shipper {
  ship(requests: readonly ShippingRequest[]): Promise<ShippingOutcome[]>;
  cancel(key: string): Promise<CancelOutcome>;
  /** True once this side has ended its calls: what is unknown then says nothing about the warehouse. */
  readonly closed?: boolean;
}

export interface DispatchOrder {
  readonly warehouse: string;
  /** Most releases at once. */
  readonly limit: number;
  /** Only these orders; null takes whatever is ready. */
  readonly orderIds: readonly number[] | null;
  /** Only orders at which nothing has happened since this time. */
  readonly leftSince?: string;
}

/** How long a claimed release is left to the instance that claimed it, in ms: longer than any call to a warehouse takes. */
const claimLease = 120_000;

/** What was claimed in one transaction and is to be sent after it. */
interface Claims {
  readonly requests: readonly ShippingRequest[];
  readonly cancellations: readonly { readonly orderId: number; readonly key: string }[];
}

/**
 * Claims what is ready for the warehouse, sends it, and keeps the outcomes: two transactions with the call between them.
 * A process that dies in between leaves claimed releases, which are sent again under the same key when their lease ends.
 */
export async function dispatchOrders(
  context: StageContext,
  order: DispatchOrder,
  shipper: Shipper,
): Promise<OrderOutcome<DispatchOutput>[]> {
  const claims = await claimReleases(context, order);
  const cancelled = await Promise.all(
    claims.cancellations.map(async ({ orderId, key }) => ({ orderId, key, outcome: await shipper.cancel(key) })),
  );
  const shipped = claims.requests.length === 0 ? [] : await shipper.ship(claims.requests);
  if (shipped.length === 0 && cancelled.length === 0) return [];
  return settleReleases(context, order.warehouse, shipped, cancelled, shipper.closed === true);
}

function claimReleases(
  context: StageContext,
  { warehouse, limit, orderIds, leftSince }: DispatchOrder,
): Promise<Claims> {
  const claimAll = async (work: Work, circuit: Circuit): Promise<Claims> => {
    const room = Math.min(limit, mayTry(circuit, work.now));
    if (room === 0) return { requests: [], cancellations: [] };
    const again = orderIds === null ? await releasesToRetry(work.db, warehouse, work.now, room) : [];
    const ready = await claimableOrders(work.db, warehouse, room - again.length, { orderIds, leftSince });
    const orders = await work.loadLocked([...again, ...ready]);
    if (orders.length === 0) return { requests: [], cancellations: [] };
    const among = (rows: readonly LockedRow[]): Order[] => {
      const ids = new Set(rows.map((row) => row.order_id));
      return orders.filter(({ id }) => ids.has(id));
    };
    const repeated = among(again).flatMap((order) => repeatRelease(work, order, warehouse));
    const fit = await judgeAgain(work, among(ready));
    const claimed = fit.map((order) => ({ order, release: claim(work, order) }));
    if (repeated.length + claimed.length === 0) return { requests: [], cancellations: [] };
    if (!(await changeCircuit(work.db, warehouse, circuit, afterClaim(circuit, work.now))))
      throw new ConcurrentChange('the warehouse');
    const sendable = [...repeated.filter(({ release }) => release.status !== 'CancelRequested'), ...claimed].sort(
      (a, b) => a.order.priority - b.order.priority || a.order.id - b.order.id,
    );
    return {
      requests: sendable.map(({ order, release }) => requestOf(order, release)),
      cancellations: repeated
        .filter(({ release }) => release.status === 'CancelRequested')
        .map(({ order, release }) => ({ orderId: order.id, key: release.key })),
    };
  };
  return inTransaction(context, 'dispatch', claimAll, (db) => readCircuit(db, warehouse));
}

function repeatRelease(work: Work, order: Order, warehouse: string): { order: Order; release: Release }[] {
  return order.releases
    .filter(
      (release) =>
        release.warehouse === warehouse &&
        !release.parked &&
        release.nextAttemptAt !== null &&
        release.nextAttemptAt <= work.now,
    )
    .filter(
      (release) => release.status === 'Claimed' || release.status === 'Unknown' || release.status === 'CancelRequested',
    )
    .map((release) => {
      release.attempts += 1;
      release.nextAttemptAt = inMilliseconds(work.now, claimLease);
      work.note(order, null, { release: release.release, attempt: release.attempts });
      return { order, release };
    });
}

/**
 * The approvals of the orders are tested with one predicate; only the orders that fail it are judged again.
 * Returns those that may go.
 */
async function judgeAgain(work: Work, orders: readonly Order[]): Promise<Order[]> {
  const financial = checkBits.credit | checkBits.overdue;
  const invoices = await invoicesDueBefore(
    work.db,
    orders.map((order) => order.customer),
    work.today,
  );
  const stale = orders.filter(
    (order) =>
      !isReserved(order) ||
      ((order.checksRequired & financial) !== 0 && !isApproved(work, order, invoices.get(order.customer) ?? [])),
  );
  if (stale.length === 0) return [...orders];
  await work.lockStockOf(stale);
  await work.lockAccounts(stale.map((order) => order.creditAccount));
  for (const order of stale) {
    const { outcome } = judgeRelease(work, order, invoices.get(order.customer) ?? []);
    // The invoices were read before the account was locked: what was paid meanwhile is seen by the release stage.
    if (outcome === 'held') work.due(order.creditAccount);
  }
  return orders.filter((order) => order.status === 'ReadyForDelivery' || order.status === 'PartiallyDelivered');
}

const isReserved = (order: Order): boolean =>
  (order.checksRequired & checkBits.inventory) === 0 ||
  order.lines.every((line) => line.reserved >= openQuantity(line));

/** Unexpired, for no more than was approved, under the same settings, with nothing overdue since; the reservation is part of the status. */
function isApproved(work: Work, order: Order, invoices: readonly OpenInvoice[]): boolean {
  return hasCredit(work, order) && !invoices.some((invoice) => becameOverdue(work, order, invoice));
}

function hasCredit(work: Work, order: Order): boolean {
  if ((order.checksPassed & checkBits.credit) === 0) return (order.checksRequired & checkBits.credit) === 0;
  return (
    order.approvalUntil !== null &&
    order.approvalUntil > work.now &&
    openGross(order) <= order.approvalGross &&
    order.approvalPolicy === work.settingsVersion
  );
}

function becameOverdue(work: Work, order: Order, invoice: OpenInvoice): boolean {
  const { graceDays, minimumAmount } = work.settings.overdue;
  const minimum = parseMoney(minimumAmount, order.currency);
  const lastDay = addDays(invoice.dueDate, graceDays);
  const approvedOn = today(order.approvalAt ?? order.createdAt, work.settings.timeZone);
  return (
    !invoice.disputed &&
    invoice.open >= (typeof minimum === 'number' ? minimum : 1) &&
    work.today > lastDay &&
    lastDay >= approvedOn
  );
}

function claim(work: Work, order: Order): Release {
  const number = (order.releases.at(-1)?.release ?? 0) + 1;
  const release: Release = {
    release: number,
    warehouse: order.warehouse,
    status: 'Claimed',
    key: `${salesOrderNumber(order.id)}-${number}`,
    lines: order.lines.filter((line) => openQuantity(line) > 0).map((line) => [line.line, openQuantity(line)] as const),
    attempts: 1,
    nextAttemptAt: inMilliseconds(work.now, claimLease),
    parked: false,
    reference: null,
    words: null,
    cancelReason: null,
    claimedAt: work.now,
  };
  order.releases.push(release);
  work.note(order, null, { release: number, warehouse: order.warehouse, key: release.key });
  return release;
}

function requestOf(order: Order, release: Release): ShippingRequest {
  const lines = new Map(order.lines.map((line) => [line.line, line]));
  return {
    key: release.key,
    salesOrder: salesOrderNumber(order.id),
    release: release.release,
    warehouse: release.warehouse,
    shipTo: order.shipTo === null ? null : (JSON.parse(order.shipTo) as object | null),
    requestedDelivery: order.requestedDelivery,
    lines: release.lines.map(([number, quantity]) => {
      const line = lines.get(number) as Order['lines'][number];
      return { line: number, sku: line.sku, quantity: formatQuantity(quantity), uom: line.baseUom };
    }),
  };
}

/** Keeps what the warehouse said. An outcome that comes after a packing slip, or a second time, changes nothing. */
function settleReleases(
  context: StageContext,
  warehouse: string,
  shipped: readonly ShippingOutcome[],
  cancelled: readonly { orderId: number; key: string; outcome: CancelOutcome }[],
  closed: boolean,
): Promise<OrderOutcome<DispatchOutput>[]> {
  const byOrder = shipped.map((outcome) => ({ orderId: orderOfKey(outcome.key), outcome }));
  const orderIds = [...byOrder, ...cancelled].map(({ orderId }) => orderId);
  const settleAll = async (work: Work, circuit: Circuit): Promise<OrderOutcome<DispatchOutput>[]> => {
    await work.lockStockOf([...work.orders.values()].filter(({ releases }) => releases.some(isAskedBack)));
    for (const { orderId, key, outcome } of cancelled) settleCancellation(work, work.orders.get(orderId), key, outcome);
    const outcomes = byOrder.flatMap(({ orderId, outcome }) => {
      const order = work.orders.get(orderId);
      return order === undefined ? [] : [settleShipping(work, order, outcome)];
    });
    if (closed) return outcomes;
    const kinds = [...shipped.map(({ kind }) => kind), ...cancelled.map(({ outcome }) => clarityOf(outcome))];
    const next = afterOutcome(circuit, kinds, work.now);
    if (!(await changeCircuit(work.db, warehouse, circuit, next))) throw new ConcurrentChange('the warehouse');
    return outcomes;
  };
  return withOrders(context, 'dispatch', orderIds, settleAll, (db) => readCircuit(db, warehouse));
}

const isAskedBack = ({ status }: Release): boolean => status === 'CancelRequested';

/** Any clear answer to a cancel request shows that the warehouse is there. */
const clarityOf = ({ kind }: CancelOutcome): OutcomeKind => (kind === 'unknown' ? 'unknown' : 'acknowledged');

const orderOfKey = (key: string): number => Number(/^SO-(\d+)-/.exec(key)?.[1]);

function settleShipping(work: Work, order: Order, outcome: ShippingOutcome): OrderOutcome<DispatchOutput> {
  const release = order.releases.find(({ key }) => key === outcome.key);
  if (release !== undefined && (release.status === 'Claimed' || release.status === 'Unknown'))
    applyOutcome(work, order, release, outcome);
  else if (release !== undefined && isAskedBack(release)) {
    if (outcome.kind === 'acknowledged') release.reference = outcome.reference;
    else if (outcome.kind === 'refused') endRelease(work, order, release, { warehouse: outcome.words });
  }
  work.settle(order);
  return { orderId: order.id, output: outcome.kind, summary: summarize(order, wordsOf(outcome, release)) };
}

function applyOutcome(work: Work, order: Order, release: Release, outcome: ShippingOutcome): void {
  release.nextAttemptAt = null;
  if (outcome.kind === 'acknowledged') {
    release.status = 'Acknowledged';
    release.reference = outcome.reference;
    work.note(order, null, { release: release.release, reference: outcome.reference });
    return;
  }
  if (outcome.kind === 'refused') {
    release.status = 'Refused';
    release.words = outcome.words;
    const evidence = {
      release: release.release,
      warehouse: release.warehouse,
      status: outcome.status,
      words: outcome.words,
    };
    work.hold(order, 'warehouse-refused', { rule: 'dispatch', evidence, forced: false });
    work.note(order, 'warehouse-refused', evidence);
    return;
  }
  release.status = 'Unknown';
  release.words = outcome.cause;
  retryLater(work, release);
  work.note(order, 'unknown', {
    release: release.release,
    attempt: release.attempts,
    cause: outcome.cause,
    parked: release.parked,
  });
}

function wordsOf(outcome: ShippingOutcome, release: Release | undefined): string {
  if (outcome.kind === 'acknowledged')
    return `sent to warehouse ${release?.warehouse}, which knows it as ${outcome.reference}`;
  if (outcome.kind === 'refused') return `refused by warehouse ${release?.warehouse}: ${outcome.words}`;
  const next = release?.parked
    ? 'parked: ask the warehouse, then resend or not-received'
    : 'it is sent again under the same key';
  return `has no clear answer from warehouse ${release?.warehouse} (${outcome.cause}); ${next}`;
}
