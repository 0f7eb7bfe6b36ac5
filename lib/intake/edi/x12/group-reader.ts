import type { EdiGroup, EdiMessage } from '../interchange';
import { sameControlNumber, value, withoutZeros } from './elements';
import { type InterchangeReading, MessageReader, segmentOf } from './message-reader';
import type { ScannedSegment } from './segment-scanner';
import { countOf, SyntaxFaults, shown } from './syntax-faults';

type GroupHead = Pick<EdiGroup, 'functionalId' | 'sender' | 'receiver' | 'controlNumber' | 'version'>;
const noHead: GroupHead = { functionalId: '', sender: '', receiver: '', controlNumber: '', version: '' };

/** A group while its messages come, from its GS to its GE; without `header` one that was not begun. */
export class GroupReader {
  private readonly head: GroupHead;
  private readonly messages: EdiMessage[] = [];
  private readonly faults: SyntaxFaults;
  private readonly controlNumbers = new Set<string>();
  private statedMessages: number | null = null;
  private message: MessageReader | undefined;

  constructor(
    private readonly reading: InterchangeReading,
    header?: ScannedSegment,
  ) {
    this.faults = new SyntaxFaults('group', reading.budget);
    this.head = header ? this.begin(header) : noHead;
  }

  private begin(scanned: ScannedSegment): GroupHead {
    this.reading.budget.spendEnvelope();
    const segment = segmentOf(this.reading, scanned, 0);
    const { offset } = segment;
    const head = {
      functionalId: value(segment, 1),
      sender: value(segment, 2),
      receiver: value(segment, 3),
      controlNumber: value(segment, 6),
      version: value(segment, 8),
    };
    const at = (element: number) => ({ segment: 'GS', element });
    if (head.functionalId === '') this.faults.reject('1', 'GS01 is empty.', offset, at(1));
    if (head.version === '') this.faults.reject('2', 'GS08, the version of the standard, is empty.', offset, at(8));
    if (head.controlNumber === '') this.faults.reject('6', 'GS06, the control number, is empty.', offset, at(6));
    return head;
  }

  /** Its control number without leading zeros; '' when there is none. */
  get number(): string {
    return withoutZeros(this.head.controlNumber);
  }

  /** False for a group that has no GS, or one that says nothing. */
  get hasHeader(): boolean {
    return this.head.functionalId + this.head.controlNumber !== '';
  }

  get openMessage(): MessageReader | undefined {
    return this.message;
  }

  noteRepeatedNumber(offset: number): void {
    const said = `The control number ${shown(this.head.controlNumber)} is there already in this interchange.`;
    this.faults.reject('19', said, offset, { segment: 'GS', element: 6 });
  }

  /** Begins a message with its ST. */
  beginMessage(scanned: ScannedSegment): void {
    const segment = segmentOf(this.reading, scanned, 1);
    const controlNumber = value(segment, 2);
    const version = value(segment, 3) || this.head.version;
    const message = this.newMessage(value(segment, 1), controlNumber, version);
    message.begin(scanned);
    if (controlNumber === '') return;
    const key = withoutZeros(controlNumber);
    if (this.controlNumbers.has(key)) message.noteRepeatedNumber(scanned.offset);
    this.controlNumbers.add(key);
  }

  /** Takes a segment; one without an ST before it begins a message that cannot be taken. */
  add(scanned: ScannedSegment): void {
    if (!this.message) this.newMessage('', '', this.head.version).noteMissingHeader(scanned);
    this.message?.add(scanned);
  }

  private newMessage(type: string, controlNumber: string, version: string): MessageReader {
    const ordinal = this.messages.length + 1;
    this.message = new MessageReader(this.reading, { type, controlNumber, version, ordinal });
    return this.message;
  }

  endMessage(scanned: ScannedSegment): void {
    this.message?.end(scanned);
    this.keepMessage();
  }

  /** Ends the message that is open, without its SE. */
  closeMessage(offset: number): void {
    this.message?.noteMissingTrailer(offset);
    this.keepMessage();
  }

  private keepMessage(): void {
    if (this.message) this.messages.push(this.message.message());
    this.message = undefined;
  }

  /** Takes the GE, and holds it against the GS and the number of messages. */
  end(scanned: ScannedSegment): void {
    const { messages, head, faults } = this;
    const segment = segmentOf(this.reading, scanned, 0);
    this.statedMessages = countOf(value(segment, 1));
    if (this.statedMessages !== messages.length) {
      const said = `GE01 says ${shown(value(segment, 1))} messages, there are ${messages.length}.`;
      faults.reject('5', said, scanned.offset, { segment: 'GE', element: 1 });
    }
    if (!sameControlNumber(value(segment, 2), head.controlNumber)) {
      const said = `GE02 is ${shown(value(segment, 2))}, GS06 is ${shown(head.controlNumber)}.`;
      faults.reject('4', said, scanned.offset, { segment: 'GE', element: 2 });
    }
  }

  noteMissingTrailer(offset: number): void {
    this.faults.reject('3', 'The GE of the group is missing.', offset);
  }

  group(): EdiGroup {
    const { head, messages, statedMessages, faults } = this;
    return { ...head, messages, statedMessages, faults: faults.list };
  }
}
