import { later } from '../domain/dates';
import { acknowledgementsOf, type EdiAnswer, leaseAnswers, sendAgain } from '../store/edi-answers';
import { insertEdiDocuments, type NewEdiDocument } from '../store/edi-documents';
import { partnersBySender } from '../store/edi-interchanges';
import type { NewMessage } from '../store/inbox';
import type { NewDocument } from '../store/inbox-documents';
import { type AdmittedInterchange, type ArrivedInterchange, partnerBySender } from './admit-interchanges';
import { answerSyntax } from './answer-syntax';
import type { ReadReception } from './read-reception';
import type { Work } from './work';

/** How long acknowledgements are left to the request that brought their message, in ms. */
const leftToRequest = 5_000;

const interchangesIn = (reception: ReadReception) => reception.content.interchanges ?? [];

/** An EDI message says by itself who sends it: when all of its interchanges are one partner's, the message is. */
export async function withSenders(work: Work, receptions: readonly ReadReception[]): Promise<readonly ReadReception[]> {
  if (!receptions.some((reception) => interchangesIn(reception).length > 0)) return receptions;
  const senders = await partnersBySender(work.db);
  return receptions.map((reception) => {
    const { message } = reception;
    const partners = new Set(interchangesIn(reception).map(({ sender }) => partnerBySender(senders, sender)));
    const [partner] = partners;
    const speaksFor = message.speaksFor ?? null;
    if (partners.size !== 1 || partner === undefined) return reception;
    if (speaksFor !== null && !speaksFor.includes(partner)) return reception;
    return { ...reception, message: { ...message, partner } };
  });
}

export function arrivedWith(
  receptions: readonly ReadReception[],
  messages: readonly NewMessage[],
): ArrivedInterchange[] {
  return receptions.flatMap((reception, i) =>
    interchangesIn(reception).map((outline, ordinal) => ({
      inboxId: (messages[i] as NewMessage).inboxId,
      ordinal,
      outline,
      speaksFor: reception.message.speaksFor ?? null,
    })),
  );
}

/** The admitted interchanges of each message, in its order. */
export function admittedOf(
  receptions: readonly ReadReception[],
  admitted: readonly AdmittedInterchange[],
): AdmittedInterchange[][] {
  let next = 0;
  return receptions.map((reception) => {
    const start = next;
    next += interchangesIn(reception).length;
    return admitted.slice(start, next);
  });
}

/** Keeps what answers have to say back, and answers the syntax in the transaction that makes the message safe. */
export async function storeEdiDocuments(
  work: Work,
  receptions: readonly ReadReception[],
  documents: readonly (readonly NewDocument[])[],
  interchanges: readonly AdmittedInterchange[],
): Promise<void> {
  if (interchanges.length === 0) return;
  const rows = admittedOf(receptions, interchanges).flatMap((admitted, i) =>
    (documents[i] ?? []).flatMap((document, position): NewEdiDocument[] => {
      const edi = receptions[i]?.content.documents[position]?.edi;
      const interchange = admitted[edi?.interchange ?? -1];
      if (edi === undefined || interchange === undefined) return [];
      if (isRefusedOrder(document, interchange)) work.answerDue('rejection', document.documentId);
      return [
        {
          documentId: document.documentId,
          interchangeId: interchange.interchangeId,
          partner: interchange.partner?.partner ?? null,
          messageType: edi.messageType,
          controlNumber: edi.controlNumber,
          version: edi.version,
          purpose: edi.purpose,
          fingerprint: edi.fingerprint ?? null,
          echo: edi.echo ?? null,
        },
      ];
    }),
  );
  await insertEdiDocuments(work.db, rows);
  await answerSyntax(work, interchanges);
}

/**
 * Its syntax is fine, and acknowledged, but it makes no order: without an amount that can be read, or a unit. Only an
 * answer to the order tells its sender.
 */
const isRefusedOrder = ({ kind, state }: NewDocument, { outcome, test }: AdmittedInterchange): boolean =>
  kind === 'order' && state === 'rejected' && outcome === 'accepted' && !test;

/** A message that comes again gets the same acknowledgements again. */
export async function acknowledgeAgain(work: Work, inboxIds: readonly number[]): Promise<void> {
  await sendAgain(work.db, idsOf(await acknowledgementsOf(work.db, inboxIds)));
}

/**
 * What a request brought is acknowledged by its answer, where the flow is drawn so: for a moment the acknowledgements
 * are left to it, so that they do not go out a second time by another way.
 */
export async function leaveToRequests(
  work: Work,
  receptions: readonly ReadReception[],
  inboxIdOf: (reception: ReadReception) => number | undefined,
): Promise<void> {
  const posted = receptions.filter(
    (reception) => reception.message.keyId !== null && interchangesIn(reception).length > 0,
  );
  if (posted.length === 0) return;
  const answers = await acknowledgementsOf(
    work.db,
    posted.flatMap((reception) => inboxIdOf(reception) ?? []),
  );
  await leaseAnswers(work.db, idsOf(answers), later(work.now, leftToRequest));
}

const idsOf = (answers: readonly EdiAnswer[]): number[] => answers.map(({ answerId }) => answerId);
