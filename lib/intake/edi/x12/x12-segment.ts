import type { EdiSegment, EdiSeparators } from '../interchange';

export type Element = EdiSegment['elements'][number];

/** What most elements of most segments are. */
const emptyElement: Element = [['']];

/** The text that segments stand in, and how they are taken apart. */
export interface SegmentSource {
  readonly separators: EdiSeparators;
  /** The text between two places, decoded. */
  textBetween(start: number, end: number): string;
}

/** A segment that is taken apart when its elements are asked for: most of the segments of a file never are. */
export class X12Segment implements EdiSegment {
  private split: readonly Element[] | undefined = undefined;

  constructor(
    readonly tag: string,
    readonly position: number,
    readonly offset: number,
    private readonly end: number,
    private readonly source: SegmentSource,
  ) {}

  get elements(): readonly Element[] {
    this.split ??= elementsOf(this.source.textBetween(this.offset, this.end), this.source.separators);
    return this.split;
  }

  toJSON(): EdiSegment {
    const { tag, elements, position, offset } = this;
    return { tag, elements, position, offset };
  }
}

function elementsOf(body: string, { element, component, repetition }: EdiSeparators): Element[] {
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
