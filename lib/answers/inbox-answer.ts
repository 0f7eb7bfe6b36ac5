import { salesOrderNumber } from '../domain/order';
import type { Database } from '../store/database';
import { type DocumentEntry, documentCounts, documentsOf, findDecided, findMessage } from '../store/inbox-queries';
import { stateOfMessage } from './inbox-lists';
import { type Audience, type OrderOut, ordersOut } from './order-out';
import {
  type HttpAnswer,
  jsonAnswer,
  type Problem,
  problem,
  problemAnswer,
  problemOf,
  problemOfFaults,
  titleOf,
} from './problem';

export interface MessageAnswerOptions {
  /** The same message was here before. */
  readonly replayed: boolean;
  /** Documents that were rejected then and taken up again by this repeat: what they become now is new. */
  readonly reopened?: readonly number[];
  /** `partner` when nothing is said. */
  readonly audience?: Audience;
  /** Where a message is looked at; `/o2c/inbox` when nothing is said. */
  readonly inboxPath?: string;
}

/** What became of one document of a message: `status` as it would be answered by itself, and the order or the problem. */
export interface DocumentResult {
  readonly status: number;
  readonly place: string;
  readonly poNumber: string | null;
  readonly salesOrder: string | null;
  readonly order?: OrderOut;
  readonly problem?: Problem;
}

/** Of these messages, those that can be answered with their verdict now: one statement for all requests that wait. */
export function decidedInbox(db: Database, ids: readonly number[]): Promise<Set<number>> {
  return findDecided(db, ids);
}

/**
 * The HTTP answer for a stored message. It is decided when no document waits and every order of it is past its checks;
 * before that the answer is 202 with the place to look. A constant number of statements.
 */
export async function answerForMessage(
  db: Database,
  inboxId: number,
  options: MessageAnswerOptions,
): Promise<{ decided: boolean; answer: HttpAnswer }> {
  const message = await findMessage(db, inboxId);
  if (message === undefined)
    return {
      decided: true,
      answer: problemAnswer(problem(404, 'not-found', titleOf(404), `There is no message ${inboxId} in the inbox.`)),
    };
  const location = `${options.inboxPath ?? '/o2c/inbox'}/${inboxId}`;
  if (!(await findDecided(db, [inboxId])).has(inboxId)) {
    const counts = (await documentCounts(db, [inboxId])).get(inboxId);
    const state = counts === undefined ? 'stored' : stateOfMessage(counts);
    return { decided: false, answer: jsonAnswer(202, { inboxId: String(inboxId), state }, { location }) };
  }
  const documents = await documentsOf(db, inboxId);
  const results = await resultsOf(db, documents, options);
  const [only] = results;
  // What cannot be read at all is one problem, whatever it should have held.
  const single = documents.length === 1 && (message.single || documents[0]?.kind === 'unreadable');
  const answer = single && only !== undefined ? singleAnswer(only, location) : listAnswer(inboxId, results);
  return { decided: true, answer };
}

function singleAnswer({ status, order, problem: found, salesOrder }: DocumentResult, location: string): HttpAnswer {
  if (order !== undefined)
    return jsonAnswer(status, order, { location: location.replace(/inbox\/\d+$/, `orders/${salesOrder}`) });
  return found === undefined ? problemOf(undefined) : problemAnswer(found);
}

function listAnswer(inboxId: number, results: readonly DocumentResult[]): HttpAnswer {
  const count = (holds: (result: DocumentResult) => boolean): number => results.filter(holds).length;
  return jsonAnswer(207, {
    inboxId: String(inboxId),
    accepted: count(({ order }) => order !== undefined && !order.replayed),
    rejected: count(({ problem: found }) => found !== undefined),
    replayed: count(({ order }) => order?.replayed === true),
    results,
  });
}

async function resultsOf(
  db: Database,
  documents: readonly DocumentEntry[],
  options: MessageAnswerOptions,
): Promise<DocumentResult[]> {
  const reopened = new Set(options.reopened);
  const isReplay = (document: DocumentEntry): boolean =>
    document.state === 'duplicate' || (options.replayed && !reopened.has(document.documentId));
  const orderIds = documents.flatMap(({ orderId }) => orderId ?? []);
  const orders = new Map(
    (await ordersOut(db, orderIds, { audience: options.audience ?? 'partner' })).map((order) => [
      order.salesOrder,
      order,
    ]),
  );
  return documents.map((document) => {
    const number = document.orderId === null ? null : salesOrderNumber(document.orderId);
    const order = number === null || document.state === 'rejected' ? undefined : orders.get(number);
    const base = { place: document.place, poNumber: document.poNumber, salesOrder: number };
    if (order !== undefined) {
      const replayed = isReplay(document);
      return { status: replayed ? 200 : 201, ...base, order: { ...order, replayed } };
    }
    const found = problemOfDocument(document);
    return { status: found.status, ...base, problem: found };
  });
}

function problemOfDocument(document: DocumentEntry): Problem {
  const [fault] = document.faults;
  if (document.state === 'parked') {
    const detail =
      'The document is kept, but could not be worked for a technical reason. It is worked again when the operators have seen to it; sending it again does no harm.';
    return problem(500, 'parked', titleOf(500), detail);
  }
  const code = document.code ?? fault?.code ?? 'unreadable';
  const replaced =
    document.replacedBy === null ? '' : ` A corrected copy took its place: message ${document.replacedBy}.`;
  const more = document.faults.length > 1 ? ` (and ${document.faults.length - 1} more)` : '';
  const detail = `${fault?.message ?? 'The document was rejected.'}${more}${replaced}`;
  if (document.kind !== 'unreadable') return problemOfFaults(code, detail, document.faults);
  return problem(400, code, titleOf(400), detail, document.faults);
}
