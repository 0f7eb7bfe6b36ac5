import { isBeforeWarehouse } from '../domain/lifecycle';
import { type CheckName, checkBits, type Decision, type Order, openReleaseStatuses } from '../domain/order';
import { loadDecisions } from '../store/decisions';
import type { Work } from './work';

/** The ids of the orders that a check takes. */
export type CheckInput = readonly number[];

/** A check judges an order once, and leaves it alone as soon as a warehouse was asked to ship it. */
export const isDue = (order: Order, check: CheckName): boolean =>
  isBeforeWarehouse(order.status) &&
  (order.checksJudged & checkBits[check]) === 0 &&
  !order.releases.some(({ status }) => openReleaseStatuses.has(status));

/** Orders that are past a check, with what was decided then. */
export async function recordedCheck(
  work: Work,
  orders: readonly Order[],
  check: CheckName,
): Promise<{ order: Order; decision: Decision | undefined }[]> {
  if (orders.length === 0) return [];
  const decisions = await loadDecisions(
    work.db,
    orders.map((order) => order.id),
  );
  return orders.map((order) => ({
    order,
    decision: decisions.get(order.id)?.find((decision) => decision.check === check),
  }));
}
