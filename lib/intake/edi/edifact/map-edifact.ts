import type { EdiGroup, EdiInterchange, EdiMessage, SyntaxFault } from '../interchange';
import type { EdiReading, MappedMessage } from '../mapped-message';
import { mapContrl } from './map-contrl';
import { mapOrder } from './map-order';
import { mapOrderChange } from './map-order-change';
import { MessageFindings } from './message-findings';
import { codeValue } from './segment-view';

/** Message types that are known and not read. */
const otherTypes: ReadonlyMap<string, string> = new Map<string, string>([
  ['APERAK', 'application error and acknowledgement'],
  ['DESADV', 'despatch advice'],
  ['DELFOR', 'delivery schedule'],
  ['DELJIT', 'delivery just in time'],
  ['INVOIC', 'invoice'],
  ['INVRPT', 'inventory report'],
  ['ORDRSP', 'purchase order response'],
  ['PARTIN', 'party information'],
  ['PRICAT', 'price catalogue'],
  ['RECADV', 'receiving advice'],
  ['REMADV', 'remittance advice'],
  ['SLSRPT', 'sales report'],
]);

/**
 * One message as the intake takes it: ORDERS as an order, ORDCHG as a change, CONTRL as an acknowledgement of an interchange
 * of ours. What else there is, is refused by its name. Never throws: a message that cannot be read has faults.
 */
export function mapEdifact(
  message: EdiMessage,
  group: EdiGroup,
  interchange: EdiInterchange,
  reading: EdiReading,
): MappedMessage {
  const refused = refusedBySyntax(message, group, interchange) ?? refusedByHeader(message);
  if (refused) return refused;
  const mapped = mapByType(message, reading);
  const warning = unknownRelease(message.version || group.version || interchange.version);
  return warning === undefined ? mapped : { ...mapped, warnings: [...mapped.warnings, warning] };
}

function mapByType(message: EdiMessage, reading: EdiReading): MappedMessage {
  switch (message.type) {
    case 'ORDERS':
      return mapOrder(message, reading);
    case 'ORDCHG':
      return mapOrderChange(message, reading);
    case 'CONTRL':
      return mapContrl(message);
    default: {
      const name = otherTypes.get(message.type);
      const text = `A message ${message.type.slice(0, 10)}${name === undefined ? '' : ` (${name})`} is not read; ORDERS, ORDCHG and CONTRL are.`;
      return refusal(message, 'not-supported', text);
    }
  }
}

/** A message is not looked at any further when its syntax, or that of the envelopes round it, refuses it. */
function refusedBySyntax(message: EdiMessage, group: EdiGroup, interchange: EdiInterchange): MappedMessage | undefined {
  const rejecting = [interchange, group, message].flatMap(({ faults }) => faults.filter(({ rejects }) => rejects));
  if (rejecting.length === 0) return undefined;
  const findings = new MessageFindings(message);
  for (const fault of rejecting)
    findings.fault(placeOfFault(fault, findings.place), 'unreadable', fault.message, fault.value);
  return { purpose: 'unsupported', ...findings.result() };
}

function placeOfFault({ segment, element, position }: SyntaxFault, place: string): string {
  if (segment === undefined) return place;
  const inSegment = element === undefined ? '' : ` element ${element}`;
  return `${segment}${inSegment}${position === undefined ? '' : ` (segment ${position})`}`;
}

/** S010: a message that comes in several pieces. */
function refusedByHeader(message: EdiMessage): MappedMessage | undefined {
  const header = message.segments[0];
  if (!header) return refusal(message, 'unreadable', 'The message has no segments.');
  const sequence = codeValue(header, 4, 1);
  if (sequence === '' || (sequence === '1' && codeValue(header, 4, 2) !== 'C')) return undefined;
  return refusal(
    message,
    'not-supported',
    'A message that is sent in several parts (UNH S010) is not read; send it as one.',
  );
}

function refusal(message: EdiMessage, code: 'not-supported' | 'unreadable', text: string): MappedMessage {
  const findings = new MessageFindings(message);
  findings.fault(findings.place, code, text, message.type);
  return { purpose: 'unsupported', ...findings.result() };
}

/** Directories D.93A to D.01B have the same segments; other ones are read as the nearest of them. */
function unknownRelease(version: string): string | undefined {
  const [kind = '', release = ''] = version.split(':');
  const known = /^(?:9[3-9][AB]|00[AB]|01[ABC]|93[A-C])$/.test(release) && (kind === 'D' || kind === 'S');
  const service = kind === '2' || kind === '4' || release === '3' || release === '2';
  return known || service
    ? undefined
    : `The directory ${version.slice(0, 30) || 'that is missing'} is not one of D.93A to D.01B; it was read as the nearest.`;
}
