import type { EdiSegment, EdiSeparators } from '../interchange';

export type Element = EdiSegment['elements'][number];

/** What most elements of most segments are. */
const emptyElement: Element = [['']];

/** The text that segments stand in, and how they are taken apart. */
export class SegmentSource {
  private last: X12Segment | undefined;
  private lastElements: readonly Element[] = [];

  constructor(
    readonly separators: EdiSeparators,
    /** The text between two places, decoded. */
    private readonly textBetween: (start: number, end: number) => string,
  ) {}

  /** Only those of the segment that was asked for last are kept: all of them would be many times the file. */
  elementsOf(segment: X12Segment): readonly Element[] {
    if (segment !== this.last) {
      this.lastElements = elementsIn(this.textBetween(segment.offset, segment.end), this.separators);
      this.last = segment;
    }
    return this.lastElements;
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
    return this.source.elementsOf(this);
  }

  get separators(): EdiSeparators {
    return this.source.separators;
  }

  toJSON(): EdiSegment {
    const { tag, elements, position, offset } = this;
    return { tag, elements, position, offset };
  }
}

function elementsIn(body: string, { element, component, repetition }: EdiSeparators): Element[] {
  const values = body.split(element);
  const plain = !body.includes(component) && (repetition === '' || !body.includes(repetition));
  const elements: Element[] = [];
  for (let index = 1; index < values.length; index += 1) {
    const value = values[index] ?? '';
    if (value === '') elements.push(emptyElement);
    else elements.push(plain ? [[value]] : partsOf(value, component, repetition));
  }
  return elements;
}

function partsOf(value: string, component: string, repetition: string): Element {
  if (repetition === '') return [value.split(component)];
  return value.split(repetition).map((repeated) => repeated.split(component));
}
