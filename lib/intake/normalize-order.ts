import { countryOf, noCountry } from '../domain/country';
import { exponentOf } from '../domain/currency';
import { parseDate } from '../domain/dates';
import { type DecimalFault, formatScaled, parseScaled } from '../domain/decimal';
import type { Fault } from '../domain/faults';
import { isObject } from '../domain/master-fields';
import { parsePrice } from '../domain/money';
import { formatQuantity, parseQuantity } from '../domain/quantity';
import type { CanonicalLine, CanonicalOrder, ItemId, ShipTo } from './canonical-order';
import { FaultList, isFull } from './fault-list';
import { exponentFault, plainText } from './number-text';
import { schemaFaults } from './order-schema';
import { type ReadableOrder, readableOf } from './readable-order';
import { tidyOrder } from './tidy-order';

/** `order` is there exactly when `faults` is empty, else what of it could be read; nothing of one with too many faults. */
export interface NormalizedOrder {
  readonly order?: CanonicalOrder;
  readonly readable?: ReadableOrder;
  /** The position at which each line of `order` was sent; absent when they came in the order of their numbers. */
  readonly sentAs?: readonly number[];
  readonly faults: Fault[];
}

/** Brings an order, as an object with the public fields, into its canonical form, or finds every fault that it has. */
export function normalizeOrder(value: unknown, limits: { readonly linesPerOrder: number }): NormalizedOrder {
  const reader = new OrderReader(value, limits.linesPerOrder);
  const order = reader.order();
  const faults = reader.faults.all();
  if (faults.length > 0) return isFull(faults) ? { faults } : { readable: readableOf(order, faults), faults };
  if (isSorted(order.lines)) return { order, faults };
  const sent = new Map(order.lines.map((line, position) => [line, position]));
  order.lines.sort((one, other) => one.line - other.line);
  return { order, sentAs: order.lines.map((line) => sent.get(line) as number), faults };
}

const isSorted = (lines: readonly CanonicalLine[]): boolean =>
  lines.every(({ line }, i) => i === 0 || (lines[i - 1] as CanonicalLine).line < line);

type Fields = Readonly<Record<string, unknown>>;
/** With the lines where they were sent, so that pointers lead to them. */
type OrderAsSent = Omit<CanonicalOrder, 'lines'> & { readonly lines: CanonicalLine[] };
type Draft<Type> = { -readonly [Key in keyof Type]?: Type[Key] };

const greatestLine = 999_999;
// Databases keep neither zero characters nor halves of surrogate pairs; breaks have a meaning in notes and addresses only.
const controlCharacter = /[\p{Cc}\p{Cs}]/u;
const controlCharacterButBreaks = /[^\P{Cc}\t\n\r]|\p{Cs}/u;
const textsWithBreaks: ReadonlySet<string> = new Set(['note', 'address']);

/** Reads what the schema cannot say; meets values of any type, for those of a wrong type the schema has a fault already. */
class OrderReader {
  readonly faults: FaultList;
  private readonly fields: Fields;

  constructor(sent: unknown, linesPerOrder: number) {
    this.faults = new FaultList(sent);
    const tidied = tidyOrder(this.withinLimit(sent, linesPerOrder));
    for (const { path, code, message } of schemaFaults(tidied)) this.faults.add(path, code, message);
    this.fields = fieldsOf(tidied);
  }

  /** Fields are given in the fixed order of the canonical form; required ones are there, or the schema has a fault. */
  order(): OrderAsSent {
    const { fields } = this;
    const order: Draft<OrderAsSent> = {};
    give(order, 'poNumber', this.text(fields, '', 'poNumber'));
    give(order, 'release', this.text(fields, '', 'release'));
    give(order, 'customer', this.text(fields, '', 'customer'));
    give(order, 'currency', this.currency());
    give(order, 'orderDate', this.date('orderDate'));
    give(order, 'requestedDelivery', this.date('requestedDelivery'));
    give(order, 'warehouse', this.text(fields, '', 'warehouse'));
    give(order, 'shipTo', this.shipTo());
    give(order, 'note', this.text(fields, '', 'note'));
    order.lines = this.lines();
    return order as OrderAsSent;
  }

  private withinLimit(sent: unknown, linesPerOrder: number): unknown {
    const lines = fieldsOf(sent).lines;
    if (!Array.isArray(lines) || lines.length <= linesPerOrder) return sent;
    const message = `The order has ${lines.length} lines, at most ${linesPerOrder} are taken; split it.`;
    this.faults.add('/lines', 'too-many-lines', message);
    return { ...fieldsOf(sent), lines: lines.slice(0, linesPerOrder) };
  }

  private shipTo(): ShipTo | undefined {
    const fields = fieldsOf(this.fields.shipTo);
    const shipTo: Draft<ShipTo> = {};
    for (const field of ['name', 'address', 'city', 'postalCode'] as const) {
      give(shipTo, field, this.text(fields, '/shipTo', field));
    }
    const sent = this.text(fields, '/shipTo', 'country');
    const country = sent === undefined ? undefined : countryOf(sent);
    if (sent !== undefined && country === undefined) this.faults.add('/shipTo/country', 'out-of-range', noCountry);
    give(shipTo, 'country', country);
    return Object.keys(shipTo).length === 0 ? undefined : shipTo;
  }

  private lines(): CanonicalLine[] {
    const sent = this.fields.lines;
    if (!Array.isArray(sent)) return [];
    const places = new Map<number, number>();
    return sent.map((value: unknown, index): CanonicalLine => {
      const path = `/lines/${index}`;
      const fields = fieldsOf(value);
      const number = this.lineNumber(fields, path) ?? index + 1;
      const first = places.get(number);
      if (first === undefined) places.set(number, index);
      else {
        const message = `Line ${number} is there already, as entry ${first + 1}; give each line a number of its own.`;
        this.faults.add(fields.line === undefined ? path : `${path}/line`, 'duplicate-line', message);
      }
      return this.line(fields, path, number);
    });
  }

  private line(fields: Fields, path: string, line: number): CanonicalLine {
    const draft: Draft<CanonicalLine> = { line };
    give(draft, 'sku', this.text(fields, path, 'sku'));
    give(draft, 'ids', this.ids(fields, path));
    const quantity = this.number(fields, path, 'quantity', parseQuantity, 'at most 3 decimals');
    if (quantity !== undefined && quantity <= 0) {
      this.faults.add(`${path}/quantity`, 'out-of-range', 'The quantity must be above zero.');
    }
    if (quantity !== undefined) draft.quantity = formatQuantity(quantity);
    give(draft, 'uom', this.text(fields, path, 'uom'));
    const unitPrice = this.number(fields, path, 'unitPrice', parsePrice, 'at most 4 decimals');
    if (unitPrice !== undefined && unitPrice < 0) {
      this.faults.add(`${path}/unitPrice`, 'out-of-range', 'The unit price must not be below zero.');
    }
    if (unitPrice !== undefined) draft.unitPrice = formatScaled(unitPrice, 4, 0);
    return draft as CanonicalLine;
  }

  /** In one order whatever they were sent in, each once. */
  private ids(fields: Fields, path: string): ItemId[] | undefined {
    if (!Array.isArray(fields.ids) || fields.ids.length === 0) return undefined;
    const ids = fields.ids.map((sent: unknown, index): ItemId => {
      const id = fieldsOf(sent);
      const at = `${path}/ids/${index}`;
      return {
        qualifier: (this.text(id, at, 'qualifier') ?? '').toUpperCase(),
        value: this.text(id, at, 'value') ?? '',
      };
    });
    if (ids.length === 1) return ids;
    ids.sort((one, other) => compared(one.qualifier, other.qualifier) || compared(one.value, other.value));
    return ids.filter((id, index) => !isSame(id, ids[index - 1]));
  }

  private lineNumber(fields: Fields, path: string): number | undefined {
    const number = this.number(fields, path, 'line', (text) => parseScaled(text, 0, greatestLine), 'no decimals');
    if (number === undefined || number >= 1) return number;
    this.faults.add(`${path}/line`, 'out-of-range', `Line numbers go from 1 to ${greatestLine}.`);
    return undefined;
  }

  private number(
    fields: Fields,
    path: string,
    field: string,
    parse: (text: string) => number | DecimalFault,
    decimals: string,
  ): number | undefined {
    const text = fields[field];
    if (typeof text !== 'string') return undefined;
    const number = parse(text);
    if (typeof number === 'number') return number;
    const code = exponentFault(text) ?? number;
    if (plainText(text) === text) this.faults.add(`${path}/${field}`, code, numberMessage(code, decimals));
    else this.faults.add(`${path}/${field}`, 'inexact-number', textExponent);
    return undefined;
  }

  private currency(): string | undefined {
    const currency = this.text(this.fields, '', 'currency')?.toUpperCase();
    if (currency !== undefined && exponentOf(currency) === undefined) {
      this.faults.add('/currency', 'unknown-currency', 'This is no currency of ISO 4217; send a code such as EUR.');
    }
    return currency;
  }

  private date(field: 'orderDate' | 'requestedDelivery'): string | undefined {
    const text = this.text(this.fields, '', field);
    if (text !== undefined && parseDate(text) === null) {
      this.faults.add(
        `/${field}`,
        'bad-date',
        'This is no date of the calendar; send it as YYYY-MM-DD, such as 2026-11-23.',
      );
    }
    return text;
  }

  private text(fields: Fields, path: string, field: string): string | undefined {
    const text = fields[field];
    if (typeof text !== 'string') return undefined;
    if ((textsWithBreaks.has(field) ? controlCharacterButBreaks : controlCharacter).test(text)) {
      const message = 'The text holds control characters or broken characters; send printable ones only.';
      this.faults.add(`${path}/${field}`, 'bad-encoding', message);
    }
    return text;
  }
}

/** Spreadsheets write long numbers so, and lose digits of them. */
const textExponent = 'Exponents are not read in texts; write the number out in full.';

function numberMessage(fault: DecimalFault, decimals: string): string {
  if (fault === 'not-a-number')
    return 'This is no number; send digits with a point before the decimals, such as 12.5, and nothing else.';
  if (fault === 'inexact-number') return `The number has more digits than can be kept exactly; send ${decimals}.`;
  return 'The number is too large.';
}

function fieldsOf(value: unknown): Fields {
  return isObject(value) ? value : {};
}

function compared(one: string, other: string): number {
  if (one === other) return 0;
  return one < other ? -1 : 1;
}

function isSame({ qualifier, value }: ItemId, other: ItemId | undefined): boolean {
  return other !== undefined && qualifier === other.qualifier && value === other.value;
}

/** Absent fields stay absent: a key without a value would change the canonical form. */
function give<Record, Field extends keyof Record>(
  record: Record,
  field: Field,
  value: Record[Field] | undefined,
): void {
  if (value !== undefined) record[field] = value;
}
