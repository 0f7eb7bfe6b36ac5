import type { Database } from './database';
import type { LockedRow } from './orders';

/** Takes up orders that are ready for a warehouse (or of which a part came back from it) and not claimed yet, most urgent first, leaving out those that another instance works on. */
export async function claimableOrders(
  db: Database,
  warehouse: string,
  limit: number,
  leftSince: string | undefined,
): Promise<LockedRow[]> {
  const left = leftSince === undefined ? [] : [leftSince];
  return db.all<LockedRow>(
    `select s.order_id, s.stamp from sales_order_state s join sales_order_terms t on t.order_id = s.order_id
     where s.status in ('ReadyForDelivery', 'PartiallyDelivered') and s.open_release is null and t.warehouse = ? ${left.length === 0 ? '' : 'and s.step_at <= ?'}
     order by s.priority, s.order_id limit ? ${db.dialect.lockFreeRowsOf('s')}`,
    [warehouse, ...left, limit],
  );
}

/** Takes up orders with a release that has to be sent, or asked back, again; an order with several comes once for each. */
export async function releasesToRetry(
  db: Database,
  warehouse: string,
  now: string,
  limit: number,
): Promise<LockedRow[]> {
  return db.all<LockedRow>(
    `select s.order_id, s.stamp from sales_order_state s join warehouse_release r on r.order_id = s.order_id
     where r.warehouse = ? and r.next_attempt_at <= ? and r.parked = 0 and r.status in ('Claimed', 'Unknown', 'CancelRequested')
     order by s.priority, s.order_id limit ? ${db.dialect.lockFreeRowsOf('s')}`,
    [warehouse, now, limit],
  );
}
