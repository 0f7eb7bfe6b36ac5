import type { EdiAnswerKind } from '../domain/edi-settings';
import { BusinessRejection } from '../domain/faults';
import type { Partner } from '../domain/master';
import { writeDesadv } from '../intake/edi/edifact/write-desadv';
import { writeInvoic } from '../intake/edi/edifact/write-invoic';
import { writeOrdrsp } from '../intake/edi/edifact/write-ordrsp';
import type { EdiParty, EdiStandard } from '../intake/edi/interchange';
import type { DespatchAdvice, InvoiceMessage, OrderAnswer, OutgoingEnvelope } from '../intake/edi/outgoing';
import { write856 } from '../intake/edi/x12/write-despatch-advice';
import { write810 } from '../intake/edi/x12/write-invoice';
import { write855, write865 } from '../intake/edi/x12/write-order-answer';
import type { EdiAnswer } from '../store/edi-answers';
import type { EdiOrigin } from '../store/edi-documents';
import type { Work } from './work';

/** What is said to a partner, before it has a standard and a number. */
export type AnswerContent =
  | { readonly answer: 'order-response' | 'change-response'; readonly content: OrderAnswer }
  | { readonly answer: 'despatch-advice'; readonly content: DespatchAdvice }
  | { readonly answer: 'invoice'; readonly content: InvoiceMessage };

/** Whether this was agreed with the partner. */
export const isAgreed = (partner: Partner, { answer }: AnswerContent): boolean =>
  partner.edi.answers.includes((answer === 'change-response' ? 'order-response' : answer) as EdiAnswerKind);

/** The number series of what goes to a partner in a standard: without gaps, never used twice. */
export const seriesOf = (partner: string, standard: EdiStandard): string => `edi ${standard} ${partner}`;

export const contentTypes: Readonly<Record<EdiStandard, string>> = {
  x12: 'application/edi-x12',
  edifact: 'application/edifact',
};

/** An id as partners keep it, in its parts. */
export function partyOf(text: string): EdiParty {
  const at = text.indexOf(':');
  return { qualifier: text.slice(0, at), id: text.slice(at + 1) };
}

const messageTypes: Readonly<Record<EdiStandard, Readonly<Record<AnswerContent['answer'], string>>>> = {
  x12: { 'order-response': '855', 'change-response': '865', 'despatch-advice': '856', invoice: '810' },
  edifact: {
    'order-response': 'ORDRSP',
    'change-response': 'ORDRSP',
    'despatch-advice': 'DESADV',
    invoice: 'INVOIC',
  },
};

/** Writes an answer to what came with `origin`, under the partner's next control number. */
export function writeAnswer(
  said: AnswerContent,
  origin: EdiOrigin,
  partner: Partner,
  number: number,
  now: string,
): Omit<EdiAnswer, 'answerId' | 'subject'> {
  const { standard } = origin;
  const envelope: OutgoingEnvelope = {
    sender: partyOf(partner.edi.ownId ?? origin.receiver),
    receiver: partyOf(origin.sender),
    interchangeNumber: number,
    groupNumber: number,
    test: origin.test || partner.edi.test,
    preparedAt: now,
    version: versionFor(partner, origin),
    ...(standard === 'edifact' ? { syntax: origin.syntax } : {}),
    acknowledgementRequested: standard === 'edifact' && partner.edi.acknowledgedWithin > 0,
  };
  const kind = messageTypes[standard][said.answer];
  return {
    partner: partner.partner,
    standard,
    kind,
    interchangeNumber: number,
    groupNumber: standard === 'x12' ? number : null,
    fileName: fileNameOf(kind, number, standard),
    contentType: contentTypes[standard],
    bytes: Buffer.from(textOf(said, standard, envelope, partner)),
    wantsAcknowledgement: partner.edi.acknowledgedWithin > 0,
  };
}

/** The agreed version, where it is one of the standard in which the partner wrote. */
function versionFor({ edi }: Partner, { standard, version }: EdiOrigin): string {
  const isX12 = edi.version?.startsWith('0') === true;
  return edi.version === null || isX12 !== (standard === 'x12') ? version : edi.version;
}

export const fileNameOf = (kind: string, number: number, standard: EdiStandard): string =>
  `${kind}-${String(number).padStart(9, '0')}.${standard === 'x12' ? 'x12' : 'edi'}`;

function textOf(
  said: AnswerContent,
  standard: EdiStandard,
  envelope: OutgoingEnvelope,
  { edi }: Partner,
): string | Uint8Array {
  switch (said.answer) {
    case 'order-response':
      return standard === 'x12' ? write855([said.content], envelope) : writeOrdrsp(said.content, envelope);
    case 'change-response':
      return standard === 'x12' ? write865([said.content], envelope) : writeOrdrsp(said.content, envelope);
    case 'despatch-advice':
      return standard === 'x12' ? write856([said.content], envelope) : writeDesadv(said.content, envelope);
    case 'invoice':
      return standard === 'x12' ? write810([said.content], envelope, edi) : writeInvoic(said.content, envelope);
  }
}

/**
 * Whether an answer can be written at all. What cannot (a text that the standard has no characters for, a currency with
 * more decimals than an 810 has) is told to a person, before a control number is taken: the numbers have no gaps.
 */
export function canBeWritten(
  work: Work,
  {
    subject,
    about,
    partner,
    kind,
  }: { readonly subject: string; readonly about: string; readonly partner: Partner; readonly kind: string },
  write: () => unknown,
): boolean {
  try {
    write();
    return true;
  } catch (error) {
    if (!(error instanceof BusinessRejection)) throw error;
    work.raise({
      kind: 'answer-unwritable',
      subject: `${kind} ${subject}`,
      message: `The answer ${kind} to ${partner.partner} (${about}) cannot be written: ${error.message} Tell the partner by other means, then close this exception.`,
      evidence: { partner: partner.partner, kind, subject, code: error.code },
    });
    return false;
  }
}

export function recordAnswer(work: Work, answer: EdiAnswer): void {
  work.record({
    subject: 'edi-answer',
    subjectId: String(answer.answerId),
    from: null,
    to: 'ready',
    reason: null,
    evidence: {
      partner: answer.partner,
      kind: answer.kind,
      answers: answer.subject,
      interchange: answer.interchangeNumber,
      bytes: answer.bytes.length,
    },
  });
}
