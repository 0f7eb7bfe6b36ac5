import type { CheckName, Decision, Order } from '../domain/order';
import { loadDecisions } from '../store/orders';
import type { Work } from './work';

/** The ids of the orders that a check takes. */
export type CheckInput = readonly number[];

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
