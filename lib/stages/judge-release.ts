import { judgeCredit } from '../domain/credit';
import { checkBits, type Decision, type HoldReason, type Order } from '../domain/order';
import { judgeOverdue, type OpenInvoice } from '../domain/overdue';
import { giveBack, reserve, settleShortage } from '../domain/stock';
import type { Verdict } from '../domain/verdict';
import { approve } from './check-credit';
import type { Work } from './work';

export interface ReleaseJudgement {
  readonly order: Order;
  readonly outcome: 'released' | 'held' | 'cancelled';
  readonly decision: Decision | undefined;
}

/** What a person takes upon themselves by releasing an order by hand. */
export interface Override {
  readonly by: string;
  readonly note: string;
  readonly reasons: ReadonlySet<HoldReason>;
}

/**
 * Judges an order for release: stock, overdue and credit together, all in full. Orders, their stock and their accounts
 * must be locked. The order is ready afterwards, or held with fresh decisions, or cancelled because its stock is gone.
 */
export function judgeRelease(work: Work, order: Order, invoices: readonly OpenInvoice[], override?: Override): ReleaseJudgement {
  const { decision: stock, verdict } = ensureReservation(work, order);
  if (verdict === 'cancelled') return { order, outcome: 'cancelled', decision: stock };
  if (verdict === 'waiting') return { order, outcome: 'held', decision: stock };
  const overdue = allow(judgeOverdue(invoices, order.currency, work.settings.overdue, work.today), 'overdue', override);
  const credit = allow(judgeCredit(order, work.account(order.creditAccount)), 'credit', override);
  const overdueDecision = work.decide(order, 'overdue', overdue);
  const creditDecision = work.decide(order, 'credit', credit);
  if (credit.outcome === 'passed' && overdue.outcome === 'passed') {
    work.unhold(order, 'queue', { evenForced: false });
    approve(work, order);
    work.settle(order);
    return { order, outcome: order.holds.length === 0 ? 'released' : 'held', decision: creditDecision };
  }
  work.settle(order);
  return { order, outcome: 'held', decision: overdue.outcome === 'held' ? overdueDecision : creditDecision };
}

function allow(verdict: Verdict, check: 'credit' | 'overdue', override: Override | undefined): Verdict {
  if (verdict.outcome === 'passed' || override === undefined || !(override.reasons.has(check) || override.reasons.has('queue'))) return verdict;
  return {
    outcome: 'passed',
    reason: 'released-by-hand',
    explanation: `Released by ${override.by} although: ${verdict.explanation}`,
    evidence: { ...verdict.evidence, releasedBy: override.by, note: override.note },
    passesIf: null,
  };
}

/** The reservation may have run out while the order was held: it is made again, or the shortage is settled. */
function ensureReservation(work: Work, order: Order): { verdict: 'there' | 'waiting' | 'cancelled'; decision: Decision | undefined } {
  const short = reserve(order, work.stock);
  if (short.length === 0) {
    work.unhold(order, 'awaiting-stock', { evenForced: false });
    order.checksJudged |= checkBits.inventory;
    order.checksPassed |= checkBits.inventory;
    return { verdict: 'there', decision: undefined };
  }
  if (order.earmarked > 0) {
    giveBack(order, work.stock, new Set(short.map(({ line }) => line)));
    const evidence = { missing: short.map(({ line, sku }) => ({ line, sku })) };
    work.hold(order, 'awaiting-stock', { rule: 'inventory', evidence, forced: false });
    work.note(order, 'awaiting-stock', evidence);
    work.settle(order);
    return { verdict: 'waiting', decision: undefined };
  }
  const verdict = settleShortage(order, short, order.shortagePolicy, work.stock);
  const decision = work.decide(order, 'inventory', verdict);
  if (verdict.outcome !== 'cancelled') return { verdict: 'there', decision };
  order.reason = verdict.reason;
  order.holds = [];
  work.due(order.creditAccount);
  work.settle(order);
  return { verdict: 'cancelled', decision };
}
