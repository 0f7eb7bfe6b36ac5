import { type Database, first } from './database';

/** When something last happened to an order; undefined when there is none. */
export async function orderStepAt(db: Database, orderId: number): Promise<string | undefined> {
  const row = await first<{ step_at: string }>(db, 'select step_at from sales_order_state where order_id = ?', [
    orderId,
  ]);
  return row?.step_at;
}

export interface StuckOrder {
  readonly subject: string;
  readonly orderId: number;
  /** What `orderStepAt` was when it was found stuck. */
  readonly stepAt: string;
}

/** Orders that a person was told of because a step fails with them again and again. */
export async function stuckOrders(db: Database): Promise<StuckOrder[]> {
  const rows = await db.all<{ subject: string; evidence: string }>(
    "select subject, evidence from exception where kind = 'stage-stuck' and closed_at is null order by exception_id",
  );
  return rows.map(({ subject, evidence }) => ({
    subject,
    ...(JSON.parse(evidence) as Pick<StuckOrder, 'orderId' | 'stepAt'>),
  }));
}
