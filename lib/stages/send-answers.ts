import { type EdiAnswer, leaseAnswers, markSent, sendAgain, takeReadyAnswers } from '../store/edi-answers';
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
    await leaseAnswers(db, idsOf(answers), new Date(Date.parse(now) + lease).toISOString());
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

const idsOf = (answers: readonly EdiAnswer[]): number[] => answers.map(({ answerId }) => answerId);
