import type { Fault } from '../domain/faults';
import type { ReceivedAcknowledgement } from '../intake/edi/mapped-message';
import { type AnswerEntry, findAnswer, saveAcknowledgement } from '../store/edi-answers';
import { ediStandards } from '../store/edi-documents';
import { subjectsInWords } from '../store/edi-subjects';
import { closeException } from '../store/exceptions';
import { type DocumentVerdict, type StoredDocument, saveVerdicts } from '../store/inbox-documents';
import { recordVerdict, rejection } from './document-outcomes';
import type { AppliedOutcome, RejectedOutcome } from './tag-outcome';
import type { Work } from './work';

/** What partners say of our interchanges: each answer of ours learns whether it arrived and could be read. */
export async function takeAcknowledgements(
  work: Work,
  documents: readonly StoredDocument[],
): Promise<Map<number, AppliedOutcome | RejectedOutcome>> {
  const outcomes = new Map<number, AppliedOutcome | RejectedOutcome>();
  if (documents.length === 0) return outcomes;
  const standards = await ediStandards(
    work.db,
    documents.map(({ documentId }) => documentId),
  );
  const verdicts: DocumentVerdict[] = [];
  for (const document of documents) {
    const { documentId, kind, partner } = document;
    const standard = standards.get(documentId) ?? 'x12';
    const unknown: Fault[] = [];
    const words: string[] = [];
    for (const acknowledgement of JSON.parse(document.canonical ?? '[]') as ReceivedAcknowledgement[]) {
      const value = ownNumberIn(acknowledgement.controlNumber);
      const answer =
        value === undefined
          ? undefined
          : await findAnswer(work.db, partner, standard, { of: acknowledgement.of, value });
      if (answer === undefined) unknown.push(neverSent(acknowledgement, partner));
      else words.push(await take(work, answer, acknowledgement));
    }
    const code = unknown[0]?.code ?? null;
    const state = code === null ? 'accepted' : 'rejected';
    const verdict: DocumentVerdict = { documentId, state, orderId: null, code, faults: unknown };
    verdicts.push(verdict);
    recordVerdict(work, document, verdict, { kind, words });
    outcomes.set(documentId, code === null ? taken(document, words) : rejection(document, unknown));
  }
  await saveVerdicts(work.db, verdicts, work.now);
  return outcomes;
}

const taken = ({ documentId, inboxId, kind }: StoredDocument, words: readonly string[]): AppliedOutcome => ({
  output: 'applied',
  documentId,
  inboxId,
  kind,
  orderId: null,
  order: null,
  summary: `Inbox ${inboxId}: ${words.join('; ')}`,
});

/** Our control numbers are digits; what is none cannot be ours. */
const ownNumberIn = (text: string): number | undefined => (/^\d{1,14}$/.test(text) ? Number(text) : undefined);

function neverSent({ of, controlNumber }: ReceivedAcknowledgement, partner: string): Fault {
  const message = `It acknowledges the ${of} ${controlNumber.slice(0, 20)}, which was never sent to ${partner}.`;
  return { path: '', code: 'not-found', message, value: controlNumber.slice(0, 80) };
}

async function take(work: Work, answer: AnswerEntry, acknowledgement: ReceivedAcknowledgement): Promise<string> {
  const taken = acknowledgement.outcome === 'accepted' || acknowledgement.outcome === 'accepted-with-errors';
  const codes = [...acknowledgement.codes, ...acknowledgement.messages.flatMap((message) => message.codes)];
  const said = codes.length === 0 ? acknowledgement.outcome : `${acknowledgement.outcome}: ${codes.join(', ')}`;
  const name = `${answer.kind} ${answer.interchangeNumber ?? ''} to ${answer.partner}`.replace('  ', ' ');
  await saveAcknowledgement(
    work.db,
    answer.answerId,
    { state: taken ? 'acknowledged' : 'rejected', words: said },
    work.now,
  );
  if (taken) {
    const subject = `answer ${answer.answerId}`;
    await closeException(work.db, 'answer-rejected', subject, work.actor, 'acknowledged', work.now);
  } else {
    const words = await subjectsInWords(work.db, [answer.subject]);
    work.raise({
      kind: 'answer-rejected',
      subject: `answer ${answer.answerId}`,
      message: `${answer.partner} could not take our ${name} (${words(answer.subject)}): ${said}. Find out why, correct its EDI settings, and send it again; or tell it by other means, then close this exception.`,
      evidence: { answerId: answer.answerId, subject: answer.subject, acknowledgement: said },
    });
  }
  return `${name} is ${taken ? 'acknowledged' : 'rejected'}${codes.length === 0 ? '' : ` (${codes.join(', ')})`}`;
}
