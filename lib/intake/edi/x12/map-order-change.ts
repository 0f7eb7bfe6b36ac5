import { codeTable } from '../code-table';
import type { EdiMessage, EdiSegment } from '../interchange';
import type { EdiPurpose, LineChange, MappedMessage, OrderChange } from '../mapped-message';
import { chargeInWords } from './charges';
import { decimalText } from './decimal-text';
import {
  quantityOf,
  type ScheduledQuantity,
  scheduledDates,
  scheduledQuantity,
  scheduleInWords,
} from './delivery-schedule';
import { firstComponent, restOf, value, x12Date } from './elements';
import type { Findings } from './findings';
import { finished, hasOwnAddress, lineNumberOf } from './order-draft';
import { addToParty, buyerOf, type Party, partyOf } from './parties';
import { productIds, skuOf } from './product-ids';
import { badDate, dateOfDtm, type QualifiedDate, wantedDate } from './requested-dates';
import { unitPriceOf } from './unit-price';

/** BCH01, data element 353. An 860 says what is changed of an order: what replaces one whole is an 850. */
const purposes = codeTable<EdiPurpose>({ '01': 'cancel', '04': 'change' });

/** POC02, data element 670: what is to be done with the line. */
const actions = codeTable<LineChange['action']>({
  AI: 'add',
  DI: 'delete',
  NC: 'none',
  CA: 'change',
  CT: 'change',
  MU: 'change',
  PC: 'change',
  PQ: 'change',
  PR: 'change',
  QC: 'change',
  QD: 'change',
  QI: 'change',
  RB: 'change',
  RQ: 'change',
  RS: 'change',
  RZ: 'change',
});
/** Changes that are nothing without a quantity, without a price, and without a date. */
const quantityCodes: ReadonlySet<string> = new Set(['AI', 'QD', 'QI', 'PQ', 'QC', 'RQ']);
const priceCodes: ReadonlySet<string> = new Set(['PC', 'PQ', 'PR']);
const dateCodes: ReadonlySet<string> = new Set(['CT', 'RB', 'RS']);
/** Of the 860 in the releases 003010 to 005010; they restate the order, or say what is kept for the answers only. */
const quietTags: ReadonlySet<string> = new Set([
  ...['REF', 'PER', 'TAX', 'FOB', 'PAM', 'CSH', 'ITD', 'DIS', 'INC', 'LDT', 'LIN', 'SI', 'PID', 'MEA', 'PWK', 'PKG'],
  ...[
    'TD1',
    'TD3',
    'TD4',
    'TD5',
    'MAN',
    'PCT',
    'CTB',
    'TXI',
    'FA1',
    'FA2',
    'LM',
    'LQ',
    'SPI',
    'IN2',
    'NX2',
    'PO3',
    'PO4',
  ],
  ...['IT8', 'QTY', 'NM1', 'AMT', 'CTT', 'CUR', 'PO1', 'CN1', 'ADV', 'SSS'],
]);

/** Elements of the POC. */
const lineElements = { line: 1, reference: 1, action: 2, quantity: 3, uom: 5, unitPrice: 6, sku: 9, ids: 9 };

interface ChangeDraft {
  readonly segment: EdiSegment;
  readonly code: string;
  readonly dates: QualifiedDate[];
  readonly schedule: ScheduledQuantity[];
}

/** An 860 as the change or cancellation of an order. */
export function mapOrderChange(message: EdiMessage, findings: Findings): MappedMessage {
  return new OrderChangeMapping(findings).map(message.segments);
}

class OrderChangeMapping {
  private begin: EdiSegment | undefined;
  private purpose: EdiPurpose = 'unsupported';
  private readonly parties: Party[] = [];
  private readonly dates: QualifiedDate[] = [];
  private readonly notes: string[] = [];
  private readonly lines: ChangeDraft[] = [];
  /** The whole order gets another date. */
  private dated = false;
  private line: ChangeDraft | undefined;
  private party: Party | undefined;

  constructor(private readonly findings: Findings) {}

  map(segments: readonly EdiSegment[]): MappedMessage {
    const { findings } = this;
    for (const segment of segments) if (segment.tag !== 'ST' && segment.tag !== 'SE') this.take(segment);
    const { begin } = this;
    if (!begin) {
      const message = 'The BCH segment is missing: an 860 without it changes nothing.';
      findings.add({ path: findings.place, code: 'missing-field', message });
      return finished(findings, this.purpose, {});
    }
    if (this.purpose === 'unsupported') return finished(findings, this.purpose, {});
    if (hasOwnAddress(this.parties)) {
      findings.doubt('The change names an address of the ship-to; addresses are not changed by it. Compare them.');
    }
    const change = this.change(begin);
    return finished(findings, this.purpose, findings.faults.length === 0 ? { change } : {});
  }

  private take(segment: EdiSegment): void {
    const { findings } = this;
    if (this.party && addToParty(this.party, segment)) return;
    switch (segment.tag) {
      case 'BCH':
        this.beginChange(segment);
        return;
      case 'DTM':
        this.date(segment);
        return;
      case 'N1':
        this.party = partyOf(segment);
        if (!this.line) this.parties.push(this.party);
        return;
      case 'POC':
        this.beginLine(segment);
        return;
      case 'SCH':
        this.schedule(segment);
        return;
      case 'SDQ':
        findings.fault(
          segment,
          0,
          'not-supported',
          'Quantities by store (SDQ) are not supported; send one change a store.',
        );
        return;
      case 'N9':
        this.note(segment, value(segment, 3));
        return;
      case 'MSG':
        this.note(segment, value(segment, 1));
        return;
      case 'MTX':
      case 'NTE':
        this.note(segment, value(segment, 2));
        return;
      case 'SAC':
        this.charge(segment);
        return;
      case 'CTP':
      case 'SLN':
        findings.doubt(`${findings.at(segment)}: ${segment.tag} ${restOf(segment)} is not taken.`);
        return;
      default:
        if (quietTags.has(segment.tag)) return;
        findings.mistake(
          segment,
          0,
          'not-supported',
          `The segment ${segment.tag} is not known in an 860; it is not taken.`,
        );
    }
  }

  private beginChange(segment: EdiSegment): void {
    const { findings } = this;
    if (this.begin) {
      findings.fault(segment, 0, 'conflicting-values', 'There is a second BCH; send one change a message.');
      return;
    }
    this.begin = segment;
    const code = value(segment, 1);
    this.purpose = purposes.get(code) ?? 'unsupported';
    if (this.purpose === 'unsupported') {
      const said = `The purpose "${code}" of an 860 is not supported; send 04 to change the order, 01 to cancel it`;
      const message = `${said}, or to replace it the whole order as an 850 with 05.`;
      findings.fault(segment, 1, 'not-supported', message);
    }
    if (value(segment, 3) === '')
      findings.fault(segment, 3, 'missing-field', 'The number of the purchase order is missing.');
    for (const [pointer, element] of [
      ['/poNumber', 3],
      ['/release', 4],
      ['/changeNumber', 5],
    ] as const) {
      findings.came(pointer, segment, element);
    }
  }

  private change(begin: EdiSegment): OrderChange {
    const release = value(begin, 4);
    const buyer = buyerOf(this.parties);
    const changeDate = this.changeDate(begin);
    const requestedDelivery = wantedDate(this.dates)?.date;
    this.dated = requestedDelivery !== undefined;
    const lines = this.purpose === 'cancel' ? [] : this.lines.map((line) => this.lineChange(line));
    if (buyer) this.findings.came('/customer', buyer.segment, 4);
    return {
      poNumber: value(begin, 3),
      ...(release === '' ? {} : { release }),
      ...(buyer === undefined ? {} : { customer: buyer.id }),
      changeNumber: value(begin, 5),
      ...(changeDate === undefined ? {} : { changeDate }),
      ...(requestedDelivery === undefined ? {} : { requestedDelivery }),
      ...(this.notes.length === 0 ? {} : { note: this.notes.join('\n') }),
      lines,
    };
  }

  /** BCH11 is the date of the change, BCH06 that of the order. */
  private changeDate(begin: EdiSegment): string | undefined {
    for (const element of [11, 6]) {
      const sent = value(begin, element);
      if (sent === '') continue;
      const date = x12Date(sent);
      if (date === null) this.findings.fault(begin, element, 'bad-date', badDate);
      else if (element === 11) return date;
    }
    return undefined;
  }

  private beginLine(segment: EdiSegment): void {
    this.party = undefined;
    this.line = { segment, code: value(segment, 2), dates: [], schedule: [] };
    this.lines.push(this.line);
  }

  private lineChange(draft: ChangeDraft): LineChange {
    const { findings } = this;
    const { segment, code } = draft;
    findings.lineCame(segment, lineElements);
    const action = actions.get(code);
    if (action === undefined) {
      const message = `The change ${code || 'without a code'} of a line is not supported; send AI, DI, QI, QD, PC, PQ, CT, CA, RZ or NC.`;
      findings.fault(segment, 2, 'not-supported', message);
    }
    const reference = value(segment, 1);
    const line = lineNumberOf(reference);
    const ids = productIds(segment, 8);
    const { sku, others } = skuOf(ids);
    const quantity = quantityOf(value(segment, 3), draft.schedule, findings);
    const uom = firstComponent(segment, 5);
    const { price, fault, doubt } = unitPriceOf(value(segment, 6), value(segment, 7), uom);
    if (fault) findings.fault(segment, 6, fault.code, fault.message);
    if (doubt) findings.doubt(`${findings.at(segment, 6)}: ${doubt}; check that it is the price to be paid.`);
    const wanted = this.wantedOf(draft);
    this.checkComplete(segment, code, { quantity, price, wanted });
    if (reference === '' && sku === undefined) {
      findings.fault(segment, 1, 'missing-field', 'The line is named neither by its number nor by an article.');
    }
    return {
      action: action ?? 'none',
      ...(line === undefined ? {} : { line }),
      ...(reference === '' ? {} : { reference }),
      ...(sku === undefined ? {} : { sku }),
      ...(others.length === 0 ? {} : { ids: others }),
      ...(quantity === '' ? {} : { quantity: decimalText(quantity) }),
      ...(uom === '' ? {} : { uom }),
      ...(price === undefined ? {} : { unitPrice: price }),
      ...(wanted === undefined ? {} : { requestedDelivery: wanted }),
    };
  }

  private checkComplete(
    segment: EdiSegment,
    code: string,
    { quantity, price, wanted }: { quantity: string; price: string | undefined; wanted: string | undefined },
  ): void {
    const { findings } = this;
    if (quantity === '' && quantityCodes.has(code)) {
      findings.fault(segment, 3, 'missing-field', `The change ${code} needs the new quantity.`);
    }
    if (price === undefined && priceCodes.has(code)) {
      findings.fault(segment, 6, 'missing-field', `The change ${code} needs the new price.`);
    }
    if (wanted === undefined && dateCodes.has(code) && !this.dated) {
      findings.fault(segment, 0, 'missing-field', `The change ${code} needs the new date in a DTM or SCH.`);
    }
  }

  private date(segment: EdiSegment): void {
    const found = dateOfDtm(segment);
    if (found === undefined) {
      this.findings.fault(segment, 2, 'bad-date', badDate);
      return;
    }
    if (found) (this.line ? this.line.dates : this.dates).push(found);
  }

  private schedule(segment: EdiSegment): void {
    const { line, findings } = this;
    if (!line) {
      findings.fault(segment, 0, 'conflicting-values', 'An SCH comes before any line.');
      return;
    }
    const scheduled = scheduledQuantity(segment, firstComponent(line.segment, 5), findings);
    if (scheduled) line.schedule.push(scheduled);
  }

  /** Only one date of a line can be changed: the earliest is taken. */
  private wantedOf(line: ChangeDraft): string | undefined {
    const dates = scheduledDates(line.schedule);
    if (dates.length > 1) {
      const name = this.nameOf(line);
      this.findings.doubt(
        `Line ${name} is wanted on more than one date (${dates.slice(0, 8).join(', ')}); the earliest is taken.`,
      );
      this.notes.push(`Line ${name}: ${scheduleInWords(line.schedule)}`);
    }
    return dates[0] ?? wantedDate(line.dates)?.date;
  }

  private note(segment: EdiSegment, sent: string): void {
    if (sent === '') return;
    this.notes.push(this.line ? `Line ${this.nameOf(this.line)}: ${sent}` : sent);
    if (this.findings.reading.reviewText)
      this.findings.doubt(`${this.findings.at(segment)} says: ${sent.slice(0, 500)}`);
  }

  private nameOf({ segment }: ChangeDraft): string {
    return value(segment, 1) || skuOf(productIds(segment, 8)).sku || 'without a number';
  }

  private charge(segment: EdiSegment): void {
    const words = chargeInWords(segment);
    if (words !== undefined) this.findings.doubt(`The change names ${words}; it is not taken into the prices.`);
  }
}
