import type { EdiLimits, EdiMessage, EdiSegment } from '../interchange';
import { sameControlNumber, value } from './elements';
import type { ScannedSegment, SegmentScanner } from './segment-scanner';
import { countOf, type FileBudget, SyntaxFaults, shown } from './syntax-faults';
import { type SegmentSource, X12Segment } from './x12-segment';

const tagForm = /^[A-Z][A-Z0-9]{1,2}$/;

/** What the readers of an interchange and of its parts share. */
export interface InterchangeReading {
  readonly scanner: SegmentScanner;
  readonly source: SegmentSource;
  readonly limits: EdiLimits;
  readonly budget: FileBudget;
  /** Tags that are known to look like tags. */
  readonly goodTags: Set<string>;
}

type MessageHead = Pick<EdiMessage, 'type' | 'controlNumber' | 'version' | 'ordinal'>;

export function segmentOf(
  { source }: InterchangeReading,
  { tag, offset, end }: ScannedSegment,
  position: number,
): EdiSegment {
  return new X12Segment(tag, position, offset, end, source);
}

/** A message while its segments come, from its ST to its SE. */
export class MessageReader {
  private readonly segments: EdiSegment[] = [];
  private readonly faults: SyntaxFaults;
  /** With header and trailer, also those that are not kept. */
  private count = 0;

  constructor(
    private readonly reading: InterchangeReading,
    private readonly head: MessageHead,
  ) {
    reading.budget.spendEnvelope();
    this.faults = new SyntaxFaults('message', reading.budget);
  }

  /** Takes the ST. */
  begin(scanned: ScannedSegment): void {
    this.add(scanned);
    const { type, controlNumber } = this.head;
    const { offset } = scanned;
    if (!/^\d{3}$/.test(type)) {
      const said = `ST01 is ${shown(type)}, no number of a transaction set.`;
      this.faults.reject('6', said, offset, { segment: 'ST', position: 1, element: 1 });
    }
    if (controlNumber === '') {
      const said = 'ST02, the control number, is empty.';
      this.faults.reject('7', said, offset, { segment: 'ST', position: 1, element: 2 });
    }
  }

  noteRepeatedNumber(offset: number): void {
    const said = `The control number ${shown(this.head.controlNumber)} is there already in this group.`;
    this.faults.reject('23', said, offset, { segment: 'ST', position: 1, element: 2 });
  }

  noteMissingHeader({ offset, tag }: ScannedSegment): void {
    this.faults.reject('6', `The segment ${shown(tag)} comes without an ST before it.`, offset);
  }

  noteMissingTrailer(offset: number): void {
    this.faults.reject('2', 'The SE of the message is missing.', offset);
  }

  noteCut(said: string, { tag, offset }: ScannedSegment): void {
    this.faults.reject('2', said, offset, { segment: shown(tag) });
  }

  noteEmptySegment(said: string, offset: number): void {
    this.faults.note('1', said, offset, { position: this.count + 1 }, 'segment');
  }

  add(segment: ScannedSegment): void {
    this.count += 1;
    const { limits, scanner, goodTags } = this.reading;
    const { tag, offset } = segment;
    if (this.count > limits.segmentsPerMessage) {
      if (this.count === limits.segmentsPerMessage + 1) {
        const said = `The message has more than ${limits.segmentsPerMessage} segments; its rest was not read.`;
        this.faults.reject('5', said, offset);
      }
      return;
    }
    const position = this.count;
    const length = segment.end - offset;
    if (length > limits.segmentBytes) {
      const said = `The segment ${shown(tag)} is longer than ${limits.segmentBytes} bytes.`;
      this.faults.reject('8', said, offset, { segment: shown(tag), position }, 'segment');
      return;
    }
    scanner.checkCharset(offset, segment.end);
    const kept = segmentOf(this.reading, segment, position);
    this.segments.push(kept);
    if (!goodTags.has(tag)) this.checkTag(kept);
    if (length > Math.min(limits.elements, limits.components)) this.checkParts(kept);
  }

  private checkTag({ tag, position, offset }: EdiSegment): void {
    if (tagForm.test(tag)) {
      this.reading.goodTags.add(tag);
      return;
    }
    const said = `${shown(tag) === '' ? 'A segment without a tag' : shown(tag)} is no segment of X12.`;
    this.faults.reject('1', said, offset, { segment: shown(tag), position }, 'segment');
  }

  private checkParts({ tag, elements, position, offset }: EdiSegment): void {
    const { limits } = this.reading;
    const details = { segment: shown(tag), position };
    if (elements.length > limits.elements) {
      const said = `The segment ${shown(tag)} has ${elements.length} elements, at most ${limits.elements} are taken.`;
      this.faults.reject('3', said, offset, details, 'element');
    }
    const index = elements.findIndex((element) => element.some((parts) => parts.length > limits.components));
    if (index >= 0) {
      const said = `The element has more than ${limits.components} components.`;
      this.faults.reject('3', said, offset, { ...details, element: index + 1 }, 'element');
    }
  }

  /** Takes the SE, and holds it against the ST and the number of segments. */
  end(scanned: ScannedSegment): void {
    this.add(scanned);
    const { type, controlNumber } = this.head;
    if (type === '' && controlNumber === '') return;
    const { count } = this;
    const segment = segmentOf(this.reading, scanned, count);
    const details = { segment: 'SE', position: count };
    if (countOf(value(segment, 1)) !== count) {
      const said = `SE01 says ${shown(value(segment, 1))} segments, there are ${count}.`;
      this.faults.reject('4', said, scanned.offset, { ...details, element: 1 });
    }
    if (!sameControlNumber(value(segment, 2), controlNumber)) {
      const said = `SE02 is ${shown(value(segment, 2))}, ST02 is ${shown(controlNumber)}.`;
      this.faults.reject('3', said, scanned.offset, { ...details, element: 2 });
    }
  }

  message(): EdiMessage {
    return { ...this.head, segments: this.segments, faults: this.faults.list };
  }
}
