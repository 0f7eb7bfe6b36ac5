import type { EdiGroup, EdiInterchange, EdiLimits, EdiMessage, EdiSegment, SyntaxFault } from '../interchange';
import { sameControlNumber, value, withoutZeros, x12Date, x12Time } from './elements';
import { type InterchangeHeader, isInterchangeHeader } from './interchange-header';
import type { ScannedSegment, SegmentScanner } from './segment-scanner';
import { SegmentSource, X12Segment } from './x12-segment';

/** More faults than a file may fill the memory with. */
const mostFaults = 100_000;
/** More than a person will read of one message or envelope. */
const mostFaultsOfOne = 1000;
const tagForm = /^[A-Z][A-Z0-9]{1,2}$/;
/** Segments that may stand between ISA and GS. */
const interchangeTags: ReadonlySet<string> = new Set(['TA1', 'ISB', 'ISE']);

/** Bounds the faults of a file, and its interchanges, groups and messages: reading stops when one of both is spent. */
export class FileBudget {
  private faultsLeft = mostFaults;
  private envelopesLeft: number;

  constructor({ envelopes }: Pick<EdiLimits, 'envelopes'>) {
    this.envelopesLeft = envelopes;
  }

  /** What there is too much of; undefined while reading can go on. */
  get spent(): 'faults' | 'messages' | undefined {
    if (this.faultsLeft <= 0) return 'faults';
    return this.envelopesLeft <= 0 ? 'messages' : undefined;
  }

  spendFault(): void {
    this.faultsLeft -= 1;
  }

  spendEnvelope(): void {
    this.envelopesLeft -= 1;
  }
}

type Level = SyntaxFault['level'];
type Details = Partial<Pick<SyntaxFault, 'segment' | 'position' | 'element' | 'value'>>;

class Faults {
  readonly list: SyntaxFault[] = [];

  constructor(
    private readonly level: Level,
    private readonly budget: FileBudget,
  ) {}

  reject(code: string, message: string, offset: number, details: Details = {}, level: Level = this.level): void {
    this.add({ level, code, rejects: true, message, offset, ...details });
  }

  note(code: string, message: string, offset: number, details: Details = {}, level: Level = this.level): void {
    this.add({ level, code, rejects: false, message, offset, ...details });
  }

  private add(fault: SyntaxFault): void {
    this.budget.spendFault();
    if (this.list.length < mostFaultsOfOne) this.list.push(fault);
    else if (this.list.length === mostFaultsOfOne) {
      const message = `There are more faults than these ${mostFaultsOfOne}; correct them first.`;
      this.list.push({ ...fault, rejects: true, message });
    }
  }
}

interface MessageDraft {
  readonly type: string;
  readonly controlNumber: string;
  readonly version: string;
  readonly ordinal: number;
  readonly segments: EdiSegment[];
  readonly faults: Faults;
  /** With header and trailer, also those that are not kept. */
  count: number;
}

interface GroupDraft {
  readonly functionalId: string;
  readonly sender: string;
  readonly receiver: string;
  readonly controlNumber: string;
  readonly version: string;
  readonly messages: EdiMessage[];
  readonly faults: Faults;
  readonly offset: number;
  readonly controlNumbers: Set<string>;
  statedMessages: number | null;
}

/** Reads one interchange after its ISA, and checks the counts and control numbers of its envelopes. */
export class EnvelopeReader {
  private readonly faults: Faults;
  private readonly groups: EdiGroup[] = [];
  private readonly segments: EdiSegment[] = [];
  private readonly controlNumber: string;
  private readonly source: SegmentSource;
  private readonly groupNumbers = new Set<string>();
  private readonly goodTags = new Set<string>();
  private group: GroupDraft | undefined;
  private message: MessageDraft | undefined;

  constructor(
    private readonly scanner: SegmentScanner,
    private readonly header: InterchangeHeader,
    private readonly start: number,
    private readonly limits: EdiLimits,
    private readonly budget: FileBudget,
  ) {
    this.faults = new Faults('interchange', budget);
    this.source = new SegmentSource(header.separators, scanner);
    this.controlNumber = this.headerValue(13);
  }

  /** Leaves the scanner after the IEA; before the next ISA, or at the end, when there is none. */
  read(): EdiInterchange {
    const { scanner } = this;
    this.budget.spendEnvelope();
    const preparedAt = this.checkHeader();
    this.readSegments();
    const [, , , , senderQualifier = '', sender = '', receiverQualifier = '', receiver = ''] = this.header.elements;
    return {
      standard: 'x12',
      separators: this.header.separators,
      sender: { qualifier: senderQualifier.trim(), id: sender.trim() },
      receiver: { qualifier: receiverQualifier.trim(), id: receiver.trim() },
      controlNumber: this.controlNumber,
      version: this.headerValue(12),
      preparedAt,
      // Anything but production must not reach the books.
      test: this.headerValue(15) !== 'P',
      acknowledgementRequested: this.headerValue(14) === '1',
      groups: this.groups,
      segments: this.segments,
      faults: this.faults.list,
      start: this.start,
      end: scanner.at,
    };
  }

  private headerValue(element: number): string {
    return this.header.elements[element - 1]?.trim() ?? '';
  }

  private checkHeader(): string {
    const { faults, start } = this;
    const at = (element: number): Details => ({ segment: 'ISA', element, value: this.headerValue(element) });
    if (this.headerValue(6) === '') faults.reject('006', 'ISA06, the sender, is empty.', start, at(6));
    if (this.headerValue(8) === '') faults.reject('008', 'ISA08, the receiver, is empty.', start, at(8));
    if (this.controlNumber === '') faults.reject('018', 'ISA13, the control number, is empty.', start, at(13));
    else if (!/^\d{1,9}$/.test(this.controlNumber)) {
      faults.note('018', 'ISA13, the control number, is not made of nine digits.', start, at(13));
    }
    if (!['0', '1'].includes(this.headerValue(14))) {
      faults.note('019', 'ISA14 is neither 0 nor 1; no TA1 is taken to be wanted.', start, at(14));
    }
    if (!['P', 'T', 'I'].includes(this.headerValue(15))) {
      faults.reject('020', 'ISA15 says neither P (production) nor T (test).', start, at(15));
    }
    const date = /^\d{6}$/.test(this.headerValue(9)) ? x12Date(this.headerValue(9)) : null;
    const time = x12Time(this.headerValue(10));
    if (date === null) faults.note('014', 'ISA09 is no date of the form YYMMDD.', start, at(9));
    if (time === null) faults.note('015', 'ISA10 is no time of the form HHMM.', start, at(10));
    return date === null || time === null ? '' : `${date}T${time}`;
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
      if (this.budget.spent !== undefined) {
        this.closeGroup(at);
        faults.reject(
          '024',
          `The file has too many ${this.budget.spent}; the rest of this interchange was not read.`,
          at,
        );
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
    const { tag } = segment;
    if (tag === 'ST') this.beginMessage(segment);
    else if (tag === 'SE' && this.message) this.endMessage(this.message, segment);
    else if (tag === 'GS') this.beginGroup(segment);
    else if (tag === 'GE') this.endGroup(segment);
    else if (this.message) this.addTo(this.message, segment);
    else if (this.group) this.addTo(this.headlessMessage(this.group, segment), segment);
    else if (interchangeTags.has(tag)) this.segments.push(this.segmentOf(segment, 0));
    else {
      const message = `The segment ${shown(tag)} stands outside of every group.`;
      this.faults.reject('024', message, segment.offset, { segment: shown(tag) });
    }
  }

  private beginGroup(scanned: ScannedSegment): void {
    this.budget.spendEnvelope();
    this.closeGroup(scanned.offset);
    const segment = this.segmentOf(scanned, 0);
    const group: GroupDraft = {
      functionalId: value(segment, 1),
      sender: value(segment, 2),
      receiver: value(segment, 3),
      controlNumber: value(segment, 6),
      version: value(segment, 8),
      messages: [],
      faults: new Faults('group', this.budget),
      offset: segment.offset,
      controlNumbers: new Set(),
      statedMessages: null,
    };
    const details = { segment: 'GS' };
    if (group.functionalId === '')
      group.faults.reject('1', 'GS01 is empty.', segment.offset, { ...details, element: 1 });
    if (group.version === '') {
      const message = 'GS08, the version of the standard, is empty.';
      group.faults.reject('2', message, segment.offset, { ...details, element: 8 });
    }
    if (group.controlNumber === '') {
      const message = 'GS06, the control number, is empty.';
      group.faults.reject('6', message, segment.offset, { ...details, element: 6 });
    } else {
      const key = withoutZeros(group.controlNumber);
      if (this.groupNumbers.has(key)) {
        const message = `The control number ${shown(group.controlNumber)} is there already in this interchange.`;
        group.faults.reject('19', message, segment.offset, { ...details, element: 6 });
      }
      this.groupNumbers.add(key);
    }
    this.group = group;
  }

  private beginMessage(scanned: ScannedSegment): void {
    this.closeMessage(scanned.offset);
    const segment = this.segmentOf(scanned, 1);
    const group = this.group ?? this.missingGroup(segment.offset);
    const controlNumber = value(segment, 2);
    const message = this.newMessage(group, value(segment, 1), controlNumber, value(segment, 3) || group.version);
    this.addTo(message, scanned);
    const details = { segment: 'ST', position: 1 };
    if (!/^\d{3}$/.test(message.type)) {
      const said = `ST01 is ${shown(message.type)}, no number of a transaction set.`;
      message.faults.reject('6', said, segment.offset, { ...details, element: 1 });
    }
    if (controlNumber === '') {
      const said = 'ST02, the control number, is empty.';
      message.faults.reject('7', said, segment.offset, { ...details, element: 2 });
    } else {
      const key = withoutZeros(controlNumber);
      if (group.controlNumbers.has(key)) {
        const said = `The control number ${shown(controlNumber)} is there already in this group.`;
        message.faults.reject('23', said, segment.offset, { ...details, element: 2 });
      }
      group.controlNumbers.add(key);
    }
  }

  private newMessage(group: GroupDraft, type: string, controlNumber: string, version: string): MessageDraft {
    this.budget.spendEnvelope();
    this.message = {
      type,
      controlNumber,
      version,
      ordinal: group.messages.length + 1,
      segments: [],
      faults: new Faults('message', this.budget),
      count: 0,
    };
    return this.message;
  }

  /** Segments without an ST before them are kept as a message that cannot be taken. */
  private headlessMessage(group: GroupDraft, { offset, tag }: ScannedSegment): MessageDraft {
    const message = this.newMessage(group, '', '', group.version);
    message.faults.reject('6', `The segment ${shown(tag)} comes without an ST before it.`, offset);
    return message;
  }

  private missingGroup(offset: number): GroupDraft {
    this.faults.reject('024', 'An ST stands outside of every group: the GS is missing.', offset, { segment: 'ST' });
    const group: GroupDraft = {
      functionalId: '',
      sender: '',
      receiver: '',
      controlNumber: '',
      version: '',
      messages: [],
      faults: new Faults('group', this.budget),
      offset,
      controlNumbers: new Set(),
      statedMessages: null,
    };
    this.group = group;
    return group;
  }

  private addTo(message: MessageDraft, segment: ScannedSegment): void {
    message.count += 1;
    const { limits } = this;
    const { tag, offset } = segment;
    if (message.count > limits.segmentsPerMessage) {
      if (message.count === limits.segmentsPerMessage + 1) {
        const said = `The message has more than ${limits.segmentsPerMessage} segments; its rest was not read.`;
        message.faults.reject('5', said, offset);
      }
      return;
    }
    const position = message.count;
    const length = segment.end - offset;
    if (length > limits.segmentBytes) {
      const said = `The segment ${shown(tag)} is longer than ${limits.segmentBytes} bytes.`;
      message.faults.reject('8', said, offset, { segment: shown(tag), position }, 'segment');
      return;
    }
    this.scanner.checkCharset(offset, segment.end);
    const kept = this.segmentOf(segment, position);
    message.segments.push(kept);
    if (!this.goodTags.has(tag)) this.checkTag(message, kept);
    if (length > Math.min(limits.elements, limits.components)) this.checkParts(message, kept);
  }

  private checkTag({ faults }: MessageDraft, { tag, position, offset }: EdiSegment): void {
    if (tagForm.test(tag)) {
      this.goodTags.add(tag);
      return;
    }
    const said = `${shown(tag) === '' ? 'A segment without a tag' : shown(tag)} is no segment of X12.`;
    faults.reject('1', said, offset, { segment: shown(tag), position }, 'segment');
  }

  private checkParts({ faults }: MessageDraft, { tag, elements, position, offset }: EdiSegment): void {
    const { limits } = this;
    const details = { segment: shown(tag), position };
    if (elements.length > limits.elements) {
      const said = `The segment ${shown(tag)} has ${elements.length} elements, at most ${limits.elements} are taken.`;
      faults.reject('3', said, offset, details, 'element');
    }
    const index = elements.findIndex((element) => element.some((parts) => parts.length > limits.components));
    if (index >= 0) {
      const said = `The element has more than ${limits.components} components.`;
      faults.reject('3', said, offset, { ...details, element: index + 1 }, 'element');
    }
  }

  private endMessage(message: MessageDraft, scanned: ScannedSegment): void {
    this.addTo(message, scanned);
    const { offset } = scanned;
    const segment = this.segmentOf(scanned, message.count);
    const details = { segment: 'SE', position: message.count };
    const headless = message.type === '' && message.controlNumber === '';
    const stated = numberOf(value(segment, 1));
    if (!headless && stated !== message.count) {
      const said = `SE01 says ${shown(value(segment, 1))} segments, there are ${message.count}.`;
      message.faults.reject('4', said, offset, { ...details, element: 1 });
    }
    if (!headless && !sameControlNumber(value(segment, 2), message.controlNumber)) {
      const said = `SE02 is ${shown(value(segment, 2))}, ST02 is ${shown(message.controlNumber)}.`;
      message.faults.reject('3', said, offset, { ...details, element: 2 });
    }
    this.keepMessage(message);
  }

  private closeMessage(offset: number): void {
    if (!this.message) return;
    this.message.faults.reject('2', 'The SE of the message is missing.', offset);
    this.keepMessage(this.message);
  }

  private keepMessage({ type, controlNumber, version, ordinal, segments, faults }: MessageDraft): void {
    this.group?.messages.push({ type, controlNumber, version, ordinal, segments, faults: faults.list });
    this.message = undefined;
  }

  private endGroup(scanned: ScannedSegment): void {
    const { offset } = scanned;
    const segment = this.segmentOf(scanned, 0);
    this.closeMessage(offset);
    const { group } = this;
    if (!group || group.functionalId + group.controlNumber === '') {
      this.faults.reject('024', 'A GE comes without a GS before it.', offset, { segment: 'GE' });
      this.keepGroup();
      return;
    }
    group.statedMessages = numberOf(value(segment, 1));
    if (group.statedMessages !== group.messages.length) {
      const said = `GE01 says ${shown(value(segment, 1))} messages, there are ${group.messages.length}.`;
      group.faults.reject('5', said, offset, { segment: 'GE', element: 1 });
    }
    if (!sameControlNumber(value(segment, 2), group.controlNumber)) {
      const said = `GE02 is ${shown(value(segment, 2))}, GS06 is ${shown(group.controlNumber)}.`;
      group.faults.reject('4', said, offset, { segment: 'GE', element: 2 });
    }
    this.keepGroup();
  }

  private closeGroup(offset: number): void {
    this.closeMessage(offset);
    this.group?.faults.reject('3', 'The GE of the group is missing.', offset);
    this.keepGroup();
  }

  private keepGroup(): void {
    if (!this.group) return;
    const { faults, offset, controlNumbers, ...group } = this.group;
    this.groups.push({ ...group, faults: faults.list });
    this.group = undefined;
  }

  private endInterchange(scanned: ScannedSegment): void {
    const { faults } = this;
    const { offset } = scanned;
    const segment = this.segmentOf(scanned, 0);
    if (this.group) this.closeGroup(offset);
    const stated = numberOf(value(segment, 1));
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

  private noteCut({ tag, offset, end }: ScannedSegment): void {
    const said = `The segment ${shown(tag)} is cut off after ${end - offset} bytes.`;
    if (this.message) this.message.faults.reject('2', said, offset, { segment: shown(tag) });
    else this.faults.reject('023', said, offset, { segment: shown(tag) });
  }

  private segmentOf({ tag, offset, end }: ScannedSegment, position: number): EdiSegment {
    return new X12Segment(tag, position, offset, end, this.source);
  }

  private noteEmptySegment(offset: number): void {
    const said = 'A segment is empty: two terminators follow one another.';
    if (this.message) {
      this.message.faults.note('1', said, offset, { position: this.message.count + 1 }, 'segment');
    } else this.faults.note('024', said, offset);
  }
}

function numberOf(sent: string): number | null {
  return /^\d{1,15}$/.test(sent) ? Number(sent) : null;
}

function shown(sent: string): string {
  return sent.slice(0, 80);
}
