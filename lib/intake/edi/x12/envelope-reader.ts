import type { EdiGroup, EdiInterchange, EdiLimits, EdiSegment } from '../interchange';
import { sameControlNumber, value } from './elements';
import { GroupReader } from './group-reader';
import { checkHeader } from './header-faults';
import { type InterchangeHeader, isInterchangeHeader } from './interchange-header';
import { type InterchangeReading, type MessageReader, segmentOf } from './message-reader';
import type { ScannedSegment, SegmentScanner } from './segment-scanner';
import { countOf, type FileBudget, SyntaxFaults, shown } from './syntax-faults';
import { SegmentSource } from './x12-segment';

/** Segments that may stand between ISA and GS. */
const interchangeTags: ReadonlySet<string> = new Set(['TA1', 'ISB', 'ISE']);

/** Reads one interchange after its ISA, and checks the counts and control numbers of its envelopes. */
export class EnvelopeReader {
  private readonly reading: InterchangeReading;
  private readonly faults: SyntaxFaults;
  private readonly groups: EdiGroup[] = [];
  private readonly segments: EdiSegment[] = [];
  private readonly controlNumber: string;
  private readonly groupNumbers = new Set<string>();
  private group: GroupReader | undefined;

  constructor(
    private readonly scanner: SegmentScanner,
    private readonly header: InterchangeHeader,
    private readonly start: number,
    limits: EdiLimits,
    private readonly budget: FileBudget,
  ) {
    const source = new SegmentSource(header.separators, scanner);
    this.reading = { scanner, source, limits, budget, goodTags: new Set() };
    this.faults = new SyntaxFaults('interchange', budget);
    this.controlNumber = this.headerValue(13);
  }

  /** Leaves the scanner after the IEA; before the next ISA, or at the end, when there is none. */
  read(): EdiInterchange {
    const { scanner, start } = this;
    this.budget.spendEnvelope();
    const preparedAt = checkHeader((element) => this.headerValue(element), this.faults, start);
    this.readSegments();
    return {
      standard: 'x12',
      separators: this.header.separators,
      sender: { qualifier: this.headerValue(5), id: this.headerValue(6) },
      receiver: { qualifier: this.headerValue(7), id: this.headerValue(8) },
      controlNumber: this.controlNumber,
      version: this.headerValue(12),
      preparedAt,
      // Anything but production must not reach the books.
      test: this.headerValue(15) !== 'P',
      acknowledgementRequested: this.headerValue(14) === '1',
      groups: this.groups,
      segments: this.segments,
      faults: this.faults.list,
      start,
      end: scanner.at,
    };
  }

  private headerValue(element: number): string {
    return this.header.elements[element - 1]?.trim() ?? '';
  }

  private get message(): MessageReader | undefined {
    return this.group?.openMessage;
  }

  private readSegments(): void {
    const { scanner, faults } = this;
    const { separators } = this.header;
    for (;;) {
      scanner.skipBlanks();
      const { at } = scanner;
      if (scanner.atEnd || isInterchangeHeader(scanner.text, at)) {
        const where = scanner.atEnd ? 'The file ends' : 'The next ISA comes';
        this.closeGroup(at);
        faults.reject('023', `${where} before the IEA of the interchange.`, at);
        return;
      }
      const { spent } = this.budget;
      if (spent !== undefined) {
        this.closeGroup(at);
        faults.reject('024', `The file has too many ${spent}; the rest of this interchange was not read.`, at);
        return;
      }
      if (scanner.text.startsWith(separators.terminator, at)) {
        this.noteEmptySegment(at);
        scanner.goTo(at + 1);
        continue;
      }
      const segment = scanner.next(separators);
      if (segment.tag === 'IEA') {
        this.endInterchange(segment);
        return;
      }
      if (segment.terminated) this.take(segment);
      else this.noteCut(segment);
    }
  }

  private take(segment: ScannedSegment): void {
    const { tag, offset } = segment;
    if (tag === 'ST') this.beginMessage(segment);
    else if (tag === 'SE' && this.message) this.group?.endMessage(segment);
    else if (tag === 'GS') this.beginGroup(segment);
    else if (tag === 'GE') this.endGroup(segment);
    else if (this.group) this.group.add(segment);
    else if (interchangeTags.has(tag)) this.segments.push(segmentOf(this.reading, segment, 0));
    else {
      const message = `The segment ${shown(tag)} stands outside of every group.`;
      this.faults.reject('024', message, offset, { segment: shown(tag) });
    }
  }

  private beginMessage(segment: ScannedSegment): void {
    const { offset } = segment;
    if (!this.group) {
      this.faults.reject('024', 'An ST stands outside of every group: the GS is missing.', offset, { segment: 'ST' });
      this.group = new GroupReader(this.reading);
    }
    this.group.closeMessage(offset);
    this.group.beginMessage(segment);
  }

  private beginGroup(segment: ScannedSegment): void {
    const { offset } = segment;
    this.closeGroup(offset);
    this.group = new GroupReader(this.reading, segment);
    const { number } = this.group;
    if (number === '') return;
    if (this.groupNumbers.has(number)) this.group.noteRepeatedNumber(offset);
    this.groupNumbers.add(number);
  }

  private endGroup(segment: ScannedSegment): void {
    const { group } = this;
    const { offset } = segment;
    group?.closeMessage(offset);
    if (group?.hasHeader) group.end(segment);
    else this.faults.reject('024', 'A GE comes without a GS before it.', offset, { segment: 'GE' });
    this.keepGroup();
  }

  /** Ends the group that is open, without its GE. */
  private closeGroup(offset: number): void {
    this.group?.closeMessage(offset);
    this.group?.noteMissingTrailer(offset);
    this.keepGroup();
  }

  private keepGroup(): void {
    if (this.group) this.groups.push(this.group.group());
    this.group = undefined;
  }

  private endInterchange(scanned: ScannedSegment): void {
    const { faults } = this;
    const { offset } = scanned;
    const segment = segmentOf(this.reading, scanned, 0);
    this.closeGroup(offset);
    const stated = countOf(value(segment, 1));
    const groups = this.groups.length;
    if (stated !== groups) {
      const said = `IEA01 says ${shown(value(segment, 1))} groups, there are ${groups}.`;
      faults.note('021', said, offset, { segment: 'IEA', element: 1 });
    }
    const number = value(segment, 2);
    const same = sameControlNumber(number, this.controlNumber);
    if (!same) {
      const said = `IEA02 is ${shown(number)}, ISA13 is ${shown(this.controlNumber)}.`;
      faults.note('001', said, offset, { segment: 'IEA', element: 2 });
    }
    if (scanned.terminated) return;
    if (same && stated === groups) {
      faults.note('023', 'The IEA has no terminator; everything before it is complete.', scanned.end);
    } else faults.reject('023', 'The IEA is cut off.', offset, { segment: 'IEA' });
  }

  private noteCut(segment: ScannedSegment): void {
    const { tag, offset, end } = segment;
    const said = `The segment ${shown(tag)} is cut off after ${end - offset} bytes.`;
    if (this.message) this.message.noteCut(said, segment);
    else this.faults.reject('023', said, offset, { segment: shown(tag) });
  }

  private noteEmptySegment(offset: number): void {
    const said = 'A segment is empty: two terminators follow one another.';
    if (this.message) this.message.noteEmptySegment(said, offset);
    else this.faults.note('024', said, offset);
  }
}
