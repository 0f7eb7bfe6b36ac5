import type { Decision, Order } from '../domain/order';
import { formatQuantity } from '../domain/quantity';
import { reserve, type Shortage, settleShortage } from '../domain/stock';
import { type CheckInput, isDue, recordedCheck } from './check';
import { type OrderOutcome, summarize } from './outcome';
import { withOrders } from './transaction';
import type { StageContext, Work } from './work';

export type InventoryOutput = 'reserved' | 'cancelled' | 'back-ordered';

/** Tests and reserves the stock of every open line, one atomic step; what cannot be served is settled by the order's shortage policy. */
export function checkInventory(
  context: StageContext,
  orderIds: CheckInput,
): Promise<(OrderOutcome<InventoryOutput> | undefined)[]> {
  const check = async (work: Work): Promise<(OrderOutcome<InventoryOutput> | undefined)[]> => {
    const due = [...work.orders.values()].filter((order) => isDue(order, 'inventory'));
    await work.lockStockOf(due);
    const outcomes = new Map<number, OrderOutcome<InventoryOutput>>();
    for (const order of due) outcomes.set(order.id, judge(work, order));
    const recorded = await recordedCheck(
      work,
      [...work.orders.values()].filter((order) => !outcomes.has(order.id)),
      'inventory',
    );
    for (const { order, decision } of recorded) {
      const summary = summarize(
        order,
        decision === undefined ? `is ${order.status}` : `was checked before: ${decision.explanation}`,
        { replayed: true, decision },
      );
      outcomes.set(order.id, {
        orderId: order.id,
        output: order.status === 'Cancelled' ? 'cancelled' : 'reserved',
        summary,
      });
    }
    return orderIds.map((id) => outcomes.get(id));
  };
  return withOrders(context, 'inventory', orderIds, check, undefined, { stock: true });
}

function judge(work: Work, order: Order): OrderOutcome<InventoryOutput> {
  const short = reserve(order, work.stock);
  const decision = decideStock(work, order, short);
  work.settle(order);
  const isCancelled = decision.outcome === 'cancelled';
  const words = isCancelled ? `cancelled: ${decision.explanation}` : reservedWords(order, short);
  return {
    orderId: order.id,
    output: isCancelled ? 'cancelled' : 'reserved',
    summary: summarize(order, words, { decision }),
  };
}

/** What goes on, and what does not: the order travels to the next check, and nothing else tells of its cancelled lines. */
function reservedWords({ lines, warehouse }: Order, short: readonly Shortage[]): string {
  if (short.length === 0) return `reserved: all lines in ${warehouse}`;
  const kept = lines.filter(({ reserved }) => reserved > 0).length;
  const cancelled = short.map(({ sku, missing }) => `${sku} cancelled, ${formatQuantity(missing)} short`);
  return `reserved: ${kept} of ${kept + short.length} lines in ${warehouse}; ${cancelled.join('; ')}`;
}

/** Decides on an order whose stock was just reserved. What is short is settled by its policy, which may cancel it. */
export function decideStock(work: Work, order: Order, short: readonly Shortage[]): Decision {
  const verdict = settleShortage(order, short, order.shortagePolicy, work.stock);
  const decision = work.decide(order, 'inventory', verdict);
  if (verdict.outcome === 'cancelled') {
    order.reason = verdict.reason;
    order.holds = [];
    work.due(order.creditAccount);
  }
  return decision;
}
