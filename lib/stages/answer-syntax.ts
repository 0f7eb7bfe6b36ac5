import type { AcknowledgeWhen } from '../domain/edi-settings';
import type { Partner } from '../domain/master';
import { type SyntaxAnswer, writeContrl } from '../intake/edi/edifact/write-contrl';
import type { EdiGroup, SyntaxFault } from '../intake/edi/interchange';
import type { InterchangeOutline } from '../intake/edi/interchange-outline';
import type { OutgoingEnvelope } from '../intake/edi/outgoing';
import { isAcknowledged, writeFunctionalAcknowledgement, writeTA1 } from '../intake/edi/x12/write-acknowledgement';
import { type EdiAnswer, groupSubject, insertAnswers, interchangeSubject } from '../store/edi-answers';
import { takeNumbers } from '../store/number-series';
import { type AdmittedInterchange, partyText } from './admit-interchanges';
import { canBeWritten, contentTypes, fileNameOf, partyOf, recordAnswer, seriesOf } from './outgoing-answer';
import type { Work } from './work';

/** An acknowledgement that is to be written, once it has its number; null from `text` when there is nothing to say. */
interface Acknowledgement {
  readonly kind: string;
  readonly subject: string;
  /** The subject for people. */
  readonly about: string;
  readonly partner: Partner;
  readonly outline: InterchangeOutline;
  text(envelope: OutgoingEnvelope): string | Uint8Array | null;
}

/**
 * Answers the syntax of interchanges that came in: TA1 and 997 or 999, or CONTRL, as the partner has it. Only that they
 * could be read; what becomes of the orders is told by other answers. Those of nobody's sender are not answered: nobody
 * knows to whom.
 */
export async function answerSyntax(work: Work, admitted: readonly AdmittedInterchange[]): Promise<void> {
  const due = admitted
    .flatMap(acknowledgementsOf)
    .filter((acknowledgement) => canBeWritten(work, acknowledgement, () => written(acknowledgement, 0, 1, work.now)));
  if (due.length === 0) return;
  const answers: EdiAnswer[] = [];
  const bySeries = Map.groupBy(due, ({ partner, outline }) => seriesOf(partner.partner, outline.standard));
  for (const [series, group] of [...bySeries].sort(([a], [b]) => (a < b ? -1 : 1))) {
    const numbers = await takeNumbers(work.db, series, 0, group.length);
    // with the series locked: in the order of their ids they go out
    const ids = await work.db.take('edi_answer', group.length);
    for (const [i, acknowledgement] of group.entries())
      answers.push(written(acknowledgement, ids[i] as number, numbers[i] as number, work.now));
  }
  await insertAnswers(work.db, answers, work.now);
  for (const answer of answers) recordAnswer(work, answer);
}

function acknowledgementsOf({
  interchangeId,
  outline,
  partner,
  outcome,
  faults,
}: AdmittedInterchange): Acknowledgement[] {
  if (partner === null || outcome === 'refused') return [];
  const subject = interchangeSubject(interchangeId);
  const about = `interchange ${outline.controlNumber} of ${partyText(outline.sender)}`;
  const base = { about, partner, outline };
  const conflict = outcome === 'conflict' ? faults.map((fault) => conflictOf(outline, fault.message)) : [];
  if (outline.standard === 'edifact') {
    const answer: SyntaxAnswer = { interchange: outline, ...(conflict.length === 0 ? {} : { refusal: '26' }) };
    const asked = outline.acknowledgementRequested || conflict.length > 0 || isFaulty(outline);
    if (!isNews(outline) || !wants(partner.edi.acknowledge, asked)) return [];
    return [{ ...base, kind: 'CONTRL', subject, text: (envelope) => writeContrl(answer, envelope) }];
  }
  const envelopeRefused = conflict.length > 0 || outline.faults.some(({ rejects }) => rejects);
  const asked = outline.acknowledgementRequested || envelopeRefused;
  const interchange: Acknowledgement[] = wants(partner.edi.acknowledgeInterchange, asked)
    ? [{ ...base, kind: 'TA1', subject, text: (envelope) => writeTA1(outline, envelope, conflict) }]
    : [];
  if (envelopeRefused || !wants(partner.edi.acknowledge, true)) return interchange;
  const groups = outline.groups.filter(isAcknowledged).map(
    (group, i): Acknowledgement => ({
      ...base,
      kind: group.version >= '005010' ? '999' : '997',
      subject: i === 0 ? subject : groupSubject(interchangeId, i + 1),
      text: (envelope) =>
        writeFunctionalAcknowledgement(outline, group, {
          ...envelope,
          ...applicationsOf(group),
          version: group.version === '' ? envelope.version : group.version,
        }),
    }),
  );
  return [...interchange, ...groups];
}

const wants = (setting: AcknowledgeWhen, auto: boolean): boolean =>
  setting === 'always' || (setting === 'auto' && auto);

/** Acknowledgements are not acknowledged. */
const isNews = ({ groups }: InterchangeOutline): boolean => {
  const messages = groups.flatMap((group) => group.messages);
  return messages.length === 0 || messages.some(({ type }) => type !== 'CONTRL');
};

const isFaulty = ({ faults, groups }: InterchangeOutline): boolean =>
  [
    ...faults,
    ...groups.flatMap((group) => [...group.faults, ...group.messages.flatMap((message) => message.faults)]),
  ].some(({ rejects }) => rejects);

const conflictOf = (outline: InterchangeOutline, message: string): SyntaxFault => ({
  level: 'interchange',
  code: '025',
  rejects: true,
  message,
  offset: outline.start,
});

/** The group goes back to the application that it came from. */
const applicationsOf = ({ sender, receiver }: EdiGroup) => ({
  ...(receiver === '' ? {} : { applicationSender: receiver }),
  ...(sender === '' ? {} : { applicationReceiver: sender }),
});

function written(
  { kind, subject, partner, outline, text }: Acknowledgement,
  answerId: number,
  number: number,
  now: string,
): EdiAnswer {
  const { standard } = outline;
  const envelope: OutgoingEnvelope = {
    sender: partyOf(partner.edi.ownId ?? partyText(outline.receiver)),
    receiver: outline.sender,
    interchangeNumber: number,
    groupNumber: number,
    test: outline.test || partner.edi.test,
    preparedAt: now,
    version: kind === 'CONTRL' ? 'D:3:UN' : (outline.groups[0]?.version ?? '004010'),
    ...(standard === 'edifact' ? { syntax: outline.version } : {}),
    acknowledgementRequested: false,
  };
  return {
    answerId,
    partner: partner.partner,
    standard,
    kind,
    subject,
    interchangeNumber: number,
    groupNumber: standard === 'x12' ? number : null,
    fileName: fileNameOf(kind, number, standard),
    contentType: contentTypes[standard],
    bytes: Buffer.from(text(envelope) ?? ''),
    wantsAcknowledgement: false,
  };
}
