import type { Order } from '../domain/order';
import { type Database, together } from './database';
import { nobodys, type OrderMemory, type StampedOrder } from './order-memory';
import {
  type HoldRow,
  holdOf,
  holdRow,
  type LineRow,
  lineOf,
  lineRow,
  type NewOrder,
  type OrderRow,
  orderOf,
  type ReleaseRow,
  releaseOf,
  stateRow,
  termsRow,
} from './order-rows';

const orderColumns = `s.order_id, partner, customer, credit_account, po_number, release_number, document_id, inbox_id, channel, source_system, document, indicator,
  received_at, created_at, currency, order_date, requested_delivery, warehouse, ship_to, note, priority, shortage_policy, payment_terms_days, tax_rates, status, reason,
  checks_required, checks_judged, checks_passed, hold_count, held_since, passed_over, passes_at_hold, reserved_until, approval_gross, approval_at, approval_until,
  approval_policy, approved_gross, earmarked, last_release, step_at`;

/** The orders with these ids, ascending, as they are now: not locked. What is changed while it is read is read again. */
export async function loadOrders(db: Database, ids: readonly number[]): Promise<Order[]> {
  const loaded = new Map<number, Order>();
  for (let left = ids; left.length > 0; ) {
    const rows = await stateRows(db, left);
    const [orders, stamps] = await together([ordersOf(db, rows), stampsOf(db, left)]);
    for (const order of orders) loaded.set(order.id, order);
    left = rows.filter((row) => stamps.get(row.order_id) !== row.stamp).map((row) => row.order_id);
  }
  return [...loaded.values()].sort((a, b) => a.id - b.id);
}

type StampedRow = OrderRow & Pick<LockedRow, 'stamp'>;

function stateRows(db: Database, ids: readonly number[]): Promise<StampedRow[]> {
  const { dialect } = db;
  return db.all<StampedRow>(
    `select ${orderColumns}, s.stamp from sales_order_state s join sales_order_terms t on t.order_id = s.order_id
     where ${dialect.inList('s.order_id', 'bigint')} order by s.order_id`,
    [dialect.listOf(ids)],
  );
}

async function stampsOf(db: Database, ids: readonly number[]): Promise<Map<number, number>> {
  const rows = await db.all<LockedRow>(
    `select order_id, stamp from sales_order_state where ${db.dialect.inList('order_id', 'bigint')}`,
    [db.dialect.listOf(ids)],
  );
  return new Map(rows.map(({ order_id, stamp }) => [order_id, stamp]));
}

/** The orders of these rows with all that belongs to them. */
async function ordersOf(db: Database, rows: readonly StampedRow[]): Promise<Order[]> {
  const orders = rows.map(orderOf);
  const idsOf = (some: readonly OrderRow[]): number[] => some.map((row) => row.order_id);
  const [lines, holds, releases] = await together([
    children<LineRow>(db, 'sales_order_line', 'line', idsOf(rows)),
    children<HoldRow>(db, 'hold', 'since', idsOf(rows.filter((row) => row.hold_count > 0))),
    children<ReleaseRow>(db, 'warehouse_release', 'release', idsOf(rows.filter((row) => row.last_release > 0))),
  ]);
  const byId = new Map(orders.map((order) => [order.id, order]));
  for (const row of lines) byId.get(row.order_id)?.lines.push(lineOf(row));
  for (const row of holds) byId.get(row.order_id)?.holds.push(holdOf(row));
  for (const row of releases) byId.get(row.order_id)?.releases.push(releaseOf(row));
  return orders;
}

/** Locks the orders with these ids, ascending, before anything else of them is read. */
export async function lockOrders(db: Database, ids: readonly number[], memory: OrderMemory): Promise<StampedOrder[]> {
  if (ids.length === 0) return [];
  const { dialect } = db;
  const rows = await db.all<LockedRow>(
    `select order_id, stamp from sales_order_state where ${dialect.inList('order_id', 'bigint')} order by order_id ${dialect.lockRows}`,
    [dialect.listOf(ids)],
  );
  return lockedOrders(db, rows, memory);
}

/** An order's row that this transaction has locked. */
export interface LockedRow {
  readonly order_id: number;
  readonly stamp: number;
}

/** Orders whose rows are locked; what `memory` knows of them is not read again. */
export async function lockedOrders(
  db: Database,
  rows: readonly LockedRow[],
  memory: OrderMemory,
): Promise<StampedOrder[]> {
  const known = new Map<number, Order>();
  for (const { order_id, stamp } of rows) {
    const order = memory.take(order_id, stamp);
    if (order !== undefined) known.set(order_id, order);
  }
  const unknown = rows.filter(({ order_id }) => !known.has(order_id)).map(({ order_id }) => order_id);
  if (unknown.length > 0)
    for (const order of await ordersOf(db, await stateRows(db, unknown))) known.set(order.id, order);
  return rows.map(({ order_id, stamp }) => ({ order: known.get(order_id) as Order, stamp }));
}

function children<T>(db: Database, table: string, order: string, ids: readonly number[]): Promise<T[]> {
  if (ids.length === 0) return Promise.resolve([]);
  const { dialect } = db;
  return db.all<T>(`select * from ${table} where ${dialect.inList('order_id', 'bigint')} order by order_id, ${order}`, [
    dialect.listOf(ids),
  ]);
}

/** Inserts orders with lines and holds. */
export async function insertOrders(db: Database, created: readonly NewOrder[], stamp = nobodys): Promise<void> {
  await together([
    db.insert('sales_order_terms', created.map(termsRow)),
    db.insert(
      'sales_order_state',
      created.map(({ order }) => ({ ...stateRow(order), stamp })),
    ),
    db.insert(
      'sales_order_line',
      created.flatMap(({ order }) => order.lines.map((line) => lineRow(order.id, line))),
    ),
    db.insert(
      'hold',
      created.flatMap(({ order }) => order.holds.map((hold) => holdRow(order.id, hold))),
    ),
  ]);
}
