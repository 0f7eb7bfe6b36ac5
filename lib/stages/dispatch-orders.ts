import { afterOutcome, type Circuit, type OutcomeKind } from '../domain/circuit-breaker';
import type { Order, Release } from '../domain/order';
import { ConcurrentChange } from '../store/dialect';
import { changeCircuit, readCircuit } from '../store/warehouses';
import type { CancelOutcome, ShippingOutcome, ShippingRequest } from '../warehouse/shipping';
import { endRelease, leaveUnclear, settleCancellation } from './cancel-release';
import { claimReleases, type DispatchOrder } from './claim-releases';
import { type OrderOutcome, summarize } from './outcome';
import { withOrders } from './transaction';
import type { StageContext, Work } from './work';

export type DispatchOutput = 'acknowledged' | 'refused' | 'unknown';

/** The part of a warehouse's client that dispatch needs. */
export interface Shipper {
  ship(requests: readonly ShippingRequest[]): Promise<ShippingOutcome[]>;
  cancel(key: string): Promise<CancelOutcome>;
  /** True once this side has ended its calls: what is unknown then says nothing about the warehouse. */
  readonly closed?: boolean;
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
  leaveUnclear(work, order, release, outcome.cause);
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
