import { judgeCredit } from '../domain/credit';
import { hour, later } from '../domain/dates';
import type { Order } from '../domain/order';
import { openGross } from '../domain/pricing';
import { isNextInLine, longestWaitDays, mostPasses } from '../domain/release-queue';
import type { Verdict } from '../domain/verdict';
import { type Database, together } from '../store/database';
import { type QueueHead, queueHeads } from '../store/waiting';
import { type CheckInput, isDue, recordedCheck } from './check';
import { type GateOutput, gateOutcome, gateReplay } from './gate';
import type { OrderOutcome } from './outcome';
import { withOrders } from './transaction';
import type { StageContext, Work } from './work';

type QueueHeads = ReadonlyMap<string, readonly QueueHead[]>;

/** Judges orders against their credit accounts, in the order they came, each with the credit that the ones before it left. */
export function checkCredit(
  context: StageContext,
  orderIds: CheckInput,
): Promise<(OrderOutcome<GateOutput> | undefined)[]> {
  const check = async (work: Work, foreseen: QueueHeads): Promise<(OrderOutcome<GateOutput> | undefined)[]> => {
    const due = orderIds
      .flatMap((id) => work.orders.get(id) ?? [])
      .filter((order, i, all) => isDue(order, 'credit') && all.indexOf(order) === i);
    const accounts = [...new Set(due.map((order) => order.creditAccount))].filter((name) => !work.accounts.has(name));
    const [, others] = await together([work.lockAccounts(accounts), queueHeads(work.db, accounts)]);
    const heads = new Map([...foreseen, ...others]);
    const outcomes = new Map<number, OrderOutcome<GateOutput>>();
    for (const order of due) outcomes.set(order.id, judge(work, order, heads.get(order.creditAccount) ?? []));
    const rest = [...work.orders.values()].filter((order) => !outcomes.has(order.id));
    for (const { order, decision } of await recordedCheck(work, rest, 'credit')) {
      outcomes.set(order.id, gateReplay(order, decision));
    }
    return orderIds.map((id) => outcomes.get(id));
  };
  const headsOf = (db: Database, remembered: readonly Order[]): Promise<QueueHeads> =>
    queueHeads(db, [...new Set(remembered.map((order) => order.creditAccount))]);
  return withOrders(context, 'credit', orderIds, check, headsOf, { accounts: true });
}

function judge(work: Work, order: Order, heads: readonly QueueHead[]): OrderOutcome<GateOutput> {
  const account = work.account(order.creditAccount);
  const verdict = mustQueue(order, heads, account.passes, work.now) ?? judgeCredit(order, account);
  if (verdict.outcome === 'passed') {
    approve(work, order);
    work.changeAccount(order.creditAccount, { passes: 1 });
  }
  const decision = work.decide(order, 'credit', verdict);
  work.settle(order);
  return gateOutcome(order, decision);
}

/** Keeps what was approved, until when and under which settings, for the test at dispatch. */
export function approve(work: Work, order: Order): void {
  order.approvalGross = openGross(order);
  order.approvalAt = work.now;
  order.approvalUntil = later(work.now, work.settings.approvalHours * hour);
  order.approvalPolicy = work.settingsVersion;
}

/** Who was passed too often, or waits too long, lets no new order of the account by that is not more urgent. */
function mustQueue(order: Order, heads: readonly QueueHead[], passes: number, now: string): Verdict | undefined {
  const head = heads.find(
    ({ priority, heldSince, leastPassesAtHold }) =>
      priority <= order.priority && isNextInLine(passes - leastPassesAtHold, heldSince, now),
  );
  if (head === undefined) return undefined;
  const passed = passes - head.leastPassesAtHold;
  return {
    outcome: 'held',
    reason: 'queue',
    explanation: `Orders of this account wait since ${head.heldSince.slice(0, 10)} and were passed ${passed} times; this one waits behind them.`,
    evidence: { waitingSince: head.heldSince, passed, mostPasses, longestWaitDays },
    passesIf: 'passes when the orders before it are released or cancelled',
  };
}
