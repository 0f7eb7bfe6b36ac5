import type { Partner } from '../domain/master';
import { type Order, salesOrderNumber } from '../domain/order';
import type { OrderEcho } from '../intake/edi/mapped-message';
import { creditNotesById, linesOfCreditNotes } from '../store/credit-note-queries';
import { answersTo, type EdiAnswer, insertAnswers } from '../store/edi-answers';
import { appliedChanges } from '../store/edi-changes';
import { invoiceContents, productNames, slipContents } from '../store/edi-contents';
import { type EdiOrigin, ediOrigins } from '../store/edi-documents';
import { type DueAnswer, removeCancellations, removeDueAnswers, takeDueAnswers } from '../store/edi-due';
import { subjectsInWords } from '../store/edi-subjects';
import { loadDocuments, type StoredDocument } from '../store/inbox-documents';
import { loadPartners } from '../store/master';
import { takeNumbers } from '../store/number-series';
import { loadOrders } from '../store/orders';
import { changeNumberOf, despatchAdvice, invoiceMessage, orderAnswer, refusal } from './answer-contents';
import { creditNoteMessage } from './credit-note-content';
import { echoAfter } from './order-echo';
import { type AnswerContent, canBeWritten, isAgreed, recordAnswer, seriesOf, writeAnswer } from './outgoing-answer';
import { inTransaction } from './transaction';
import type { StageContext, Work } from './work';

/** One answer that can be written: to whom, on what, and what it says. */
interface Planned {
  readonly subject: string;
  readonly origin: EdiOrigin;
  readonly said: AnswerContent;
}

/**
 * Writes the answers that are due and were agreed with their partners, each as an interchange under the next number of
 * its partner. What was not agreed, and what did not come as EDI, is due no longer.
 * @returns how many due answers were dealt with; none are left when it is below `limit`
 */
export function writeDueAnswers(context: StageContext, limit: number): Promise<number> {
  return inTransaction(context, 'edi-answer', async (work) => {
    const due = await takeDueAnswers(work.db, limit);
    if (due.length === 0) return 0;
    // first of all: what is said must be read after, so that what becomes due from now on is due again
    await removeDueAnswers(work.db, due);
    await removeCancellations(work.db, due);
    const planned = await plan(work, due);
    const partners = await loadPartners(
      work.db,
      planned.map(({ origin }) => origin.partner),
    );
    const given = new Set(
      (
        await answersTo(
          work.db,
          planned.map(({ subject }) => subject),
        )
      ).map(({ subject }) => subject),
    );
    const words = await subjectsInWords(
      work.db,
      planned.map(({ subject }) => subject),
    );
    const wanted = planned.filter(({ subject, origin, said }) => {
      const partner = partners.get(origin.partner);
      if (partner === undefined || !isAgreed(partner, said) || given.has(subject)) return false;
      return canBeWritten(work, { subject, about: words(subject), partner, kind: said.answer }, () =>
        writeAnswer(said, origin, partner, 1, work.now),
      );
    });
    await write(work, wanted, partners);
    return due.length;
  });
}

async function write(work: Work, wanted: readonly Planned[], partners: ReadonlyMap<string, Partner>): Promise<void> {
  if (wanted.length === 0) return;
  const answers: EdiAnswer[] = [];
  // series are taken in the order of their names, as all transactions do
  const bySeries = Map.groupBy(wanted, ({ origin }) => seriesOf(origin.partner, origin.standard));
  for (const [series, group] of [...bySeries].sort(([a], [b]) => (a < b ? -1 : 1))) {
    const numbers = await takeNumbers(work.db, series, 0, group.length);
    // with the series locked: in the order of their ids they go out
    const answerIds = await work.db.take('edi_answer', group.length);
    for (const [i, { subject, origin, said }] of group.entries()) {
      const partner = partners.get(origin.partner) as Partner;
      const answerId = answerIds[i] as number;
      answers.push({ answerId, subject, ...writeAnswer(said, origin, partner, numbers[i] as number, work.now) });
    }
  }
  await insertAnswers(work.db, answers, work.now);
  for (const answer of answers) recordAnswer(work, answer);
}

async function plan(work: Work, due: readonly DueAnswer[]): Promise<Planned[]> {
  const subjects = (kind: DueAnswer['kind']): number[] =>
    due.filter((answer) => answer.kind === kind).map(({ subject }) => subject);
  return [
    ...(await responses(work, subjects('response'))),
    ...(await documentAnswers(work, [...subjects('rejection'), ...subjects('change-response')])),
    ...(await cancellations(work, subjects('cancellation'))),
    ...(await despatches(work, subjects('despatch'))),
    ...(await invoices(work, subjects('invoice'))),
    ...(await creditNotes(work, subjects('credit-note'))),
  ];
}

type Answerable = EdiOrigin & { readonly echo: OrderEcho };

/** The orders with these ids that came as EDI messages which said what to say back. */
async function answerableOrders(
  work: Work,
  orderIds: readonly number[],
): Promise<Map<number, { order: Order; origin: Answerable; echo: OrderEcho }>> {
  const orders = await loadOrders(work.db, [...new Set(orderIds)]);
  const origins = await ediOrigins(
    work.db,
    orders.map(({ documentId }) => documentId),
  );
  const changes = await appliedChanges(
    work.db,
    orders.map(({ id }) => id),
  );
  return new Map(
    orders.flatMap((order) => {
      const origin = origins.get(order.documentId);
      if (origin === undefined || origin.echo === null) return [];
      const echo = echoAfter(origin.echo, changes.get(order.id) ?? [], origin.standard);
      return [[order.id, { order, origin: origin as Answerable, echo }] as const];
    }),
  );
}

async function responses(work: Work, orderIds: readonly number[]): Promise<Planned[]> {
  const orders = await answerableOrders(work, orderIds);
  return [...orders.values()].map(({ order, origin, echo }) => ({
    subject: `order ${order.id}`,
    origin,
    said: { answer: 'order-response', content: orderAnswer(order, echo, work.today) },
  }));
}

/** What was cancelled of orders after they had been answered. */
async function cancellations(work: Work, orderIds: readonly number[]): Promise<Planned[]> {
  const orders = await answerableOrders(work, orderIds);
  return [...orders.values()].map(({ order, origin, echo }) => ({
    subject: `order ${order.id} cancelled ${order.lines.reduce((sum, { cancelled }) => sum + cancelled, 0)}`,
    origin,
    said: { answer: 'change-response', content: orderAnswer(order, echo, work.today) },
  }));
}

/** Orders that were refused, and changes, applied or refused. */
async function documentAnswers(work: Work, documentIds: readonly number[]): Promise<Planned[]> {
  const documents = await loadDocuments(work.db, documentIds);
  const origins = await ediOrigins(work.db, documentIds);
  const orders = await answerableOrders(
    work,
    documents.flatMap(({ orderId }) => orderId ?? []),
  );
  return documents.flatMap((document): Planned[] => {
    const origin = origins.get(document.documentId);
    if (origin === undefined) return [];
    const answered = orders.get(document.orderId ?? 0);
    const said = saidOf(document, origin, answered, work.today);
    // what was refused may be taken later: that is news
    const subject = `document ${document.documentId}${document.state === 'rejected' ? ' refused' : ''}`;
    return said === undefined ? [] : [{ subject, origin, said }];
  });
}

function saidOf(
  document: StoredDocument,
  origin: EdiOrigin,
  answered: { readonly order: Order; readonly echo: OrderEcho } | undefined,
  today: string,
): AnswerContent | undefined {
  const { state, kind } = document;
  const changeNumber = changeNumberOf(document.canonical);
  const refused = (echo: OrderEcho | null | undefined, words: string): AnswerContent | undefined => {
    if (echo === null || echo === undefined) return undefined;
    if (kind === 'order') return { answer: 'order-response', content: refusal(echo, words, today) };
    const salesOrder = answered === undefined ? {} : { salesOrder: salesOrderNumber(answered.order.id) };
    const options = { answersChange: changeNumber, ...salesOrder };
    return { answer: 'change-response', content: refusal(echo, words, today, options) };
  };
  if (state === 'rejected')
    return refused(
      kind === 'order' ? origin.echo : (answered?.echo ?? origin.echo),
      document.faults[0]?.message ?? 'The document cannot be taken.',
    );
  // an order that was taken after all has an answer of its own, and what waits has none yet
  if (state !== 'accepted' || kind === 'order' || answered === undefined) return undefined;
  const { order, echo } = answered;
  if (kind === 'cancel' && order.lines.every(({ cancelled }) => cancelled === 0))
    return refused(echo, 'Too late: the goods are under way.');
  return { answer: 'change-response', content: orderAnswer(order, echo, today, changeNumber) };
}

/** One despatch advice a slip and partner: a slip may carry goods of several. */
async function despatches(work: Work, slipIds: readonly number[]): Promise<Planned[]> {
  const contents = await slipContents(work.db, slipIds);
  const orders = await answerableOrders(
    work,
    contents.map((row) => row.order_id),
  );
  const answerable = contents.filter((row) => orders.has(row.order_id));
  const groups = Map.groupBy(answerable, (row) => `slip ${row.slip_id} ${orders.get(row.order_id)?.origin.partner}`);
  return [...groups].map(([subject, rows]) => {
    const { origin } = orders.get((rows[0] as (typeof rows)[number]).order_id) as { origin: Answerable };
    return { subject, origin, said: { answer: 'despatch-advice', content: despatchAdvice(rows, orders) } };
  });
}

async function invoices(work: Work, invoiceIds: readonly number[]): Promise<Planned[]> {
  const contents = Map.groupBy(await invoiceContents(work.db, invoiceIds), (row) => row.invoice_id);
  const orders = await answerableOrders(
    work,
    [...contents.values()].map(([row]) => row?.order_id ?? 0),
  );
  const names = await namesOf(work, [...orders.values()]);
  return [...contents].flatMap(([invoiceId, rows]): Planned[] => {
    const known = orders.get(rows[0]?.order_id ?? 0);
    if (known === undefined) return [];
    const { order, origin, echo } = known;
    const content = invoiceMessage(rows, order, echo, names);
    return [{ subject: `invoice ${invoiceId}`, origin, said: { answer: 'invoice', content } }];
  });
}

async function creditNotes(work: Work, creditNoteIds: readonly number[]): Promise<Planned[]> {
  if (creditNoteIds.length === 0) return [];
  const notes = await creditNotesById(work.db, creditNoteIds);
  const lines = await linesOfCreditNotes(work.db, creditNoteIds);
  const orders = await answerableOrders(
    work,
    notes.map((note) => note.order_id),
  );
  const names = await namesOf(work, [...orders.values()]);
  return notes.flatMap((note): Planned[] => {
    const known = orders.get(note.order_id);
    if (known === undefined) return [];
    const { order, origin, echo } = known;
    const content = creditNoteMessage(note, lines.get(note.credit_note_id) ?? [], order, echo, names);
    return [{ subject: `credit-note ${note.credit_note_id}`, origin, said: { answer: 'invoice', content } }];
  });
}

const namesOf = (work: Work, orders: readonly { readonly order: Order }[]): Promise<Map<string, string>> =>
  productNames(
    work.db,
    orders.flatMap(({ order }) => order.lines.map(({ sku }) => sku)),
  );
