import type { EdiGroup, EdiInterchange, EdiMessage, SyntaxFault } from '../interchange';
import type { OutgoingEnvelope } from '../outgoing';
import {
  dateText,
  free,
  type OutgoingElement,
  type OutgoingSegment,
  timeText,
  writeInterchange,
} from './write-interchange';

/** Faults that only the books of the receiver show, such as a control number that came before. */
export interface AddedFaults {
  readonly group?: readonly SyntaxFault[];
  /** By the ordinal of the message in its group. */
  readonly messages?: ReadonlyMap<number, readonly SyntaxFault[]>;
}

const noFaults: AddedFaults = {};
/** AK5 and AK9 have room for this many codes. */
const mostCodes = 5;
/** More segments in error than a partner will look at. */
const mostSegments = 100;
const longestBadValue = 99;

/**
 * The TA1 for an interchange: accepted, accepted with a note, or rejected, with the code of the first fault that rejects.
 * `added` are faults that the interchange does not show itself, such as 025, a control number that came before.
 */
export function writeTA1(
  interchange: EdiInterchange,
  envelope: OutgoingEnvelope,
  added: readonly SyntaxFault[] = [],
): string {
  const faults = [...interchange.faults, ...added];
  const rejecting = faults.find(({ rejects }) => rejects);
  const code = rejecting ? 'R' : faults.length > 0 ? 'E' : 'A';
  const { controlNumber, preparedAt } = interchange;
  const at = preparedAt === '' ? envelope.preparedAt : preparedAt;
  const segment: OutgoingSegment = [
    'TA1',
    free(controlNumber.padStart(9, '0'), 9),
    dateText(at, ''),
    timeText(at),
    code,
    (rejecting ?? faults[0])?.code ?? '000',
  ];
  return writeInterchange(envelope, '', [], [segment]);
}

/**
 * The 999 for a group from release 005010 on, and the 997 before; null when none is due: acknowledgements are not
 * acknowledged, nor is a group without a control number.
 */
export function writeFunctionalAcknowledgement(
  interchange: EdiInterchange,
  group: EdiGroup,
  envelope: OutgoingEnvelope,
  added: AddedFaults = noFaults,
): string | null {
  if (!isAcknowledged(group)) return null;
  return group.version >= '005010'
    ? write999(interchange, group, envelope, added)
    : write997(interchange, group, envelope, added);
}

/** Whether a group is to be acknowledged at all: never one of acknowledgements. */
export function isAcknowledged({ functionalId, controlNumber }: EdiGroup): boolean {
  return functionalId !== '' && functionalId !== 'FA' && controlNumber !== '';
}

export function write997(
  interchange: EdiInterchange,
  group: EdiGroup,
  envelope: OutgoingEnvelope,
  added: AddedFaults = noFaults,
): string {
  const segments = verdicts(interchange, group, added, 'AK', envelope.version >= '005010');
  return writeInterchange(envelope, 'FA', [{ type: '997', segments }]);
}

/** The version of the envelope is the guide of the 999 as well when it is one, such as 005010X231A1. */
function write999(
  interchange: EdiInterchange,
  group: EdiGroup,
  envelope: OutgoingEnvelope,
  added: AddedFaults = noFaults,
): string {
  const version = envelope.version >= '005010' ? envelope.version : '005010';
  const segments = verdicts(interchange, group, added, 'IK', true);
  const guide = version.includes('X') ? { guide: version } : {};
  return writeInterchange({ ...envelope, version }, 'FA', [{ type: '999', ...guide, segments }]);
}

function verdicts(
  interchange: EdiInterchange,
  group: EdiGroup,
  added: AddedFaults,
  prefix: 'AK' | 'IK',
  withVersion: boolean,
): OutgoingSegment[] {
  const segments: OutgoingSegment[] = [];
  const version = withVersion ? [free(group.version, 12)] : [];
  segments.push(['AK1', free(group.functionalId, 2), free(group.controlNumber, 9), ...version]);
  let accepted = 0;
  let noted = false;
  for (const message of group.messages) {
    const faults = [...message.faults, ...(added.messages?.get(message.ordinal) ?? [])];
    const verdict = verdictOf(faults);
    if (verdict !== 'R') accepted += 1;
    if (verdict === 'E') noted = true;
    // Without an ST there is nothing to name it by.
    if (message.type !== '') segments.push(...messageSegments(message, faults, verdict, prefix));
  }
  const groupFaults = [...group.faults, ...(added.group ?? [])];
  const refused = [...groupFaults, ...interchange.faults].some(({ rejects }) => rejects);
  const received = group.messages.length;
  segments.push([
    'AK9',
    refused || (accepted === 0 && received > 0)
      ? 'R'
      : accepted < received
        ? 'P'
        : noted || groupFaults.length > 0
          ? 'E'
          : 'A',
    String(group.statedMessages ?? received),
    String(received),
    String(refused ? 0 : accepted),
    ...codesOf(groupFaults),
  ]);
  return segments;
}

function messageSegments(
  message: EdiMessage,
  faults: readonly SyntaxFault[],
  verdict: 'A' | 'E' | 'R',
  prefix: 'AK' | 'IK',
): OutgoingSegment[] {
  const guide = prefix === 'IK' && message.version.includes('X') ? [free(message.version, 35)] : [];
  const inside = faults.filter(
    ({ level, position }) => (level === 'segment' || level === 'element') && position !== undefined,
  );
  const own = faults.filter(({ level }) => level === 'message');
  const codes = [...codesOf(own), ...(inside.length > 0 ? ['5'] : [])];
  return [
    ['AK2', free(message.type, 3), free(message.controlNumber, 9), ...guide],
    ...segmentsInError(inside, prefix),
    [`${prefix}5`, verdict, ...[...new Set(codes)].slice(0, mostCodes)],
  ];
}

function segmentsInError(faults: readonly SyntaxFault[], prefix: 'AK' | 'IK'): OutgoingSegment[] {
  const byPosition = Map.groupBy(faults, ({ position }) => position ?? 0);
  const segments: OutgoingSegment[] = [];
  for (const [position, ofSegment] of [...byPosition].slice(0, mostSegments)) {
    const elements = ofSegment.filter(({ level }) => level === 'element');
    const code = ofSegment.find(({ level }) => level === 'segment')?.code ?? '8';
    const tag = (ofSegment[0]?.segment ?? '').replace(/[^A-Za-z0-9]/g, '').slice(0, 3);
    segments.push([`${prefix}3`, tag || 'ST', String(position), '', code]);
    for (const fault of elements) {
      const { dataElement = '', value = '' } = fault;
      segments.push([`${prefix}4`, placeOf(fault), dataElement, fault.code, free(value, longestBadValue)]);
    }
  }
  return segments;
}

function placeOf({ element, component, repetition }: SyntaxFault): OutgoingElement {
  return [
    String(element ?? 1),
    component === undefined ? '' : String(component),
    repetition === undefined ? '' : String(repetition),
  ];
}

function verdictOf(faults: readonly SyntaxFault[]): 'A' | 'E' | 'R' {
  if (faults.some(({ rejects }) => rejects)) return 'R';
  return faults.length > 0 ? 'E' : 'A';
}

function codesOf(faults: readonly SyntaxFault[]): string[] {
  return [...new Set(faults.map(({ code }) => code))].slice(0, mostCodes);
}
