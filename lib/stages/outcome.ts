import { formatMoney } from '../domain/money';
import { type Decision, type Order, type OrderStatus, salesOrderNumber } from '../domain/order';
import { orderAmounts } from '../domain/pricing';

/** What a message carries of an order: numbers, status, the decision just made, and one line that a person understands. */
export interface OrderSummary {
  readonly salesOrder: string;
  readonly status: OrderStatus;
  readonly poNumber: string;
  readonly customer: string;
  readonly source: { readonly channel: string; readonly partner: string; readonly indicator: string };
  readonly warehouse: string;
  readonly inboxId: number;
  readonly currency: string;
  readonly total: string;
  readonly holds: readonly string[];
  /** The order was already past this stage: the recorded outcome again. */
  readonly replayed: boolean;
  /** Taken up by a sweep. */
  readonly recovered?: true;
  readonly decision?: Pick<Decision, 'check' | 'outcome' | 'reason' | 'explanation'>;
  readonly summary: string;
}

/** An order that left a stage: by which output, and what is said of it. */
export interface OrderOutcome<Output extends string> {
  readonly orderId: number;
  readonly output: Output;
  readonly summary: OrderSummary;
}

export function summarize(
  order: Order,
  words: string,
  options: { readonly replayed?: boolean; readonly decision?: Decision | undefined } = {},
): OrderSummary {
  const { decision } = options;
  return {
    salesOrder: salesOrderNumber(order.id),
    status: order.status,
    poNumber: order.poNumber,
    customer: order.customer,
    source: { channel: order.channel, partner: order.partner, indicator: order.indicator },
    warehouse: order.warehouse,
    inboxId: order.inboxId,
    currency: order.currency,
    total: formatMoney(orderAmounts(order).gross, order.currency),
    holds: order.holds.map((hold) => hold.reason),
    replayed: options.replayed ?? false,
    ...(decision === undefined
      ? {}
      : {
          decision: {
            check: decision.check,
            outcome: decision.outcome,
            reason: decision.reason,
            explanation: decision.explanation,
          },
        }),
    summary: `${salesOrderNumber(order.id)} ${words}`,
  };
}
