import type { EdiLimits, EdiSegment } from '../interchange';
import type { ByteDecoder } from './charset';
import { type Delimiters, defaultDelimiters } from './delimiters';
import type { FileText } from './file-text';
import { PlainSegment } from './plain-segment';

/** What is wrong with a segment by itself; it may be incomplete then. */
export type SegmentProblem = 'too-long' | 'too-many-elements' | 'too-many-components' | 'bad-characters';

type Element = EdiSegment['elements'][number];

const emptyElement: Element = [['']];
/** Elements of an interchange repeat a lot (`21:5:PCE`, `137:20261123:102`): equal short ones are kept once. */
const longestKept = 20;
const mostKept = 8192;
const mostTags = 200;
const notAscii = /[^\x00-\x7f]/;

/** Cuts a text into segments, from left to right, each character looked at a fixed number of times. */
export class SegmentScanner {
  delimiters: Delimiters = defaultDelimiters;
  decode: ByteDecoder | undefined;
  at: number;
  /** Of the segment that `next` gave last. */
  problem: SegmentProblem | undefined;
  private readonly text: string;
  private readonly kept = new Map<string, Element>();
  /** Of the segment that is being split; used again for the next one. */
  private readonly parts: Element[] = [];
  private readonly tags = new Map<string, string>();
  private readonly isAscii: boolean;

  constructor(
    private readonly file: FileText,
    private readonly limits: EdiLimits,
  ) {
    this.text = file.text;
    this.at = file.start;
    this.isAscii = !notAscii.test(file.text);
  }

  useDelimiters(delimiters: Delimiters): void {
    const { component, repetition } = this.delimiters;
    if (delimiters.component !== component || delimiters.repetition !== repetition) this.kept.clear();
    this.delimiters = delimiters;
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
    const { release } = this.delimiters;
    let body = this.text.slice(start, end);
    const released = release !== '' && body.includes(release);
    if (!released) body = withoutBreaks(body);
    if (this.decode !== undefined && !this.isAscii && notAscii.test(body)) {
      const decoded = this.decode(body);
      if (decoded === null) this.problem = 'bad-characters';
      else body = decoded;
    }
    if (!released && body.length <= this.surelyWithinLimits)
      return new PlainSegment(this.plainTag(body), this.file.byteAt(start), body, this.delimiters);
    const count = released ? this.splitReleased(body) : this.splitPlain(body);
    return this.segment(this.tag(), this.elements(count, body.length), start);
  }

  /** A segment of so many characters has no more elements and components than are taken. */
  private get surelyWithinLimits(): number {
    return Math.min(this.limits.elements, this.limits.components);
  }

  private plainTag(body: string): string {
    const { element, component } = this.delimiters;
    const end = body.indexOf(element);
    const first = end < 0 ? body : body.slice(0, end);
    const inner = first.indexOf(component);
    const text = inner < 0 ? first : first.slice(0, inner) || first.slice(0, longestKept);
    const known = this.tags.get(text);
    if (known !== undefined) return known;
    if (this.tags.size < mostTags) this.tags.set(text, text);
    return text;
  }

  private segment(tag: string, elements: readonly Element[], start: number): EdiSegment {
    return { tag, elements, position: 0, offset: this.file.byteAt(start) };
  }

  /** A tag may be followed by its nesting (`LIN:1`), which says nothing that the order of the segments does not. */
  private tag(): string {
    const first = this.parts[0] ?? emptyElement;
    const text = first[0]?.[0] || withoutTag(first, this.delimiters.component);
    const known = this.tags.get(text);
    if (known !== undefined) return known;
    if (this.tags.size < mostTags) this.tags.set(text, text);
    return text;
  }

  /** The elements behind the tag, in an array of just their size. */
  private elements(count: number, length: number): readonly Element[] {
    const { elements: mostElements, components: mostComponents } = this.limits;
    const elements = this.parts.slice(1, Math.min(count, mostElements + 1));
    if (count - 1 > mostElements) this.problem = 'too-many-elements';
    else if (length > mostComponents && this.hasTooManyComponents(elements)) this.problem = 'too-many-components';
    return elements;
  }

  private hasTooManyComponents(elements: readonly Element[]): boolean {
    const { components } = this.limits;
    return elements.some((element) => element.length > components || element.some((each) => each.length > components));
  }

  /** Fills `parts` with the tag and the elements, and gives their number. */
  private splitPlain(body: string): number {
    const { parts } = this;
    const { element } = this.delimiters;
    let count = 0;
    let from = 0;
    for (;;) {
      const to = body.indexOf(element, from);
      if (to < 0) {
        parts[count] = this.element(body.slice(from));
        return count + 1;
      }
      parts[count] = to === from ? emptyElement : this.element(body.slice(from, to));
      count += 1;
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

  private splitReleased(body: string): number {
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
    for (let index = 0; index < elements.length; index += 1) this.parts[index] = elements[index] as Element;
    return elements.length;
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
}

/** What begins with a separator has no tag, and is not to be taken for a segment that holds nothing: it stands for its tag. */
function withoutTag(first: Element, component: string): string {
  return first.flat().join(component).slice(0, longestKept);
}

/** A segment without the line breaks before its terminator. */
function withoutBreaks(body: string): string {
  let end = body.length;
  while (end > 0) {
    const code = body.charCodeAt(end - 1);
    if (code !== 10 && code !== 13) break;
    end -= 1;
  }
  return end === body.length ? body : body.slice(0, end);
}
