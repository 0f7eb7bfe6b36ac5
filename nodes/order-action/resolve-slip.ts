import { readPackingSlips } from '../../lib/domain/delivery';
import { BusinessRejection } from '../../lib/domain/faults';
import { resolveDelivery } from '../../lib/stages/resolve-delivery';
import type { StageContext } from '../../lib/stages/work';
import { principalOf } from '../http-messages';
import type { Message } from '../node';

/** What a person may decide on a packing slip that is an exception. */
export const slipActions: readonly string[] = ['accept', 'correct', 'reject'];

interface SlipBody {
  readonly warehouse?: unknown;
  readonly packingSlip?: unknown;
  readonly note?: unknown;
}

/** @throws BusinessRejection when it may not be done, or is not said in full */
export async function resolveSlip(context: StageContext, action: string, message: Message): Promise<Readonly<Record<string, unknown>>> {
  const principal = principalOf(message);
  if (principal !== undefined && principal.role !== 'operations' && principal.role !== 'admin') {
    throw new BusinessRejection('forbidden', `The role ${principal.role} may not decide on a packing slip.`);
  }
  const body = message['payload'] as SlipBody;
  const { warehouse, packingSlip, note } = body;
  if (typeof warehouse !== 'string' || typeof packingSlip !== 'string') throw new BusinessRejection('missing-field', 'Name the warehouse and the packing slip.');
  const [read] = action === 'correct' ? readPackingSlips(body) : [];
  if (read !== undefined && read.slip === undefined) throw new BusinessRejection(read.faults[0]?.code ?? 'unreadable', read.faults[0]?.message ?? 'The slip cannot be read.', read.faults);
  const outcome = await resolveDelivery(context, {
    warehouse,
    packingSlip,
    action: action as 'accept' | 'correct' | 'reject',
    ...(read?.slip === undefined ? {} : { slip: read.slip }),
    note: typeof note === 'string' ? note.slice(0, 1000) : '',
    by: principal?.name ?? 'flow',
  });
  if (outcome.output === 'refused') throw outcome.rejection;
  return { ...outcome };
}
