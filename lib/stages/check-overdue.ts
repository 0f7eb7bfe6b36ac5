import { isBeforeWarehouse } from '../domain/lifecycle';
import { checkBits, type Order } from '../domain/order';
import { judgeOverdue } from '../domain/overdue';
import { invoicesDueBefore } from '../store/waiting';
import { type CheckInput, recordedCheck } from './check';
import { type GateOutput, gateOutcome, gateReplay } from './gate';
import type { OrderOutcome } from './outcome';
import { inTransaction, type StageContext } from './work';

/** Holds orders of customers with overdue invoices. */
export function checkOverdue(
  context: StageContext,
  orderIds: CheckInput,
): Promise<(OrderOutcome<GateOutput> | undefined)[]> {
  return inTransaction(context, 'overdue', async (work) => {
    await work.lockOrders(orderIds);
    const due = [...work.orders.values()].filter(isDue);
    const invoices = await invoicesDueBefore(
      work.db,
      due.map((order) => order.customer),
      work.today,
    );
    const outcomes = new Map<number, OrderOutcome<GateOutput>>();
    for (const order of due) {
      const verdict = judgeOverdue(
        invoices.get(order.customer) ?? [],
        order.currency,
        work.settings.overdue,
        work.today,
      );
      const decision = work.decide(order, 'overdue', verdict);
      work.settle(order);
      outcomes.set(order.id, gateOutcome(order, decision));
    }
    const others = [...work.orders.values()].filter((order) => !outcomes.has(order.id));
    for (const { order, decision } of await recordedCheck(work, others, 'overdue'))
      outcomes.set(order.id, gateReplay(order, decision));
    return orderIds.map((id) => outcomes.get(id));
  });
}

const isDue = (order: Order): boolean =>
  isBeforeWarehouse(order.status) && (order.checksJudged & checkBits.overdue) === 0;
