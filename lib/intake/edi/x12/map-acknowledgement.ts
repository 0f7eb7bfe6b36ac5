import { codeTable } from '../code-table';
import type { EdiInterchange, EdiMessage, EdiSegment } from '../interchange';
import type { MappedMessage, ReceivedAcknowledgement } from '../mapped-message';
import { value } from './elements';
import type { Findings } from './findings';
import { finished } from './order-draft';

/** AK901 and AK501, IK501: everything but these three rejects. */
const groupOutcomes = codeTable<ReceivedAcknowledgement['outcome']>({
  A: 'accepted',
  E: 'accepted-with-errors',
  P: 'partly-rejected',
});
type MessageOutcome = ReceivedAcknowledgement['messages'][number]['outcome'];
const messageOutcomes = codeTable<MessageOutcome>({ A: 'accepted', E: 'accepted-with-errors' });

/** What the partner's system says of our interchanges: the TA1 segments of an interchange of theirs. */
export function interchangeAcknowledgements(interchange: EdiInterchange): ReceivedAcknowledgement[] {
  return (interchange.segments ?? [])
    .filter(({ tag }) => tag === 'TA1')
    .map((segment) => {
      const code = value(segment, 5);
      const outcomes = { A: 'accepted', E: 'accepted-with-errors' } as const;
      const given = value(segment, 4);
      return {
        of: 'interchange',
        controlNumber: value(segment, 1),
        outcome: given === 'A' || given === 'E' ? outcomes[given] : 'rejected',
        messages: [],
        codes: code === '' || code === '000' ? [] : [`TA105 ${code}`],
      };
    });
}

/** A 997 or 999 as what the partner's system says of a group of ours. */
export function mapAcknowledgement(message: EdiMessage, findings: Findings): MappedMessage {
  const first = message.segments.find(({ tag }) => tag === 'AK1');
  const last = message.segments.findLast(({ tag }) => tag === 'AK9');
  if (!first || value(first, 2) === '') {
    const said = 'The acknowledgement names no group (AK102).';
    findings.add({ path: findings.place, code: 'missing-field', message: said });
  }
  if (!last) {
    const said = 'The acknowledgement has no verdict on the group (AK9).';
    findings.add({ path: findings.place, code: 'missing-field', message: said });
  }
  if (!first || !last || findings.faults.length > 0) return finished(findings, 'acknowledgement', {});
  const acknowledgement: ReceivedAcknowledgement = {
    of: 'group',
    controlNumber: value(first, 2),
    outcome: groupOutcomes.get(value(last, 1)) ?? 'rejected',
    messages: messagesOf(message.segments),
    codes: codesOf(last, 5, 'AK9'),
  };
  return finished(findings, 'acknowledgement', { acknowledgements: [acknowledgement] });
}

/** The messages that were not accepted as they are. */
function messagesOf(segments: readonly EdiSegment[]): ReceivedAcknowledgement['messages'] {
  const messages: { controlNumber: string; outcome: MessageOutcome; codes: string[] }[] = [];
  let controlNumber = '';
  let codes: string[] = [];
  for (const segment of segments) {
    const { tag } = segment;
    if (tag === 'AK2') {
      controlNumber = value(segment, 2);
      codes = [];
    } else if (tag === 'AK3' || tag === 'IK3') {
      codes.push(`${tag} ${value(segment, 1)} ${value(segment, 2)} ${value(segment, 4)}`.trimEnd());
    } else if (tag === 'AK4' || tag === 'IK4') {
      const place = (segment.elements[0]?.[0] ?? []).filter((part) => part !== '').join(':');
      codes.push(`${tag} ${place} ${value(segment, 3)}`.trimEnd());
    } else if (tag === 'AK5' || tag === 'IK5') {
      const outcome = messageOutcomes.get(value(segment, 1)) ?? 'rejected';
      if (outcome !== 'accepted')
        messages.push({ controlNumber, outcome, codes: [...codes, ...codesOf(segment, 2, tag)] });
    }
  }
  return messages;
}

function codesOf(segment: EdiSegment, from: number, name: string): string[] {
  return segment.elements
    .slice(from - 1)
    .map((_, index) => value(segment, from + index))
    .filter((code) => code !== '')
    .map((code) => `${name} ${code}`);
}
