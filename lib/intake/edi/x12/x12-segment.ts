import type { EdiSegment, EdiSeparators } from '../interchange';

export type Element = EdiSegment['elements'][number];

/** What most elements of most segments are. */
const emptyElement: Element = [['']];

/** A segment that takes its text apart when its elements are asked for: most of the segments of a file never are. */
export class X12Segment implements EdiSegment {
  private split: readonly Element[] | undefined;

  constructor(
    readonly tag: string,
    readonly position: number,
    readonly offset: number,
    private readonly body: string,
    private readonly separators: EdiSeparators,
  ) {}

  get elements(): readonly Element[] {
    this.split ??= elementsOf(this.body, this.separators);
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
    else if (plain || !(value.includes(component) || (repetition !== '' && value.includes(repetition)))) {
      elements.push([[value]]);
    } else elements.push(partsOf(value, component, repetition));
  }
  return elements;
}

function partsOf(value: string, component: string, repetition: string): Element {
  if (repetition === '') return [value.split(component)];
  return value.split(repetition).map((repeated) => repeated.split(component));
}
