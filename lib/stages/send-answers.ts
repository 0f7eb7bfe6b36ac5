import { later } from '../domain/dates';
import { BusinessRejection } from '../domain/faults';
import {
  type AnswerEntry,
  type EdiAnswer,
  leaseAnswers,
  lockAnswer,
  makeReady,
  markSent,
  sendAgain,
  takeReadyAnswers,
} from '../store/edi-answers';
import { closeException } from '../store/exceptions';
import { inTransaction } from './transaction';
import type { StageContext } from './work';

/** Who has taken answers to send them says so within this time, or they are taken again: in ms. */
const lease = 60_000;

export interface AnswerSelection {
  readonly partner?: string;
  readonly kinds?: readonly string[];
}

/**
 * Takes answers that are ready, for one who sends them and says so by `confirmSent`. What is not confirmed is taken
 * again after a minute, with the same bytes and control number, by which its receiver knows it again.
 */
export function takeAnswers(
  { store, clock }: StageContext,
  selection: AnswerSelection,
  limit: number,
): Promise<EdiAnswer[]> {
  const now = clock();
  return store.transaction(async (db) => {
    const answers = await takeReadyAnswers(db, selection, now, limit);
    await leaseAnswers(db, idsOf(answers), later(now, lease));
    return answers;
  });
}

/** They have left: now their acknowledgement is waited for. */
export function confirmSent({ store, clock }: StageContext, answerIds: readonly number[]): Promise<void> {
  return store.transaction((db) => markSent(db, answerIds, clock()));
}

/** They did not arrive: they go out again. */
export function sendAnswersAgain({ store }: StageContext, answerIds: readonly number[]): Promise<void> {
  return store.transaction((db) => sendAgain(db, answerIds));
}

/**
 * Sends an answer once more, because somebody asks for it: the same bytes under the same control number, by which its
 * receiver knows it again. What the partner said of it before is past.
 * @throws BusinessRejection `not-found`
 */
export function resendAnswer(context: StageContext, answerId: number, by: string): Promise<AnswerEntry> {
  return inTransaction(context, 'edi-answer', async (work) => {
    const answer = await lockAnswer(work.db, answerId);
    if (answer === undefined) throw new BusinessRejection('not-found', `There is no answer ${answerId}.`);
    await makeReady(work.db, answerId);
    await closeException(work.db, 'answer-rejected', `answer ${answerId}`, by, 'sent again', work.now);
    work.record({
      subject: 'edi-answer',
      subjectId: String(answerId),
      from: answer.state,
      to: 'ready',
      reason: 'resend',
      actor: by,
      evidence: { partner: answer.partner, kind: answer.kind, said: answer.words },
    });
    return { ...answer, state: 'ready', words: null, sentAt: null, acknowledgedAt: null };
  });
}

const idsOf = (answers: readonly EdiAnswer[]): number[] => answers.map(({ answerId }) => answerId);
