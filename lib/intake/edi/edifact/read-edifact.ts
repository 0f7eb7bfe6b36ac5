import { defaultEdiLimits, type EdiFile, type EdiInterchange, type EdiLimits, type EdiSegment } from '../interchange';
import { charsetOf, decodeUtf8Bytes } from './charset';
import {
  controlDelimiters,
  type Delimiters,
  defaultDelimiters,
  readServiceString,
  serviceStringLength,
} from './delimiters';
import { type FileText, textOfFile } from './file-text';
import { InterchangeBuilder } from './interchange-builder';
import { SegmentScanner } from './segment-scanner';
import { codeValue } from './segment-view';
import { SyntaxFaults } from './syntax-faults';

/**
 * Reads all interchanges of a file (ISO 9735, syntax versions 1 to 4): delimiters from each UNA, characters from each UNB,
 * every value as it was sent, every control number and count checked. Never throws for what stands in the bytes: what is
 * wrong is a fault of the message, group, interchange or file that it belongs to. Work and memory grow with the size only.
 */
export function readEdifact(bytes: Uint8Array, options: { readonly limits?: EdiLimits } = {}): EdiFile {
  const limits = options.limits ?? defaultEdiLimits;
  if (bytes.length > limits.bytes) {
    const message = `The file has ${bytes.length} bytes, at most ${limits.bytes} are read; send it in parts.`;
    return {
      interchanges: [],
      faults: [{ level: 'interchange', code: '18', rejects: true, message, offset: 0 }],
      warnings: [],
    };
  }
  return new FileReader(textOfFile(bytes), limits).read();
}

const startOfInterchange = /^(?:UNA[^A-Za-z0-9]{2}|UNB[+\x1d])/;
const envelopeTags: ReadonlySet<string> = new Set(['UNB', 'UNG', 'UNH']);
const longestHeader = 1000;
const startAfterBreak = /[\r\n][ \t]*(?:UNA[^A-Za-z0-9]{2}|UNB[+\x1d])/;

class FileReader {
  private readonly scanner: SegmentScanner;
  private readonly interchanges: EdiInterchange[] = [];
  private readonly faults = new SyntaxFaults();
  private readonly warnings: string[] = [];
  private envelopes = 0;
  private open: InterchangeBuilder | undefined;
  private openAt = 0;
  private previous: Delimiters | undefined;
  /** Where the UNA of the interchange that comes next begins. */
  private serviceStringAt = -1;
  /** Segments outside an interchange that follow each other are one fault. */
  private strays: { count: number; first: EdiSegment; type: string } | undefined;

  constructor(
    private readonly file: FileText,
    private readonly limits: EdiLimits,
  ) {
    this.scanner = new SegmentScanner(file, limits);
  }

  read(): EdiFile {
    const { scanner, file } = this;
    while (scanner.skipBlanks()) {
      if (file.text.startsWith('UNA', scanner.at) && this.serviceString()) continue;
      if (this.atHeader()) {
        this.close(scanner.at);
        if (!this.delimitersOfHeader()) break;
      } else if (!this.open && this.skipForeignText()) continue;
      const start = scanner.at;
      const segment = scanner.next();
      if (segment === null) {
        this.unfinished(start);
        break;
      }
      if (envelopeTags.has(segment.tag)) this.envelopes += 1;
      if (this.envelopes > this.limits.envelopes) {
        this.tooManyEnvelopes(start);
        break;
      }
      this.segment(segment, start);
    }
    this.close(scanner.at);
    this.endStrays();
    if (this.serviceStringAt >= 0) this.faultAt(this.serviceStringAt, '13', 'After the UNA comes no UNB.');
    if (this.interchanges.length === 0 && this.faults.all().length === 0) {
      this.faultAt(0, '13', 'The file holds no interchange.');
    }
    return { interchanges: this.interchanges, faults: this.faults.all(), warnings: this.warnings };
  }

  private tooManyEnvelopes(start: number): void {
    const message = `The file has more than ${this.limits.envelopes} messages with their envelopes; what follows is not read. Send several.`;
    this.faultAt(start, '18', message);
    this.scanner.at = this.file.text.length;
  }

  /** One that cannot be read in full is no header. */
  private segment(segment: EdiSegment, start: number): void {
    const { problem } = this.scanner;
    if (segment.tag === 'UNB' && problem === undefined) {
      this.openInterchange(segment, start);
    } else if (this.open) {
      this.open.add(segment, problem);
      if (segment.tag === 'UNZ') this.close(this.scanner.at);
    } else this.stray(segment);
  }

  private openInterchange(header: EdiSegment, start: number): void {
    this.endStrays();
    const { scanner, file } = this;
    const charset = charsetOf(codeValue(header, 1, 1));
    if (codeValue(header, 1, 2) !== '4') scanner.useDelimiters({ ...scanner.delimiters, repetition: '' });
    if (!file.decoded) scanner.decode = file.utf8 || !charset.known ? decodeUtf8Bytes : charset.decode;
    const first = this.serviceStringAt >= 0 ? this.serviceStringAt : start;
    this.serviceStringAt = -1;
    this.openAt = start;
    this.open = new InterchangeBuilder(this.again(header, start), this.byteAt(first), this.limits);
  }

  /** The header once more, now that its characters and its repetition character are known. */
  private again(header: EdiSegment, start: number): EdiSegment {
    this.scanner.at = start;
    return this.scanner.next() ?? header;
  }

  private close(end: number): void {
    if (!this.open) return;
    const interchange = this.open.close(this.byteAt(end));
    this.warnings.push(...this.open.warnings, ...this.characterWarnings(interchange, end));
    this.interchanges.push(interchange);
    this.open = undefined;
    this.scanner.decode = undefined;
    this.previous = this.scanner.delimiters;
  }

  /** Takes a UNA, when it is one; the delimiters hold for the interchange that follows. */
  private serviceString(): boolean {
    const { scanner, file } = this;
    const { at } = scanner;
    const follows = /^[\s\x00\x1a]*(?:UN[BGH]|$)/.test(
      file.text.slice(at + serviceStringLength, at + serviceStringLength + 40),
    );
    if (!follows && this.open) return false;
    this.close(at);
    this.endStrays();
    if (this.serviceStringAt >= 0) this.faultAt(this.serviceStringAt, '13', 'After the UNA comes no UNB.');
    this.serviceStringAt = at;
    const delimiters = readServiceString(file.text, at);
    if (delimiters) scanner.useDelimiters(delimiters);
    else {
      const message = 'The UNA names delimiters that are letters, digits, missing or equal to each other.';
      this.faultAt(at, '22', message, file.text.slice(at, at + serviceStringLength));
      this.serviceStringAt = -1;
      scanner.useDelimiters(defaultDelimiters);
    }
    scanner.at = Math.min(at + serviceStringLength, file.text.length);
    return true;
  }

  private atHeader(): boolean {
    const { text } = this.file;
    const { at } = this.scanner;
    return text.startsWith('UNB', at) && !/[A-Za-z0-9]/.test(text.charAt(at + 3));
  }

  /** Delimiters of a UNB without UNA; false when they cannot be known, so that nothing more can be read. */
  private delimitersOfHeader(): boolean {
    const { scanner, file } = this;
    const separator = file.text[scanner.at + 3];
    if (this.serviceStringAt >= 0) return true;
    if (this.previous && separator === this.previous.element && this.endsLikeThePrevious(this.previous)) {
      scanner.useDelimiters(this.previous);
      this.warnings.push('An interchange without UNA was read with the delimiters of the one before it.');
      return true;
    }
    const known = [defaultDelimiters, controlDelimiters].find(({ element }) => element === separator);
    if (known) {
      scanner.useDelimiters(known);
      return true;
    }
    const message =
      'The interchange has other delimiters than the standard ones and no UNA that says which; nothing from here on is read.';
    this.faultAt(scanner.at, '22', message, file.text.slice(scanner.at, scanner.at + 20));
    scanner.at = file.text.length;
    return false;
  }

  /** A file may have one UNA at its top only: then its later headers do not end with the standard terminator first. */
  private endsLikeThePrevious({ element, terminator }: Delimiters): boolean {
    if (element === defaultDelimiters.element && terminator === defaultDelimiters.terminator) return false;
    const head = this.file.text.slice(this.scanner.at, this.scanner.at + longestHeader);
    const end = head.indexOf(terminator);
    const standardEnd = head.indexOf(defaultDelimiters.terminator);
    return end >= 0 && (standardEnd < 0 || end < standardEnd);
  }

  /** Text before an interchange, such as the head of a mail: ends where a line begins with UNA or UNB. */
  private skipForeignText(): boolean {
    const { scanner, file } = this;
    const { at } = scanner;
    if (startOfInterchange.test(file.text.slice(at, at + 5))) return false;
    const piece = file.text.slice(at, at + this.limits.segmentBytes);
    const end = piece.indexOf(scanner.delimiters.terminator);
    const found = startAfterBreak.exec(end < 0 ? piece : piece.slice(0, end + 1));
    if (found === null) return false;
    this.stray({ tag: piece.slice(0, 3), elements: [], position: 0, offset: this.byteAt(at) });
    scanner.at = at + found.index + 1;
    return true;
  }

  private stray(segment: EdiSegment): void {
    if (segment.tag === '' && segment.elements.length === 0) return;
    this.serviceStringAt = -1;
    if (!this.strays) this.strays = { count: 0, first: segment, type: '' };
    this.strays.count += 1;
    if (segment.tag === 'UNH' && this.strays.type === '') this.strays.type = codeValue(segment, 2, 1);
  }

  private endStrays(): void {
    if (!this.strays) return;
    const { count, first, type } = this.strays;
    const what = type === '' ? 'What stands here' : `A message ${type.slice(0, 10)} stands here that`;
    const many = count === 1 ? '' : ` (${count} segments)`;
    const message = `${what}${many} belongs to no interchange: there is no UNB before it. It is not read.`;
    this.faults.add({
      level: 'interchange',
      code: '13',
      rejects: true,
      message,
      offset: first.offset,
      segment: first.tag.slice(0, 3),
    });
    this.strays = undefined;
  }

  private unfinished(offset: number): void {
    const message =
      'The last segment has no end: the file is cut off, or its segments end with another character than its UNA says.';
    const value = this.file.text.slice(offset, offset + 80);
    if (this.open) this.open.cutOff(this.byteAt(offset), value, message);
    else if (this.serviceStringAt >= 0 || this.strays === undefined) {
      this.serviceStringAt = -1;
      this.faultAt(offset, '13', message, value);
    } else this.stray({ tag: value.slice(0, 3), elements: [], position: 0, offset: this.byteAt(offset) });
  }

  private faultAt(at: number, code: string, message: string, value?: string): void {
    const fault = { level: 'interchange', code, rejects: true, message, offset: this.byteAt(at) } as const;
    this.faults.add(value === undefined ? fault : { ...fault, value });
  }

  private byteAt(at: number): number {
    return this.file.byteAt(at);
  }

  private characterWarnings(interchange: EdiInterchange, end: number): string[] {
    const { file, openAt } = this;
    const piece = file.text.slice(openAt, end);
    const name = `The interchange ${interchange.controlNumber}`;
    const [syntax = ''] = interchange.version.split(':');
    const charset = charsetOf(syntax);
    if (!charset.known)
      return [`${name} names the unknown character set ${syntax.slice(0, 10)}; it was read as UTF-8.`];
    const readAsLatin1 = !file.decoded && !file.utf8 && charset.decode === undefined;
    if (readAsLatin1 && /[\x80-\xff]/.test(piece) && decodeUtf8Bytes(piece) !== null) {
      return [
        `${name} says ${syntax} and was read as ISO 8859-1, but its bytes look like UTF-8; ask the sender which is right.`,
      ];
    }
    if (charset.members && !charset.members.test(piece)) {
      return [
        `${name} has characters that ${syntax} does not allow; they were read as ${readAsLatin1 ? 'ISO 8859-1' : 'Unicode'}.`,
      ];
    }
    return [];
  }
}
