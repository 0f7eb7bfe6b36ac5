import { insertEdiDocuments, interchangesOf, type NewEdiDocument, partnersBySender } from '../store/edi';
import { answersTo, sendAgain } from '../store/edi-answers';
import type { NewDocument, NewMessage } from '../store/inbox';
import { type AdmittedInterchange, type ArrivedInterchange, partyText } from './admit-interchanges';
import { answerSyntax } from './answer-syntax';
import type { ReadReception } from './receive-messages';
import type { Work } from './work';

const interchangesIn = (reception: ReadReception) => reception.content.interchanges ?? [];

/** An EDI message says by itself who sends it: when all of its interchanges are one partner's, the message is. */
export async function withSenders(work: Work, receptions: readonly ReadReception[]): Promise<readonly ReadReception[]> {
  if (!receptions.some((reception) => interchangesIn(reception).length > 0)) return receptions;
  const senders = await partnersBySender(work.db);
  return receptions.map((reception) => {
    const { message } = reception;
    const partners = new Set(
      interchangesIn(reception).map(
        ({ sender }) => senders.get(partyText(sender)) ?? senders.get(partyText({ ...sender, qualifier: '' })),
      ),
    );
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

/** A message that comes again gets the same acknowledgements again. */
export async function acknowledgeAgain(work: Work, inboxIds: readonly number[]): Promise<void> {
  const interchangeIds = await interchangesOf(work.db, inboxIds);
  const answers = await answersTo(work.db, interchangeIds.map(interchangeSubject));
  await sendAgain(
    work.db,
    answers.map(({ answerId }) => answerId),
  );
}

export const interchangeSubject = (interchangeId: number): string => `interchange ${interchangeId}`;
