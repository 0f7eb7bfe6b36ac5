import type { Decimal } from '../../../domain/decimal';
import type { EdiSegment } from '../interchange';
import type { EdiPurpose, LineEcho, MappedMessage, OrderChange, OrderEcho, Reference } from '../mapped-message';
import { add, decimalOf, decimalText, equal, equalButRounding, multiply, sumOf, textOf } from './decimal-text';
import { quantityOf, type ScheduledQuantity, scheduledDates, scheduleInWords } from './delivery-schedule';
import { value } from './elements';
import type { Findings, LineElements } from './findings';
import { buyerOf, hasAddress, type Party, shipToOf, shipToParty } from './parties';
import { skuOf } from './product-ids';
import { dateNote, type QualifiedDate, wantedDate } from './requested-dates';
import { unitPriceOf } from './unit-price';

const greatestLine = 999_999;

/** One line of an order while its segments come. */
export interface LineDraft {
  readonly segment: EdiSegment;
  /** From 1. */
  readonly ordinal: number;
  /** As sent; '' when there is none. */
  readonly reference: string;
  quantity: string;
  readonly uom: string;
  readonly price: string;
  readonly basis: string;
  readonly ids: readonly Reference[];
  /** Where its fields stand in its segment. */
  readonly elements: LineElements;
  readonly dates: QualifiedDate[];
  readonly schedule: ScheduledQuantity[];
  readonly parties: Party[];
  readonly references: Reference[];
  currency: string;
  unitPrice?: string;
}

/** What is known of an order when its message is read to the end; turns it into the public fields. */
export class OrderDraft {
  poNumber = '';
  release = '';
  poDate = '';
  orderType = '';
  currency = '';
  begin: EdiSegment | undefined;
  readonly parties: Party[] = [];
  readonly references: Reference[] = [];
  readonly notes: string[] = [];
  readonly dates: QualifiedDate[] = [];
  readonly lines: LineDraft[] = [];
  /** Charges and allowances that amounts of the message may contain. */
  charged = false;
  /** Lines that name prices besides their own. */
  private readonly otherPrices = new Set<string>();

  constructor(private readonly findings: Findings) {}

  keep(qualifier: string, sent: string): void {
    if (sent !== '') this.references.push({ qualifier, value: sent });
  }

  /** Free text that may change the order. */
  addText(segment: EdiSegment, sent: string, line?: LineDraft): void {
    if (sent === '') return;
    this.notes.push(line ? `Line ${this.nameOf(line)}: ${sent}` : sent);
    if (this.findings.reading.reviewText)
      this.findings.doubt(`${this.findings.at(segment)} says: ${sent.slice(0, 500)}`);
  }

  addOtherPrice(line: LineDraft | undefined): void {
    this.otherPrices.add(line ? `line ${this.nameOf(line)}` : 'the order');
  }

  nameOf(line: LineDraft): string {
    return line.reference || String(line.ordinal);
  }

  mapped(purpose: EdiPurpose): MappedMessage {
    const { findings } = this;
    const numbers = lineNumbers(this.lines);
    if (this.otherPrices.size > 0) {
      const named = [...this.otherPrices].slice(0, 20).join(', ');
      findings.doubt(`Further prices (CTP) are not taken: of ${named}${this.otherPrices.size > 20 ? ', …' : ''}.`);
    }
    const order = this.order(numbers);
    const echo = this.echo(numbers);
    return finished(findings, purpose, findings.faults.length === 0 ? { order, echo } : { readable: order, echo });
  }

  /** An order message that only takes back what was ordered. */
  cancelled(): MappedMessage {
    const { findings, poNumber, release } = this;
    const customer = this.customer();
    const change: OrderChange = {
      poNumber,
      ...(release === '' ? {} : { release }),
      ...(customer === undefined ? {} : { customer }),
      changeNumber: '',
      lines: [],
    };
    const echo = this.echo(lineNumbers(this.lines));
    return finished(findings, 'cancel', findings.faults.length === 0 ? { change, echo } : { echo });
  }

  echo(numbers: readonly number[]): OrderEcho {
    const { poNumber, release, poDate, orderType, references } = this;
    return {
      poNumber,
      release,
      poDate,
      orderType,
      parties: this.parties.map(({ code, qualifier, id, names }) => ({ code, qualifier, id, name: names.join(', ') })),
      references,
      currency: this.commonCurrency(),
      lines: this.lines.map((line, index) => lineEcho(line, numbers[index] ?? 0)),
    };
  }

  private order(numbers: readonly number[]): Record<string, unknown> {
    const order: Record<string, unknown> = { poNumber: this.poNumber };
    give(order, 'release', this.release);
    give(order, 'customer', this.customer() ?? '');
    give(order, 'currency', this.commonCurrency());
    give(order, 'orderDate', this.poDate);
    give(order, 'requestedDelivery', this.requestedDelivery());
    const shipTo = this.shipTo();
    if (shipTo && Object.keys(shipTo).length > 0) order.shipTo = shipTo;
    for (const date of this.dates) {
      const note = dateNote(date);
      if (note !== undefined) this.notes.push(note);
    }
    give(order, 'note', this.notes.join('\n'));
    order.lines = this.lines.map((line, index) => this.line(line, numbers[index] ?? 0));
    return order;
  }

  private line(line: LineDraft, number: number): Record<string, unknown> {
    const { findings } = this;
    const { segment } = line;
    findings.lineCame(segment, line.elements);
    const { sku, others } = skuOf(line.ids);
    const mapped: Record<string, unknown> = { line: String(number) };
    give(mapped, 'sku', sku ?? '');
    give(mapped, 'quantity', decimalText(line.quantity));
    give(mapped, 'uom', line.uom);
    give(mapped, 'unitPrice', this.unitPrice(line));
    if (others.length > 0) mapped.ids = others;
    return mapped;
  }

  private unitPrice(line: LineDraft): string {
    const { price, fault, doubt } = unitPriceOf(line.price, line.basis, line.uom);
    if (fault) this.findings.fault(line.segment, line.elements.unitPrice ?? 0, fault.code, fault.message);
    if (doubt) this.findings.doubt(`Line ${this.nameOf(line)}: ${doubt}; check that it is the price to be paid.`);
    if (price !== undefined) line.unitPrice = price;
    return price ?? '';
  }

  private customer(): string | undefined {
    const buyer = buyerOf(this.parties);
    if (buyer) {
      this.findings.came('/customer', buyer.segment, 4);
      return buyer.id;
    }
    if (this.findings.reading.customer) return this.findings.reading.customer;
    const message = 'Nobody is named as the buyer with an id; send an N1 segment with BY and the id (N104).';
    this.findings.missing('/customer', 'N1', message);
    return undefined;
  }

  private shipTo(): Record<string, string> | undefined {
    const ofHeader = shipToParty(this.parties);
    if (this.parties.filter(({ code }) => code === 'ST').length > 1) {
      this.findings.doubt('The order names more than one ship-to; the first one is taken.');
    }
    const ofLines = this.lines.map((line) => line.parties.find(({ code }) => code === 'ST'));
    const [first] = ofLines;
    const same = ofLines.every((party) => partyKey(party) === partyKey(first));
    const party = first && same && ofHeader?.code !== 'ST' ? first : ofHeader;
    const others = ofLines.filter((each) => each !== undefined && partyKey(each) !== partyKey(party));
    if (others.length > 0) {
      this.findings.doubt('Lines of the order go to other places than the order itself; only one ship-to is taken.');
    }
    if (!party) return undefined;
    this.findings.came('/shipTo', party.segment, 0);
    return shipToOf(party);
  }

  private commonCurrency(): string {
    const ofLines = [...new Set(this.lines.map(({ currency }) => currency).filter((currency) => currency !== ''))];
    if (this.currency !== '') return this.currency;
    return ofLines.length === 1 ? (ofLines[0] ?? '') : '';
  }

  /** Prices in two currencies cannot be one order. */
  checkCurrencies(): void {
    const currency = this.commonCurrency();
    for (const line of this.lines) {
      if (line.currency === '' || line.currency === currency) continue;
      const message = `The line is priced in ${line.currency}, others in ${currency || 'another currency'}; send one order a currency.`;
      this.findings.fault(line.segment, 0, 'currency-mismatch', message);
    }
  }

  /** The earliest that a line asks for; dates of lines go before that of the order. */
  private requestedDelivery(): string {
    const ofHeader = wantedDate(this.dates)?.date ?? '';
    const wanted = new Set<string>();
    for (const line of this.lines) {
      const scheduled = scheduledDates(line.schedule);
      for (const date of scheduled) wanted.add(date);
      if (scheduled.length === 0) wanted.add(wantedDate(line.dates)?.date ?? ofHeader);
    }
    wanted.delete('');
    const dates = [...wanted].sort();
    if (dates.length > 1) {
      this.findings.doubt(
        `The lines ask for different dates (${dates.slice(0, 8).join(', ')}); the earliest is taken for the whole order.`,
      );
      this.noteLineDates();
    }
    return dates[0] ?? ofHeader;
  }

  private noteLineDates(): void {
    for (const line of this.lines) {
      const single = wantedDate(line.dates);
      if (line.schedule.length > 0) this.notes.push(`Line ${this.nameOf(line)}: ${scheduleInWords(line.schedule)}`);
      else if (single) this.notes.push(`Line ${this.nameOf(line)}: on ${single.date}`);
    }
  }

  /** Quantities by date must add up to what is ordered. */
  checkSchedules(): void {
    for (const line of this.lines) line.quantity = quantityOf(line.quantity, line.schedule, this.findings);
  }

  checkLineCount(segment: EdiSegment, element: number): void {
    const stated = value(segment, element);
    if (stated === '' || Number(stated) === this.lines.length) return;
    const said = `The message says ${stated} lines, there are ${this.lines.length}.`;
    this.findings.mistake(segment, element, 'conflicting-values', said);
  }

  checkQuantitySum(segment: EdiSegment, element: number): void {
    const stated = decimalOf(value(segment, element));
    const sum = sumOf(this.lines.map(({ quantity }) => quantity));
    if (stated === null || sum === null || equal(stated, sum)) return;
    const said = `The message says ${textOf(stated)} as the sum of the quantities, they are ${textOf(sum)}.`;
    this.findings.mistake(segment, element, 'conflicting-values', said);
  }

  /** Only when every line has a price, and no charge or allowance comes on top. */
  checkAmount(segment: EdiSegment, element: number, lines: readonly LineDraft[]): void {
    const stated = decimalOf(value(segment, element));
    const sum = this.charged || stated === null ? null : sumOfAmounts(lines);
    if (stated === null || sum === null || equalButRounding(stated, sum, lines.length + 1)) return;
    const said = `The message says an amount of ${textOf(stated)}, quantities and prices give ${textOf(sum)}.`;
    this.findings.mistake(segment, element, 'conflicting-values', said);
  }
}

/** A message as the intake takes it, with all that was found. */
export function finished(
  findings: Findings,
  purpose: EdiPurpose,
  content: Pick<MappedMessage, 'order' | 'readable' | 'change' | 'acknowledgements' | 'echo'>,
): MappedMessage {
  const { place, review, warnings, faults } = findings;
  return {
    purpose,
    place,
    ...content,
    review,
    warnings,
    faults,
    placeOf: (pointer) => findings.placeOf(pointer),
    segmentOf: (line, field) => findings.segmentOf(line, field),
  };
}

export function hasOwnAddress(parties: readonly Party[]): boolean {
  return parties.some((party) => party.code === 'ST' && hasAddress(party));
}

/** Whether a reference is a number of a line that an order can have. */
export function lineNumberOf(reference: string): number | undefined {
  if (!/^\d{1,9}$/.test(reference)) return undefined;
  const number = Number(reference);
  return number >= 1 && number <= greatestLine ? number : undefined;
}

/** PO101 where it is a number, and otherwise the ordinal, or a number after all others when that is taken. */
function lineNumbers(lines: readonly LineDraft[]): number[] {
  const taken = new Set<number>();
  let greatest = lines.length;
  for (const { reference } of lines) {
    const number = lineNumberOf(reference);
    if (number === undefined) continue;
    taken.add(number);
    greatest = Math.max(greatest, number);
  }
  return lines.map(({ reference }, index) => {
    const sent = lineNumberOf(reference);
    if (sent !== undefined) return sent;
    const ordinal = index + 1;
    const number = taken.has(ordinal) ? ++greatest : ordinal;
    taken.add(number);
    return number;
  });
}

function lineEcho(draft: LineDraft, line: number): LineEcho {
  const { reference, quantity, uom, price, basis, ids, references } = draft;
  const echo = { line, reference, quantity, uom, unitPrice: price, basis, ids };
  return references.length === 0 ? echo : { ...echo, references };
}

function partyKey(party: Party | undefined): string {
  if (!party) return '';
  const { qualifier, id, names, address } = party;
  return id === '' ? JSON.stringify([names, address]) : `${qualifier}:${id}`;
}

function sumOfAmounts(lines: readonly LineDraft[]): Decimal | null {
  let sum: Decimal = { units: 0n, scale: 0 };
  for (const { quantity, unitPrice } of lines) {
    const [count, price] = [decimalOf(quantity), decimalOf(unitPrice ?? '')];
    if (count === null || price === null) return null;
    sum = add(sum, multiply(count, price));
  }
  return sum;
}

function give(fields: Record<string, unknown>, field: string, sent: string): void {
  if (sent !== '') fields[field] = sent;
}
