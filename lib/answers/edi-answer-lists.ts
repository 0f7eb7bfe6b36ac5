import { BusinessRejection } from '../domain/faults';
import type { Database } from '../store/database';
import { type AnswerEntry, type AnswerState, bytesOfAnswer, findAnswerById, findAnswers } from '../store/edi-answers';
import { subjectsInWords } from '../store/edi-subjects';
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
  /** What it answers, for people: `SO-000012`, `interchange 000000066 of ZZ:ACME`, `packing slip PS-1 of MAIN`, `invoice INV-2026-000005`. */
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

/** Answers by EDI as they are told to people. */
export async function answersOut(db: Database, entries: readonly AnswerEntry[]): Promise<AnswerOut[]> {
  const words = await subjectsInWords(
    db,
    entries.map(({ subject }) => subject),
  );
  return entries.map((entry) => answerOut(entry, words(entry.subject)));
}

function answerOut(entry: AnswerEntry, answers: string): AnswerOut {
  return {
    answer: String(entry.answerId),
    partner: entry.partner,
    standard: entry.standard,
    kind: entry.kind,
    answers,
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
  return { answers: await answersOut(db, page), next };
}

/** @throws BusinessRejection `not-found` */
export async function oneAnswer(db: Database, answerId: number): Promise<AnswerOut> {
  const entry = await findAnswerById(db, answerId);
  const [answer] = await answersOut(db, entry === undefined ? [] : [entry]);
  if (answer === undefined) throw new BusinessRejection('not-found', `There is no answer ${answerId}.`);
  return answer;
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
