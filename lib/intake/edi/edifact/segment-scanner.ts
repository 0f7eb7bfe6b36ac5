import type { EdiLimits, EdiSegment } from '../interchange';
import type { ByteDecoder } from './charset';
import { type Delimiters, defaultDelimiters } from './delimiters';
import type { FileText } from './file-text';

/** What is wrong with a segment by itself; it may be incomplete then. */
export type SegmentProblem = 'too-long' | 'too-many-elements' | 'too-many-components' | 'bad-characters';

type Element = EdiSegment['elements'][number];

const emptyElement: Element = [['']];
/** Elements of an interchange repeat a lot (`21:5:PCE`, `137:20261123:102`): equal short ones are kept once. */
const longestKept = 40;
const mostKept = 8192;
const notAscii = /[^\x00-\x7f]/;

/** Cuts a text into segments, from left to right, each character looked at a fixed number of times. */
export class SegmentScanner {
  delimiters: Delimiters = defaultDelimiters;
  decode: ByteDecoder | undefined;
  at: number;
  /** Of the segment that `next` gave last. */
  problem: SegmentProblem | undefined;
  private readonly text: string;
  private releaseAt = -1;
  private readonly kept = new Map<string, Element>();
  private readonly tags = new Map<string, string>();

  constructor(
    private readonly file: FileText,
    private readonly limits: EdiLimits,
  ) {
    this.text = file.text;
    this.at = file.start;
  }

  useDelimiters(delimiters: Delimiters): void {
    this.delimiters = delimiters;
    this.releaseAt = -1;
    this.kept.clear();
  }

  /** Goes to the next character that is no line end, blank, Ctrl-Z or zero; false at the end of the text. */
  skipBlanks(): boolean {
    const { text } = this;
    const terminator = this.delimiters.terminator.charCodeAt(0);
    for (; this.at < text.length; this.at += 1) {
      const code = text.charCodeAt(this.at);
      if (code === terminator && code !== 10 && code !== 13) return true;
      if (code !== 32 && code !== 10 && code !== 13 && code !== 9 && code !== 0x1a && code !== 0) return true;
    }
    return false;
  }

  /** The segment that starts here, and goes behind it; null when the text ends before the segment does. */
  next(): EdiSegment | null {
    const start = this.at;
    const end = this.terminatorFrom(start);
    this.problem = undefined;
    if (end < 0) {
      this.at = this.text.length;
      return null;
    }
    this.at = end + 1;
    if (end - start > this.limits.segmentBytes) {
      this.problem = 'too-long';
      return this.segment(this.text.slice(start, start + 3), [], start);
    }
    const released = this.releaseFrom(start) < end;
    let body = this.text.slice(start, end);
    if (!released && body.charCodeAt(body.length - 1) <= 13) body = body.replace(/[\r\n]+$/, '');
    if (this.decode !== undefined && notAscii.test(body)) {
      const decoded = this.decode(body);
      if (decoded === null) this.problem = 'bad-characters';
      else body = decoded;
    }
    const elements = released ? this.splitReleased(body) : this.splitPlain(body);
    const tag = this.tagOf(elements.shift());
    return this.segment(tag, this.withinLimits(elements, body.length), start);
  }

  private segment(tag: string, elements: Element[], start: number): EdiSegment {
    return { tag, elements, position: 0, offset: this.file.byteAt(start) };
  }

  /** A tag may be followed by its nesting (`LIN:1`), which says nothing that the order of the segments does not. */
  private tagOf(element: Element | undefined): string {
    const text = element?.[0]?.[0] ?? '';
    const known = this.tags.get(text);
    if (known !== undefined) return known;
    if (this.tags.size < 200) this.tags.set(text, text);
    return text;
  }

  private withinLimits(elements: Element[], length: number): Element[] {
    const { elements: mostElements, components: mostComponents } = this.limits;
    if (elements.length > mostElements) {
      this.problem = 'too-many-elements';
      return elements.slice(0, mostElements);
    }
    if (length > mostComponents && this.hasTooManyComponents(elements)) this.problem = 'too-many-components';
    return elements;
  }

  private hasTooManyComponents(elements: readonly Element[]): boolean {
    const { components } = this.limits;
    return elements.some((element) => element.length > components || element.some((each) => each.length > components));
  }

  /** The elements with the tag as the first of them. */
  private splitPlain(body: string): Element[] {
    const { element } = this.delimiters;
    const elements: Element[] = [];
    let from = 0;
    for (;;) {
      const to = body.indexOf(element, from);
      if (to < 0) {
        elements.push(this.element(body.slice(from)));
        return elements;
      }
      elements.push(to === from ? emptyElement : this.element(body.slice(from, to)));
      from = to + 1;
    }
  }

  private element(text: string): Element {
    if (text === '') return emptyElement;
    const keep = text.length <= longestKept;
    const known = keep ? this.kept.get(text) : undefined;
    if (known !== undefined) return known;
    const { component, repetition } = this.delimiters;
    const repeated = repetition !== '' && text.includes(repetition);
    const element = repeated ? text.split(repetition).map((each) => each.split(component)) : [text.split(component)];
    if (keep) {
      if (this.kept.size >= mostKept) this.kept.clear();
      this.kept.set(text, element);
    }
    return element;
  }

  private splitReleased(body: string): Element[] {
    const { element, component, repetition, release } = this.delimiters;
    const elements: string[][][] = [[['']]];
    let value = '';
    let from = 0;
    const endValue = (to: number) => {
      const components = elements.at(-1)?.at(-1) as string[];
      components[components.length - 1] = value + body.slice(from, to);
      value = '';
      from = to + 1;
      return components;
    };
    for (let at = 0; at < body.length; at += 1) {
      const character = body[at];
      if (character === release) {
        value += body.slice(from, at);
        from = at + 1;
        at += 1;
      } else if (character === element) {
        endValue(at);
        elements.push([['']]);
      } else if (character === component) endValue(at).push('');
      else if (character === repetition) {
        endValue(at);
        elements.at(-1)?.push(['']);
      }
    }
    endValue(body.length);
    return elements;
  }

  /** A terminator counts unless the number of release characters right before it is odd. */
  private terminatorFrom(start: number): number {
    const { text } = this;
    const { terminator, release } = this.delimiters;
    let end = text.indexOf(terminator, start);
    if (release === '') return end;
    while (end > start && text[end - 1] === release) {
      let first = end - 1;
      while (first > start && text[first - 1] === release) first -= 1;
      if ((end - first) % 2 === 0) return end;
      end = text.indexOf(terminator, end + 1);
    }
    return end;
  }

  private releaseFrom(start: number): number {
    const { release } = this.delimiters;
    if (release === '') return Number.POSITIVE_INFINITY;
    if (this.releaseAt < start) {
      const found = this.text.indexOf(release, start);
      this.releaseAt = found < 0 ? Number.POSITIVE_INFINITY : found;
    }
    return this.releaseAt;
  }
}
