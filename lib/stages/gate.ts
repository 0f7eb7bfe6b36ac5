import type { Decision, Order } from '../domain/order';
import { type OrderOutcome, summarize } from './outcome';

export type GateOutput = 'passed' | 'on hold';

/** How a gate hands an order on that it has just judged. */
export function gateOutcome(order: Order, decision: Decision): OrderOutcome<GateOutput> {
  const passed = decision.outcome === 'passed';
  const words = passed
    ? `passed ${decision.check}: ${decision.explanation}`
    : `on hold: ${decision.reason}, ${decision.explanation}`;
  return { orderId: order.id, output: passed ? 'passed' : 'on hold', summary: summarize(order, words, { decision }) };
}

/** How a gate hands an order on that was judged before. */
export function gateReplay(order: Order, decision: Decision | undefined): OrderOutcome<GateOutput> {
  const words = decision === undefined ? `is ${order.status}` : `was judged before: ${decision.explanation}`;
  const output = decision?.outcome === 'held' && order.status === 'OnHold' ? 'on hold' : 'passed';
  return { orderId: order.id, output, summary: summarize(order, words, { replayed: true, decision }) };
}
