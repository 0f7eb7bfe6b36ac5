import type { Hold, Order } from '../domain/order';
import { ChangedColumns } from './common-values';
import { type Database, type Row, together } from './database';
import { nobodys } from './order-memory';
import { changingColumns, changingReleaseColumns, holdRow, releaseRow } from './order-rows';
import { LineChanges, rememberLines } from './save-lines';

/** An order as it was when it was loaded, to find what a stage changed. */
export interface OrderBefore {
  readonly status: Order['status'];
  readonly approvedGross: number;
  readonly state: Row;
  readonly lines: readonly Row[];
  readonly holds: readonly Hold[];
  readonly releases: readonly (Row & { readonly key: string })[];
}

export function rememberOrder(order: Order): OrderBefore {
  return {
    status: order.status,
    approvedGross: order.approvedGross,
    state: changingColumns(order),
    lines: rememberLines(order),
    holds: order.holds,
    releases: order.releases.map((release) => ({ ...changingReleaseColumns(release), key: release.key })),
  };
}

/** Rows of one table to be updated, and the columns in which any of them differs: what is the same in all is not written. */
class Changes extends ChangedColumns {
  readonly rows: Row[] = [];

  write(db: Database, table: string, keys: readonly string[], always: readonly string[] = []): Promise<number> {
    return db.update(table, keys, this.rows, this.and(always));
  }
}

export interface OrderChanges {
  /** The orders that changed at all. */
  readonly changed: readonly Order[];
  /** Writes what changed, a statement a table; none waits for another. */
  write(db: Database): Promise<unknown>;
}

/**
 * Finds what changed of locked orders, to be written under this transaction's `stamp`. `rewritten` are those of which the
 * transaction has written more than their state: they have changed, even when nothing of their state has.
 */
export function orderChanges(
  loaded: readonly { readonly order: Order; readonly before: OrderBefore }[],
  now: string,
  stamp = nobodys,
  rewritten: ReadonlySet<Order> = new Set(),
): OrderChanges {
  const states = new Changes();
  const lines = new LineChanges();
  const releases = new Changes();
  const holds = new HoldChanges();
  const newReleases: Row[] = [];
  const changed: Order[] = [];
  for (const { order, before } of loaded) {
    const { id } = order;
    const written = rewritten.has(order);
    const held = order.holds !== before.holds && holds.compare(order, before);
    const moved = lines.compare(order, before.lines, written);
    let differs = held || moved || written;
    order.releases.forEach((release, i) => {
      const old = before.releases[i];
      const columns = changingReleaseColumns(release);
      if (old === undefined) newReleases.push(releaseRow(id, release));
      else if (releases.differ(columns, old))
        releases.rows.push({ order_id: id, release: release.release, ...columns });
      else return;
      differs = true;
    });
    const state = changingColumns(order);
    if (!states.differ(state, before.state) && !differs) continue;
    order.stepAt = now;
    states.rows.push({ order_id: id, ...state, step_at: now, stamp });
    changed.push(order);
  }
  return {
    changed,
    write: (db) =>
      together([
        states.write(db, 'sales_order_state', ['order_id'], ['step_at', 'stamp']),
        lines.write(db),
        ...holds.write(db),
        db.insert('warehouse_release', newReleases),
        releases.write(db, 'warehouse_release', ['order_id', 'release']),
      ]),
  };
}

class HoldChanges {
  private readonly added: Row[] = [];
  private readonly gone = new Map<string, number[]>();

  compare({ id, holds }: Order, before: OrderBefore): boolean {
    const gone = before.holds.filter((hold) => !holds.includes(hold));
    const added = holds.filter((hold) => !before.holds.includes(hold));
    for (const { reason } of gone) this.gone.set(reason, [...(this.gone.get(reason) ?? []), id]);
    for (const hold of added) this.added.push(holdRow(id, hold));
    return gone.length + added.length > 0;
  }

  write(db: Database): Promise<number>[] {
    const { dialect } = db;
    const deleted = [...this.gone].map(([reason, ids]) =>
      db.run(`delete from hold where reason = ? and ${dialect.inList('order_id', 'bigint')}`, [
        reason,
        dialect.listOf(ids),
      ]),
    );
    return [...deleted, db.insert('hold', this.added)];
  }
}
