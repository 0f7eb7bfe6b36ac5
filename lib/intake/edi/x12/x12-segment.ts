import type { EdiSegment, EdiSeparators } from '../interchange';
import type { SegmentScanner } from './segment-scanner';

export type Element = EdiSegment['elements'][number];

/** What most elements of most segments are. */
const emptyElement: Element = [['']];

/** The text that segments stand in, and how they are taken apart. */
export class SegmentSource {
  private readonly elementCode: number;
  private readonly componentCode: number;
  /** Only of the segment that was asked for last: of all of them it would be many times the file. */
  private last: X12Segment | undefined;
  private text = '';
  /** Where each of its values ends: that of the tag first. */
  private readonly ends: number[] = [];
  private count = 0;

  constructor(
    readonly separators: EdiSeparators,
    private readonly scanner: Pick<SegmentScanner, 'text' | 'decoded'>,
  ) {
    this.elementCode = separators.element.charCodeAt(0);
    this.componentCode = separators.component.charCodeAt(0);
  }

  /** How many elements there are behind the tag. */
  countOf(segment: X12Segment): number {
    if (segment !== this.last) this.separate(segment);
    return this.count - 1;
  }

  /** As sent, counted from 1; '' when it is not there. */
  sentOf(segment: X12Segment, element: number): string {
    if (segment !== this.last) this.separate(segment);
    return element < this.count ? this.text.slice(this.startOf(element), this.ends[element]) : '';
  }

  /** Without blanks around it, and without separators of components at its end. */
  valueOf(segment: X12Segment, element: number): string {
    if (segment !== this.last) this.separate(segment);
    if (element < 1 || element >= this.count) return '';
    const { text, componentCode } = this;
    const start = this.startOf(element);
    let end = this.ends[element] ?? start;
    while (end > start && text.charCodeAt(end - 1) === componentCode) end -= 1;
    if (end === start) return '';
    const sent = text.slice(start, end);
    return isInk(text.charCodeAt(start)) && isInk(text.charCodeAt(end - 1)) ? sent : sent.trim();
  }

  /** Behind the separator that ends the one before, or the tag. */
  private startOf(element: number): number {
    return (this.ends[element - 1] ?? 0) + 1;
  }

  private separate(segment: X12Segment): void {
    const { ends, elementCode } = this;
    const decoded = this.scanner.decoded(segment.offset, segment.end);
    this.text = decoded ?? this.scanner.text;
    const start = decoded === undefined ? segment.offset : 0;
    const end = decoded === undefined ? segment.end : decoded.length;
    const { text } = this;
    let count = 0;
    for (let at = start; at < end; at += 1) {
      if (text.charCodeAt(at) === elementCode) ends[count++] = at;
    }
    ends[count++] = end;
    this.count = count;
    this.last = segment;
  }
}

/** A segment that is taken apart when its elements are asked for: most of the segments of a file never are. */
export class X12Segment implements EdiSegment {
  constructor(
    readonly tag: string,
    readonly position: number,
    readonly offset: number,
    /** Of its last character and one more. */
    readonly end: number,
    private readonly source: SegmentSource,
  ) {}

  get elements(): readonly Element[] {
    const { component, repetition } = this.source.separators;
    const elements: Element[] = [];
    for (let element = 1; element <= this.length; element += 1) {
      elements.push(partsOf(this.source.sentOf(this, element), component, repetition));
    }
    return elements;
  }

  /** How many elements it has. */
  get length(): number {
    return this.source.countOf(this);
  }

  /**
   * An element trimmed, counted from 1; '' when it is not there. Separators of components stand in it, for where it has none
   * they are part of it, such as a point in a price; those at its end are left out.
   */
  value(element: number): string {
    return this.source.valueOf(this, element);
  }

  toJSON(): EdiSegment {
    const { tag, elements, position, offset } = this;
    return { tag, elements, position, offset };
  }
}

function partsOf(value: string, component: string, repetition: string): Element {
  if (value === '') return emptyElement;
  if (repetition === '') return [value.split(component)];
  return value.split(repetition).map((repeated) => repeated.split(component));
}

/** A printable character of ASCII other than the blank: nothing to trim. */
function isInk(code: number): boolean {
  return code > 32 && code < 127;
}
