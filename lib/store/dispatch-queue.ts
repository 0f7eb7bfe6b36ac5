import type { Database } from './database';

/** Takes up orders that are ready for a warehouse (or of which a part came back from it) and not claimed yet, most urgent first, leaving out those that another instance works on. */
export async function claimableOrders(
  db: Database,
  warehouse: string,
  limit: number,
  which: { readonly orderIds: readonly number[] | null; readonly leftSince?: string | undefined },
): Promise<number[]> {
  const { dialect } = db;
  const { orderIds, leftSince } = which;
  const chosen = orderIds === null ? '' : `and ${dialect.inList('order_id', 'bigint')}`;
  const left = leftSince === undefined ? '' : 'and step_at <= ?';
  const rows = await db.all<{ order_id: number }>(
    `select order_id from sales_order where status in ('ReadyForDelivery', 'PartiallyDelivered') and open_release is null and warehouse = ? ${chosen} ${left}
     order by priority, order_id limit ? ${dialect.lockFreeRows}`,
    [
      warehouse,
      ...(orderIds === null ? [] : [dialect.listOf(orderIds)]),
      ...(leftSince === undefined ? [] : [leftSince]),
      limit,
    ],
  );
  return rows.map((row) => row.order_id);
}

/** Orders with a release that has to be sent, or asked back, again. */
export async function releasesToRetry(db: Database, warehouse: string, now: string, limit: number): Promise<number[]> {
  const rows = await db.all<{ order_id: number }>(
    `select o.order_id from sales_order o join warehouse_release r on r.order_id = o.order_id
     where r.warehouse = ? and r.next_attempt_at <= ? and r.parked = 0 and r.status in ('Claimed', 'Unknown', 'CancelRequested')
     order by o.priority, o.order_id limit ? ${db.dialect.name === 'postgres' ? 'for no key update of o skip locked' : ''}`,
    [warehouse, now, limit],
  );
  return [...new Set(rows.map((row) => row.order_id))];
}
