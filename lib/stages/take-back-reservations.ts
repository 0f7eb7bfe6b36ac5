import { checkBits, type Order, openReleaseStatuses } from '../domain/order';
import { formatQuantity } from '../domain/quantity';
import { type StockItem, stockKey } from '../domain/stock';
import type { Database } from '../store/database';
import { unclaimedReservations } from '../store/stock';
import type { Work } from './work';

/**
 * The orders whose reservations a shortage of these goods would take: to be locked before the stock. Asked for
 * quantities (milli-units), it gives the youngest orders that cover them; the goods of an order that no warehouse was
 * asked to ship can still be given away.
 */
export async function findCandidates(
  db: Database,
  shortages: readonly { readonly sku: string; readonly warehouse: string; readonly quantity: number }[],
): Promise<number[]> {
  const missing = new Map<string, number>();
  for (const { sku, warehouse, quantity } of shortages) {
    const key = stockKey(sku, warehouse);
    if (quantity > 0) missing.set(key, (missing.get(key) ?? 0) + quantity);
  }
  const ids = new Set<number>();
  const keys = shortages.filter(({ quantity }) => quantity > 0).map(({ sku, warehouse }) => [sku, warehouse] as const);
  for (const row of await unclaimedReservations(db, keys)) {
    const key = stockKey(row.sku, row.warehouse);
    const left = missing.get(key) ?? 0;
    if (left <= 0) continue;
    ids.add(row.orderId);
    missing.set(key, left - row.reserved);
  }
  return [...ids].sort((a, b) => a - b);
}

/**
 * Takes `quantity` milli-units of a locked stock row off the youngest reservations that no release has claimed, before
 * the goods that are missing are booked. The lines are short again and their orders due for the inventory check.
 * @returns what is still reserved by orders under way: the deficit that remains
 */
export async function takeBack(
  work: Work,
  key: readonly [sku: string, warehouse: string],
  quantity: number,
): Promise<number> {
  const item = work.stock.get(stockKey(...key));
  if (item === undefined || quantity <= 0) return 0;
  let left = takeFrom(work, item, quantity);
  if (left === 0) return 0;
  // Somebody reserved meanwhile. These orders are locked after the stock, against the usual order: should two
  // transactions wait for each other, the database ends one of them, and it runs again.
  const later = (await unclaimedReservations(work.db, [key]))
    .map((row) => row.orderId)
    .filter((id) => !work.orders.has(id));
  if (later.length === 0) return left;
  await work.lockOrders(later);
  left = takeFrom(work, item, left);
  return left;
}

function takeFrom(work: Work, item: StockItem, quantity: number): number {
  let left = quantity;
  const youngestFirst = [...work.orders.values()]
    .filter((order) => order.warehouse === item.warehouse && isUnclaimed(order))
    .sort((a, b) => b.id - a.id);
  for (const order of youngestFirst) {
    for (const line of order.lines.toReversed()) {
      if (left <= 0) return 0;
      if (line.sku !== item.sku || line.reserved === 0) continue;
      const taken = line.reserved;
      line.reserved = 0;
      item.reserved -= taken;
      left -= taken;
      order.checksJudged &= ~checkBits.inventory;
      order.checksPassed &= ~checkBits.inventory;
      work.note(order, 'stock-taken-back', {
        sku: item.sku,
        warehouse: item.warehouse,
        line: line.line,
        takenBack: formatQuantity(taken),
        cause: work.stage,
      });
    }
  }
  return Math.max(0, left);
}

const isUnclaimed = (order: Order): boolean =>
  (order.status === 'Created' || order.status === 'OnHold' || order.status === 'ReadyForDelivery') &&
  !order.releases.some((release) => openReleaseStatuses.has(release.status));
