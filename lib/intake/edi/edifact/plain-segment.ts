import type { EdiSegment } from '../interchange';
import type { Delimiters } from './delimiters';

type Element = EdiSegment['elements'][number];

const emptyElement: Element = [['']];

/**
 * A segment without release characters. Only what is asked for is taken out of it: most of the values of a file never are.
 * It is separated as it was when it was read, also when the next interchange is separated otherwise.
 */
export class PlainSegment implements EdiSegment {
  position = 0;

  constructor(
    readonly tag: string,
    readonly offset: number,
    private readonly body: string,
    private readonly delimiters: Delimiters,
  ) {}

  get elements(): readonly Element[] {
    const { element, component, repetition } = this.delimiters;
    return this.body
      .split(element)
      .slice(1)
      .map((value) => {
        if (value === '') return emptyElement;
        if (repetition === '' || !value.includes(repetition)) return [value.split(component)];
        return value.split(repetition).map((each) => each.split(component));
      });
  }

  /** A component of the first repetition of an element, both from 1; '' when it is absent. */
  value(element: number, component: number): string {
    const { body, delimiters } = this;
    const elementCode = delimiters.element.charCodeAt(0);
    const componentCode = delimiters.component.charCodeAt(0);
    const repetitionCode = delimiters.repetition.charCodeAt(0);
    let at = 0;
    for (let ends = 0; ends < element; at += 1) {
      if (at >= body.length) return '';
      if (body.charCodeAt(at) === elementCode) ends += 1;
    }
    let start = at;
    let ends = 1;
    for (; at < body.length; at += 1) {
      const code = body.charCodeAt(at);
      if (code === elementCode || code === repetitionCode) break;
      if (code !== componentCode) continue;
      if (ends === component) break;
      ends += 1;
      start = at + 1;
    }
    return ends === component ? body.slice(start, at) : '';
  }

  toJSON(): EdiSegment {
    const { tag, elements, position, offset } = this;
    return { tag, elements, position, offset };
  }
}
