import { financialHolds, type Order } from '../domain/order';
import { blocksOthers, compareWaiting } from '../domain/release-queue';
import { giveBack } from '../domain/stock';
import { clearDue, dueAccounts, markHeldAccountsDue } from '../store/credit-accounts';
import { expiredReservations, invoicesDueBefore, waitingOrders } from '../store/waiting';
import { judgeRelease } from './judge-release';
import { type OrderOutcome, summarize } from './outcome';
import { inTransaction } from './transaction';
import type { StageContext, Work } from './work';

export type ReleaseOutput = 'released' | 'cancelled';

/** An order that waits no longer, and the account that let it go. */
export interface ReleaseOutcome extends OrderOutcome<ReleaseOutput> {
  readonly creditAccount: string;
}

/** Most accounts and waiting orders in one transaction. */
const atOnce = { accounts: 50, orders: 2000 };

/**
 * Judges the waiting orders of all accounts that are due, account by account in the order of release: priority,
 * held-since, order number. First fit: an order that does not fit lets smaller ones by, until it was passed too often or
 * waits too long. Returns the orders that are free now, and those that lost their stock meanwhile.
 */
export async function releaseHeld(context: StageContext, limits = atOnce): Promise<ReleaseOutcome[]> {
  const outcomes: ReleaseOutcome[] = [];
  // What is released or cancelled may free others, so that the accounts are asked until nothing more happens.
  for (let before = -1; outcomes.length > before; ) {
    before = outcomes.length;
    for (let after: string | undefined = ''; after !== undefined; ) {
      const from: string = after;
      const accounts = await context.store.read((db) => dueAccounts(db, from, limits.accounts));
      if (accounts.length === 0) break;
      const { released, last } = await releaseAccounts(context, accounts, limits.orders);
      outcomes.push(...released);
      after = last;
    }
  }
  return outcomes;
}

/** Takes as many of the accounts as have no more waiting orders together than fit, at least the first. `last`: of those. */
function releaseAccounts(
  context: StageContext,
  due: readonly string[],
  limit: number,
): Promise<{ released: ReleaseOutcome[]; last: string | undefined }> {
  return inTransaction(context, 'release', async (work) => {
    const waiting = await waitingOrders(work.db, due, limit);
    const cut = waiting.length < limit ? due.length : due.indexOf(waiting.at(-1)?.account ?? '');
    const accounts = due.slice(0, Math.max(1, cut));
    const own = waiting.filter(({ account }) => accounts.includes(account));
    const orders = await work.lockOrders(own.map(({ orderId }) => orderId));
    await work.lockStockOf(orders);
    await work.lockAccounts(accounts);
    const held = orders.filter((order) => order.status === 'OnHold');
    const invoices = await invoicesDueBefore(
      work.db,
      held.map((order) => order.customer),
      work.today,
    );
    const released: ReleaseOutcome[] = [];
    for (const account of accounts) {
      released.push(
        ...releaseQueue(work, held.filter((order) => order.creditAccount === account).sort(compareWaiting), invoices),
      );
    }
    const late = await cameLate(work, accounts, limit);
    await clearDue(
      work.db,
      accounts.filter((account) => !late.has(account)),
    );
    return { released, last: accounts.at(-1) };
  });
}

function releaseQueue(
  work: Work,
  queue: readonly Order[],
  invoices: Awaited<ReturnType<typeof invoicesDueBefore>>,
): ReleaseOutcome[] {
  const outcomes: ReleaseOutcome[] = [];
  const waiting: Order[] = [];
  for (const order of queue) {
    if (waiting.some((ahead) => blocksOthers(ahead, work.account(ahead.creditAccount).passes, work.now))) break;
    const { outcome, decision } = judgeRelease(work, order, invoices.get(order.customer) ?? []);
    if (outcome === 'held') {
      // Who waits for goods alone keeps no credit from anybody.
      if (order.holds.some(({ reason }) => financialHolds.has(reason))) waiting.push(order);
      continue;
    }
    if (outcome === 'released') for (const ahead of waiting) ahead.passedOver += 1;
    const words =
      outcome === 'released'
        ? 'released: every required check passes'
        : `cancelled: ${decision?.explanation ?? 'its stock is gone'}`;
    outcomes.push({
      orderId: order.id,
      creditAccount: order.creditAccount,
      output: outcome,
      summary: summarize(order, words, { decision }),
    });
  }
  return outcomes;
}

/** An order that went on hold after the queue was read was judged by the figures of before; it keeps its account due. */
async function cameLate(work: Work, accounts: readonly string[], limit: number): Promise<ReadonlySet<string>> {
  const waiting = await waitingOrders(work.db, accounts, limit);
  return new Set(waiting.filter(({ orderId }) => !work.orders.has(orderId)).map(({ account }) => account));
}

/** A new day, or other rules: every account with held orders is to be looked at again. */
export function askAllAgain(context: StageContext): Promise<number> {
  return context.store.transaction((db) => markHeldAccountsDue(db));
}

/** Gives the stock of held orders back whose reservation has run out; they are served again, if they can be, at release. */
export function expireReservations(context: StageContext): Promise<number> {
  return inTransaction(context, 'reservation', async (work) => {
    const orders = await work.lockOrders(await expiredReservations(work.db, work.now, atOnce.orders));
    const expired = orders.filter(
      (order) => order.status === 'OnHold' && order.reservedUntil !== null && order.reservedUntil < work.now,
    );
    await work.lockStockOf(expired);
    for (const order of expired) {
      giveBack(order, work.stock);
      order.reservedUntil = null;
      work.note(order, 'reservation-expired', { heldSince: order.heldSince });
    }
    return expired.length;
  });
}
