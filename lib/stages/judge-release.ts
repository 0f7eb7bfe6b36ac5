import { judgeCredit } from '../domain/credit';
import { checkBits, type Decision, type HoldReason, type Order, openQuantity } from '../domain/order';
import { judgeOverdue, type OpenInvoice } from '../domain/overdue';
import { reserve, type Shortage, type StockItem, settleShortage } from '../domain/stock';
import type { Verdict } from '../domain/verdict';
import { approve } from './check-credit';
import { decideStock } from './check-inventory';
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
 * Judges an order for release: stock, overdue and credit together, all in full, as far as the company requires them or a
 * gate of the flow has asked for them. Orders, their stock and their accounts must be locked. The order is ready afterwards, or held with fresh decisions, or cancelled because its stock is gone.
 * What is short of stock is settled only when the rest of the order may go: an order that stays on hold loses nothing.
 */
export function judgeRelease(
  work: Work,
  order: Order,
  invoices: readonly OpenInvoice[],
  override?: Override,
): ReleaseJudgement {
  const asked = order.checksRequired | order.checksJudged;
  const served = asked & checkBits.inventory ? whatCanBeServed(order, work.stock) : { rest: order, short: [] };
  const decisions: Decision[] = [];
  if (asked & checkBits.overdue) {
    const overdue = judgeOverdue(invoices, order.currency, work.settings.overdue, work.today);
    decisions.push(work.decide(order, 'overdue', allow(overdue, 'overdue', override)));
  }
  if (asked & checkBits.credit) {
    const credit = judgeCredit(served.rest, work.account(order.creditAccount));
    decisions.push(work.decide(order, 'credit', allow(credit, 'credit', override)));
  }
  const held = decisions.find(({ outcome }) => outcome !== 'passed');
  if (held !== undefined) {
    work.settle(order);
    return { order, outcome: 'held', decision: held };
  }
  if (served.short.length > 0 && order.earmarked > 0) return awaitStock(work, order, served.short);
  const stock = asked & checkBits.inventory ? serve(work, order) : undefined;
  if (stock?.outcome === 'cancelled') return { order, outcome: 'cancelled', decision: stock };
  work.unhold(order, 'queue', { evenForced: false });
  work.unhold(order, 'awaiting-stock', { evenForced: false });
  approve(work, order);
  work.settle(order);
  return { order, outcome: order.holds.length === 0 ? 'released' : 'held', decision: stock ?? decisions.at(-1) };
}

/** The order as it would go now: without what is no longer in stock. An order of which nothing is left is judged in full. */
function whatCanBeServed(
  order: Order,
  stock: ReadonlyMap<string, StockItem>,
): { rest: Order; short: readonly Shortage[] } {
  if (order.lines.every((line) => line.reserved >= openQuantity(line))) return { rest: order, short: [] };
  const rest = { ...order, holds: [...order.holds], lines: order.lines.map((line) => ({ ...line })) };
  const copies = new Map([...stock].map(([key, item]) => [key, { ...item }]));
  const short = reserve(rest, copies);
  if (short.length > 0) settleShortage(rest, short, order.shortagePolicy, copies);
  return { rest: rest.lines.some((line) => openQuantity(line) > 0) ? rest : order, short };
}

/** A paid order waits for its stock instead of being cancelled. */
function awaitStock(work: Work, order: Order, short: readonly Shortage[]): ReleaseJudgement {
  const evidence = { missing: short.map(({ line, sku }) => ({ line, sku })) };
  work.hold(order, 'awaiting-stock', { rule: 'inventory', evidence, forced: false });
  work.note(order, 'awaiting-stock', evidence);
  work.settle(order);
  return { order, outcome: 'held', decision: undefined };
}

/** The reservation may have run out while the order was held: it is made again, and what is short is settled by the policy. */
function serve(work: Work, order: Order): Decision | undefined {
  const short = reserve(order, work.stock);
  if (short.length === 0) {
    order.checksJudged |= checkBits.inventory;
    order.checksPassed |= checkBits.inventory;
    return undefined;
  }
  const decision = decideStock(work, order, short);
  if (decision.outcome === 'cancelled') work.settle(order);
  return decision;
}

function allow(verdict: Verdict, check: 'credit' | 'overdue', override: Override | undefined): Verdict {
  const seen = override?.reasons.has(check) || (check === 'credit' && override?.reasons.has('queue'));
  if (verdict.outcome === 'passed' || override === undefined || !seen) return verdict;
  return {
    outcome: 'passed',
    reason: 'released-by-hand',
    explanation: `Released by ${override.by} although: ${verdict.explanation}`,
    evidence: { ...verdict.evidence, releasedBy: override.by, note: override.note },
    passesIf: null,
  };
}
