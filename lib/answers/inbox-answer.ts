import { salesOrderNumber } from '../domain/order';
import type { Database } from '../store/database';
import {
  countsOfRepeat,
  type DocumentEntry,
  documentCounts,
  documentsOf,
  noDocuments,
} from '../store/document-queries';
import { findDecided, findMessage } from '../store/inbox-queries';
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
  type ReadStore,
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
  /** The kind of an EDI message that makes no order and was dealt with: `acknowledgement`, `test`, `change`, `cancel`. */
  readonly noted?: string;
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
  if (!message.single) {
    const counts = await documentCountsOf(db, inboxId, options);
    if (counts.documents > mostAtOnce) return { decided: true, answer: piecewise(inboxId, counts, options) };
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
    accepted: count(({ order, noted }) => noted !== undefined || (order !== undefined && !order.replayed)),
    rejected: count(({ problem: found }) => found !== undefined),
    replayed: count(({ order }) => order?.replayed === true),
    results,
  });
}

/** From more documents on the answer is made and sent in pieces of so many. */
const mostAtOnce = 250;

interface ResultCounts {
  readonly documents: number;
  readonly accepted: number;
  readonly rejected: number;
  readonly replayed: number;
}

/** What the results will be, without making them. */
async function documentCountsOf(
  db: Database,
  inboxId: number,
  { replayed, reopened = [] }: MessageAnswerOptions,
): Promise<ResultCounts> {
  const all = (await documentCounts(db, [inboxId])).get(inboxId) ?? noDocuments;
  const { accepted, duplicate, rejected, parked } = replayed
    ? await countsOfRepeat(db, inboxId, all, { reopened })
    : all;
  return {
    documents: accepted + duplicate + rejected + parked,
    accepted,
    rejected: rejected + parked,
    replayed: duplicate,
  };
}

function piecewise(
  inboxId: number,
  { accepted, rejected, replayed }: ResultCounts,
  options: MessageAnswerOptions,
): HttpAnswer {
  async function* pieces(read: ReadStore): AsyncGenerator<string> {
    yield `{"inboxId":"${inboxId}","accepted":${accepted},"rejected":${rejected},"replayed":${replayed},"results":[`;
    let after: number | undefined;
    for (;;) {
      const from: number = after ?? -1;
      const page = await read(async (db) => {
        const documents = await documentsOf(db, inboxId, { after: from, count: mostAtOnce });
        return { results: await resultsOf(db, documents, options), last: documents.at(-1)?.ordinal };
      });
      if (page.last === undefined) break;
      const text = page.results.map((result) => JSON.stringify(result)).join();
      yield after === undefined ? text : `,${text}`;
      after = page.last;
    }
    yield ']}';
  }
  return { ...jsonAnswer(207, undefined), pieces };
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
    // a change that was refused, or waits for a person as it is or as an earlier one, names the order that stays as it is
    const isDone = document.state === 'accepted' || (document.state === 'duplicate' && document.code === null);
    const order = number === null || !isDone ? undefined : orders.get(number);
    const base = { place: document.place, poNumber: document.poNumber, salesOrder: number };
    if (order !== undefined) {
      const replayed = isReplay(document);
      const isNew = !replayed && document.kind === 'order';
      return { status: isNew ? 201 : 200, ...base, order: { ...order, replayed } };
    }
    if (isDone) return { status: 200, ...base, noted: document.kind };
    const found = problemOfDocument(document);
    return { status: found.status, ...base, problem: found };
  });
}

function problemOfDocument(document: DocumentEntry): Problem {
  const [fault] = document.faults;
  // a change that overtook its order, or came after its release: nothing has failed, it waits
  if (document.code === 'unknown-order' && document.state === 'parked')
    return problem(202, 'unknown-order', titleOf(202), fault?.message ?? '', document.faults);
  if (document.state === 'parked' && document.code !== 'after-release') {
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
