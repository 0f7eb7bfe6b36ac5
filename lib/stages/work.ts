import { randomInt } from 'node:crypto';
import { approvedContribution } from '../domain/credit';
import { hour, later, today } from '../domain/dates';
import { TechnicalFault } from '../domain/faults';
import { isAllowed, statusOf } from '../domain/lifecycle';
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
import { move, type StockItem, stockKey } from '../domain/stock';
import type { Verdict } from '../domain/verdict';
import type { AuditRecord } from '../store/audit';
import { type AccountChange, noChange } from '../store/credit-accounts';
import type { Database } from '../store/database';
import type { DueAnswer } from '../store/edi-due';
import type { RaisedException } from '../store/exceptions';
import type { UninvoicedLine } from '../store/packing-slips';
import type { Posting } from '../store/postings';
import type { Movement } from '../store/stock';
import type { LastStatements, Store } from '../store/store';
import { LockedRows } from './locked-rows';

/** What a stage works with, whoever calls it. */
export interface StageContext {
  readonly store: Store;
  /** Who does it, for the audit: a node's id, a key's name, an operator. */
  readonly actor: string;
  /** The time as ISO 8601 text. */
  readonly clock: () => string;
}

/** Who asked for an item of a stage, for the audit; the context's actor when it is not said. */
export interface Asked {
  readonly by?: string | undefined;
}

/** What a stage has done in memory, beside the rows that it holds: the end of its transaction writes it, or goes by it. */
class Pending {
  readonly decisions = new Map<string, { orderId: number; decision: Decision }>();
  readonly accountChanges = new Map<string, AccountChange>();
  readonly movements: Movement[] = [];
  readonly postings: Posting[] = [];
  readonly exceptions: RaisedException[] = [];
  readonly answers: DueAnswer[] = [];
  readonly records: AuditRecord[] = [];
  /** Why orders were changed, by their ids. */
  readonly notes = new Map<number, { reason: string | null; evidence: Evidence; actor: string | null }>();
  /** Orders that begin to wait for credit. */
  readonly newInQueue = new Set<Order>();
  /** Orders of which more was written than their state. */
  readonly rewritten = new Set<Order>();
  /** Orders whose partner is told by an answer that the stage has asked for. */
  readonly told = new Set<Order>();
  /** Orders that the transaction has inserted. */
  readonly created: Order[] = [];
  /** Packing slips that it confirms, by their ids. */
  readonly confirmed = new Map<number, UninvoicedLine[]>();
}

/**
 * One transaction of a stage. The stage locks rows through it and changes them in memory, and says here what it decides
 * and does; `finishWork` writes everything at the end: rows a statement a table, the audit last.
 */
export class Work extends LockedRows {
  readonly pending = new Pending();
  /** What this transaction writes into the rows of the orders that it changes. */
  readonly stamp = randomInt(1, 2 ** 48 - 1);
  private day: string | undefined;

  constructor(
    store: Store,
    db: Database,
    readonly stage: string,
    readonly actor: string,
    readonly now: string,
    private readonly current: SettingsVersion,
    /** Sends statements that nothing in this transaction waits for: they are waited for together with the commit. */
    readonly send: LastStatements,
  ) {
    super(db, store.orders);
  }

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

  /** Stores a check's verdict as the order's decision, with its bit and, when it holds, its hold. */
  decide(order: Order, check: Decision['check'], verdict: Verdict): Decision {
    const decision: Decision = { check, ...verdict, decidedAt: this.now };
    const bit = checkBits[check];
    this.pending.decisions.set(`${check} ${order.id}`, { orderId: order.id, decision });
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

  /** A hold that a person forced stays that person's, whatever a check adds to it. */
  hold(order: Order, reason: HoldReason, hold: Pick<Hold, 'rule' | 'evidence' | 'forced'> & Asked): void {
    const old = order.holds.find((other) => other.reason === reason);
    const since = old?.since ?? this.now;
    const by = hold.by ?? (old?.forced === true ? old.by : this.actor);
    if (old !== undefined) this.pending.newInQueue.delete(order);
    order.holds = [
      ...order.holds.filter((other) => other !== old),
      { reason, ...hold, forced: hold.forced || old?.forced === true, since, by },
    ];
    order.heldSince ??= this.now;
    if (
      financialHolds.has(reason) &&
      !order.holds.some((other) => other.reason !== reason && financialHolds.has(other.reason))
    )
      this.pending.newInQueue.add(order);
  }

  unhold(order: Order, reason: HoldReason, options: { readonly evenForced: boolean }): void {
    if (!order.holds.some((hold) => hold.reason === reason && (options.evenForced || !hold.forced))) return;
    order.holds = order.holds.filter((hold) => hold.reason !== reason);
  }

  /** Why the order is changed, for its audit record of this transaction. The last reason stands, evidence is added up. */
  note(order: Order, reason: string | null, evidence: Evidence, actor?: string): void {
    const note = this.pending.notes.get(order.id);
    this.pending.notes.set(order.id, {
      reason: reason ?? note?.reason ?? null,
      evidence: { ...note?.evidence, ...evidence },
      actor: actor ?? note?.actor ?? null,
    });
  }

  /** Those who asked for what this transaction does to orders, else whoever runs it. */
  get askers(): string {
    const names = [...this.pending.notes.values()].flatMap(({ actor }) => actor ?? []);
    return [...new Set(names)].join(', ') || this.actor;
  }

  /** Brings the order's status and its share of the approved bucket in line with what was changed in memory. */
  settle(order: Order): void {
    const status = statusOf(order);
    const from = this.statusBefore(order) ?? order.status;
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
    const sum = this.pending.accountChanges.get(name) ?? { ...noChange };
    const account = this.accounts.get(name);
    for (const [bucket, amount] of Object.entries(change) as [keyof AccountChange, number][]) {
      sum[bucket] += amount;
      if (account !== undefined && bucket !== 'dueMark') account[bucket] += amount;
    }
    this.pending.accountChanges.set(name, sum);
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
    this.pending.movements.push({ ...movement, at: this.now });
    return item;
  }

  post(posting: Omit<Posting, 'postedAt' | 'postingDate'>): void {
    this.pending.postings.push({ ...posting, postingDate: this.today, postedAt: this.now });
  }

  raise(exception: RaisedException): void {
    this.pending.exceptions.push(exception);
  }

  /** An EDI partner has to be told. `order`: what becomes of it in this transaction is told by this answer. */
  answerDue(kind: DueAnswer['kind'], subject: number, order?: Order): void {
    this.pending.answers.push({ kind, subject });
    if (order !== undefined) this.pending.told.add(order);
  }

  /** More of the order than its state was written: whoever remembers it has to read it again. */
  rewrote(order: Order): void {
    this.pending.rewritten.add(order);
  }

  /** An audit record of something other than a loaded order. */
  record(record: Omit<AuditRecord, 'at' | 'stage' | 'actor'> & { readonly actor?: string }): void {
    this.pending.records.push({ at: this.now, actor: this.actor, stage: this.stage, ...record });
  }

  /** Orders that this transaction has inserted itself. */
  insertedOrders(orders: readonly Order[]): void {
    this.pending.created.push(...orders);
  }

  /** A packing slip that this transaction confirms, with all its lines. */
  confirmedSlip(slipId: number, lines: UninvoicedLine[]): void {
    this.pending.confirmed.set(slipId, lines);
  }
}
