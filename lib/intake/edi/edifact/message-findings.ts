import type { Fault, FaultCode } from '../../../domain/faults';
import { shownText } from '../../shown-value';
import type { EdiMessage, EdiSegment } from '../interchange';
import type { MappedMessage } from '../mapped-message';
import { type SegmentPlace, segmentInWords } from '../segment-places';

const mostFaults = 1000;
/** More sentences than a person will read. */
const mostRemarks = 100;

/** Where a line of the order and its fields came from: put into words only when something is wrong with one of them. */
export interface LinePlaces {
  readonly segment: EdiSegment;
  /** Of its LIN, from 1. */
  readonly ordinal: number;
  /** The segment and element of each field. */
  readonly fields: Readonly<Record<string, readonly [EdiSegment | undefined, number]>>;
}

/** What is found while a message is read: faults, doubts, remarks, and where each field of the order stands. */
export class MessageFindings {
  readonly place: string;
  readonly review: string[] = [];
  readonly warnings: string[] = [];
  readonly faults: Fault[] = [];
  private faultsLeft = 0;
  private readonly places = new Map<string, string>();
  private readonly lines = new Map<string, LinePlaces>();

  constructor(message: EdiMessage) {
    this.place = `${message.type.slice(0, 6)} ${message.controlNumber.slice(0, 14)}`.trim();
  }

  /** Something for which the message is refused. */
  fault(place: string, code: FaultCode, message: string, value?: string): void {
    if (this.faults.length >= mostFaults) {
      this.faultsLeft += 1;
      return;
    }
    const fault = { path: place, code, message };
    this.faults.push(value === undefined || value === '' ? fault : { ...fault, value: shownText(value) });
  }

  /** Something for which a person has to look. */
  doubt(sentence: string): void {
    note(this.review, sentence);
  }

  /** Something worth knowing. */
  remark(sentence: string): void {
    note(this.warnings, sentence);
  }

  /** What was found, as a part of a mapped message. */
  result(): Pick<MappedMessage, 'place' | 'review' | 'warnings' | 'faults' | 'placeOf' | 'segmentOf'> {
    const { place, review, warnings, placeOf, segmentOf } = this;
    return { place, review, warnings, faults: this.allFaults(), placeOf, segmentOf };
  }

  private allFaults(): readonly Fault[] {
    if (this.faultsLeft === 0) return this.faults;
    const message = `${this.faultsLeft} more faults are not listed; correct these ${mostFaults} first.`;
    return [...this.faults, { path: '', code: 'too-many-faults', message }];
  }

  /** `pointer` leads into the order. */
  locate(pointer: string, place: string): void {
    this.places.set(pointer, place);
  }

  /** `pointer` leads to the line. */
  locateLine(pointer: string, places: LinePlaces): void {
    this.lines.set(pointer, places);
  }

  /** The place of a pointer, or of what it is a part of. */
  readonly placeOf = (pointer: string): string => {
    for (let part = pointer; part !== ''; part = part.slice(0, part.lastIndexOf('/'))) {
      const place = this.places.get(part) ?? this.placeInLines(part);
      if (place !== undefined) return place;
    }
    return this.place;
  };

  /** Where a line stands, or one of its fields. */
  readonly segmentOf = (line: number, field: string): SegmentPlace | undefined => {
    const { segment: lin, ordinal, fields } = this.lines.get(`/lines/${line}`) ?? {};
    if (lin === undefined || ordinal === undefined) return undefined;
    const [segment, element] = field === '' ? [lin, 0] : (fields?.[field] ?? []);
    return segment && { tag: segment.tag, ordinal, element: element ?? 0, position: segment.position };
  };

  private placeInLines(pointer: string): string | undefined {
    const line = this.lines.get(pointer);
    if (line !== undefined) return placeOfSegment(line.segment, line.ordinal);
    const end = pointer.lastIndexOf('/');
    const around = this.lines.get(pointer.slice(0, end));
    const [segment, element] = around?.fields[pointer.slice(end + 1)] ?? [];
    return around && segment && placeOfSegment(segment, around.ordinal, element);
  }
}

/** Beyond the most that a list holds its last sentence says so. */
function note(list: string[], sentence: string): void {
  if (list.length < mostRemarks) list.push(sentence);
  else list[mostRemarks] = 'There is more of this kind; read the message itself.';
}

/** `BGM element 2 (segment 2)`, `LIN 2, QTY element 1 (segment 14)`; `line` counts the LIN segments from 1, 0 is the header. */
export function placeOfSegment(segment: EdiSegment, line = 0, element = 0): string {
  return segmentInWords('edifact', { tag: segment.tag, ordinal: line, element, position: segment.position });
}
