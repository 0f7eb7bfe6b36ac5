import { judgeOverdue } from '../domain/overdue';
import { invoicesDueBefore } from '../store/waiting';
import { type CheckInput, isDue, recordedCheck } from './check';
import { type GateOutput, gateOutcome, gateReplay } from './gate';
import type { OrderOutcome } from './outcome';
import { withOrders } from './transaction';
import type { StageContext } from './work';

/** Holds orders of customers with overdue invoices. */
export function checkOverdue(
  context: StageContext,
  orderIds: CheckInput,
): Promise<(OrderOutcome<GateOutput> | undefined)[]> {
  return withOrders(context, 'overdue', orderIds, async (work) => {
    const due = [...work.orders.values()].filter((order) => isDue(order, 'overdue'));
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
      // No account is locked here: what was paid since the invoices were read is seen by the release stage.
      if (decision.outcome === 'held') work.due(order.creditAccount);
      work.settle(order);
      outcomes.set(order.id, gateOutcome(order, decision));
    }
    const others = [...work.orders.values()].filter((order) => !outcomes.has(order.id));
    for (const { order, decision } of await recordedCheck(work, others, 'overdue'))
      outcomes.set(order.id, gateReplay(order, decision));
    return orderIds.map((id) => outcomes.get(id));
  });
}
