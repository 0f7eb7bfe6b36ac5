import { BusinessRejection } from '../../lib/domain/faults';
import { exceptionActions } from '../../lib/stages/decide-exception';
import { requestOf } from '../http-messages';
import type { Message } from '../node';

/** The exception that is decided on, when it is one that is named and not an order or a slip. */
export function exceptionIn(
  message: Message,
  action: string,
  body: { readonly exception?: unknown },
): { readonly exceptionId: number; readonly action: (typeof exceptionActions)[number] } | undefined {
  const named = requestOf(message)?.params?.exception ?? body.exception;
  if (named === undefined) return undefined;
  const known = exceptionActions.find((name) => name === action);
  if (known === undefined)
    throw new BusinessRejection('not-found', `An exception can be: ${exceptionActions.join(', ')}.`);
  if (!/^\d{1,15}$/.test(String(named)))
    throw new BusinessRejection('not-found', `There is no exception ${String(named).slice(0, 80)}.`);
  return { exceptionId: Number(named), action: known };
}
