import type { PackingSlip } from '../domain/delivery';
import { BusinessRejection } from '../domain/faults';
import { ConcurrentChange } from '../store/dialect';
import { closeException } from '../store/exceptions';
import { findSlips, insertSlipLines, lockSlip, type StoredSlip, updateSlip } from '../store/packing-slips';
import { DeliveryBooks, documentOf, type Shortage, withReservations } from './book-delivery';
import { deliveredOutcome } from './delivery-outcome';
import type { OrderSummary } from './outcome';
import { inTransaction } from './transaction';
import type { StageContext, Work } from './work';

/** What a person decides on a packing slip that is an exception. */
export interface DeliveryResolution {
  readonly warehouse: string;
  readonly packingSlip: string;
  /** `accept`: as it came, also when its order is cancelled meanwhile; `correct`: with the content of `slip`; `reject`: it counts for nothing. */
  readonly action: 'accept' | 'correct' | 'reject';
  readonly slip?: PackingSlip;
  readonly note: string;
  /** Who decides, for the audit. */
  readonly by: string;
}

export type ResolutionOutcome =
  | {
      readonly output: 'done';
      readonly warehouse: string;
      readonly packingSlip: string;
      readonly slipId: number;
      readonly state: 'confirmed' | 'rejected';
      readonly orders: readonly OrderSummary[];
      readonly summary: string;
    }
  | {
      readonly output: 'refused';
      readonly warehouse: string;
      readonly packingSlip: string;
      readonly rejection: BusinessRejection;
      readonly summary: string;
    };

/**
 * Ends the exception of a packing slip, or says what is in the way: `not-found`, `illegal-transition` for a slip that
 * waits for nobody, `missing-field` or `conflicting-values` for a correction, and whatever keeps the slip from being
 * confirmed (more than was ordered has to be corrected). Refusals change nothing and are audited.
 */
export function resolveDelivery(context: StageContext, resolution: DeliveryResolution): Promise<ResolutionOutcome> {
  return withReservations((shortages) =>
    inTransaction(context, 'delivery', async (work) => {
      try {
        const found = await find(work, resolution);
        return resolution.action === 'reject'
          ? await reject(work, found, resolution)
          : await confirm(work, found, resolution, shortages);
      } catch (error) {
        if (!(error instanceof BusinessRejection)) throw error;
        return refused(work, resolution, error);
      }
    }),
  );
}

async function find(work: Work, { warehouse, packingSlip }: DeliveryResolution): Promise<StoredSlip> {
  const [found] = await findSlips(work.db, [{ warehouse, packingSlip }]);
  if (found === undefined)
    throw new BusinessRejection('not-found', `There is no packing slip ${packingSlip} of ${warehouse}.`);
  return found;
}

/** Nothing may be refused any more once the slip is being booked. */
async function confirm(
  work: Work,
  found: StoredSlip,
  resolution: DeliveryResolution,
  shortages: readonly Shortage[] | undefined,
): Promise<ResolutionOutcome> {
  const slip = contentOf(found, resolution);
  const books = await DeliveryBooks.open(work, [slip], shortages);
  await lockUnchanged(work, found);
  const judgement = books.judge(slip, { evenCancelled: true });
  const [fault] = judgement.faults;
  if (fault !== undefined)
    throw new BusinessRejection(
      fault.code,
      `${slip.packingSlip} cannot be confirmed: ${fault.message}`,
      judgement.faults,
    );
  const lines = await books.book(slip, found.slipId, judgement, resolution.by);
  books.finish();
  await updateSlip(work.db, { ...found, slip, state: 'confirmed', faults: [] });
  await insertSlipLines(work.db, lines);
  if (lines.some(({ orderId }) => work.orders.get(orderId)?.channel === 'edi'))
    work.answerDue('despatch', found.slipId);
  await close(
    work,
    found,
    'confirmed',
    resolution,
    resolution.action === 'correct' ? { slip, replaced: found.slip } : { slip },
  );
  const { orders, summary } = deliveredOutcome(slip, judgement.orders, { slipId: found.slipId, replayed: false });
  return {
    output: 'done',
    warehouse: slip.warehouse,
    packingSlip: slip.packingSlip,
    slipId: found.slipId,
    state: 'confirmed',
    orders,
    summary,
  };
}

function contentOf(found: StoredSlip, { action, slip }: DeliveryResolution): PackingSlip {
  const name = documentOf(found.slip);
  if (found.state !== 'exception') {
    const words =
      found.state === 'confirmed'
        ? 'what came later under its number can only be rejected'
        : 'the warehouse may send it under a new number';
    throw new BusinessRejection('illegal-transition', `The slip ${name} is ${found.state}; ${words}.`);
  }
  if (action === 'accept') return found.slip;
  if (slip === undefined)
    throw new BusinessRejection('missing-field', `A correction of ${name} needs the corrected slip.`);
  if (documentOf(slip) !== name)
    throw new BusinessRejection(
      'conflicting-values',
      `The correction is of ${documentOf(slip)}, the exception is ${name}.`,
    );
  return slip;
}

/** Rejects the slip; of one that is decided, what came later under its number. */
async function reject(work: Work, found: StoredSlip, resolution: DeliveryResolution): Promise<ResolutionOutcome> {
  await lockUnchanged(work, found);
  const { slip, slipId, state } = found;
  const closed = await close(work, found, state === 'exception' ? 'rejected' : state, resolution, {});
  if (!closed && state !== 'exception')
    throw new BusinessRejection(
      'illegal-transition',
      `The slip ${documentOf(slip)} is ${state}; nothing of it waits for a decision.`,
    );
  if (state === 'exception') await updateSlip(work.db, { ...found, state: 'rejected' });
  const what = state === 'exception' ? slip.packingSlip : `What came again as ${slip.packingSlip}`;
  return {
    output: 'done',
    warehouse: slip.warehouse,
    packingSlip: slip.packingSlip,
    slipId,
    state: 'rejected',
    orders: [],
    summary: `${what} is rejected: ${resolution.note}`,
  };
}

async function lockUnchanged(work: Work, found: StoredSlip): Promise<void> {
  const now = await lockSlip(work.db, found.slipId);
  if (now?.state !== found.state || now.slip.digest !== found.slip.digest) throw new ConcurrentChange('a packing slip');
}

async function close(
  work: Work,
  { slip, state }: StoredSlip,
  to: StoredSlip['state'],
  { action, note, by }: DeliveryResolution,
  evidence: object,
): Promise<boolean> {
  const subject = documentOf(slip);
  const closed = await closeException(work.db, 'delivery', subject, by, `${action}: ${note}`, work.now);
  if (closed || state !== to)
    work.record({
      subject: 'slip',
      subjectId: subject,
      from: state,
      to,
      reason: action,
      actor: by,
      evidence: { note, ...evidence },
    });
  return closed;
}

function refused(
  work: Work,
  { warehouse, packingSlip, action, note, by }: DeliveryResolution,
  rejection: BusinessRejection,
): ResolutionOutcome {
  const subjectId = documentOf({ warehouse, packingSlip });
  work.record({
    subject: 'slip',
    subjectId,
    from: null,
    to: null,
    reason: rejection.code,
    actor: by,
    evidence: { refused: action, why: rejection.message, note },
  });
  return {
    output: 'refused',
    warehouse,
    packingSlip,
    rejection,
    summary: `${packingSlip}: ${action} refused. ${rejection.message}`,
  };
}
