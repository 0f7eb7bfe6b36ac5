import { formatMoney } from './money';
import { checkBits, type Order, openQuantity } from './order';
import { grossOf, openGross } from './pricing';
import type { Verdict } from './verdict';

/** A credit account's limit (null: unlimited, 0: no credit) and its disjoint buckets, in minor units of its currency. */
export interface CreditAccount {
  readonly account: string;
  readonly currency: string;
  readonly limit: number | null;
  /** Invoices less credit notes less all payments that are not kept for one order; negative when the customer is ahead. */
  openReceivables: number;
  /** Delivered, not invoiced. */
  uninvoicedGross: number;
  /** Approved, not delivered. */
  approvedGross: number;
  /** Approvals of new orders while others waited. */
  passes: number;
}

/**
 * What an order takes of its account's approved bucket: the gross of its open quantities, less the cash kept for it.
 * Held, cancelled and not yet approved orders take nothing.
 */
export function approvedContribution(order: Order): number {
  const approved =
    (order.checksPassed & checkBits.credit) !== 0 ||
    order.status === 'ReadyForDelivery' ||
    order.status === 'SentToWarehouse' ||
    order.status === 'PartiallyDelivered' ||
    order.status === 'CancelRequested';
  const counts = approved && order.status !== 'OnHold' && order.status !== 'Cancelled';
  return counts ? Math.max(0, openGross(order) - order.earmarked) : 0;
}

/** Exposure exactly at the limit passes. `order.approvedGross` is what the account already holds for this order. */
export function judgeCredit(order: Order, account: CreditAccount): Verdict {
  const needed = Math.max(0, openGross(order) - order.earmarked);
  const others = account.approvedGross - order.approvedGross;
  const before = account.openReceivables + account.uninvoicedGross + others;
  const money = (minor: number) => `${formatMoney(minor, account.currency)} ${account.currency}`;
  const evidence = {
    limit: account.limit === null ? null : formatMoney(account.limit, account.currency),
    openReceivables: formatMoney(account.openReceivables, account.currency),
    deliveredNotInvoiced: formatMoney(account.uninvoicedGross, account.currency),
    otherOrdersApproved: formatMoney(others, account.currency),
    thisOrder: formatMoney(needed, account.currency),
    keptForThisOrder: formatMoney(order.earmarked, account.currency),
    exposure: formatMoney(before + needed, account.currency),
    currency: account.currency,
  };
  if (account.limit === null) {
    return {
      outcome: 'passed',
      reason: null,
      explanation: `The account ${account.account} has no credit limit.`,
      evidence,
      passesIf: null,
    };
  }
  const excess = before + needed - account.limit;
  if (needed === 0 || excess <= 0) {
    const room = account.limit - before - needed;
    const explanation =
      needed === 0
        ? 'The order is paid in advance and needs no credit.'
        : `With this order the exposure is ${money(before + needed)} of a limit of ${money(account.limit)}; ${money(room)} are left.`;
    return { outcome: 'passed', reason: null, explanation, evidence, passesIf: null };
  }
  return {
    outcome: 'held',
    reason: 'credit',
    explanation: `${money(excess)} over the credit limit: the exposure would be ${money(before + needed)}, the limit is ${money(account.limit)}.`,
    evidence: { ...evidence, excess: formatMoney(excess, account.currency) },
    passesIf: counterfactual(order, excess, money(excess)),
  };
}

/** The least that would have made the order pass: an amount paid, or one line left out. */
function counterfactual(order: Order, excess: number, amount: string): string {
  const open = order.lines.filter((line) => openQuantity(line) > 0);
  const whole = openGross(order);
  const candidates = open
    .map((line) => {
      const rest = open
        .filter((other) => other !== line)
        .map((other) => ({ line: other, quantity: openQuantity(other) }));
      return { line: line.line, saved: whole - grossOf(order, rest) };
    })
    .filter(({ saved }) => saved >= excess)
    .sort((a, b) => a.saved - b.saved);
  const [least] = open.length > 1 ? candidates : [];
  return `passes if ${amount} is paid${least === undefined ? '' : `, or without line ${least.line}`}`;
}
