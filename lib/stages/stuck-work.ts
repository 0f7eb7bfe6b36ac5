import { maxAttempts } from '../domain/circuit-breaker';
import { salesOrderNumber } from '../domain/order';
import { closeExceptions } from '../store/exceptions';
import { orderStepAt, stuckOrders } from '../store/stuck';
import { inTransaction } from './transaction';
import type { StageContext } from './work';

export interface StuckWork {
  readonly orderId: number;
  /** The node type of the step. */
  readonly step: string;
  readonly attempts: number;
  readonly cause: Error;
}

/** True for the attempts after which a person is to be told. */
export const isStuck = (attempts: number): boolean => attempts >= maxAttempts;

/** Tells a person that a step fails with an order again and again; once for an order and step. It goes on being tried. */
export function raiseStuck(context: StageContext, { orderId, step, attempts, cause }: StuckWork): Promise<void> {
  return inTransaction(context, 'stuck', async (work) => {
    const stepAt = await orderStepAt(work.db, orderId);
    if (stepAt === undefined) return;
    const words = cause.message.slice(0, 500);
    work.raise({
      kind: 'stage-stuck',
      subject: `${salesOrderNumber(orderId)} ${step}`,
      message: `${salesOrderNumber(orderId)} cannot be worked at ${step}: ${words} It was tried ${attempts} times and is tried again about every 5 minutes. Mend the cause; the order then goes on by itself.`,
      evidence: { orderId, step, stepAt, attempts, cause: words },
    });
  });
}

/** Closes what was raised for orders that have gone on since. Returns how many. */
export async function settleStuck(context: StageContext): Promise<number> {
  if ((await context.store.read(stuckOrders)).length === 0) return 0;
  return inTransaction(context, 'stuck', async (work) => {
    const gone: string[] = [];
    for (const { subject, orderId, stepAt } of await stuckOrders(work.db)) {
      if ((await orderStepAt(work.db, orderId)) !== stepAt) gone.push(subject);
    }
    return gone.length === 0 ? 0 : closeExceptions(work.db, 'stage-stuck', gone, work.actor, 'went on', work.now);
  });
}
