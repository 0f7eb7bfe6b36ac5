import type { EdiInterchange, EdiLimits, EdiParty, EdiSegment } from '../interchange';
import { countOf, sameReference } from './control-values';
import { GroupBuilder } from './group-builder';
import { MessageBuilder } from './message-builder';
import type { SegmentProblem } from './segment-scanner';
import { codeValue } from './segment-view';
import { type FaultDetail, faultAt, SyntaxFaults } from './syntax-faults';

type Problem = SegmentProblem | undefined;

/** Puts the segments of one interchange together: groups, messages, and what is wrong with the envelopes. */
export class InterchangeBuilder {
  readonly warnings: string[] = [];
  private readonly faults = new SyntaxFaults();
  private readonly groups: GroupBuilder[] = [];
  /** Of the messages that stand in no group. */
  private ungrouped: GroupBuilder | undefined;
  private grouped = false;
  private group: GroupBuilder | undefined;
  private message: MessageBuilder | undefined;
  private trailer: EdiSegment | undefined;
  private readonly references = new Set<string>();
  private emptySegments = 0;
  /** The characters are chosen by escape sequences. */
  private iso2022 = false;
  private strays = 0;

  constructor(
    private readonly header: EdiSegment,
    private readonly start: number,
    private readonly limits: EdiLimits,
  ) {
    this.checkHeader();
  }

  add(segment: EdiSegment, problem: Problem): void {
    switch (segment.tag) {
      case 'UNH':
        this.openMessage(segment, problem);
        return;
      case 'UNT':
        if (this.message) this.message.trailer(segment, problem);
        else this.stray(segment, 'A UNT without a UNH before it; was the UNH damaged?');
        this.closeMessage();
        return;
      case 'UNG':
        this.openGroup(segment);
        return;
      case 'UNE':
        this.closeMessage();
        if (this.group) this.group.trailer = segment;
        else this.stray(segment, 'A UNE without a UNG before it.');
        this.closeGroup();
        return;
      case 'UNZ':
        this.closeMessage();
        this.closeGroup();
        this.trailer = segment;
        return;
      default:
        if (this.message) this.message.add(segment, problem);
        else this.outside(segment);
    }
  }

  /** The text ends inside a segment. */
  cutOff(offset: number, value: string, message: string): void {
    const detail = { offset, segment: value.slice(0, 3), value };
    if (this.message) this.message.faults.add({ level: 'message', code: '13', rejects: true, message, ...detail });
    else this.faults.add({ level: 'interchange', code: '13', rejects: true, message, ...detail });
  }

  close(end: number): EdiInterchange {
    this.closeMessage();
    this.closeGroup();
    this.checkTrailer();
    if (this.emptySegments > 0) {
      this.warnings.push(
        `The interchange ${this.controlNumber} has ${this.emptySegments} empty segments; they were passed over.`,
      );
    }
    const { header } = this;
    return {
      standard: 'edifact',
      sender: partyOf(header, 2),
      receiver: partyOf(header, 3),
      controlNumber: this.controlNumber,
      version: [codeValue(header, 1, 1), codeValue(header, 1, 2)].filter((part) => part !== '').join(':'),
      preparedAt: preparedAtOf(codeValue(header, 4, 1), codeValue(header, 4, 2)),
      test: codeValue(header, 11) === '1',
      acknowledgementRequested: codeValue(header, 9) === '1',
      groups: this.groups.map((group) => group.build(this.statedMessages)),
      faults: this.faults.all(),
      start: this.start,
      end,
    };
  }

  private get controlNumber(): string {
    return codeValue(this.header, 5);
  }

  /** UNZ 0036 counts messages when there are no groups. */
  private get statedMessages(): number | null {
    return this.trailer ? countOf(codeValue(this.trailer, 1)) : null;
  }

  private checkHeader(): void {
    const { header } = this;
    const mandatory: [number, string, string][] = [
      [1, '0001', 'the syntax identifier'],
      [2, '0004', 'the sender'],
      [3, '0010', 'the recipient'],
      [5, '0020', 'the control reference'],
    ];
    for (const [element, dataElement, name] of mandatory) {
      if (codeValue(header, element) !== '') continue;
      this.fault('13', `The UNB lacks ${name}.`, header, { element, dataElement });
    }
    const version = codeValue(header, 1, 2);
    if (!/^[1-4]$/.test(version)) {
      const detail = { element: 1, component: 2, dataElement: '0002', value: version };
      this.fault('2', 'The syntax version must be 1, 2, 3 or 4.', header, detail, version !== '');
    }
    if (codeValue(header, 1, 1).toUpperCase() === 'UNOX') {
      this.iso2022 = true;
    }
    if (preparedAtOf(codeValue(header, 4, 1), codeValue(header, 4, 2)) === '') {
      const detail = { element: 4, dataElement: '0017', value: codeValue(header, 4) };
      this.fault('12', 'The date and time of the UNB cannot be read.', header, detail, false);
    }
  }

  private checkTrailer(): void {
    const { trailer, header } = this;
    if (!trailer) {
      this.fault('13', 'The UNZ is missing: the interchange is incomplete. Send it again as a whole.', header);
      return;
    }
    const reference = codeValue(trailer, 2);
    if (!sameReference(reference, this.controlNumber)) {
      const message = `The UNZ has the reference ${reference.slice(0, 35)}, the UNB ${this.controlNumber.slice(0, 35)}; they must be equal.`;
      this.fault('28', message, trailer, { element: 2, dataElement: '0020', value: reference });
    }
    const { grouped } = this;
    const counted = grouped ? this.groups.length : (this.groups[0]?.count ?? 0);
    const stated = codeValue(trailer, 1);
    if (countOf(stated) !== counted) {
      const what = grouped ? 'groups' : 'messages';
      const message = `The UNZ says ${stated.slice(0, 10) || 'nothing'} of the number of ${what}, there are ${counted}.`;
      this.fault(countOf(stated) === null ? '12' : '29', message, trailer, {
        element: 1,
        dataElement: '0036',
        value: stated,
      });
    }
    if (this.groups.length === 0) this.fault('32', 'The interchange has no message.', header);
  }

  private openMessage(segment: EdiSegment, problem: Problem): void {
    this.closeMessage();
    if (!this.group) {
      if (this.grouped) this.fault('30', 'A message stands outside the groups of the interchange.', segment);
      if (!this.ungrouped) {
        this.ungrouped = new GroupBuilder(undefined, this.header);
        this.groups.push(this.ungrouped);
      }
      this.group = this.ungrouped;
    }
    this.message = new MessageBuilder(segment, problem, this.group.count + 1, this.limits);
    if (this.iso2022) this.message.refuseEscapes();
    this.group.register(this.message);
  }

  private openGroup(segment: EdiSegment): void {
    this.closeMessage();
    this.closeGroup();
    if (this.ungrouped) {
      this.fault('30', 'The interchange has messages in groups and outside of groups.', segment);
    }
    this.grouped = true;
    this.group = new GroupBuilder(segment, this.header);
    if (this.references.has(this.group.controlNumber)) {
      const message = 'Another group of the interchange has the same reference.';
      const detail = { element: 5, dataElement: '0048', value: this.group.controlNumber };
      this.group.faults.add(faultAt('group', '26', message, segment, detail, false));
    }
    this.references.add(this.group.controlNumber);
    this.groups.push(this.group);
  }

  private closeMessage(): void {
    this.message?.close();
    this.message = undefined;
  }

  private closeGroup(): void {
    this.group?.close();
    this.group = undefined;
  }

  private outside(segment: EdiSegment): void {
    if (segment.tag === '' && segment.elements.length === 0) this.emptySegments += 1;
    else this.stray(segment, 'A segment stands outside a message; was the UNH before it damaged?');
  }

  /** Only the first of the segments that follow each other outside is told. */
  private stray(segment: EdiSegment, message: string): void {
    this.strays += 1;
    if (this.strays <= 20) this.fault('33', message, segment);
  }

  private fault(code: string, message: string, segment: EdiSegment, detail?: FaultDetail, rejects = true): void {
    this.faults.add(faultAt('interchange', code, message, segment, detail, rejects));
  }
}

function partyOf(header: EdiSegment, element: number): EdiParty {
  return { qualifier: codeValue(header, element, 2), id: codeValue(header, element, 1) };
}

/** S004: YYMMDD or CCYYMMDD, and HHMM. */
function preparedAtOf(date: string, time: string): string {
  const match = /^(\d{2}|\d{4})(\d{2})(\d{2})$/.exec(date);
  const clock = /^([01]\d|2[0-3])([0-5]\d)(?:[0-5]\d)?$/.exec(time === '' ? '0000' : time);
  if (!match || !clock) return '';
  const [, year = '', month = '', day = ''] = match;
  const full = year.length === 4 ? year : `${Number(year) < 70 ? '20' : '19'}${year}`;
  const valid = Number(month) >= 1 && Number(month) <= 12 && Number(day) >= 1 && Number(day) <= 31;
  return valid ? `${full}-${month}-${day}T${clock[1]}:${clock[2]}` : '';
}
