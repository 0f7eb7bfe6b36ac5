import type { CreditAccount } from '../domain/credit';
import { TechnicalFault } from '../domain/faults';
import type { Order, OrderStatus } from '../domain/order';
import { availableOf, type StockItem, stockKey } from '../domain/stock';
import { lockAccounts } from '../store/credit-accounts';
import type { Database } from '../store/database';
import type { OrderMemory, StampedOrder } from '../store/order-memory';
import { type LockedRow, lockedOrders, lockOrders } from '../store/orders';
import { type OrderBefore, rememberOrder } from '../store/save-orders';
import { lockStock } from '../store/stock';

/**
 * The rows that a transaction has locked and loaded, in the one order that all transactions keep (orders, stock, credit
 * accounts), and how they were then: a stage changes them in memory.
 */
export class LockedRows {
  readonly orders = new Map<number, Order>();
  readonly stock = new Map<string, StockItem>();
  readonly accounts = new Map<string, CreditAccount>();
  private readonly before = new Map<number, OrderBefore>();
  private readonly stamps = new Map<number, number>();
  private readonly stockBefore = new Map<string, StockItem>();

  constructor(
    readonly db: Database,
    private readonly memory: OrderMemory,
  ) {}

  /** Locks and loads orders, in the order of their numbers. */
  async lockOrders(ids: Iterable<number>): Promise<Order[]> {
    const wanted = [...new Set(ids)].filter((id) => !this.orders.has(id)).sort((a, b) => a - b);
    const locked = await lockOrders(this.db, wanted, this.memory);
    this.takeLocked(locked);
    return locked.map(({ order }) => order);
  }

  /** Loads orders whose rows are locked already. */
  async loadLocked(rows: readonly LockedRow[]): Promise<Order[]> {
    const found = new Map(rows.filter((row) => !this.orders.has(row.order_id)).map((row) => [row.order_id, row]));
    const ascending = [...found.values()].sort((a, b) => a.order_id - b.order_id);
    const locked = await lockedOrders(this.db, ascending, this.memory);
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

  /** All orders that are held, each with what it was when it was loaded. */
  compared(): { order: Order; before: OrderBefore }[] {
    return [...this.orders.values()].map((order) => ({ order, before: this.before.get(order.id) as OrderBefore }));
  }

  /** What the order was when it was loaded; undefined for one that is not held. */
  statusBefore(order: Order): OrderStatus | undefined {
    return this.before.get(order.id)?.status;
  }

  /** All orders that are held, each with the stamp under which it was last written. */
  stamped(): StampedOrder[] {
    return [...this.orders.values()].map((order) => ({ order, stamp: this.stamps.get(order.id) as number }));
  }

  /** These orders are written under this stamp. */
  restamp(orders: readonly Order[], stamp: number): void {
    for (const { id } of orders) this.stamps.set(id, stamp);
  }

  /** Whether the order, which is locked, is as the transaction of this stamp left it. */
  isAsLeftBy(stamp: number, orderId: number): boolean {
    return this.stamps.get(orderId) === stamp;
  }

  /** Stock that is not what it was when it was locked. */
  changedStock(): StockItem[] {
    return [...this.stock].filter(([key, item]) => hasChanged(item, this.stockBefore.get(key))).map(([, item]) => item);
  }

  /** Whether more of the item can be had than when it was locked. */
  hasMore(item: StockItem): boolean {
    const before = this.stockBefore.get(stockKey(item.sku, item.warehouse));
    return before === undefined || availableOf(item) > availableOf(before);
  }

  /** milli-units */
  deficitBefore(item: StockItem): number {
    return this.stockBefore.get(stockKey(item.sku, item.warehouse))?.deficit ?? 0;
  }
}

/** The goods that orders name, where they are to come from. */
export const stockKeysOf = (orders: readonly Order[]): (readonly [sku: string, warehouse: string])[] =>
  orders.flatMap((order) => order.lines.map((line) => [line.sku, order.warehouse] as const));

function hasChanged(item: StockItem, before: StockItem | undefined): boolean {
  return (
    before === undefined ||
    item.onHand !== before.onHand ||
    item.reserved !== before.reserved ||
    item.safetyStock !== before.safetyStock ||
    item.deficit !== before.deficit
  );
}
