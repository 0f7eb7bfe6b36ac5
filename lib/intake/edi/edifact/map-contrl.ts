import type { EdiMessage, EdiSegment } from '../interchange';
import type { MappedMessage, ReceivedAcknowledgement } from '../mapped-message';
import { MessageFindings, placeOfSegment } from './message-findings';
import { codeValue } from './segment-view';

type MessageVerdict = ReceivedAcknowledgement['messages'][number];

/** Action codes (0083) by which something was refused: 4 with what lies below it; 5 and 6 are of older versions. */
const refusing: ReadonlySet<string> = new Set(['4', '5', '6']);
/** Everything below was taken: 7, or, of older versions, 1; 8 says that the interchange was received. */
const accepting: ReadonlySet<string> = new Set(['1', '7', '8']);

/** CONTRL: what a partner's system says of an interchange of ours. */
export function mapContrl(message: EdiMessage): MappedMessage {
  const findings = new MessageFindings(message);
  const acknowledgement = readContrl(message, findings);
  const found = findings.result();
  return acknowledgement === undefined || found.faults.length > 0
    ? { purpose: 'acknowledgement', ...found }
    : { purpose: 'acknowledgement', acknowledgements: [acknowledgement], ...found };
}

function readContrl(message: EdiMessage, findings: MessageFindings): ReceivedAcknowledgement | undefined {
  const header = message.segments.find(({ tag }) => tag === 'UCI');
  if (!header) {
    findings.fault(findings.place, 'missing-field', 'The UCI is missing: it says which interchange is meant.');
    return undefined;
  }
  const action = actionOf(header, 4, findings);
  if (codeValue(header, 1) === '') {
    findings.fault(placeOfSegment(header, 0, 1), 'missing-field', 'The UCI does not name an interchange.');
  }
  const codes = codesOf(header, 5);
  const messages: { controlNumber: string; outcome: MessageVerdict['outcome']; codes: string[] }[] = [];
  let groupRefused = false;
  let below = codes;
  for (const segment of message.segments) {
    switch (segment.tag) {
      case 'UCM': {
        const verdict = actionOf(segment, 3, findings);
        below = codesOf(segment, 4);
        const refused = verdict === 'refused';
        messages.push({
          controlNumber: codeValue(segment, 1),
          outcome: refused ? 'rejected' : 'accepted',
          codes: below,
        });
        break;
      }
      case 'UCF':
        groupRefused ||= actionOf(segment, 4, findings) === 'refused';
        codes.push(...codesOf(segment, 5));
        below = codes;
        break;
      case 'UCS':
        below.push(...codesOf(segment, 2));
        break;
      case 'UCD':
        below.push(...codesOf(segment, 1));
        break;
    }
  }
  const verdicts = messages
    .map((each) =>
      each.outcome === 'accepted' && each.codes.length > 0
        ? { ...each, outcome: 'accepted-with-errors' as const }
        : each,
    )
    .filter(({ outcome }) => outcome !== 'accepted');
  const refusedMessages = verdicts.some(({ outcome }) => outcome === 'rejected');
  return {
    of: 'interchange',
    controlNumber: codeValue(header, 1),
    outcome:
      action === 'refused'
        ? 'rejected'
        : groupRefused || refusedMessages
          ? 'partly-rejected'
          : codes.length > 0 || verdicts.length > 0
            ? 'accepted-with-errors'
            : 'accepted',
    messages: verdicts,
    codes,
  };
}

function actionOf(segment: EdiSegment, element: number, findings: MessageFindings): 'refused' | 'accepted' {
  const code = codeValue(segment, element);
  if (refusing.has(code)) return 'refused';
  if (!accepting.has(code)) {
    const message = `The action ${code.slice(0, 10) || 'that is missing'} is not read; 4 refuses, 7 acknowledges, 8 confirms receipt.`;
    findings.fault(placeOfSegment(segment, 0, element), 'not-supported', message, code);
  }
  return 'accepted';
}

function codesOf(segment: EdiSegment, element: number): string[] {
  const code = codeValue(segment, element);
  return code === '' ? [] : [code];
}
