import { Buffer, isAscii, isUtf8 } from 'node:buffer';
import type { EdiSeparators } from '../interchange';

const nonAscii = /[\x80-\xff]/;

/** One segment between two terminators. */
export interface ScannedSegment {
  readonly tag: string;
  /** Without line breaks round it, its tag included; '' when it is too long. */
  readonly body: string;
  /** Of its tag. */
  readonly offset: number;
  /** Of its terminator, or the end of the text without one. */
  readonly end: number;
  readonly terminated: boolean;
  /** It is longer than allowed, and not read. */
  readonly tooLong: boolean;
}

/**
 * Cuts text into segments. The text has a character for each byte, so that places in it are those in the file; values
 * are decoded one segment at a time, so that a stray byte changes no other one.
 */
export class SegmentScanner {
  at: number;
  /** Some segment was no UTF-8 and was read as Latin-1. */
  fellBack = false;
  private readonly ascii: boolean;
  /** Where terminators were found that lie ahead: one that is rare is searched for once, not once a segment. */
  private readonly found = new Map<string, number>();

  constructor(
    readonly text: string,
    bytes: Uint8Array,
    private readonly longestSegment: number,
    private readonly decodeAs: ((bytes: Uint8Array) => string) | undefined,
  ) {
    this.at = 0;
    this.ascii = isAscii(bytes);
  }

  get atEnd(): boolean {
    return this.at >= this.text.length;
  }

  /** Passes over blanks, line breaks, Ctrl-Z and padding before a segment. */
  skipBlanks(): void {
    const { text } = this;
    let { at } = this;
    for (;;) {
      const code = text.charCodeAt(at);
      // Control characters above 0x1a serve as separators.
      if (code === 32 || (code >= 9 && code <= 13) || code === 0 || code === 26) at += 1;
      else if (code === 0xef && text.startsWith('\xef\xbb\xbf', at)) at += 3;
      else break;
    }
    this.at = at;
  }

  /** The segment that begins here, after `skipBlanks`, and on to the next one; it ends before `until` at the latest. */
  next(separators: EdiSeparators, until = this.text.length): ScannedSegment {
    const { text } = this;
    const offset = this.at;
    const found = this.find(separators.terminator, offset);
    const terminated = found >= 0 && found < until;
    let end = terminated ? found : until;
    this.at = terminated ? end + 1 : end;
    const terminator = end;
    if (end - offset > this.longestSegment) {
      const tag = tagOf(text.slice(offset, offset + 10), separators.element);
      return { tag, body: '', offset, end: terminator, terminated, tooLong: true };
    }
    // Line breaks round a segment belong to nothing.
    while (end > offset && isLineBreak(text.charCodeAt(end - 1))) end -= 1;
    const body = this.decode(text.slice(offset, end));
    return { tag: tagOf(body, separators.element), body, offset, end: terminator, terminated, tooLong: false };
  }

  goTo(at: number): void {
    this.at = at;
  }

  private find(terminator: string, from: number): number {
    const known = this.found.get(terminator);
    if (known !== undefined && (known < 0 || known >= from)) return known;
    const found = this.text.indexOf(terminator, from);
    this.found.set(terminator, found);
    return found;
  }

  private decode(latin1: string): string {
    if (this.ascii || !nonAscii.test(latin1)) return latin1;
    const bytes = Buffer.from(latin1, 'latin1');
    if (this.decodeAs) return this.decodeAs(bytes);
    if (isUtf8(bytes)) return bytes.toString('utf8');
    this.fellBack = true;
    return latin1;
  }
}

function tagOf(body: string, separator: string): string {
  const end = body.indexOf(separator);
  return end < 0 ? body.trimEnd() : body.slice(0, end).trimEnd();
}

function isLineBreak(code: number): boolean {
  return code === 10 || code === 13;
}
