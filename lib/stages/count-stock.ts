import { exponentOf } from '../domain/currency';
import { BusinessRejection } from '../domain/faults';
import type { Product } from '../domain/master';
import { type StockDraft, stockFields } from '../domain/master-records';
import { costOf } from '../domain/money';
import { formatQuantity } from '../domain/quantity';
import { completed } from '../domain/record-draft';
import { type StockItem, stockKey } from '../domain/stock';
import { closeException } from '../store/exceptions';
import { loadProducts } from '../store/master';
import { createStock, loadStock, type MovementSince, movementsSince } from '../store/stock';
import { registerWarehouses } from '../store/warehouses';
import { findCandidates, takeBack } from './take-back-reservations';
import type { MasterEntry } from './upsert-master';
import type { Work } from './work';

interface Count {
  readonly entry: MasterEntry<StockDraft>;
  readonly sku: string;
  readonly warehouse: string;
  /** milli-units that were there at `countedAt` */
  readonly onHand: number;
  readonly countedAt: string;
  readonly safetyStock: number | null;
}

/** A clock that is a little ahead is no reason to refuse a count. */
const clockTolerance = 300_000; // milliseconds

/**
 * A count says what was there at a time; the books get the difference to what they had then as a movement, valued at
 * the product's cost. It is a fact and is never refused: goods that were reserved and are not there are taken from the
 * youngest reservations.
 */
export async function countStock(work: Work, entries: readonly MasterEntry<StockDraft>[]): Promise<void> {
  const products = await loadProducts(
    work.db,
    entries.flatMap(({ draft }) => draft.sku ?? []),
  );
  const counts = entries
    .flatMap((entry) => read(work, entry, products))
    .sort((a, b) => (stockKey(a.sku, a.warehouse) < stockKey(b.sku, b.warehouse) ? -1 : 1));
  if (counts.length === 0) return;
  const keys = counts.map(({ sku, warehouse }) => [sku, warehouse] as const);
  await lockCandidates(work, counts, keys);
  await registerWarehouses(
    work.db,
    counts.map(({ warehouse }) => warehouse),
  );
  await createStock(work.db, keys);
  await work.lockStock(keys);
  const moved = await movementsAfter(work, counts);
  for (const count of counts) {
    const item = work.stock.get(stockKey(count.sku, count.warehouse)) as StockItem;
    const difference = differenceOf(count, item, moved.get(stockKey(count.sku, count.warehouse)) ?? []);
    const amount = difference === undefined ? undefined : worthOf(work, count, difference, products.get(count.sku));
    if (difference === undefined || amount === undefined) continue;
    await book(work, count, item, difference, amount);
  }
}

function read(work: Work, entry: MasterEntry<StockDraft>, products: ReadonlyMap<string, Product>): Count[] {
  const { draft, at, faults } = entry;
  const { sku, warehouse, onHand, countedAt, safetyStock } = completed(stockFields, draft, undefined, at, faults);
  if (sku !== undefined && !products.has(sku))
    faults.push({
      path: `${at}/sku`,
      code: 'unknown-sku',
      message: `The SKU ${sku} is not known; add it to the products first.`,
      value: sku,
    });
  if (countedAt !== null && Date.parse(countedAt) > Date.parse(work.now) + clockTolerance) {
    faults.push({
      path: `${at}/countedAt`,
      code: 'out-of-range',
      message: 'The time of the count has not come yet.',
      value: countedAt,
    });
  }
  if (faults.length > 0) return [];
  return [
    {
      entry,
      sku,
      warehouse,
      onHand,
      countedAt: countedAt === null || countedAt > work.now ? work.now : countedAt,
      safetyStock,
    },
  ];
}

/** Orders are locked before stock, so what may have to be taken back is looked up in what the books say before. */
async function lockCandidates(
  work: Work,
  counts: readonly Count[],
  keys: readonly (readonly [string, string])[],
): Promise<void> {
  const before = await loadStock(work.db, keys);
  const shortages = counts.map(({ sku, warehouse, onHand }) => ({
    sku,
    warehouse,
    quantity: (before.get(stockKey(sku, warehouse))?.reserved ?? 0) - onHand,
  }));
  await work.lockOrders(await findCandidates(work.db, shortages));
}

/** Only counts of an earlier time have to know what moved since. */
async function movementsAfter(work: Work, counts: readonly Count[]): Promise<Map<string, MovementSince[]>> {
  const earlier = counts.filter(({ countedAt }) => countedAt < work.now);
  const [oldest] = earlier.map(({ countedAt }) => countedAt).sort();
  const moved = new Map<string, MovementSince[]>();
  if (oldest === undefined) return moved;
  for (const movement of await movementsSince(
    work.db,
    earlier.map(({ sku }) => sku),
    oldest,
  )) {
    const key = stockKey(movement.sku, movement.warehouse);
    moved.set(key, [...(moved.get(key) ?? []), movement]);
  }
  return moved;
}

function differenceOf(count: Count, item: StockItem, moved: readonly MovementSince[]): number | undefined {
  const since = moved.filter(({ at }) => at > count.countedAt);
  const newer = since.find(({ kind }) => kind === 'count');
  if (newer !== undefined) {
    const message = `${count.sku} in ${count.warehouse} was counted again at ${newer.at}; the older count is left out.`;
    count.entry.faults.push({
      path: `${count.entry.at}/countedAt`,
      code: 'conflicting-values',
      message,
      value: count.countedAt,
    });
    return undefined;
  }
  const then = item.onHand - item.deficit - since.reduce((sum, { quantity }) => sum + quantity, 0);
  return count.onHand - then;
}

/** What the difference is worth at the product's cost, in minor units of the company currency. */
function worthOf(work: Work, { entry, onHand }: Count, difference: number, product?: Product): number | undefined {
  try {
    return costOf(Math.abs(difference), product?.cost ?? 0, exponentOf(work.settings.currency) ?? 2);
  } catch (error) {
    if (!(error instanceof BusinessRejection)) throw error;
    const message = 'The goods would be worth more than can be kept; check the quantity, and the cost of the product.';
    entry.faults.push({ path: `${entry.at}/onHand`, code: error.code, message, value: formatQuantity(onHand) });
    return undefined;
  }
}

async function book(work: Work, count: Count, item: StockItem, difference: number, amount: number): Promise<void> {
  const { sku, warehouse, countedAt } = count;
  const before = { ...item };
  await takeBack(work, [sku, warehouse], item.reserved - (item.onHand - item.deficit + difference));
  if (count.safetyStock !== null) item.safetyStock = count.safetyStock;
  const reference = `${sku} in ${warehouse}`;
  if (difference !== 0) {
    work.moveStock({
      sku,
      warehouse,
      kind: 'count',
      quantity: difference,
      reference: `counted by ${work.actor}`,
      countedAt,
      cost: amount,
    });
    const { currency } = work.settings;
    const accounts =
      difference > 0
        ? ({ debit: 'inventory', credit: 'stock-clearing' } as const)
        : ({ debit: 'stock-clearing', credit: 'inventory' } as const);
    work.post({ documentType: 'count', document: reference, ...accounts, amount, currency });
  }
  if (before.deficit > 0 && item.deficit === 0)
    await closeException(work.db, 'stock-deficit', reference, work.actor, 'counted', work.now);
  work.record({
    subject: 'master',
    subjectId: `stock ${reference}`,
    from: formatQuantity(before.onHand - before.deficit),
    to: formatQuantity(item.onHand - item.deficit),
    reason: 'counted',
    evidence: {
      counted: formatQuantity(count.onHand),
      countedAt,
      difference: formatQuantity(difference),
      reserved: formatQuantity(item.reserved),
      safetyStock: formatQuantity(item.safetyStock),
    },
  });
}
