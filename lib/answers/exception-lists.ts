import type { PackingSlip } from '../domain/delivery';
import type { Evidence } from '../domain/order';
import { formatQuantity } from '../domain/quantity';
import { actionsOn, type ExceptionActionName } from '../stages/decide-exception';
import type { Database } from '../store/database';
import { type ExceptionEntry, type ExceptionKind, exceptionKinds, findExceptions } from '../store/exceptions';
import { type ListQuery, ListQueryReader, pageOf } from './list-query';

/** Something that waits for a person, or did. */
export interface ExceptionOut {
  readonly exception: string;
  readonly kind: ExceptionKind;
  readonly subject: string;
  /** What happened, and what to do. */
  readonly message: string;
  readonly evidence: Evidence;
  readonly raisedAt: string;
  readonly closedAt: string | null;
  readonly closedBy: string | null;
  readonly resolution: string | null;
  /** What may be decided on it here; what has its way out elsewhere says so in its message. */
  readonly actions: readonly ExceptionActionName[];
}

export function exceptionOut(entry: ExceptionEntry): ExceptionOut {
  const { exceptionId, ...rest } = entry;
  return {
    exception: String(exceptionId),
    ...rest,
    evidence: evidenceOut(entry.evidence),
    actions: actionsOn(entry),
  };
}

/** Quantities are kept as milli-units, and go out as decimal texts. */
function evidenceOut({ deficitMilliUnits, slip, ...evidence }: Evidence): Evidence {
  return {
    ...evidence,
    ...(typeof deficitMilliUnits === 'number' ? { deficit: formatQuantity(deficitMilliUnits) } : {}),
    ...(slip === undefined ? {} : { slip: slipOut(slip as PackingSlip) }),
  };
}

function slipOut(slip: PackingSlip): Evidence {
  return { ...slip, lines: slip.lines.map((line) => ({ ...line, quantity: formatQuantity(line.quantity) })) };
}

export const exceptionStates = ['open', 'closed'] as const;

/**
 * Exceptions, newest first. Parameters: `state` (open when it is left out), `kind`, `limit`, `cursor`.
 * @throws BusinessRejection with every parameter that is not valid.
 */
export async function listExceptions(
  db: Database,
  query: ListQuery,
): Promise<{ exceptions: ExceptionOut[]; next: string | null }> {
  const reader = new ListQueryReader(query, ['state', 'kind', 'limit', 'cursor']);
  const selection = {
    isOpen: (reader.oneOf('state', exceptionStates) ?? 'open') === 'open',
    kind: reader.oneOf('kind', exceptionKinds),
    before: reader.cursor('exceptions', [0] as const)?.[0],
  };
  const limit = reader.limit();
  reader.check();
  const found = await findExceptions(db, selection, limit + 1);
  const { page, next } = pageOf('exceptions', found, limit, ({ exceptionId }) => [exceptionId]);
  return { exceptions: page.map(exceptionOut), next };
}
