import { defaultEdiLimits, type EdiFile, type EdiInterchange, type EdiLimits, type SyntaxFault } from '../interchange';
import { EnvelopeReader } from './envelope-reader';
import { isInterchangeHeader, readInterchangeHeader } from './interchange-header';
import { scannedText } from './scanned-text';
import { SegmentScanner } from './segment-scanner';
import { FileBudget } from './syntax-faults';

/** More things that look like an ISA and are none than this: it is no X12 file. */
const mostFailedHeaders = 1000;
const headerInJunk = /(?<![A-Za-z0-9 ])ISA(?=[^A-Za-z0-9\s\0])/g;

/**
 * Reads a file of X12 interchanges. Never throws: what is wrong stands in the faults of what it belongs to, the file,
 * an interchange, a group or a message; every segment is in a message, in the interchange, or named in a fault. The work is
 * bounded by the bytes of the file.
 */
export function readX12(
  bytes: Uint8Array,
  options: { readonly limits?: EdiLimits; readonly charset?: string } = {},
): EdiFile {
  const limits = options.limits ?? defaultEdiLimits;
  if (bytes.length > limits.bytes) {
    return refused(`The file has ${bytes.length} bytes, at most ${limits.bytes} are taken; send several.`);
  }
  const scanned = scannedText(bytes, options.charset);
  if (scanned === null) {
    return refused(`The charset ${String(options.charset).slice(0, 40)} is not known; set one such as UTF-8.`);
  }
  return new FileReader(new SegmentScanner(scanned), limits, scanned.warnings).read();
}

class FileReader {
  private readonly interchanges: EdiInterchange[] = [];
  private readonly faults: SyntaxFault[] = [];
  private readonly budget: FileBudget;
  private failedHeaders = 0;

  constructor(
    private readonly scanner: SegmentScanner,
    private readonly limits: EdiLimits,
    private readonly warnings: readonly string[],
  ) {
    this.budget = new FileBudget(limits);
  }

  read(): EdiFile {
    const { scanner, faults, interchanges } = this;
    for (scanner.skipBlanks(); !scanner.atEnd && this.budget.spent === undefined; scanner.skipBlanks()) this.readNext();
    const { spent } = this.budget;
    if (spent === 'faults') {
      this.fault('024', 'The file has too many faults; what follows was not read. Most likely they have one cause.');
    } else if (spent === 'messages' && !scanner.atEnd) {
      const message = `The file has more than ${this.limits.envelopes} messages with their envelopes; what follows was not read. Send several.`;
      this.fault('024', message, scanner.at);
    }
    if (interchanges.length === 0 && faults.length === 0) this.fault('022', 'The file holds no interchange: no ISA.');
    const warnings = [...this.warnings];
    if (scanner.fellBack) {
      warnings.push('Some segments are not UTF-8 and were read as Latin-1; set the charset of the partner.');
    }
    return { interchanges, faults, warnings };
  }

  private readNext(): void {
    const { scanner } = this;
    const start = scanner.at;
    if (!isInterchangeHeader(scanner.text, start)) {
      this.skipJunk(start, false);
      return;
    }
    const header = readInterchangeHeader(scanner.text, start);
    if ('code' in header) {
      this.failedHeaders += 1;
      this.fault(header.code, header.message, start);
      this.skipJunk(start, true);
      return;
    }
    scanner.goTo(header.end);
    this.interchanges.push(new EnvelopeReader(scanner, header, start, this.limits, this.budget).read());
  }

  /** Goes on to what looks like the next ISA, and says what is passed over unless a faulty ISA was. */
  private skipJunk(start: number, afterHeader: boolean): void {
    const { scanner } = this;
    const { text } = scanner;
    headerInJunk.lastIndex = start + 1;
    const next = this.failedHeaders >= mostFailedHeaders ? -1 : (headerInJunk.exec(text)?.index ?? -1);
    const end = next < 0 ? text.length : next;
    if (!afterHeader) {
      const shown = text.slice(start, Math.min(end, start + 80));
      this.fault('024', `${end - start} bytes belong to no interchange.`, start, shown);
    }
    scanner.goTo(end);
  }

  private fault(code: string, message: string, offset = 0, value?: string): void {
    this.budget.spendFault();
    const fault = { level: 'interchange', code, rejects: true, message, offset } as const;
    this.faults.push(value === undefined ? fault : { ...fault, value });
  }
}

function refused(message: string): EdiFile {
  const fault: SyntaxFault = { level: 'interchange', code: '024', rejects: true, message, offset: 0 };
  return { interchanges: [], faults: [fault], warnings: [] };
}
