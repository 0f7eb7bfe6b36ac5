import type { Fault, FaultCode } from '../../../domain/faults';
import { shownText } from '../../shown-value';
import type { EdiMessage, EdiSegment } from '../interchange';

const mostFaults = 1000;

/** What is found while a message is read: faults, doubts, remarks, and where each field of the order stands. */
export class MessageFindings {
  readonly place: string;
  readonly review: string[] = [];
  readonly warnings: string[] = [];
  readonly faults: Fault[] = [];
  private readonly places = new Map<string, string>();

  constructor(message: EdiMessage) {
    this.place = `${message.type.slice(0, 6)} ${message.controlNumber.slice(0, 14)}`.trim();
  }

  fault(place: string, code: FaultCode, message: string, value?: string): void {
    if (this.faults.length >= mostFaults) return;
    const fault = { path: place, code, message };
    this.faults.push(value === undefined || value === '' ? fault : { ...fault, value: shownText(value) });
  }

  /** `pointer` leads into the order. */
  locate(pointer: string, place: string): void {
    this.places.set(pointer, place);
  }

  /** The place of a pointer, or of what it is a part of. */
  readonly placeOf = (pointer: string): string => {
    for (let part = pointer; part !== ''; part = part.slice(0, part.lastIndexOf('/'))) {
      const place = this.places.get(part);
      if (place !== undefined) return place;
    }
    return this.place;
  };
}

/** `BGM element 2 (segment 2)`, `LIN 2, QTY element 1 (segment 14)`; `line` counts the LIN segments from 1, 0 is the header. */
export function placeOfSegment(segment: EdiSegment, line = 0, element = 0): string {
  const own = segment.tag === 'LIN' && line > 0 ? '' : segment.tag;
  const inLine = line > 0 ? `LIN ${line}${own === '' ? '' : ', '}` : '';
  const inSegment = element > 0 ? `${own === '' ? ',' : ''} element ${element}` : '';
  return `${inLine}${own}${inSegment} (segment ${segment.position})`;
}
