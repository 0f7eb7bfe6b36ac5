import { Buffer, isAscii, isUtf8 } from 'node:buffer';
import type { EdiSeparators } from '../interchange';
import type { ScannedText } from './scanned-text';

const nonAscii = /[\x80-\xff]/;
/** Tags have two or three characters; this is what is shown of anything else. */
const longestTag = 20;

const headerTag = 'ISA';
const headerInLine = /[\r\n][ \t]{0,20}ISA(?=[^A-Za-z0-9\s\0])/g;

/** One segment between two terminators. */
export interface ScannedSegment {
  readonly tag: string;
  /** Of its tag. */
  readonly offset: number;
  /** Of its last character and one more, without line breaks after it. */
  readonly end: number;
  /** False when the text ends before it does. */
  readonly terminated: boolean;
}

/**
 * Cuts text into segments. The text has a character for each byte, so that places in it are those in the file; values
 * are decoded one segment at a time, so that a stray byte changes no other one.
 */
export class SegmentScanner {
  at = 0;
  /** Some segment was no UTF-8 and was read as Latin-1. */
  fellBack = false;
  readonly text: string;
  private readonly ascii: boolean;
  private readonly decodeAs: ((bytes: Uint8Array) => string) | undefined;
  /** Tags that were seen, by their characters: one string for all of a kind. */
  private readonly tags = new Map<number, string>();
  /** Where terminators were found that lie ahead: one that is rare is searched for once, not once a segment. */
  private readonly found = new Map<string, number>();
  private terminator = '';
  private foundAt = -1;
  private headerAt = -1;

  constructor({ text, bytes, decode }: ScannedText) {
    this.text = text;
    this.ascii = isAscii(bytes);
    this.decodeAs = decode;
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

  /**
   * The segment that begins here, after `skipBlanks`, and on to the next one. It ends before an ISA that begins a line at the
   * latest: where an interchange was cut off, the next one is not to be lost with it.
   */
  next({ terminator, element }: EdiSeparators): ScannedSegment {
    const { text } = this;
    const offset = this.at;
    const found = this.find(terminator, offset);
    this.findHeader(offset);
    const terminated = found >= 0 && found < this.headerAt;
    let end = terminated ? found : Math.min(this.headerAt, text.length);
    this.at = terminated ? end + 1 : end;
    while (end > offset && isLineBreak(text.charCodeAt(end - 1))) end -= 1;
    return { tag: this.tagAt(offset, end, element), offset, end, terminated };
  }

  goTo(at: number): void {
    this.at = at;
  }

  /** The text between two places; undefined when it is the same as the bytes. */
  decoded(start: number, end: number): string | undefined {
    if (this.ascii) return undefined;
    const latin1 = this.text.slice(start, end);
    if (!nonAscii.test(latin1)) return undefined;
    const bytes = Buffer.from(latin1, 'latin1');
    if (this.decodeAs) return this.decodeAs(bytes);
    return isUtf8(bytes) ? bytes.toString('utf8') : undefined;
  }

  /** Notes whether a segment is not in the charset that is taken for granted. */
  checkCharset(start: number, end: number): void {
    if (this.ascii || this.decodeAs || this.fellBack) return;
    const latin1 = this.text.slice(start, end);
    if (nonAscii.test(latin1)) this.fellBack = !isUtf8(Buffer.from(latin1, 'latin1'));
  }

  private find(terminator: string, from: number): number {
    if (terminator !== this.terminator) {
      this.found.set(this.terminator, this.foundAt);
      this.terminator = terminator;
      this.foundAt = this.found.get(terminator) ?? 0;
    }
    if (this.foundAt >= 0 && this.foundAt < from) this.foundAt = this.text.indexOf(terminator, from);
    return this.foundAt;
  }

  /** Sets `headerAt` to the next ISA that begins a line after a place. */
  private findHeader(from: number): void {
    if (this.headerAt > from) return;
    headerInLine.lastIndex = from;
    const match = headerInLine.exec(this.text);
    this.headerAt = match ? match.index + match[0].length - headerTag.length : Number.POSITIVE_INFINITY;
  }

  private tagAt(offset: number, end: number, separator: string): string {
    const { text } = this;
    const separatorCode = separator.charCodeAt(0);
    let length = 0;
    let key = 0;
    for (; length < 4 && offset + length < end; length += 1) {
      const code = text.charCodeAt(offset + length);
      if (code === separatorCode) break;
      key = (key << 8) | code;
    }
    if (length > 3) return longTag(text.slice(offset, Math.min(end, offset + longestTag)), separator);
    const known = this.tags.get(key);
    if (known !== undefined) return known;
    const tag = text.slice(offset, offset + length).trimEnd();
    this.tags.set(key, tag);
    return tag;
  }
}

function longTag(start: string, separator: string): string {
  const end = start.indexOf(separator);
  return (end < 0 ? start : start.slice(0, end)).trimEnd();
}

function isLineBreak(code: number): boolean {
  return code === 10 || code === 13;
}
