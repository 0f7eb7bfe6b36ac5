import { afterClaim, type Circuit, mayTry } from '../domain/circuit-breaker';
import { addDays, later, today } from '../domain/dates';
import { parseMoney } from '../domain/money';
import {
  checkBits,
  type Order,
  openQuantity,
  openReleaseStatuses,
  type Release,
  salesOrderNumber,
} from '../domain/order';
import type { OpenInvoice } from '../domain/overdue';
import { openGross } from '../domain/pricing';
import { formatQuantity } from '../domain/quantity';
import type { Database } from '../store/database';
import { ConcurrentChange } from '../store/dialect';
import { claimableOrders, releasesToRetry } from '../store/dispatch-queue';
import type { LockedRow } from '../store/orders';
import { invoicesDueBefore } from '../store/waiting';
import { changeCircuit, readCircuit } from '../store/warehouses';
import type { ShippingRequest } from '../warehouse/shipping';
import { judgeRelease } from './judge-release';
import { inTransaction, withOrders } from './transaction';
import type { StageContext, Work } from './work';

/** What is to be sent to one warehouse. */
export interface DispatchOrder {
  readonly warehouse: string;
  /** Most releases at once. */
  readonly limit: number;
  /** Only these orders, as far as they are ready; null takes whatever is ready. */
  readonly orderIds: readonly number[] | null;
  /** Of whatever is ready: only orders at which nothing has happened since this time. */
  readonly leftSince?: string;
}

/** What was claimed in one transaction and is to be sent after it. */
export interface Claims {
  readonly requests: readonly ShippingRequest[];
  readonly cancellations: readonly { readonly orderId: number; readonly key: string }[];
}

/** Locked orders: those with a release to be sent or asked back again, and those that are ready for a new one. */
interface Queued {
  readonly again: readonly Order[];
  readonly ready: readonly Order[];
}

/** How long a claimed release is left to the instance that claimed it, in ms: longer than any call to a warehouse takes. */
const claimLease = 120_000;

/** Claims what is to be sent to the warehouse, in one transaction. An order that another instance was first with is left to it. */
export function claimReleases(context: StageContext, dispatch: DispatchOrder): Promise<Claims> {
  const { warehouse, limit, orderIds } = dispatch;
  const room = (work: Work, circuit: Circuit): number => Math.min(limit, mayTry(circuit, work.now));
  const circuitOf = (db: Database): Promise<Circuit> => readCircuit(db, warehouse);
  const claimAny = async (work: Work, circuit: Circuit): Promise<Claims> =>
    claim(work, warehouse, circuit, await takeUp(work, dispatch, room(work, circuit)));
  const claimNamed = (work: Work, circuit: Circuit): Promise<Claims> => {
    const ready = mostUrgent([...work.orders.values()], warehouse, room(work, circuit));
    return claim(work, warehouse, circuit, { again: [], ready });
  };
  return orderIds === null
    ? inTransaction(context, 'dispatch', claimAny, circuitOf)
    : withOrders(context, 'dispatch', orderIds, claimNamed, circuitOf);
}

/** Whatever waits for the warehouse, without what another transaction works on. */
async function takeUp(work: Work, { warehouse, leftSince }: DispatchOrder, room: number): Promise<Queued> {
  if (room === 0) return { again: [], ready: [] };
  const again = await releasesToRetry(work.db, warehouse, work.now, room);
  const ready = await claimableOrders(work.db, warehouse, room - again.length, leftSince);
  const orders = await work.loadLocked([...again, ...ready]);
  const among = (rows: readonly LockedRow[]): Order[] => {
    const ids = new Set(rows.map((row) => row.order_id));
    return orders.filter(({ id }) => ids.has(id));
  };
  return { again: among(again), ready: among(ready) };
}

/** Of locked orders at most `room` that can be claimed for the warehouse. */
function mostUrgent(orders: readonly Order[], warehouse: string, room: number): Order[] {
  const ready = orders.filter((order) => order.warehouse === warehouse && isClaimable(order));
  const first = new Set(ready.toSorted(byUrgency).slice(0, room));
  return ready.filter((order) => first.has(order));
}

/** Ready for a warehouse (or a part came back from it), and no release is out: what the sweep's query asks for too. */
const isClaimable = ({ status, releases }: Order): boolean =>
  (status === 'ReadyForDelivery' || status === 'PartiallyDelivered') &&
  !releases.some((release) => openReleaseStatuses.has(release.status));

const byUrgency = (a: Order, b: Order): number => a.priority - b.priority || a.id - b.id;

async function claim(work: Work, warehouse: string, circuit: Circuit, { again, ready }: Queued): Promise<Claims> {
  const repeated = again.flatMap((order) => repeatRelease(work, order, warehouse));
  const fit = await judgeAgain(work, ready);
  const claimed = fit.map((order) => ({ order, release: newRelease(work, order) }));
  if (repeated.length + claimed.length === 0) return { requests: [], cancellations: [] };
  if (!(await changeCircuit(work.db, warehouse, circuit, afterClaim(circuit, work.now))))
    throw new ConcurrentChange('the warehouse');
  const sendable = [...repeated.filter(({ release }) => release.status !== 'CancelRequested'), ...claimed].sort(
    (a, b) => byUrgency(a.order, b.order),
  );
  return {
    requests: sendable.map(({ order, release }) => requestOf(order, release)),
    cancellations: repeated
      .filter(({ release }) => release.status === 'CancelRequested')
      .map(({ order, release }) => ({ orderId: order.id, key: release.key })),
  };
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
      release.nextAttemptAt = later(work.now, claimLease);
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
  return orders.filter(isClaimable);
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

function newRelease(work: Work, order: Order): Release {
  const number = (order.releases.at(-1)?.release ?? 0) + 1;
  const release: Release = {
    release: number,
    warehouse: order.warehouse,
    status: 'Claimed',
    key: `${salesOrderNumber(order.id)}-${number}`,
    lines: order.lines.filter((line) => openQuantity(line) > 0).map((line) => [line.line, openQuantity(line)] as const),
    attempts: 1,
    nextAttemptAt: later(work.now, claimLease),
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
