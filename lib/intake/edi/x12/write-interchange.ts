import { BusinessRejection } from '../../../domain/faults';
import type { EdiSeparators } from '../interchange';
import type { OutgoingEnvelope } from '../outgoing';

/** Free text: what separates in it becomes a blank, and it is cut to its length. Anything else with a separator is refused. */
export interface FreeText {
  readonly free: string;
  readonly length: number;
}

/** An element of a segment to be written; a list is its components. */
export type OutgoingElement = string | readonly string[] | FreeText;

/** Tag and elements. */
export type OutgoingSegment = readonly [string, ...OutgoingElement[]];

/** A message without its ST and SE, which the writer makes. */
export interface OutgoingMessage {
  readonly type: string;
  /** ST03, the guide that it follows. */
  readonly guide?: string;
  readonly segments: readonly OutgoingSegment[];
}

const usualSeparators: EdiSeparators = { element: '*', component: '>', repetition: '^', terminator: '~' };
const longestId = 15;
const greatestControlNumber = 999_999_999;
const controlCharacters = /[\p{Cc}\p{Zl}\p{Zp}]/gu;

export function free(text: string, length: number): FreeText {
  return { free: text, length };
}

/**
 * An interchange with one group of messages, or with segments of its own and no group when `functionalId` is ''. Counts
 * for itself. Throws BusinessRejection `out-of-range` for a value that cannot be written: one that holds a separator, an id
 * or a control number that is too long.
 */
export function writeInterchange(
  envelope: OutgoingEnvelope,
  functionalId: string,
  messages: readonly OutgoingMessage[],
  ownSegments: readonly OutgoingSegment[] = [],
): string {
  const writer = new SegmentWriter(envelope.separators ?? usualSeparators);
  const number = controlNumber(envelope.interchangeNumber);
  writer.raw(headerOf(envelope, writer.separators, number.padStart(9, '0')));
  for (const segment of ownSegments) writer.write(segment);
  if (functionalId !== '') writeGroup(writer, envelope, functionalId, messages);
  writer.write(['IEA', functionalId === '' ? '0' : '1', number.padStart(9, '0')]);
  return writer.text();
}

/** A date (YYYY-MM-DD, or more of ISO 8601) as releases from 004010 on write it, with its century. */
export function dateText(date: string, version: string): string {
  const digits = date.slice(0, 10).replaceAll('-', '');
  return version < '004010' ? digits.slice(2) : digits;
}

/** The time of an ISO 8601 instant as HHMM. */
export function timeText(instant: string): string {
  return instant.slice(11, 16).replace(':', '');
}

function writeGroup(
  writer: SegmentWriter,
  envelope: OutgoingEnvelope,
  functionalId: string,
  messages: readonly OutgoingMessage[],
): void {
  const { version, preparedAt } = envelope;
  const sender = envelope.applicationSender ?? envelope.sender.id;
  const receiver = envelope.applicationReceiver ?? envelope.receiver.id;
  const number = controlNumber(envelope.groupNumber);
  const time = timeText(preparedAt);
  writer.write(['GS', functionalId, sender, receiver, dateText(preparedAt, version), time, number, 'X', version]);
  for (const [index, message] of messages.entries()) {
    const own = String(index + 1).padStart(4, '0');
    const before = writer.count;
    writer.write(['ST', message.type, own, message.guide ?? '']);
    for (const segment of message.segments) writer.write(segment);
    writer.write(['SE', String(writer.count - before + 1), own]);
  }
  writer.write(['GE', String(messages.length), number]);
}

function headerOf(envelope: OutgoingEnvelope, separators: EdiSeparators, number: string): string {
  const { sender, receiver, preparedAt, version } = envelope;
  if (!/^\d{6}/.test(version)) {
    throw unwritable(`The version ${version.slice(0, 20)} is none of X12; set one such as 004010.`);
  }
  const ofInterchange = version.slice(0, 5);
  const repetition = ofInterchange < '00402' ? 'U' : separators.repetition || 'U';
  const empty = ' '.repeat(10);
  const elements = [
    ...['ISA', '00', empty, '00', empty],
    ...[qualifierOf(sender.qualifier), padded(sender.id, separators)],
    ...[qualifierOf(receiver.qualifier), padded(receiver.id, separators)],
    ...[dateText(preparedAt, '').slice(0, 6), timeText(preparedAt), repetition, ofInterchange, number],
    ...[envelope.acknowledgementRequested ? '1' : '0', envelope.test ? 'T' : 'P', separators.component],
  ];
  return elements.join(separators.element);
}

function qualifierOf(qualifier: string): string {
  return qualifier === '' ? 'ZZ' : qualifier.padEnd(2, ' ').slice(0, 2);
}

function padded(id: string, { element, component, terminator }: EdiSeparators): string {
  if (id.length > longestId || [element, component, terminator].some((separator) => id.includes(separator))) {
    throw unwritable(
      `The EDI id ${id.slice(0, 40)} does not fit into an ISA: at most ${longestId} characters, no separators.`,
    );
  }
  return id.padEnd(longestId, ' ');
}

function controlNumber(number: number): string {
  if (Number.isSafeInteger(number) && number >= 1 && number <= greatestControlNumber) return String(number);
  throw unwritable(`The control number ${number} is not between 1 and ${greatestControlNumber}.`);
}

/** Writes segments one after the other and counts them. */
class SegmentWriter {
  count = 0;
  private readonly segments: string[] = [];

  constructor(readonly separators: EdiSeparators) {
    const all = [separators.element, separators.component, separators.terminator, separators.repetition].filter(
      Boolean,
    );
    if (new Set(all).size === all.length && all.every((each) => each.length === 1 && !/[A-Za-z0-9 ]/.test(each)))
      return;
    throw unwritable('The separators must be different single characters, no letters, digits or blanks.');
  }

  raw(segment: string): void {
    this.segments.push(segment);
    this.count += 1;
  }

  write([tag, ...elements]: OutgoingSegment): void {
    const texts = elements.map((element, index) => this.element(element, tag, index + 1));
    while (texts.at(-1) === '') texts.pop();
    this.raw([tag, ...texts].join(this.separators.element));
  }

  text(): string {
    const { terminator } = this.separators;
    return this.segments.join(terminator) + terminator;
  }

  private element(element: OutgoingElement, tag: string, number: number): string {
    if (typeof element === 'string') return this.checked(element, tag, number);
    if ('free' in element) return this.cleaned(element);
    const components = element.map((component) => this.checked(component, tag, number));
    while (components.at(-1) === '') components.pop();
    return components.join(this.separators.component);
  }

  private checked(value: string, tag: string, number: number): string {
    const separator = this.separatorIn(value);
    if (separator === undefined && value.search(controlCharacters) < 0) return value;
    const held = separator === undefined ? 'control characters' : `the separator ${separator}`;
    throw unwritable(
      `The value "${value.slice(0, 40)}" of ${tag}, element ${number}, holds ${held}; agree on other separators with the partner.`,
    );
  }

  private cleaned({ free: text, length }: FreeText): string {
    let cleaned = text.toWellFormed().replace(controlCharacters, ' ');
    for (const separator of this.all()) cleaned = cleaned.replaceAll(separator, ' ');
    return cleaned.replace(/ +/g, ' ').trim().slice(0, length).toWellFormed().trim();
  }

  private separatorIn(value: string): string | undefined {
    return this.all().find((separator) => value.includes(separator));
  }

  private all(): string[] {
    const { element, component, repetition, terminator } = this.separators;
    return [element, component, repetition, terminator].filter((each) => each !== '');
  }
}

function unwritable(message: string): BusinessRejection {
  return new BusinessRejection('out-of-range', message);
}
