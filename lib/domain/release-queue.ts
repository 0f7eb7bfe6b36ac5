import { day } from './dates';
import type { Order } from './order';

/** After so many passes, or so many days, a waiting order lets no younger one by. */
export const mostPasses = 20;
export const longestWaitDays = 7;

type Waiting = Pick<Order, 'id' | 'priority' | 'heldSince' | 'passedOver' | 'passesAtHold'>;

/** The order in which held orders are judged again: priority, held-since, order number. */
export function compareWaiting(a: Waiting, b: Waiting): number {
  if (a.priority !== b.priority) return a.priority - b.priority;
  const [left, right] = [a.heldSince ?? '', b.heldSince ?? ''];
  if (left !== right) return left < right ? -1 : 1;
  return a.id - b.id;
}

/** True of an order that was passed so often, or waits so long, that it lets nobody behind it by any more. */
export function isNextInLine(passed: number, heldSince: string, now: string): boolean {
  return passed >= mostPasses || Date.parse(now) - Date.parse(heldSince) >= longestWaitDays * day;
}

/** True when nobody behind this order may be released before it. `accountPasses` counts the account's approvals of new orders so far. */
export function blocksOthers(order: Waiting, accountPasses: number, now: string): boolean {
  if (order.heldSince === null) return false;
  const passed = order.passedOver + Math.max(0, accountPasses - order.passesAtHold);
  return isNextInLine(passed, order.heldSince, now);
}
