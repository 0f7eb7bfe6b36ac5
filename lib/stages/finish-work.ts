import { isFinished } from '../domain/lifecycle';
import { formatMoney } from '../domain/money';
import { type Order, salesOrderNumber } from '../domain/order';
import type { StockItem } from '../domain/stock';
import { type AuditRecord, appendAudit, takeAuditBatch } from '../store/audit';
import { addToAccounts, countPasses } from '../store/credit-accounts';
import { together } from '../store/database';
import { saveDecisions } from '../store/decisions';
import { insertDueAnswers } from '../store/edi-due';
import { closeExceptions, raiseExceptions } from '../store/exceptions';
import type { OrderMemory } from '../store/order-memory';
import { insertPostings } from '../store/postings';
import { orderChanges } from '../store/save-orders';
import { insertMovements, saveStock } from '../store/stock';
import { accountsAwaiting } from '../store/waiting';
import { freeCash } from './free-cash';
import type { Work } from './work';

/**
 * So many orders of one message are an import. They would come faster than the next step takes them, and fill the memory
 * for as long as they wait: that step reads them in a few statements.
 */
const manyOfMessage = 50;

/**
 * Writes everything; the transaction's last act. What no statement waits for goes out together with the commit: one
 * round trip, and the head of the audit chain is locked no longer than that.
 */
export async function finishWork(work: Work): Promise<void> {
  const { db, now, pending } = work;
  await enterQueue(work);
  for (const order of work.orders.values()) work.settle(order);
  tellVerdicts(work);
  const freed = freeKeptCash(work);
  const items = work.changedStock();
  const more = items.filter((item) => work.hasMore(item));
  for (const account of await accountsAwaiting(db, more)) work.due(account);
  markFreed(work);
  raiseDeficits(work, items);
  const orders = orderChanges(work.compared(), now, work.stamp, pending.rewritten);
  work.restamp(orders.changed, work.stamp);
  const records = [...orderRecords(work, orders.changed), ...pending.records];
  const batch = await takeAuditBatch(db, records);
  work.send(
    together([
      orders.write(db),
      saveDecisions(db, [...pending.decisions.values()]),
      saveStock(db, items),
      insertMovements(db, pending.movements),
      addToAccounts(db, pending.accountChanges),
      insertPostings(db, pending.postings),
      insertDueAnswers(db, pending.answers, now),
    ]),
  );
  await freeCash(db, freed);
  await raiseExceptions(db, pending.exceptions, now);
  await closeSettled(work, items);
  work.send(appendAudit(db, batch, records, now));
}

/** To be called once the transaction has committed: what is known of its orders need not be read again. */
export function rememberWork(work: Work, memory: OrderMemory): void {
  const { orders, stamp } = work;
  const { confirmed, created } = work.pending;
  for (const stamped of work.stamped()) memory.keep(stamped);
  for (const [slipId, lines] of confirmed) memory.slips.keep(slipId, { stamp, lines });
  for (const ofMessage of Map.groupBy(created, ({ inboxId }) => inboxId).values()) {
    if (ofMessage.length >= manyOfMessage) continue;
    for (const order of ofMessage) if (!orders.has(order.id)) memory.keep({ order, stamp });
  }
}

/** An order that begins to wait for credit remembers how many approvals its account has seen by then. */
async function enterQueue({ db, accounts, pending: { newInQueue } }: Work): Promise<void> {
  const names = [...newInQueue].map((order) => order.creditAccount).filter((name) => !accounts.has(name));
  const passes = await countPasses(db, names);
  for (const order of newInQueue) {
    order.passedOver = 0;
    order.passesAtHold = accounts.get(order.creditAccount)?.passes ?? passes.get(order.creditAccount) ?? 0;
  }
}

/**
 * An order that came as EDI and leaves its checks has its verdict: the partner is told, and told again when something
 * of it is cancelled after that.
 */
function tellVerdicts(work: Work): void {
  for (const { order, before } of work.compared()) {
    if (order.channel !== 'edi') continue;
    if (before.status === 'Created') {
      if (order.status !== 'Created') work.answerDue('response', order.id);
    } else if (!work.pending.told.has(order) && cancelledOf(order.lines) > cancelledOf(before.lines))
      work.answerDue('cancellation', order.id);
  }
}

/** Where the exposure fell, for whatever reason, there may be room for orders that wait. */
function markFreed(work: Work): void {
  for (const [account, { openReceivables, uninvoicedGross, approvedGross, dueMark }] of work.pending.accountChanges) {
    if (dueMark === 0 && openReceivables + uninvoicedGross + approvedGross < 0) work.due(account);
  }
}

/** Cash that was kept for an order counts for all of its account once the order is finished. */
function freeKeptCash(work: Work): Order[] {
  const freed = [...work.orders.values()].filter((order) => order.earmarked > 0 && isFinished(order.status));
  for (const order of freed) {
    work.changeAccount(order.creditAccount, { openReceivables: -order.earmarked, dueMark: 1 });
    work.note(order, null, { cashFreed: formatMoney(order.earmarked, order.currency), currency: order.currency });
    order.earmarked = 0;
  }
  return freed;
}

function orderRecords(work: Work, changed: readonly Order[]): AuditRecord[] {
  return changed.map((order) => {
    const note = work.pending.notes.get(order.id);
    return {
      at: work.now,
      actor: note?.actor ?? work.actor,
      stage: work.stage,
      subject: 'order',
      subjectId: salesOrderNumber(order.id),
      from: work.statusBefore(order) ?? null,
      to: order.status,
      reason: note?.reason ?? null,
      evidence: note?.evidence ?? {},
    };
  });
}

/** Goods that are no longer missing and releases that are no longer parked need nobody's attention. */
async function closeSettled(work: Work, items: readonly StockItem[]): Promise<void> {
  const { db, askers, stage, now } = work;
  const repaid = items.filter((item) => item.deficit === 0 && work.deficitBefore(item) > 0).map(placeOf);
  const unparked = work
    .compared()
    .flatMap(({ order, before }) =>
      before.releases
        .filter(({ parked }, i) => parked === 1 && order.releases[i]?.parked === false)
        .map(({ key }) => key),
    );
  if (repaid.length > 0) await closeExceptions(db, 'stock-deficit', repaid, askers, stage, now);
  if (unparked.length > 0) await closeExceptions(db, 'warehouse-parked', unparked, askers, stage, now);
}

function raiseDeficits(work: Work, items: readonly StockItem[]): void {
  for (const item of items) {
    if (item.deficit <= work.deficitBefore(item)) continue;
    work.raise({
      kind: 'stock-deficit',
      subject: placeOf(item),
      message: `Orders under way claim more of ${placeOf(item)} than is there. Count the stock, or ask the warehouse what it can ship.`,
      evidence: { sku: item.sku, warehouse: item.warehouse, deficitMilliUnits: item.deficit },
    });
  }
}

const cancelledOf = (lines: readonly { readonly cancelled?: unknown }[]): number =>
  lines.reduce((sum, { cancelled }) => sum + Number(cancelled), 0);

const placeOf = ({ sku, warehouse }: StockItem): string => `${sku} in ${warehouse}`;
