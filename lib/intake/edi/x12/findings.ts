import type { Fault, FaultCode } from '../../../domain/faults';
import { shownText } from '../../shown-value';
import type { EdiMessage, EdiSegment, SyntaxFault } from '../interchange';
import type { EdiReading } from '../mapped-message';
import { type SegmentPlace, segmentInWords } from '../segment-places';
import { value } from './elements';

/** More faults than a person will read. */
const mostFaults = 1000;
/** More sentences than a person will read before the rest. */
const mostSentences = 100;

/** Which element of its segment a field of a line came from. */
export type LineElements = Readonly<Record<string, number>>;

/** Collects what is found while a message is mapped, and knows the places of its segments. */
export class Findings {
  readonly faults: Fault[] = [];
  readonly review: string[] = [];
  readonly warnings: string[] = [];
  /** Pointers into the order, and the segment and element that they came from. */
  private readonly sources = new Map<string, readonly [EdiSegment, number]>();
  private readonly absent = new Map<string, string>();
  private readonly lines: (readonly [EdiSegment, LineElements])[] = [];
  private ordinals: Map<EdiSegment, number> | undefined;

  constructor(
    private readonly message: EdiMessage,
    readonly reading: EdiReading,
  ) {}

  /** `850 0001` */
  get place(): string {
    return `${this.message.type} ${this.message.controlNumber}`.trim();
  }

  /** `PO1 2, element 4 (segment 9)`; without the element when it is 0. */
  at(segment: EdiSegment, element = 0): string {
    return segmentInWords('x12', this.placed(segment, element));
  }

  /** The segment of a line, or the element of one of its fields. */
  segmentOf(line: number, field: string): SegmentPlace | undefined {
    const [segment, elements] = this.lines[line] ?? [];
    return segment && elements && this.placed(segment, elements[field] ?? 0);
  }

  fault(segment: EdiSegment, element: number, code: FaultCode, message: string): void {
    const sent = value(segment, element);
    this.add({ path: this.at(segment, element), code, message, ...(sent === '' ? {} : { value: shownText(sent) }) });
  }

  add(fault: Fault): void {
    if (this.faults.length < mostFaults) this.faults.push(fault);
    else if (this.faults.length === mostFaults) {
      const message = `There are more faults than these ${mostFaults}; correct them first.`;
      this.faults.push({ path: this.place, code: 'too-many-faults', message });
    }
  }

  /** A field of the order that no segment gives; `place` is where it is looked for. */
  missing(pointer: string, place: string, message: string): void {
    this.absent.set(pointer, place);
    this.add({ path: place, code: 'missing-field', message });
  }

  /** What a person has to look at. */
  doubt(sentence: string): void {
    addSentence(this.review, sentence);
  }

  /** What rejects from partners who are read strictly, and is looked at by a person otherwise. */
  mistake(segment: EdiSegment, element: number, code: FaultCode, sentence: string): void {
    if (this.reading.strict) this.fault(segment, element, code, sentence);
    else this.doubt(`${this.at(segment, element)}: ${sentence}`);
  }

  warn(sentence: string): void {
    addSentence(this.warnings, sentence);
  }

  /** Faults of the syntax that stop the message, in the words of the mapping. */
  addSyntax(faults: readonly SyntaxFault[]): void {
    for (const fault of faults) {
      if (fault.rejects) this.add(asFault(fault, this.place));
      else this.warn(fault.message);
    }
  }

  /** A field of the order came from an element. */
  came(pointer: string, segment: EdiSegment, element: number): void {
    this.sources.set(pointer, [segment, element]);
  }

  /** The next line of the order came from a segment, its fields from these elements. */
  lineCame(segment: EdiSegment, elements: LineElements): void {
    this.lines.push([segment, elements]);
  }

  /** The place that a pointer came from, or that of what it lies in. */
  placeOf(pointer: string): string {
    const [, index, field = ''] = /^\/lines\/(\d+)(?:\/([^/]*))?/.exec(pointer) ?? [];
    const line = index === undefined ? undefined : this.lines[Number(index)];
    if (line) return this.at(line[0], line[1][field] ?? 0);
    const absent = this.absent.get(pointer);
    if (absent !== undefined) return absent;
    for (let at = pointer; at !== ''; at = at.slice(0, Math.max(0, at.lastIndexOf('/')))) {
      const source = this.sources.get(at);
      if (source) return this.at(...source);
    }
    return this.place;
  }

  private placed(segment: EdiSegment, element: number): SegmentPlace {
    return { tag: segment.tag, ordinal: this.ordinalOf(segment), element, position: segment.position };
  }

  /** Which of the segments with its tag it is, from 1; 0 for the only one. */
  private ordinalOf(segment: EdiSegment): number {
    this.ordinals ??= ordinalsOf(this.message.segments);
    return this.ordinals.get(segment) ?? 0;
  }
}

/** A message must not be taken when it, its group or its interchange cannot be. */
function asFault(fault: SyntaxFault, place: string): Fault {
  const where = fault.segment === undefined ? place : `${fault.segment}${elementPart(fault)}${positionPart(fault)}`;
  const shown = fault.value === undefined || fault.value === '' ? {} : { value: shownText(fault.value) };
  return { path: where, code: 'edi-syntax', message: `${fault.message} (${fault.level} ${fault.code})`, ...shown };
}

function elementPart({ element }: SyntaxFault): string {
  return element === undefined ? '' : `, element ${element}`;
}

function positionPart({ position }: SyntaxFault): string {
  return position === undefined ? '' : ` (segment ${position})`;
}

function addSentence(sentences: string[], sentence: string): void {
  if (sentences.length < mostSentences) sentences.push(sentence);
  else if (sentences.length === mostSentences) sentences.push('There is more of the kind, which is not listed.');
}

function ordinalsOf(segments: readonly EdiSegment[]): Map<EdiSegment, number> {
  const counts = new Map<string, number>();
  for (const { tag } of segments) counts.set(tag, (counts.get(tag) ?? 0) + 1);
  const ordinals = new Map<EdiSegment, number>();
  const seen = new Map<string, number>();
  for (const segment of segments) {
    if (counts.get(segment.tag) === 1 && segment.tag !== 'PO1') continue;
    const ordinal = (seen.get(segment.tag) ?? 0) + 1;
    seen.set(segment.tag, ordinal);
    ordinals.set(segment, ordinal);
  }
  return ordinals;
}
