import { BusinessRejection, type Fault } from '../domain/faults';
import { isObject } from '../domain/master-fields';
import { salesOrderId } from '../domain/order';
import type { CancelOutcome } from '../warehouse/shipping';
import { settleCancellation } from './cancel-release';
import { type OrderSummary, summarize } from './outcome';
import { inTransaction } from './transaction';
import type { StageContext } from './work';

/** What a warehouse says later to a cancel request. */
export interface CancellationAnswer {
  readonly salesOrder: string;
  readonly release: number;
  readonly cancelled: boolean;
  readonly reason: string;
}

export type CancellationOutcome =
  | { readonly output: 'settled'; readonly replayed: boolean; readonly summary: OrderSummary }
  | { readonly output: 'rejected'; readonly faults: readonly Fault[]; readonly summary: string };

const inOneLine = (words: string): string =>
  words
    .slice(0, 500)
    .replace(/[\p{Cc}\p{Cs}\s]+/gu, ' ')
    .trim();

/** @throws BusinessRejection with every fault of the shape */
export function readCancellations(value: unknown): CancellationAnswer[] {
  const faults: Fault[] = [];
  const answers = (Array.isArray(value) ? value : [value]).map((item: unknown, i) => {
    const at = Array.isArray(value) ? `/${i}` : '';
    const { salesOrder, release, cancelled, reason }: Record<string, unknown> = isObject(item) ? item : {};
    if (typeof salesOrder !== 'string')
      faults.push({ path: `${at}/salesOrder`, code: 'missing-field', message: 'Name the order, such as SO-000012.' });
    if (!Number.isSafeInteger(release))
      faults.push({ path: `${at}/release`, code: 'missing-field', message: 'Name the release by its number.' });
    if (typeof cancelled !== 'boolean')
      faults.push({
        path: `${at}/cancelled`,
        code: 'missing-field',
        message: 'Say true when it is cancelled, false when it ships.',
      });
    return {
      salesOrder: String(salesOrder),
      release: Number(release),
      cancelled: cancelled === true,
      reason: typeof reason === 'string' ? inOneLine(reason) : '',
    };
  });
  if (faults.length > 0) throw new BusinessRejection('missing-field', faults[0]?.message ?? '', faults);
  return answers;
}

/** Settles cancel requests that a warehouse decided later. An answer that comes again changes nothing. */
export function answerCancellations(
  context: StageContext,
  answers: readonly CancellationAnswer[],
): Promise<CancellationOutcome[]> {
  return inTransaction(context, 'cancellation', async (work) => {
    const orders = await work.lockOrders(answers.flatMap(({ salesOrder }) => salesOrderId(salesOrder) ?? []));
    await work.lockStockOf(orders);
    return answers.map(({ salesOrder, release: number, cancelled, reason }): CancellationOutcome => {
      const order = work.orders.get(salesOrderId(salesOrder) ?? 0);
      const release = order?.releases.find((candidate) => candidate.release === number);
      if (order === undefined || release === undefined) {
        const message = `There is no release ${number} of an order ${salesOrder}.`;
        return {
          output: 'rejected',
          faults: [{ path: '/release', code: 'unknown-release', message }],
          summary: message,
        };
      }
      const replayed = release.status !== 'CancelRequested';
      const outcome: CancelOutcome = cancelled ? { kind: 'agreed' } : { kind: 'refused', status: 409, words: reason };
      settleCancellation(work, order, release.key, outcome);
      const words = replayed
        ? `is ${order.status}: nobody waits for this answer any more`
        : cancelled
          ? `given back by the warehouse: ${order.status}`
          : `ships all the same: ${reason}`;
      return { output: 'settled', replayed, summary: summarize(order, words, { replayed }) };
    });
  });
}
