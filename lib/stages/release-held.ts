import type { Order } from '../domain/order';
import { blocksOthers, compareWaiting } from '../domain/release-queue';
import { giveBack } from '../domain/stock';
import { clearDue, dueAccounts, markHeldAccountsDue } from '../store/credit-accounts';
import { expiredReservations, invoicesDueBefore, waitingOrders } from '../store/waiting';
import { judgeRelease } from './judge-release';
import { type OrderOutcome, summarize } from './outcome';
import { inTransaction, type StageContext, type Work } from './work';

export type ReleaseOutput = 'released' | 'cancelled';

const accountsAtOnce = 50;
const ordersAtOnce = 2000;

/**
 * Judges the waiting orders of all accounts that are due, account by account in the order of release: priority,
 * held-since, order number. First fit: an order that does not fit lets smaller ones by, until it was passed too often or
 * waits too long. Returns the orders that are free now, and those that lost their stock meanwhile.
 */
export async function releaseHeld(context: StageContext): Promise<OrderOutcome<ReleaseOutput>[]> {
  const outcomes: OrderOutcome<ReleaseOutput>[] = [];
  for (;;) {
    const accounts = await context.store.read((db) => dueAccounts(db, accountsAtOnce));
    if (accounts.length === 0) return outcomes;
    const { released, done } = await releaseAccounts(context, accounts);
    outcomes.push(...released);
    if (!done) return outcomes;
  }
}

function releaseAccounts(
  context: StageContext,
  accounts: readonly string[],
): Promise<{ released: OrderOutcome<ReleaseOutput>[]; done: boolean }> {
  return inTransaction(context, 'release', async (work) => {
    const orders = await work.lockOrders(await waitingOrders(work.db, accounts, ordersAtOnce));
    await work.lockStockOf(orders);
    await work.lockAccounts(accounts);
    const held = orders.filter((order) => order.status === 'OnHold');
    const invoices = await invoicesDueBefore(
      work.db,
      held.map((order) => order.customer),
      work.today,
    );
    const released: OrderOutcome<ReleaseOutput>[] = [];
    for (const account of accounts) {
      released.push(
        ...releaseQueue(work, held.filter((order) => order.creditAccount === account).sort(compareWaiting), invoices),
      );
    }
    const done = await nobodyCameLate(work, accounts);
    if (done) await clearDue(work.db, accounts);
    return { released, done };
  });
}

function releaseQueue(
  work: Work,
  queue: readonly Order[],
  invoices: Awaited<ReturnType<typeof invoicesDueBefore>>,
): OrderOutcome<ReleaseOutput>[] {
  const outcomes: OrderOutcome<ReleaseOutput>[] = [];
  const waiting: Order[] = [];
  for (const order of queue) {
    if (waiting.some((ahead) => blocksOthers(ahead, work.account(ahead.creditAccount).passes, work.now))) break;
    const { outcome, decision } = judgeRelease(work, order, invoices.get(order.customer) ?? []);
    if (outcome === 'held') {
      waiting.push(order);
      continue;
    }
    if (outcome === 'released') for (const ahead of waiting) ahead.passedOver += 1;
    const words =
      outcome === 'released'
        ? 'released: every required check passes'
        : `cancelled: ${decision?.explanation ?? 'its stock is gone'}`;
    outcomes.push({ orderId: order.id, output: outcome, summary: summarize(order, words, { decision }) });
  }
  return outcomes;
}

/** An order that went on hold after the queue was read was judged by the figures of before; it keeps its account due. */
async function nobodyCameLate(work: Work, accounts: readonly string[]): Promise<boolean> {
  const waiting = await waitingOrders(work.db, accounts, ordersAtOnce);
  return waiting.every((id) => work.orders.has(id));
}

/** A new day, or other rules: every account with held orders is to be looked at again. */
export function askAllAgain(context: StageContext): Promise<number> {
  return context.store.transaction((db) => markHeldAccountsDue(db));
}

/** Gives the stock of held orders back whose reservation has run out; they are served again, if they can be, at release. */
export function expireReservations(context: StageContext): Promise<number> {
  return inTransaction(context, 'reservation', async (work) => {
    const orders = await work.lockOrders(await expiredReservations(work.db, work.now, ordersAtOnce));
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
