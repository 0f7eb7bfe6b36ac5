import type { Fault } from '../../domain/faults';

/** Characters of one row: an unclosed quote ends here instead of taking the rest of the file. */
const longestRow = 100_000;
const quote = 0x22;
const lineFeed = 0x0a;
const carriageReturn = 0x0d;

/**
 * Splits CSV (RFC 4180; lines end with CR LF, LF or CR) and hands over row by row, counted from 1, until one is answered
 * with false. What it returns is why the rest cannot be split.
 */
export function splitRows(
  text: string,
  separator: string,
  hasQuotes: boolean,
  take: (row: string[], number: number) => boolean,
): Fault | undefined {
  const splitter = new RowSplitter(text, separator.charCodeAt(0), hasQuotes);
  for (let number = 1; !splitter.atEnd; number += 1) {
    const row = splitter.next();
    if (typeof row === 'string') return { path: `row ${number}`, code: 'unreadable', message: row };
    if (!take(row, number)) return undefined;
  }
  return undefined;
}

const tooLong = `The row is longer than ${longestRow} characters; is a quote opened and not closed?`;
const unmatched =
  'The quotes of the row do not match: put a text with quotes in it between quotes, and write each inner quote twice.';

class RowSplitter {
  private at = 0;

  constructor(
    private readonly text: string,
    private readonly separator: number,
    private readonly hasQuotes: boolean,
  ) {}

  get atEnd(): boolean {
    return this.at >= this.text.length;
  }

  /** The cells of the next row, or in words what is wrong with it. */
  next(): string[] | string {
    const { text } = this;
    const start = this.at;
    const row: string[] = [];
    for (;;) {
      const isQuoted = this.hasQuotes && text.charCodeAt(this.at) === quote;
      const cell = isQuoted ? this.quoted(start) : this.plain();
      if (cell === undefined) return this.atEnd || this.at - start > longestRow ? tooLong : unmatched;
      row.push(cell);
      if (text.charCodeAt(this.at) !== this.separator) break;
      this.at += 1;
    }
    if (this.at - start > longestRow) return tooLong;
    if (text.charCodeAt(this.at) === carriageReturn && text.charCodeAt(this.at + 1) === lineFeed) this.at += 1;
    this.at += 1;
    return row;
  }

  private plain(): string | undefined {
    const { text, separator } = this;
    const start = this.at;
    let at = start;
    for (; at < text.length; at += 1) {
      const code = text.charCodeAt(at);
      if (code === separator || code === lineFeed || code === carriageReturn) break;
      if (code === quote && this.hasQuotes) return undefined;
    }
    this.at = at;
    return text.slice(start, at);
  }

  /** Undefined when the quote is not closed within the row, or something stands behind its end. */
  private quoted(rowStart: number): string | undefined {
    const { text } = this;
    let cell = '';
    let from = this.at + 1;
    for (;;) {
      const end = text.indexOf('"', from);
      this.at = end < 0 ? text.length : end + 1;
      if (end < 0 || end - rowStart > longestRow) return undefined;
      if (text.charCodeAt(end + 1) !== quote) {
        cell += text.slice(from, end);
        break;
      }
      cell += text.slice(from, end + 1);
      from = end + 2;
    }
    const code = text.charCodeAt(this.at);
    const isEnded = this.atEnd || code === this.separator || code === lineFeed || code === carriageReturn;
    return isEnded ? cell : undefined;
  }
}
