import type { Principal } from '../../lib/access/principal';
import { type AnswerOut, answersOut } from '../../lib/answers/edi-answer-lists';
import { BusinessRejection } from '../../lib/domain/faults';
import { resendAnswer } from '../../lib/stages/send-answers';
import type { StageContext } from '../../lib/stages/work';
import { requestOf } from '../http-messages';
import type { Message } from '../node';

/** The answer to a partner that is to go out again, when it is one that is named and not an order. */
export function answerIn(message: Message, action: string, body: { readonly answer?: unknown }): number | undefined {
  const named = requestOf(message)?.params?.answer ?? body.answer;
  if (action !== 'resend' || named === undefined) return undefined;
  if (/^\d{1,15}$/.test(String(named))) return Number(named);
  throw new BusinessRejection('not-found', `There is no answer ${String(named).slice(0, 80)}.`);
}

/** Answers hold what partners are told: operations sends them, nobody else. */
export async function resent(
  context: StageContext,
  answerId: number,
  asker: Principal | undefined,
): Promise<AnswerOut> {
  if (asker !== undefined && asker.role !== 'operations' && asker.role !== 'admin')
    throw new BusinessRejection('forbidden', `The role ${asker.role} may not send answers again.`);
  const entry = await resendAnswer(context, answerId, asker?.name ?? 'flow');
  const [answer] = await context.store.read((db) => answersOut(db, [entry]));
  return answer as AnswerOut;
}

export const summaryOf = ({ kind, interchangeNumber, partner, answers }: AnswerOut): string =>
  `${kind} ${interchangeNumber ?? ''} to ${partner} for ${answers} goes out again`.replace('  ', ' ');
