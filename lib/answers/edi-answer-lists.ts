import { BusinessRejection } from '../domain/faults';
import { salesOrderNumber } from '../domain/order';
import type { Database } from '../store/database';
import { type AnswerEntry, type AnswerState, bytesOfAnswer, findAnswerById, findAnswers } from '../store/edi-answers';
import { type ListQuery, ListQueryReader, pageOf } from './list-query';
import type { HttpAnswer } from './problem';

export const answerStates: readonly AnswerState[] = ['ready', 'sent', 'acknowledged', 'rejected'];

/** An answer by EDI to a partner, without its bytes. */
export interface AnswerOut {
  readonly answer: string;
  readonly partner: string;
  readonly standard: string;
  /** `997`, `CONTRL`, `855`, `ORDRSP`, … */
  readonly kind: string;
  /** What it answers: `SO-000012`, `interchange 4`, `document 7`, `slip 3`, `invoice 5`, `credit-note 2`. */
  readonly answers: string;
  readonly interchangeNumber: string | null;
  readonly fileName: string;
  readonly state: AnswerState;
  readonly wantsAcknowledgement: boolean;
  /** What the partner's system said of it. */
  readonly words: string | null;
  readonly createdAt: string;
  readonly sentAt: string | null;
  readonly acknowledgedAt: string | null;
}

export function answerOut(entry: AnswerEntry): AnswerOut {
  return {
    answer: String(entry.answerId),
    partner: entry.partner,
    standard: entry.standard,
    kind: entry.kind,
    answers: entry.subject.replace(/^order (\d+)/, (_, id: string) => salesOrderNumber(Number(id))),
    interchangeNumber: entry.interchangeNumber === null ? null : String(entry.interchangeNumber),
    fileName: entry.fileName,
    state: entry.state,
    wantsAcknowledgement: entry.wantsAcknowledgement,
    words: entry.words,
    createdAt: entry.createdAt,
    sentAt: entry.sentAt,
    acknowledgedAt: entry.acknowledgedAt,
  };
}

/**
 * Answers by EDI, newest first. Parameters: `partner`, `state`, `kind`, `limit`, `cursor`.
 * @throws BusinessRejection with every parameter that is not valid.
 */
export async function listAnswers(
  db: Database,
  query: ListQuery,
): Promise<{ answers: AnswerOut[]; next: string | null }> {
  const reader = new ListQueryReader(query, ['partner', 'state', 'kind', 'limit', 'cursor']);
  const selection = {
    partner: reader.text('partner'),
    state: reader.oneOf('state', answerStates),
    kind: reader.text('kind'),
    before: reader.cursor('answers', [0] as const)?.[0],
  };
  const limit = reader.limit();
  reader.check();
  const found = await findAnswers(db, selection, limit + 1);
  const { page, next } = pageOf('answers', found, limit, ({ answerId }) => [answerId]);
  return { answers: page.map(answerOut), next };
}

/** @throws BusinessRejection `not-found` */
export async function oneAnswer(db: Database, answerId: number): Promise<AnswerOut> {
  const entry = await findAnswerById(db, answerId);
  if (entry === undefined) throw new BusinessRejection('not-found', `There is no answer ${answerId}.`);
  return answerOut(entry);
}

/**
 * The bytes of an answer as they go out, to be saved.
 * @throws BusinessRejection `not-found`
 */
export async function rawAnswer(db: Database, answerId: number): Promise<HttpAnswer & { readonly body: Buffer }> {
  const entry = await findAnswerById(db, answerId);
  const body = await bytesOfAnswer(db, answerId);
  if (entry === undefined || body === undefined)
    throw new BusinessRejection('not-found', `There is no answer ${answerId}.`);
  const headers = {
    'content-type': entry.contentType,
    'content-disposition': `attachment; filename="${entry.fileName}"`,
    'x-content-type-options': 'nosniff',
  };
  return { statusCode: 200, headers, body };
}
