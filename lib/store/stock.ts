import { hour, later } from '../domain/dates';
import { type StockItem, stockKey } from '../domain/stock';
import { type Database, type Row, together } from './database';

interface StockRow {
  sku: string;
  warehouse: string;
  on_hand: number;
  reserved: number;
  safety_stock: number;
  deficit: number;
}

const itemOf = (row: StockRow): StockItem => ({
  sku: row.sku,
  warehouse: row.warehouse,
  onHand: row.on_hand,
  reserved: row.reserved,
  safetyStock: row.safety_stock,
  deficit: row.deficit,
});

/** Locks the stock rows of these (SKU, warehouse) in sorted order; those that do not exist are missing from the map. */
export async function lockStock(
  db: Database,
  keys: Iterable<readonly [sku: string, warehouse: string]>,
): Promise<Map<string, StockItem>> {
  const skus = new Set<string>();
  const warehouses = new Set<string>();
  for (const [sku, warehouse] of keys) {
    skus.add(sku);
    warehouses.add(warehouse);
  }
  if (skus.size === 0) return new Map();
  const { dialect } = db;
  const rows = await db.all<StockRow>(
    `select sku, warehouse, on_hand, reserved, safety_stock, deficit from stock_item
     where ${dialect.inList('sku', 'text')} and ${dialect.inList('warehouse', 'text')} order by sku, warehouse ${dialect.lockRows}`,
    [dialect.listOf([...skus]), dialect.listOf([...warehouses])],
  );
  return new Map(rows.map((row) => [stockKey(row.sku, row.warehouse), itemOf(row)]));
}

export async function saveStock(db: Database, items: readonly StockItem[]): Promise<void> {
  const rows = items.map((item) => ({
    sku: item.sku,
    warehouse: item.warehouse,
    on_hand: item.onHand,
    reserved: item.reserved,
    safety_stock: item.safetyStock,
    deficit: item.deficit,
  }));
  await db.update('stock_item', ['sku', 'warehouse'], rows);
}

/** Makes sure that the rows exist, empty, so that they can be locked. */
export async function createStock(
  db: Database,
  keys: readonly (readonly [sku: string, warehouse: string])[],
): Promise<void> {
  const rows = keys.map(
    ([sku, warehouse]): Row => ({ sku, warehouse, on_hand: 0, reserved: 0, safety_stock: 0, deficit: 0 }),
  );
  await db.insert('stock_item', rows, { onConflict: 'nothing' });
}

export interface Movement {
  readonly sku: string;
  readonly warehouse: string;
  readonly kind: 'count' | 'delivery' | 'receipt';
  /** milli-units; negative when goods leave */
  readonly quantity: number;
  readonly reference: string;
  readonly at: string;
  readonly countedAt: string | null;
  /** What a count was worth, in minor units of the company currency; a delivery's cost stands on its slip lines. */
  readonly cost?: number;
}

/** Those without a cost are many, and are written without its column. */
export async function insertMovements(db: Database, movements: readonly Movement[]): Promise<void> {
  const valued = movements.filter(({ cost }) => cost !== undefined);
  const others = movements.filter(({ cost }) => cost === undefined);
  await together([
    db.insert('stock_movement', others.map(rowOf)),
    db.insert(
      'stock_movement',
      valued.map((movement): Row => ({ ...rowOf(movement), cost: movement.cost ?? null })),
    ),
  ]);
}

const rowOf = (movement: Movement): Row => ({
  sku: movement.sku,
  warehouse: movement.warehouse,
  kind: movement.kind,
  quantity: movement.quantity,
  reference: movement.reference,
  at: movement.at,
  counted_at: movement.countedAt,
});

/** Stock as it is now, without a lock. */
export async function loadStock(
  db: Database,
  keys: readonly (readonly [sku: string, warehouse: string])[],
): Promise<Map<string, StockItem>> {
  if (keys.length === 0) return new Map();
  const { dialect } = db;
  const rows = await db.all<StockRow>(
    `select sku, warehouse, on_hand, reserved, safety_stock, deficit from stock_item where ${dialect.inList('sku', 'text')} and ${dialect.inList('warehouse', 'text')}`,
    [
      dialect.listOf([...new Set(keys.map(([sku]) => sku))]),
      dialect.listOf([...new Set(keys.map(([, warehouse]) => warehouse))]),
    ],
  );
  return new Map(rows.map((row) => [stockKey(row.sku, row.warehouse), itemOf(row)]));
}

/** `at`: when the goods moved, or for a count when they were counted. */
export type MovementSince = Pick<Movement, 'sku' | 'warehouse' | 'kind' | 'quantity' | 'at'>;

/** Movements of these SKUs after a time, for counts that come later than they were made. */
export async function movementsSince(db: Database, skus: readonly string[], after: string): Promise<MovementSince[]> {
  return db.all<MovementSince>(
    `select sku, warehouse, kind, quantity, coalesce(counted_at, at) as at from stock_movement
     where movement >= ? and ${db.dialect.inList('sku', 'text')} and coalesce(counted_at, at) > ?`,
    [await firstMovementAfter(db, after), db.dialect.listOf([...new Set(skus)]), after],
  );
}

const movementsAtOnce = 20_000;
/** How much later than another a transaction may begin and write before it, with the clocks of two machines. */
const disorder = hour;

/** No movement before this one came after the time: read back from the newest, for there are very many. */
async function firstMovementAfter(db: Database, after: string): Promise<number> {
  const margin = later(after, -disorder);
  for (let first = Number.MAX_SAFE_INTEGER; ; ) {
    const [page] = await db.all<{ first: number | null; newest: string | null }>(
      `select min(movement) as first, max(at) as newest from
         (select movement, at from stock_movement where movement < ? order by movement desc limit ${movementsAtOnce}) page`,
      [first],
    );
    if (page === undefined || page.first === null || page.newest === null || page.newest <= margin) return first;
    first = page.first;
  }
}

/** A line of an order that no warehouse was asked to ship, with what it has reserved in milli-units. */
export interface UnclaimedReservation {
  readonly orderId: number;
  readonly sku: string;
  readonly warehouse: string;
  readonly reserved: number;
}

/** What of these goods is reserved without being claimed by a release, the youngest order first. */
export async function unclaimedReservations(
  db: Database,
  keys: readonly (readonly [sku: string, warehouse: string])[],
): Promise<UnclaimedReservation[]> {
  if (keys.length === 0) return [];
  const { dialect } = db;
  const wanted = new Set(keys.map(([sku, warehouse]) => stockKey(sku, warehouse)));
  const rows = await db.all<{ order_id: number; sku: string; warehouse: string; reserved: number }>(
    `select l.order_id, l.sku, o.warehouse, l.reserved from sales_order o join sales_order_line l on l.order_id = o.order_id
     where o.status in ('Created', 'OnHold', 'ReadyForDelivery') and o.open_release is null and l.reserved > 0
       and ${dialect.inList('l.sku', 'text')} and ${dialect.inList('o.warehouse', 'text')} order by l.order_id desc`,
    [
      dialect.listOf([...new Set(keys.map(([sku]) => sku))]),
      dialect.listOf([...new Set(keys.map(([, warehouse]) => warehouse))]),
    ],
  );
  return rows
    .filter((row) => wanted.has(stockKey(row.sku, row.warehouse)))
    .map((row) => ({ orderId: row.order_id, sku: row.sku, warehouse: row.warehouse, reserved: row.reserved }));
}
