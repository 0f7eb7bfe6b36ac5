import type { EdiGroup, EdiSegment } from '../interchange';
import { countOf, sameReference } from './control-values';
import type { MessageBuilder } from './message-builder';
import { codeValue } from './segment-view';
import { faultAt, SyntaxFaults } from './syntax-faults';

/** Puts the messages of one group together, or those of an interchange that stand in none. */
export class GroupBuilder {
  readonly faults = new SyntaxFaults();
  trailer: EdiSegment | undefined;
  private readonly messages: MessageBuilder[] = [];
  private readonly references = new Set<string>();

  constructor(
    readonly header: EdiSegment | undefined,
    private readonly interchangeHeader: EdiSegment,
  ) {}

  get count(): number {
    return this.messages.length;
  }

  get controlNumber(): string {
    return this.header ? codeValue(this.header, 5) : '';
  }

  register(message: MessageBuilder): void {
    if (this.references.has(message.controlNumber)) message.sameReference();
    this.references.add(message.controlNumber);
    this.messages.push(message);
  }

  close(): void {
    const { header, trailer } = this;
    if (!header) return;
    if (!trailer) {
      this.faults.add(faultAt('group', '13', 'The UNE is missing: the group is incomplete.', header));
      return;
    }
    const stated = codeValue(trailer, 1);
    if (countOf(stated) !== this.count) {
      const message = `The UNE says ${stated.slice(0, 10) || 'nothing'} of the number of messages, there are ${this.count}.`;
      const code = countOf(stated) === null ? '12' : '29';
      this.faults.add(faultAt('group', code, message, trailer, { element: 1, dataElement: '0060', value: stated }));
    }
    const reference = codeValue(trailer, 2);
    if (!sameReference(reference, this.controlNumber)) {
      const message = 'The references of UNG and UNE differ.';
      this.faults.add(faultAt('group', '28', message, trailer, { element: 2, dataElement: '0048', value: reference }));
    }
  }

  build(statedInInterchange: number | null): EdiGroup {
    const { header, trailer } = this;
    const messages = this.messages.map((message) => message.build());
    if (!header) {
      return {
        functionalId: '',
        sender: codeValue(this.interchangeHeader, 2),
        receiver: codeValue(this.interchangeHeader, 3),
        controlNumber: '',
        version: '',
        messages,
        statedMessages: statedInInterchange,
        faults: this.faults.all(),
      };
    }
    return {
      functionalId: codeValue(header, 1),
      sender: codeValue(header, 2),
      receiver: codeValue(header, 3),
      controlNumber: this.controlNumber,
      version: [1, 2, 3]
        .map((component) => codeValue(header, 7, component))
        .filter((part) => part !== '')
        .join(':'),
      messages,
      statedMessages: trailer ? countOf(codeValue(trailer, 1)) : null,
      faults: this.faults.all(),
    };
  }
}
