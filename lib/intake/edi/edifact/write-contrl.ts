import type { EdiGroup, EdiInterchange, EdiMessage, SyntaxFault } from '../interchange';
import type { OutgoingEnvelope } from '../outgoing';
import { type SegmentWriter, type WrittenElement, writeInterchange } from './segment-writer';

/** What is said of an interchange. What its own faults say is in it already. */
export interface SyntaxAnswer {
  readonly interchange: EdiInterchange;
  /** Code 0085 for which the whole interchange is refused: 26 it was there already, 23 its sender is unknown, … */
  readonly refusal?: string;
  /** Messages refused for more than their own faults; `group` is '' without groups. */
  readonly refusedMessages?: readonly {
    readonly group: string;
    readonly controlNumber: string;
    /** 0085 */
    readonly code: string;
  }[];
  /** True: only that the interchange was received (8), nothing of its messages yet. */
  readonly receiptOnly?: boolean;
}

const refused = '4';
const acknowledged = '7';
const received = '8';
/** More faults of a message than this are not told. */
const mostFaults = 99;

/**
 * CONTRL for an interchange that came in; `envelope.version` is `D:3:UN`, `2:2:UN` or `4:1:UN` as the partner reads it.
 * The interchange that carries it asks for no CONTRL. Null when there is nothing to answer: a CONTRL is never answered by one.
 */
export function writeContrl(answer: SyntaxAnswer, envelope: OutgoingEnvelope): Uint8Array | null {
  const { interchange } = answer;
  const messages = interchange.groups.flatMap((group) => group.messages);
  if (messages.length > 0 && messages.every(({ type }) => type === 'CONTRL')) return null;
  return writeInterchange({ ...envelope, acknowledgementRequested: false }, 'CONTRL', (segments) => {
    const fault = interchange.faults.find(({ rejects }) => rejects);
    const { sender, receiver, controlNumber } = interchange;
    const subject = [controlNumber, [sender.id, sender.qualifier], [receiver.id, receiver.qualifier]];
    if (answer.refusal !== undefined) segments.write('UCI', ...subject, refused, answer.refusal);
    else if (fault) segments.write('UCI', ...subject, refused, ...serviceSegment(fault));
    else if (answer.receiptOnly) segments.write('UCI', ...subject, received);
    else {
      segments.write('UCI', ...subject, acknowledged);
      const codes = new Map(answer.refusedMessages?.map((each) => [keyOf(each.group, each.controlNumber), each.code]));
      for (const group of interchange.groups) writeGroup(segments, group, codes);
    }
  });
}

/** `codes` are those for which the caller refuses messages. */
function writeGroup(segments: SegmentWriter, group: EdiGroup, codes: ReadonlyMap<string, string>): void {
  const fault = group.faults.find(({ rejects }) => rejects);
  const verdicts = group.messages
    .filter(({ type }) => type !== 'CONTRL')
    .map((message) => ({ message, code: codes.get(keyOf(group.controlNumber, message.controlNumber)) }))
    .filter(({ message, code }) => code !== undefined || message.faults.some(({ rejects }) => rejects));
  if (group.controlNumber !== '' && (fault || verdicts.length > 0)) {
    const subject = [group.controlNumber, group.sender, group.receiver];
    segments.write('UCF', ...subject, fault ? refused : acknowledged, ...(fault ? serviceSegment(fault) : []));
  }
  if (fault) return;
  for (const { message, code } of verdicts) writeMessage(segments, message, code);
}

function keyOf(group: string, message: string): string {
  return `${group}\u0000${message}`;
}

/** UCM, and for faults inside UCS with the segment and UCD with the element. */
function writeMessage(segments: SegmentWriter, message: EdiMessage, code: string | undefined): void {
  const faults = message.faults.filter(({ rejects }) => rejects);
  const ofEnvelope = faults.find(({ segment }) => segment === 'UNH' || segment === 'UNT');
  const subject = [message.controlNumber, [message.type, ...message.version.split(':')]];
  const reason = code !== undefined ? [code] : ofEnvelope ? serviceSegment(ofEnvelope) : [];
  const inside = faults.filter((fault) => fault !== ofEnvelope && fault.segment !== 'UNT').slice(0, mostFaults);
  const told = reason.length === 0 && inside.every(({ position }) => position === undefined) ? ['18'] : reason;
  segments.write('UCM', ...subject, refused, ...told);
  for (const fault of inside) {
    if (fault.position === undefined) continue;
    segments.write('UCS', String(fault.position), fault.element === undefined ? fault.code : '');
    if (fault.element !== undefined) segments.write('UCD', fault.code, elementPlace(fault));
  }
}

/** 0085, the service segment and the place in it. */
function serviceSegment(fault: SyntaxFault): WrittenElement[] {
  const { code, segment = '' } = fault;
  const service = /^UN[BGHTEZ]$/.test(segment);
  return [code, service ? segment : '', service ? elementPlace(fault) : ''];
}

/** S011: the element, the tag being the first, and the component. */
function elementPlace({ element, component }: SyntaxFault): WrittenElement {
  if (element === undefined) return '';
  return component === undefined ? String(element + 1) : [String(element + 1), String(component)];
}
