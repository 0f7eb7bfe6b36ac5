import type { CreditAccount } from '../domain/credit';
import type { Order } from '../domain/order';
import type { StockItem } from '../domain/stock';
import { lockAccounts } from '../store/credit-accounts';
import { type Database, together } from '../store/database';
import type { StampedOrder } from '../store/order-memory';
import { lockOrders } from '../store/orders';
import { currentSettings } from '../store/settings';
import { lockStock } from '../store/stock';
import { finishWork, rememberWork } from './finish-work';
import { stockKeysOf } from './locked-rows';
import { type StageContext, Work } from './work';

/**
 * Runs one transaction of a stage: the settings in force, the stage's own work, and everything written at its end.
 * What `first` reads or locks is asked for in the same round trip as the settings.
 */
export async function inTransaction<T, First = undefined>(
  context: StageContext,
  stage: string,
  run: (work: Work, first: First) => Promise<T>,
  first?: (db: Database) => Promise<First>,
): Promise<T> {
  const { store, actor, clock } = context;
  const { result, work } = await store.transaction(async (db, last) => {
    const [settings, found] = await together([currentSettings(db), first?.(db) as Promise<First>]);
    const work = new Work(store, db, stage, actor, clock(), settings, last);
    const done = await run(work, found);
    await finishWork(work);
    return { result: done, work };
  });
  rememberWork(work, store.orders);
  return result;
}

/**
 * What a transaction needs beside its orders. Of orders that this process remembers it is known before they are locked:
 * then it is locked in the same round trip, after them. What was not foreseen is locked later, as if nothing had been.
 */
export interface Foreseen {
  readonly stock?: boolean;
  readonly accounts?: boolean;
}

type Locked<Beside> = [StampedOrder[], ReadonlyMap<string, StockItem>, ReadonlyMap<string, CreditAccount>, Beside];

/**
 * Runs a transaction of a stage that begins with locking these orders. `beside`: whatever else can be asked for in the
 * same round trip, behind the locks; it gets the orders that are remembered, as they were.
 */
export function withOrders<T, Beside = undefined>(
  context: StageContext,
  stage: string,
  orderIds: readonly number[],
  run: (work: Work, beside: Beside) => Promise<T>,
  beside?: (db: Database, remembered: readonly Order[]) => Promise<Beside>,
  { stock = false, accounts = false }: Foreseen = {},
): Promise<T> {
  const ids = [...new Set(orderIds)].sort((a, b) => a - b);
  const memory = context.store.orders;
  const lockAll = (db: Database): Promise<Locked<Beside>> => {
    const remembered = memory.look(ids);
    return together([
      lockOrders(db, ids, memory),
      lockStock(db, stock ? stockKeysOf(remembered) : []),
      lockAccounts(db, accounts ? remembered.map(({ creditAccount }) => creditAccount) : []),
      beside?.(db, remembered) as Promise<Beside>,
    ]);
  };
  const taken = (work: Work, [orders, items, credit, found]: Locked<Beside>): Promise<T> => {
    work.takeLocked(orders);
    work.takeStock(items);
    work.takeAccounts(credit);
    return run(work, found);
  };
  return inTransaction(context, stage, taken, lockAll);
}
