import type { CreditNoteLine } from './credit-note';
import { multiplyDivide } from './decimal';
import type { Fault, FaultCode } from './faults';
import { formatMoney, type TaxAmount, type Totals, taxOf } from './money';
import { formatQuantity } from './quantity';

/** What an invoice says of an order line, and what of it is credited. Quantities in milli-units, amounts in minor units. */
export interface CreditableLine {
  readonly line: number;
  readonly taxCode: string;
  readonly quantity: number;
  readonly net: number;
  creditedQuantity: number;
  creditedNet: number;
}

/** An invoice with what of it is credited. The nets of its lines add up to those of its taxes. */
export interface CreditableInvoice {
  readonly number: string;
  readonly currency: string;
  readonly lines: readonly CreditableLine[];
  readonly taxes: readonly TaxAmount[];
  /** Minor units by tax code. */
  readonly creditedTax: Map<string, number>;
}

/** What a credit note takes back of a line; a quantity of 0 when it is money alone. */
export interface CreditedLine {
  readonly line: number;
  readonly quantity: number;
  readonly net: number;
}

/** `lines` is empty when there are faults. */
export interface Credit {
  readonly lines: readonly CreditedLine[];
  readonly totals: Totals;
  readonly faults: readonly Fault[];
}

const nothing: Totals = { net: 0, tax: 0, gross: 0, byTaxCode: [] };

/**
 * What a credit note is worth: never more of a line than was invoiced and is not credited yet, neither in quantity nor in
 * money. A quantity takes its share of what is left of the line's net, so that the last one takes the rest. The tax of
 * a code is that of all that is credited under it, less what was credited before: whatever the parts were, crediting
 * everything ends at the totals of the invoice. Changes nothing; see `bookCredit`.
 * @param wanted null: all that is left
 */
export function creditOf(invoice: CreditableInvoice, wanted: readonly CreditNoteLine[] | null): Credit {
  const faults: Fault[] = [];
  const lines = wanted === null ? restOf(invoice) : wanted.flatMap((line, i) => takeLine(invoice, line, i, faults));
  if (lines.length === 0 && faults.length === 0)
    faults.push({
      path: '/invoice',
      code: 'nothing-to-credit',
      message: `Nothing of ${invoice.number} is left to credit.`,
      value: invoice.number,
    });
  return faults.length > 0
    ? { lines: [], totals: nothing, faults }
    : { lines, totals: totalsOf(invoice, lines), faults };
}

/** Counts what was credited, so that the next credit note finds it. */
export function bookCredit(invoice: CreditableInvoice, { lines, totals }: Credit): void {
  for (const { line, quantity, net } of lines) {
    const credited = invoice.lines.find((candidate) => candidate.line === line) as CreditableLine;
    credited.creditedQuantity += quantity;
    credited.creditedNet += net;
  }
  for (const { taxCode, tax } of totals.byTaxCode)
    invoice.creditedTax.set(taxCode, (invoice.creditedTax.get(taxCode) ?? 0) + tax);
}

const quantityLeft = (line: CreditableLine): number => line.quantity - line.creditedQuantity;
const netLeft = (line: CreditableLine): number => line.net - line.creditedNet;
const wholeRest = (line: CreditableLine): CreditedLine => ({
  line: line.line,
  quantity: quantityLeft(line),
  net: netLeft(line),
});

const restOf = ({ lines }: CreditableInvoice): CreditedLine[] =>
  lines.filter((line) => netLeft(line) > 0).map(wholeRest);

function takeLine(
  invoice: CreditableInvoice,
  { line: number, quantity, net }: CreditNoteLine,
  index: number,
  faults: Fault[],
): CreditedLine[] {
  const add = (field: string, code: FaultCode, message: string, value: string): CreditedLine[] => {
    faults.push({ path: `/lines/${index}${field}`, code, message, value });
    return [];
  };
  const of = `line ${number} of ${invoice.number}`;
  const money = (minor: number) => `${formatMoney(minor, invoice.currency)} ${invoice.currency}`;
  const line = invoice.lines.find((candidate) => candidate.line === number);
  if (line === undefined)
    return add('/line', 'unknown-line', `${invoice.number} has no line ${number}.`, String(number));
  const left = netLeft(line);
  if (left === 0) return add('/line', 'nothing-to-credit', `Nothing of ${of} is left to credit.`, String(number));
  if (quantity !== null) {
    const sent = formatQuantity(quantity);
    const rest = quantityLeft(line);
    if (quantity > rest)
      return add(
        '/quantity',
        'over-credit',
        `Of ${of} ${formatQuantity(rest)} can be credited: ${formatQuantity(line.quantity)} invoiced less ${formatQuantity(line.creditedQuantity)} credited. It was asked for ${sent}.`,
        sent,
      );
    const share = multiplyDivide(left, quantity, 1, rest, 1);
    if (share === 0)
      return add('/quantity', 'nothing-to-credit', `${sent} of ${of} come to no amount; credit more of it.`, sent);
    return [{ line: number, quantity, net: share }];
  }
  if (net === null) return [wholeRest(line)];
  if (net > left)
    return add(
      '/net',
      'over-credit',
      `Of ${of} ${money(left)} can be credited: ${money(line.net)} invoiced less ${money(line.creditedNet)} credited. It was asked for ${money(net)}.`,
      formatMoney(net, invoice.currency),
    );
  return [{ line: number, quantity: 0, net }];
}

function totalsOf(invoice: CreditableInvoice, lines: readonly CreditedLine[]): Totals {
  const byTaxCode = invoice.taxes.flatMap((invoiced): TaxAmount[] => {
    const own = invoice.lines.filter(({ taxCode }) => taxCode === invoiced.taxCode);
    const net = sum(
      lines.filter(({ line }) => own.some((candidate) => candidate.line === line)).map((line) => line.net),
    );
    if (net === 0) return [];
    const credited = sum(own.map(({ creditedNet }) => creditedNet)) + net;
    const tax = credited === invoiced.net ? invoiced.tax : taxOf(credited, invoiced.rate);
    return [{ ...invoiced, net, tax: tax - (invoice.creditedTax.get(invoiced.taxCode) ?? 0) }];
  });
  const net = sum(byTaxCode.map((amount) => amount.net));
  const tax = sum(byTaxCode.map((amount) => amount.tax));
  return { net, tax, gross: net + tax, byTaxCode };
}

const sum = (amounts: readonly number[]): number => amounts.reduce((total, amount) => total + amount, 0);
