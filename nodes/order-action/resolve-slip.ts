import type { Principal } from '../../lib/access/principal';
import { readPackingSlips } from '../../lib/domain/delivery';
import { BusinessRejection } from '../../lib/domain/faults';
import { resolveDelivery } from '../../lib/stages/resolve-delivery';
import type { StageContext } from '../../lib/stages/work';
import { textOf } from './body-text';

/** What a person may decide on a packing slip that is an exception. */
export const slipActions: readonly string[] = ['accept', 'correct', 'reject'];

export interface SlipBody {
  readonly warehouse?: unknown;
  readonly packingSlip?: unknown;
  readonly note?: unknown;
}

/** @throws BusinessRejection when it may not be done, or is not said in full */
export async function resolveSlip(
  context: StageContext,
  action: string,
  body: SlipBody,
  principal: Principal | undefined,
): Promise<Readonly<Record<string, unknown>>> {
  if (principal !== undefined && principal.role !== 'operations' && principal.role !== 'admin') {
    throw new BusinessRejection('forbidden', `The role ${principal.role} may not decide on a packing slip.`);
  }
  const { note, ...slip } = body;
  const warehouse = textOf(slip.warehouse, '/warehouse', 40);
  const packingSlip = textOf(slip.packingSlip, '/packingSlip', 100);
  if (warehouse === '' || packingSlip === '')
    throw new BusinessRejection('missing-field', 'Name the warehouse and the packing slip.');
  const [read] = action === 'correct' ? readPackingSlips(slip) : [];
  if (read !== undefined && read.slip === undefined)
    throw new BusinessRejection(
      read.faults[0]?.code ?? 'unreadable',
      read.faults[0]?.message ?? 'The slip cannot be read.',
      read.faults,
    );
  const outcome = await resolveDelivery(context, {
    warehouse,
    packingSlip,
    action: action as 'accept' | 'correct' | 'reject',
    ...(read?.slip === undefined ? {} : { slip: read.slip }),
    note: textOf(note, '/note', 1000),
    by: principal?.name ?? 'flow',
  });
  if (outcome.output === 'refused') throw outcome.rejection;
  return { ...outcome };
}
