import { randomInt } from 'node:crypto';
import { approvedContribution, type CreditAccount } from '../domain/credit';
import { hour, later, today } from '../domain/dates';
import { TechnicalFault } from '../domain/faults';
import { isAllowed, isFinished, statusOf } from '../domain/lifecycle';
import { formatMoney } from '../domain/money';
import {
  checkBits,
  type Decision,
  type Evidence,
  financialHolds,
  type Hold,
  type HoldReason,
  type Order,
  salesOrderNumber,
} from '../domain/order';
import type { Settings, SettingsVersion } from '../domain/settings';
import { availableOf, move, type StockItem, stockKey } from '../domain/stock';
import type { Verdict } from '../domain/verdict';
import { type AuditRecord, appendAudit, takeAuditBatch } from '../store/audit';
import { type AccountChange, addToAccounts, countPasses, lockAccounts, noChange } from '../store/credit-accounts';
import { type Database, together } from '../store/database';
import { saveDecisions } from '../store/decisions';
import { type DueAnswer, insertDueAnswers } from '../store/edi-due';
import { closeExceptions, type RaisedException, raiseExceptions } from '../store/exceptions';
import type { OrderMemory, StampedOrder } from '../store/order-memory';
import { type LockedRow, lockedOrders, lockOrders } from '../store/orders';
import type { UninvoicedLine } from '../store/packing-slips';
import { insertPostings, type Posting } from '../store/postings';
import { type OrderBefore, orderChanges, rememberOrder } from '../store/save-orders';
import { insertMovements, lockStock, type Movement, saveStock } from '../store/stock';
import type { LastStatements, Store } from '../store/store';
import { accountsAwaiting } from '../store/waiting';
import { freeCash } from './free-cash';

/** What a stage works with, whoever calls it. */
export interface StageContext {
  readonly store: Store;
  /** Who does it, for the audit: a node's id, a key's name, an operator. */
  readonly actor: string;
  /** The time as ISO 8601 text. */
  readonly clock: () => string;
}

/**
 * So many orders of one message are an import. They would come faster than the next step takes them, and fill the memory
 * for as long as they wait: that step reads them in a few statements.
 */
const manyOfMessage = 50;

/**
 * One transaction of a stage. Rows are locked and loaded through it in the one order that all transactions keep
 * (orders, stock, credit accounts), the stage changes them in memory, and everything is written at the end: rows a
 * statement a table, the audit last.
 */
export class Work {
  readonly orders = new Map<number, Order>();
  readonly stock = new Map<string, StockItem>();
  readonly accounts = new Map<string, CreditAccount>();
  private readonly before = new Map<number, OrderBefore>();
  private readonly stockBefore = new Map<string, StockItem>();
  private day: string | undefined;
  private readonly decisions = new Map<string, { orderId: number; decision: Decision }>();
  private readonly accountChanges = new Map<string, AccountChange>();
  private readonly movements: Movement[] = [];
  private readonly postings: Posting[] = [];
  private readonly exceptions: RaisedException[] = [];
  private readonly answers: DueAnswer[] = [];
  private readonly notes = new Map<number, { reason: string | null; evidence: Evidence; actor: string | null }>();
  private readonly records: AuditRecord[] = [];
  private readonly newInQueue = new Set<Order>();
  private readonly rewritten = new Set<Order>();
  private readonly told = new Set<Order>();
  private readonly stamps = new Map<number, number>();
  private readonly created: Order[] = [];
  private readonly confirmed = new Map<number, UninvoicedLine[]>();
  /** What this transaction writes into the rows of the orders that it changes. */
  readonly stamp = randomInt(1, 2 ** 48 - 1);

  constructor(
    private readonly store: Store,
    readonly db: Database,
    readonly stage: string,
    readonly actor: string,
    readonly now: string,
    private readonly current: SettingsVersion,
    /** Sends statements that nothing in this transaction waits for: they are waited for together with the commit. */
    readonly send: LastStatements,
  ) {}

  get settings(): Settings {
    return this.current.settings;
  }

  get settingsVersion(): number {
    return this.current.version;
  }

  /** Today in the company's time zone, YYYY-MM-DD. */
  get today(): string {
    this.day ??= today(this.now, this.settings.timeZone);
    return this.day;
  }

  /** Locks and loads orders, in the order of their numbers. */
  async lockOrders(ids: Iterable<number>): Promise<Order[]> {
    const wanted = [...new Set(ids)].filter((id) => !this.orders.has(id)).sort((a, b) => a - b);
    const locked = await lockOrders(this.db, wanted, this.store.orders);
    this.takeLocked(locked);
    return locked.map(({ order }) => order);
  }

  /** Loads orders whose rows are locked already. */
  async loadLocked(rows: readonly LockedRow[]): Promise<Order[]> {
    const found = new Map(rows.filter((row) => !this.orders.has(row.order_id)).map((row) => [row.order_id, row]));
    const ascending = [...found.values()].sort((a, b) => a.order_id - b.order_id);
    const locked = await lockedOrders(this.db, ascending, this.store.orders);
    this.takeLocked(locked);
    return locked.map(({ order }) => order);
  }

  /** Takes orders that were locked already. */
  takeLocked(locked: readonly StampedOrder[]): void {
    for (const { order, stamp } of locked) {
      this.orders.set(order.id, order);
      this.before.set(order.id, rememberOrder(order));
      this.stamps.set(order.id, stamp);
    }
  }

  /** Locks the stock of these lines' SKUs in their orders' warehouses. */
  async lockStockOf(orders: readonly Order[]): Promise<void> {
    await this.lockStock(stockKeysOf(orders));
  }

  async lockStock(keys: readonly (readonly [sku: string, warehouse: string])[]): Promise<void> {
    const missing = keys.filter(([sku, warehouse]) => !this.stock.has(stockKey(sku, warehouse)));
    this.takeStock(await lockStock(this.db, missing));
  }

  /** Takes stock that was locked already. */
  takeStock(locked: ReadonlyMap<string, StockItem>): void {
    for (const [key, item] of locked) {
      if (this.stock.has(key)) continue;
      this.stock.set(key, item);
      this.stockBefore.set(key, { ...item });
    }
  }

  async lockAccounts(names: Iterable<string>): Promise<void> {
    const missing = [...new Set(names)].filter((name) => !this.accounts.has(name));
    this.takeAccounts(await lockAccounts(this.db, missing));
  }

  /** Takes credit accounts that were locked already. */
  takeAccounts(locked: ReadonlyMap<string, CreditAccount>): void {
    for (const [name, account] of locked) this.accounts.set(name, account);
  }

  account(name: string): CreditAccount {
    const account = this.accounts.get(name);
    if (account === undefined) throw new TechnicalFault('unexpected', `The credit account ${name} is missing.`);
    return account;
  }

  /** Stores a check's verdict as the order's decision, with its bit and, when it holds, its hold. */
  decide(order: Order, check: Decision['check'], verdict: Verdict): Decision {
    const decision: Decision = { check, ...verdict, decidedAt: this.now };
    const bit = checkBits[check];
    this.decisions.set(`${check} ${order.id}`, { orderId: order.id, decision });
    order.checksJudged |= bit;
    order.checksPassed = verdict.outcome === 'passed' ? order.checksPassed | bit : order.checksPassed & ~bit;
    if (verdict.outcome === 'held')
      this.hold(order, (verdict.reason ?? check) as HoldReason, {
        rule: check,
        evidence: verdict.evidence,
        forced: false,
      });
    if (verdict.outcome === 'passed') this.unhold(order, check as HoldReason, { evenForced: false });
    this.note(order, verdict.reason, {
      check,
      outcome: verdict.outcome,
      // the words of what passed are those of its figures
      ...(verdict.outcome === 'passed' ? {} : { explanation: verdict.explanation }),
      ...verdict.evidence,
    });
    return decision;
  }

  hold(order: Order, reason: HoldReason, hold: Pick<Hold, 'rule' | 'evidence' | 'forced'>): void {
    const old = order.holds.find((other) => other.reason === reason);
    const since = old?.since ?? this.now;
    if (old !== undefined) this.newInQueue.delete(order);
    order.holds = [
      ...order.holds.filter((other) => other !== old),
      { reason, ...hold, forced: hold.forced || old?.forced === true, since, by: this.actor },
    ];
    order.heldSince ??= this.now;
    if (
      financialHolds.has(reason) &&
      !order.holds.some((other) => other.reason !== reason && financialHolds.has(other.reason))
    )
      this.newInQueue.add(order);
  }

  unhold(order: Order, reason: HoldReason, options: { readonly evenForced: boolean }): void {
    if (!order.holds.some((hold) => hold.reason === reason && (options.evenForced || !hold.forced))) return;
    order.holds = order.holds.filter((hold) => hold.reason !== reason);
  }

  /** Why the order is changed, for its audit record of this transaction. The last reason stands, evidence is added up. */
  note(order: Order, reason: string | null, evidence: Evidence, actor?: string): void {
    const note = this.notes.get(order.id);
    this.notes.set(order.id, {
      reason: reason ?? note?.reason ?? null,
      evidence: { ...note?.evidence, ...evidence },
      actor: actor ?? note?.actor ?? null,
    });
  }

  /** Brings the order's status and its share of the approved bucket in line with what was changed in memory. */
  settle(order: Order): void {
    const status = statusOf(order);
    const from = this.before.get(order.id)?.status ?? order.status;
    if (!isAllowed(from, status)) {
      throw new TechnicalFault('unexpected', `${salesOrderNumber(order.id)} may not go from ${from} to ${status}.`);
    }
    order.status = status;
    if (order.holds.length === 0) {
      order.heldSince = null;
      order.passedOver = 0;
      order.passesAtHold = 0;
      order.reservedUntil = null;
    } else if (order.lines.some((line) => line.reserved > 0)) {
      order.reservedUntil ??= later(this.now, this.settings.reservationHours * hour);
    }
    const contribution = approvedContribution(order);
    const change = contribution - order.approvedGross;
    if (change !== 0) {
      order.approvedGross = contribution;
      this.changeAccount(order.creditAccount, { approvedGross: change });
    }
  }

  changeAccount(name: string, change: Partial<AccountChange>): void {
    const sum = this.accountChanges.get(name) ?? { ...noChange };
    const account = this.accounts.get(name);
    for (const [bucket, amount] of Object.entries(change) as [keyof AccountChange, number][]) {
      sum[bucket] += amount;
      if (account !== undefined && bucket !== 'dueMark') account[bucket] += amount;
    }
    this.accountChanges.set(name, sum);
  }

  /** Something happened that may free held orders of this account. */
  due(account: string): void {
    this.changeAccount(account, { dueMark: 1 });
  }

  /** Moves goods: the stock row, which must be locked and exist, and the movement that explains it. */
  moveStock(movement: Omit<Movement, 'at'>): StockItem {
    const item = this.stock.get(stockKey(movement.sku, movement.warehouse));
    if (item === undefined)
      throw new TechnicalFault('unexpected', `The stock row of ${movement.sku} in ${movement.warehouse} is missing.`);
    move(item, movement.quantity);
    this.movements.push({ ...movement, at: this.now });
    return item;
  }

  post(posting: Omit<Posting, 'postedAt' | 'postingDate'>): void {
    this.postings.push({ ...posting, postingDate: this.today, postedAt: this.now });
  }

  raise(exception: RaisedException): void {
    this.exceptions.push(exception);
  }

  /** An EDI partner has to be told. `order`: what becomes of it in this transaction is told by this answer. */
  answerDue(kind: DueAnswer['kind'], subject: number, order?: Order): void {
    this.answers.push({ kind, subject });
    if (order !== undefined) this.told.add(order);
  }

  /** More of the order than its state was written: whoever remembers it has to read it again. */
  rewrote(order: Order): void {
    this.rewritten.add(order);
  }

  /** An audit record of something other than a loaded order. */
  record(record: Omit<AuditRecord, 'at' | 'stage' | 'actor'> & { readonly actor?: string }): void {
    this.records.push({ at: this.now, actor: this.actor, stage: this.stage, ...record });
  }

  /**
   * Writes everything; the transaction's last act. What no statement waits for goes out together with the commit: one
   * round trip, and the head of the audit chain is locked no longer than that.
   */
  async finish(): Promise<void> {
    await this.enterQueue();
    for (const order of this.orders.values()) this.settle(order);
    this.tellVerdicts();
    const freed = this.freeKeptCash();
    const items = [...this.stock]
      .filter(([key, item]) => hasChanged(item, this.stockBefore.get(key)))
      .map(([, item]) => item);
    const more = items.filter((item) => this.hasMore(item));
    for (const account of await accountsAwaiting(this.db, more)) this.due(account);
    this.markFreed();
    this.raiseDeficits(items);
    const orders = orderChanges(this.loaded(), this.now, this.stamp, this.rewritten);
    for (const order of orders.changed) this.stamps.set(order.id, this.stamp);
    const records = [...this.orderRecords(orders.changed), ...this.records];
    const batch = await takeAuditBatch(this.db, records);
    this.send(
      together([
        orders.write(this.db),
        saveDecisions(this.db, [...this.decisions.values()]),
        saveStock(this.db, items),
        insertMovements(this.db, this.movements),
        addToAccounts(this.db, this.accountChanges),
        insertPostings(this.db, this.postings),
        insertDueAnswers(this.db, this.answers, this.now),
      ]),
    );
    await freeCash(this.db, freed);
    await raiseExceptions(this.db, this.exceptions, this.now);
    await this.closeSettled(items);
    this.send(appendAudit(this.db, batch, records, this.now));
  }

  /** An order that begins to wait for credit remembers how many approvals its account has seen by then. */
  private async enterQueue(): Promise<void> {
    const names = [...this.newInQueue].map((order) => order.creditAccount).filter((name) => !this.accounts.has(name));
    const passes = await countPasses(this.db, names);
    for (const order of this.newInQueue) {
      order.passedOver = 0;
      order.passesAtHold = this.accounts.get(order.creditAccount)?.passes ?? passes.get(order.creditAccount) ?? 0;
    }
  }

  /**
   * An order that came as EDI and leaves its checks has its verdict: the partner is told, and told again when something
   * of it is cancelled after that.
   */
  private tellVerdicts(): void {
    for (const order of this.orders.values()) {
      const before = this.before.get(order.id);
      if (order.channel !== 'edi' || before === undefined) continue;
      if (before.status === 'Created') {
        if (order.status !== 'Created') this.answerDue('response', order.id);
      } else if (!this.told.has(order) && cancelledOf(order.lines) > cancelledOf(before.lines))
        this.answerDue('cancellation', order.id);
    }
  }

  /** Where the exposure fell, for whatever reason, there may be room for orders that wait. */
  private markFreed(): void {
    for (const [account, { openReceivables, uninvoicedGross, approvedGross, dueMark }] of this.accountChanges) {
      if (dueMark === 0 && openReceivables + uninvoicedGross + approvedGross < 0) this.due(account);
    }
  }

  /** Cash that was kept for an order counts for all of its account once the order is finished. */
  private freeKeptCash(): Order[] {
    const freed = [...this.orders.values()].filter((order) => order.earmarked > 0 && isFinished(order.status));
    for (const order of freed) {
      this.changeAccount(order.creditAccount, { openReceivables: -order.earmarked, dueMark: 1 });
      this.note(order, null, { cashFreed: formatMoney(order.earmarked, order.currency), currency: order.currency });
      order.earmarked = 0;
    }
    return freed;
  }

  /** Orders that this transaction has inserted itself. */
  insertedOrders(orders: readonly Order[]): void {
    this.created.push(...orders);
  }

  /** A packing slip that this transaction confirms, with all its lines. */
  confirmedSlip(slipId: number, lines: UninvoicedLine[]): void {
    this.confirmed.set(slipId, lines);
  }

  /** Whether the order, which is locked, is as the transaction of this stamp left it. */
  isAsLeftBy(stamp: number, orderId: number): boolean {
    return this.stamps.get(orderId) === stamp;
  }

  /** To be called once the transaction has committed: what is known of its orders need not be read again. */
  rememberOrders(memory: OrderMemory): void {
    for (const order of this.orders.values()) memory.keep({ order, stamp: this.stamps.get(order.id) as number });
    for (const [slipId, lines] of this.confirmed) memory.slips.keep(slipId, { stamp: this.stamp, lines });
    for (const ofMessage of Map.groupBy(this.created, ({ inboxId }) => inboxId).values()) {
      if (ofMessage.length >= manyOfMessage) continue;
      for (const order of ofMessage) if (!this.orders.has(order.id)) memory.keep({ order, stamp: this.stamp });
    }
  }

  private loaded(): { order: Order; before: OrderBefore }[] {
    return [...this.orders.values()].map((order) => ({ order, before: this.before.get(order.id) as OrderBefore }));
  }

  private hasMore(item: StockItem): boolean {
    const before = this.stockBefore.get(stockKey(item.sku, item.warehouse));
    return before === undefined || availableOf(item) > availableOf(before);
  }

  private orderRecords(changed: readonly Order[]): AuditRecord[] {
    return changed.map((order) => {
      const note = this.notes.get(order.id);
      return {
        at: this.now,
        actor: note?.actor ?? this.actor,
        stage: this.stage,
        subject: 'order',
        subjectId: salesOrderNumber(order.id),
        from: this.before.get(order.id)?.status ?? null,
        to: order.status,
        reason: note?.reason ?? null,
        evidence: note?.evidence ?? {},
      };
    });
  }

  /** Goods that are no longer missing and releases that are no longer parked need nobody's attention. */
  private async closeSettled(items: readonly StockItem[]): Promise<void> {
    const repaid = items.filter((item) => item.deficit === 0 && this.deficitBefore(item) > 0).map(placeOf);
    const unparked = this.loaded().flatMap(({ order, before }) =>
      before.releases
        .filter(({ parked }, i) => parked === 1 && order.releases[i]?.parked === false)
        .map(({ key }) => key),
    );
    if (repaid.length > 0) await closeExceptions(this.db, 'stock-deficit', repaid, this.actor, this.stage, this.now);
    if (unparked.length > 0)
      await closeExceptions(this.db, 'warehouse-parked', unparked, this.actor, this.stage, this.now);
  }

  private deficitBefore(item: StockItem): number {
    return this.stockBefore.get(stockKey(item.sku, item.warehouse))?.deficit ?? 0;
  }

  private raiseDeficits(items: readonly StockItem[]): void {
    for (const item of items) {
      if (item.deficit <= this.deficitBefore(item)) continue;
      this.raise({
        kind: 'stock-deficit',
        subject: placeOf(item),
        message: `Orders under way claim more of ${placeOf(item)} than is there. Count the stock, or ask the warehouse what it can ship.`,
        evidence: { sku: item.sku, warehouse: item.warehouse, deficitMilliUnits: item.deficit },
      });
    }
  }
}

/** The goods that orders name, where they are to come from. */
export const stockKeysOf = (orders: readonly Order[]): (readonly [sku: string, warehouse: string])[] =>
  orders.flatMap((order) => order.lines.map((line) => [line.sku, order.warehouse] as const));

const cancelledOf = (lines: readonly { readonly cancelled?: unknown }[]): number =>
  lines.reduce((sum, { cancelled }) => sum + Number(cancelled), 0);

const placeOf = ({ sku, warehouse }: StockItem): string => `${sku} in ${warehouse}`;

function hasChanged(item: StockItem, before: StockItem | undefined): boolean {
  return (
    before === undefined ||
    item.onHand !== before.onHand ||
    item.reserved !== before.reserved ||
    item.safetyStock !== before.safetyStock ||
    item.deficit !== before.deficit
  );
}
