import type { EdiLimits, EdiMessage, EdiSegment } from '../interchange';
import { countOf, sameReference } from './control-values';
import type { SegmentProblem } from './segment-scanner';
import { codeValue } from './segment-view';
import { type FaultDetail, faultAt, SyntaxFaults } from './syntax-faults';

const tagPattern = /^[A-Z][A-Z0-9]{2}$/;

const problems: Readonly<Record<SegmentProblem, { readonly code: string; readonly message: string }>> = {
  'too-long': { code: '39', message: 'The segment is longer than what is read; its content is left out.' },
  'too-many-elements': { code: '16', message: 'The segment has more elements than what is read.' },
  'too-many-components': { code: '16', message: 'An element has more components than what is read.' },
  'bad-characters': { code: '21', message: 'The bytes are no characters of the set that the interchange names.' },
};

/** Puts the segments of one message together, and holds its trailer against them. */
export class MessageBuilder {
  readonly controlNumber: string;
  readonly faults = new SyntaxFaults();
  private readonly segments: EdiSegment[] = [];
  private count = 0;
  private last: EdiSegment;
  private closed = false;
  private escapes = false;

  constructor(
    private readonly header: EdiSegment,
    problem: SegmentProblem | undefined,
    private readonly ordinal: number,
    private readonly limits: EdiLimits,
  ) {
    this.controlNumber = codeValue(header, 1);
    this.last = header;
    this.add(header, problem);
    if (this.controlNumber === '') {
      this.fault('13', 'The UNH has no reference.', this.last, { element: 1, dataElement: '0062' });
    }
    if (codeValue(header, 2) === '') {
      this.fault('13', 'The UNH does not say the type of the message.', this.last, { element: 2, dataElement: '0065' });
    }
  }

  /** Characters that escape sequences choose (ISO 2022) are not read. */
  refuseEscapes(): void {
    this.escapes = true;
  }

  add(segment: EdiSegment, problem: SegmentProblem | undefined): void {
    this.count += 1;
    if (this.count > this.limits.segmentsPerMessage) {
      if (this.count === this.limits.segmentsPerMessage + 1) {
        const message = `The message has more than ${this.limits.segmentsPerMessage} segments; the rest is left out.`;
        this.fault('16', message, { ...segment, position: this.count });
      }
      return;
    }
    const placed = this.placed(segment);
    this.segments.push(placed);
    this.last = placed;
    if (problem) this.fault(problems[problem].code, problems[problem].message, placed);
    if (this.escapes && JSON.stringify(segment.elements).includes('\\u001b')) {
      this.fault('21', 'Escape sequences of ISO 2022 are not read; send UNOY (UTF-8).', placed);
    }
    if (!tagPattern.test(segment.tag)) {
      const message =
        segment.tag === ''
          ? 'A segment without a tag.'
          : 'This is no tag of a segment: three capital letters or digits.';
      this.fault('12', message, placed, { value: segment.tag });
    }
  }

  trailer(segment: EdiSegment, problem: SegmentProblem | undefined): void {
    this.add(segment, problem);
    this.closed = true;
    const stated = codeValue(segment, 1);
    const placed = { ...segment, position: this.count };
    if (countOf(stated) !== this.count) {
      const message = `The UNT says ${stated.slice(0, 10) || 'nothing'} of the number of segments, there are ${this.count}.`;
      const code = countOf(stated) === null ? '12' : '29';
      this.fault(code, message, placed, { element: 1, dataElement: '0074', value: stated });
    }
    const reference = codeValue(segment, 2);
    if (!sameReference(reference, this.controlNumber)) {
      const message = `The UNT has the reference ${reference.slice(0, 14)}, the UNH ${this.controlNumber.slice(0, 14)}; they must be equal.`;
      this.fault('28', message, placed, { element: 2, dataElement: '0062', value: reference });
    }
  }

  sameReference(): void {
    const message = 'Another message of the same envelope has this reference.';
    const header = this.segments[0] ?? this.header;
    this.fault('26', message, header, { element: 1, dataElement: '0062', value: this.controlNumber });
  }

  close(): void {
    if (!this.closed) this.fault('13', 'The UNT is missing: the message is incomplete.', this.last);
  }

  build(): EdiMessage {
    return {
      type: codeValue(this.header, 2, 1),
      controlNumber: this.controlNumber,
      version: versionOf(this.header),
      ordinal: this.ordinal,
      segments: this.segments,
      faults: this.faults.all(),
    };
  }

  /** Positions are set in place: a copy of each segment would double the work. */
  private placed(segment: EdiSegment): EdiSegment {
    (segment as { position: number }).position = this.count;
    return segment;
  }

  private fault(code: string, message: string, segment: EdiSegment, detail?: FaultDetail): void {
    this.faults.add(faultAt('message', code, message, segment, detail));
  }
}

/** UNH S009 without the type: `D:96A:UN:EAN008`. */
function versionOf(header: EdiSegment): string {
  const parts = [2, 3, 4, 5].map((component) => codeValue(header, 2, component));
  while (parts.at(-1) === '') parts.pop();
  return parts.join(':');
}
