import type { Decimal } from '../../../domain/decimal';
import type { EdiSegment } from '../interchange';
import type { LineEcho, Reference } from '../mapped-message';
import { lineIds } from './line-ids';
import { type MessageFindings, placeOfSegment } from './message-findings';
import type { LineGroup, PlacedSegment } from './message-groups';
import { plainNumber, pricePerUnit, product, readNumber, roundedEqual } from './message-numbers';
import { referencesOf } from './order-header';
import { codeValue } from './segment-view';

/** What EANCOM means when a quantity has no unit: pieces. */
export const pieces = 'PCE';
const countedSingly: ReadonlySet<string> = new Set(['', 'PCE', 'C62', 'H87', 'EA', 'PC']);

/** A part of a line that goes to a store (LOC+7) or at a time (SCC) of its own. */
export interface LineSplit {
  readonly location: string;
  readonly quantity: string;
  readonly date: string;
  readonly segment: EdiSegment;
}

export interface ReadLine {
  readonly group: LineGroup;
  /** 1082 */
  readonly reference: string;
  readonly ids: readonly Reference[];
  /** One of `ids`: the one that names the product. */
  readonly primary: Reference | undefined;
  /** In plain notation, or as sent when it is no number. */
  readonly quantity: string | undefined;
  readonly uom: string;
  readonly unitPrice: string | undefined;
  readonly splits: readonly LineSplit[];
  readonly echo: Omit<LineEcho, 'line'>;
}

/** C829: a LIN that is a component of another line, not goods ordered by themselves. */
export function isComponent({ lin }: LineGroup): boolean {
  return codeValue(lin, 4, 1) === '1';
}

/** Reads what ORDERS and ORDCHG say of a line; `pointer` is where the order has it. */
export function readLine(group: LineGroup, pointer: string, findings: MessageFindings): ReadLine {
  const { lin, ordinal, segments } = group;
  const ids = lineIds(group);
  if (ids.substitutes.length > 0) {
    const named = ids.substitutes.slice(0, 5).map(({ value }) => value.slice(0, 35));
    findings.remark(`Line ${ordinal} names substitutes that are not used: ${named.join(', ')}.`);
  }
  const quantity = new LineQuantity(segments, ordinal, findings);
  const references = referencesOf(segments);
  const price = new LinePrice(segments, ordinal, quantity, findings);
  findings.locateLine(pointer, {
    segment: lin,
    ordinal,
    fields: {
      sku: [ids.primary && ids.primarySegment, ids.primarySegment === lin ? 3 : 2],
      line: [lin, 1],
      quantity: [quantity.segment, 1],
      uom: [quantity.segment, 1],
      unitPrice: [price.segment, 1],
    },
  });
  return {
    group,
    reference: codeValue(lin, 1),
    ids: ids.all,
    primary: ids.primary,
    quantity: quantity.text,
    uom: quantity.uom === '' ? pieces : quantity.uom,
    unitPrice: price.perUnit,
    splits: splitsOf(segments),
    echo: {
      reference: codeValue(lin, 1),
      quantity: quantity.sent,
      uom: quantity.uom,
      unitPrice: price.sent,
      basis: price.basis,
      ids: ids.all,
      ...(references.length === 0 ? {} : { references }),
    },
  };
}

/** The lines' numbers: 1082 where it is one, else the place of the line among all, or the next number that is free. */
export function lineNumbers(groups: readonly LineGroup[]): string[] {
  const sent = groups.map(({ lin }) => {
    const text = codeValue(lin, 1);
    return /^\d{1,6}$/.test(text) && Number(text) > 0 ? String(Number(text)) : undefined;
  });
  const used = new Set(sent);
  let next = 1;
  return sent.map((number, index) => {
    if (number !== undefined) return number;
    let own = String(index + 1);
    while (used.has(own)) own = String(next++);
    used.add(own);
    return own;
  });
}

/** Groups in which a quantity is not the line's own. */
const ownQuantities: ReadonlySet<string> = new Set(['ALC', 'LOC', 'SCC', 'PAC', 'CCI', 'TAX']);

const knownQuantities: ReadonlySet<string> = new Set(['21', '1', '192', '11', '59', '52']);

class LineQuantity {
  readonly segment: EdiSegment | undefined;
  readonly sent: string = '';
  readonly uom: string = '';
  readonly text: string | undefined;
  readonly value: Decimal | null = null;

  constructor(segments: readonly PlacedSegment[], ordinal: number, findings: MessageFindings) {
    const own = segments
      .filter(({ segment, opener }) => segment.tag === 'QTY' && !ownQuantities.has(opener?.tag ?? ''))
      .map(({ segment }) => ({ segment, qualifier: codeValue(segment, 1, 1) }));
    const qualified = (...qualifiers: string[]) =>
      own.filter(({ qualifier }) => qualifiers.includes(qualifier)).map(({ segment }) => segment);
    const ordered = qualified('21');
    const [first, ...further] = ordered.length > 0 ? ordered : qualified('1');
    this.segment = first;
    if (first) {
      this.sent = codeValue(first, 1, 2);
      this.uom = codeValue(first, 1, 3);
      if (this.sent !== '') this.text = plainNumber(this.sent);
      this.value = readNumber(this.sent);
      for (const other of further) this.compare(other, ordinal, findings);
    }
    for (const free of qualified('192')) {
      const quantity = `${codeValue(free, 1, 2)} ${codeValue(free, 1, 3)}`.trim();
      findings.doubt(
        `Line ${ordinal} asks for ${quantity.slice(0, 30)} free of charge (QTY+192), which the order does not hold.`,
      );
    }
    const others = own.map(({ qualifier }) => qualifier).filter((qualifier) => !knownQuantities.has(qualifier));
    if (others.length > 0) {
      findings.remark(
        `Line ${ordinal} has quantities that are not used: QTY+${[...new Set(others)].slice(0, 5).join(', QTY+').slice(0, 60)}.`,
      );
    }
    for (const packed of qualified('59', '52')) {
      findings.remark(
        `Line ${ordinal} says ${codeValue(packed, 1, 2).slice(0, 20)} units a pack; the pack sizes of the product hold.`,
      );
    }
  }

  /** Two ordered quantities of one line: equal ones, ones in other units for a person, or a contradiction. */
  private compare(other: EdiSegment, ordinal: number, findings: MessageFindings): void {
    const text = codeValue(other, 1, 2);
    const uom = codeValue(other, 1, 3);
    if (plainNumber(text) === this.text && uom === this.uom) return;
    if (uom !== this.uom) {
      findings.doubt(
        `Line ${ordinal} orders ${shownQuantity(this.sent, this.uom)} and also ${shownQuantity(text, uom)}; the first was taken.`,
      );
      return;
    }
    const message = `The line orders ${this.sent.slice(0, 20)} and ${text.slice(0, 20)}; send one quantity (QTY+21).`;
    findings.fault(placeOfSegment(other, ordinal, 1), 'conflicting-values', message, text);
  }
}

function shownQuantity(quantity: string, uom: string): string {
  return `${quantity.slice(0, 20)} ${uom.slice(0, 10) || pieces}`;
}

const netPrices: readonly string[] = ['AAA', 'NTP', 'CAL'];
const grossPrices: readonly string[] = ['AAB', 'GRP'];
/** Prices for information only. */
const informationPrices: ReadonlySet<string> = new Set(['INF', 'AAC', 'AAD', 'AAE', 'AAF', 'SRP']);

class LinePrice {
  readonly segment: EdiSegment | undefined;
  readonly sent: string = '';
  readonly basis: string = '';
  readonly perUnit: string | undefined;
  /** MOA+203: what the partner has for quantity times price. */
  private readonly amount: string;

  constructor(
    segments: readonly PlacedSegment[],
    private readonly ordinal: number,
    private readonly quantity: LineQuantity,
    private readonly findings: MessageFindings,
  ) {
    this.amount = lineAmount(segments);
    const prices = segments.filter(({ segment }) => segment.tag === 'PRI').map(({ segment }) => segment);
    const find = (qualifiers: readonly string[]) =>
      prices.find((price) => qualifiers.includes(codeValue(price, 1, 1)) && codeValue(price, 1, 2) !== '');
    this.segment = find(netPrices) ?? find(grossPrices);
    this.remark(prices);
    if (this.segment) {
      this.sent = codeValue(this.segment, 1, 2);
      const basis = priceBasis(this.segment);
      this.basis = [basis.quantity, basis.uom].join(':').replace(/:$/, '');
      this.perUnit = this.calculate(this.segment, basis);
    }
    this.checkAmount();
  }

  private remark(prices: readonly EdiSegment[]): void {
    const unknown = prices
      .filter((price) => price !== this.segment)
      .map((price) => codeValue(price, 1, 1))
      .filter((qualifier) => !informationPrices.has(qualifier) && !grossPrices.includes(qualifier));
    if (unknown.length === 0) return;
    const named = [...new Set(unknown)].slice(0, 5).join(', PRI+').slice(0, 40);
    this.findings.remark(`Line ${this.ordinal} has prices that are not used: PRI+${named}.`);
  }

  private calculate(segment: EdiSegment, basis: { quantity: string; uom: string }): string | undefined {
    const price = readNumber(this.sent);
    const place = placeOfSegment(segment, this.ordinal, 1);
    if (price === null) return plainNumber(this.sent);
    const divisor = basis.quantity === '' ? one : readNumber(basis.quantity);
    if (divisor === null || divisor.units <= 0n) {
      const message = 'The price basis must be a number above zero: for how many units the price is.';
      this.findings.fault(place, divisor === null ? 'not-a-number' : 'out-of-range', message, basis.quantity);
      return undefined;
    }
    const perUnit = basis.quantity === '' ? plainNumber(this.sent) : pricePerUnit(price, divisor);
    if (perUnit === null) {
      const message = `${this.sent.slice(0, 20)} for ${basis.quantity.slice(0, 20)} units is no price of one unit with at most 4 decimals; send a price that is.`;
      this.findings.fault(place, 'inexact-number', message, this.sent);
      return undefined;
    }
    if (!this.otherUnit(basis.uom) || this.agrees(perUnit)) return perUnit;
    this.findings.doubt(
      `The price of line ${this.ordinal}, ${this.sent.slice(0, 20)}, is for ${basis.quantity || '1'} ${basis.uom.slice(0, 10)}, its quantity is in ${this.quantity.uom.slice(0, 10) || pieces}; the price was left out.`,
    );
    return undefined;
  }

  /** A price per kilogram of something ordered in pieces. */
  private otherUnit(uom: string): boolean {
    const ordered = this.quantity.uom;
    return !(uom === '' || uom === ordered || (countedSingly.has(uom) && countedSingly.has(ordered)));
  }

  private agrees(perUnit: string): boolean {
    const price = readNumber(perUnit);
    const stated = readNumber(this.amount);
    if (price === null || stated === null || this.quantity.value === null) return false;
    return roundedEqual(stated, product(price, this.quantity.value));
  }

  private checkAmount(): void {
    if (this.amount === '' || this.perUnit === undefined || this.quantity.value === null) return;
    if (readNumber(this.perUnit) === null || this.agrees(this.perUnit)) return;
    this.findings.doubt(
      `The amount of line ${this.ordinal}, ${this.amount.slice(0, 30)}, is not its quantity times its price (${this.quantity.sent} × ${this.perUnit}).`,
    );
  }
}

const one: Decimal = { units: 1n, scale: 0 };

function lineAmount(segments: readonly PlacedSegment[]): string {
  const amount = segments.find(
    ({ segment, opener }) =>
      segment.tag === 'MOA' && codeValue(segment, 1, 1) === '203' && opener?.tag !== 'ALC' && opener?.tag !== 'TAX',
  );
  return amount ? codeValue(amount.segment, 1, 2) : '';
}

/** C509 5284 and 6411; some leave one more component empty before them. */
function priceBasis(segment: EdiSegment): { quantity: string; uom: string } {
  const quantity = codeValue(segment, 1, 5);
  const uom = codeValue(segment, 1, 6);
  const shifted = quantity === '' && /^\d+([.,]\d+)?$/.test(uom) && codeValue(segment, 1, 7) !== '';
  return shifted ? { quantity: uom, uom: codeValue(segment, 1, 7) } : { quantity, uom };
}

/** Quantities under LOC+7 and SCC, with the date that follows them. */
function splitsOf(segments: readonly PlacedSegment[]): LineSplit[] {
  const splits: { location: string; quantity: string; date: string; segment: EdiSegment }[] = [];
  for (const { segment, opener } of segments) {
    const splitting = opener?.tag === 'SCC' || (opener?.tag === 'LOC' && codeValue(opener, 1) === '7');
    if (splitting && segment.tag === 'QTY') {
      const location = opener.tag === 'LOC' ? codeValue(opener, 2, 1) : '';
      splits.push({ location, quantity: codeValue(segment, 1, 2), date: '', segment });
    } else if (segment.tag === 'QTY' && codeValue(segment, 1, 1) === '11') {
      splits.push({ location: '', quantity: codeValue(segment, 1, 2), date: '', segment });
    }
    const last = splits.at(-1);
    if (segment.tag === 'DTM' && last && last.date === '' && splitting) last.date = codeValue(segment, 1, 2);
  }
  return splits;
}
