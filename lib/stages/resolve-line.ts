import { multiplyDivide } from '../domain/decimal';
import { BusinessRejection, type Fault, type FaultCode } from '../domain/faults';
import { agreedBy, gtinOf } from '../domain/item-numbers';
import { type Customer, mappedBy, type Partner, type Product, rateOn } from '../domain/master';
import { formatPrice, parsePrice } from '../domain/money';
import type { OrderLine } from '../domain/order';
import { judgePrice } from '../domain/pricing';
import { parseQuantity, type Ratio, toBase } from '../domain/quantity';
import { soldUnit } from '../domain/units';
import type { ReadableLine } from '../intake/readable-order';
import type { MasterData } from './master-data';

/** Collects all that is wrong with an order, so that its sender hears it at once. */
export class OrderFaults {
  readonly list: Fault[] = [];

  add(path: string, code: FaultCode, message: string, value?: string): void {
    this.list.push(value === undefined ? { path, code, message } : { path, code, message, value });
  }

  rejection(): BusinessRejection {
    const [fault] = this.list;
    return new BusinessRejection(
      fault?.code ?? 'unreadable',
      fault?.message ?? 'The order cannot be taken.',
      this.list,
    );
  }
}

export interface LineSurroundings {
  readonly partner: Partner | undefined;
  readonly customer: Customer | undefined;
  readonly master: MasterData;
  readonly orderDate: string;
}

/** A price that was sent and is not ours; both as text. */
export interface Deviation {
  readonly line: number;
  readonly sent: string;
  readonly own: string;
}

export interface ResolvedLine {
  readonly line: OrderLine;
  readonly taxRate: number;
  readonly deviation: Deviation | undefined;
}

/**
 * A line with the product, unit, price and tax that it means here; undefined when it has a fault, or when something of it
 * could not be read.
 */
export function resolveLine(
  line: ReadableLine,
  path: string,
  surroundings: LineSurroundings,
  faults: OrderFaults,
): ResolvedLine | undefined {
  const { partner, master } = surroundings;
  const before = faults.list.length;
  const product = productOf(line, path, partner, master, faults);
  if (product === undefined) return undefined;
  const unit = soldUnit(product, line.uom, partner?.uomMap ?? {});
  if (unit === undefined) {
    faults.add(
      `${path}/uom`,
      'unknown-uom',
      `${product.sku} is sold in ${[product.baseUom, ...Object.keys(product.uoms)].join(', ')}, not in ${line.uom}.`,
      line.uom,
    );
    return undefined;
  }
  const { uom, ratio } = unit;
  const ordered = quantityOf(line, ratio, product, path, faults);
  const own = multiplyDivide(product.price, ratio.numerator, 1, ratio.denominator, 1);
  if (!Number.isSafeInteger(own))
    faults.add(
      `${path}/unitPrice`,
      'amount-too-large',
      `The price of one ${uom} of ${product.sku} is too large to be kept.`,
    );
  const sent = line.unitPrice === undefined ? own : parsePrice(line.unitPrice);
  if (typeof sent !== 'number')
    faults.add(
      `${path}/unitPrice`,
      sent,
      `The unit price ${line.unitPrice} is not an amount with at most four decimals.`,
      line.unitPrice ?? '',
    );
  const taxCode = surroundings.customer?.taxCode ?? product.taxCode;
  const taxRate = rateOn(master.taxRates.get(taxCode) ?? [], surroundings.orderDate);
  if (taxRate === undefined) {
    faults.add(
      `${path}/sku`,
      'unknown-tax-code',
      `The tax code ${taxCode} of ${product.sku} has no rate on ${surroundings.orderDate}. Add it to the taxes.`,
      taxCode,
    );
  }
  if (faults.list.length > before || typeof sent !== 'number' || taxRate === undefined || ordered === undefined)
    return undefined;
  const { unitPrice, deviates } = judgePrice(partner ?? strictPrices, own, sent);
  return {
    line: {
      line: line.line,
      sku: product.sku,
      baseUom: product.baseUom,
      uom,
      ratio,
      ordered,
      reserved: 0,
      delivered: 0,
      invoiced: 0,
      cancelled: 0,
      unitPrice,
      taxCode,
      reason: null,
    },
    taxRate,
    deviation: deviates ? { line: line.line, sent: formatPrice(sent), own: formatPrice(own) } : undefined,
  };
}

const strictPrices = { pricePolicy: 'tolerance', priceTolerance: 0 } as const;

/** Every number of the item that is known must name the same product, and at least one must be known. */
function productOf(
  line: ReadableLine,
  path: string,
  partner: Partner | undefined,
  master: MasterData,
  faults: OrderFaults,
): Product | undefined {
  if (line.sku === undefined) return undefined;
  const own = line.ids === undefined ? ownProduct(line.sku, partner, master) : undefined;
  if (own !== undefined) return own;
  const numbers = numbersOf(line);
  const known = numbers.map((number) => productsNamed(number, partner, master));
  const agreed = agreedBy(known);
  if (agreed?.length === 1) return agreed[0];
  if (agreed === undefined) {
    const others = numbers.length === 1 ? '' : `, nor any of ${numbers.slice(1).join(', ')}`;
    faults.add(`${path}/sku`, 'unknown-sku', `The SKU ${line.sku} is not known${others}.`, line.sku);
    return undefined;
  }
  const named = numbers.flatMap((number, i) => {
    const products = known[i] ?? [];
    return products.length === 0 ? [] : `${number} is ${products.map(({ sku }) => sku).join(' or ')}`;
  });
  faults.add(
    `${path}/sku`,
    'conflicting-ids',
    `The numbers of the item do not name one product: ${named.join(', ')}. Send those of one product only.`,
    line.sku,
  );
  return undefined;
}

/** All that a line calls its item: the SKU and the further ids. */
export function numbersOf({ sku, ids }: Pick<ReadableLine, 'sku' | 'ids'>): string[] {
  if (sku === undefined) return [];
  return ids === undefined ? [sku] : [...new Set([sku, ...ids.map(({ value }) => value)])];
}

/** What a number names: by the partner's own list, else as our SKU, else as a GTIN (which several products may share). */
function productsNamed(number: string, partner: Partner | undefined, master: MasterData): readonly Product[] {
  const product = ownProduct(number, partner, master);
  if (product !== undefined) return [product];
  const gtin = gtinOf(number);
  return gtin === undefined ? [] : (master.productsByGtin.get(gtin) ?? []);
}

const ownProduct = (number: string, partner: Partner | undefined, { products }: MasterData): Product | undefined =>
  products.get(mappedBy(partner?.skuMap, number));

function quantityOf(
  line: ReadableLine,
  ratio: Ratio,
  product: Product,
  path: string,
  faults: OrderFaults,
): number | undefined {
  if (line.quantity === undefined) return undefined;
  const quantity = parseQuantity(line.quantity);
  if (typeof quantity !== 'number') {
    faults.add(
      `${path}/quantity`,
      quantity,
      `The quantity ${line.quantity} is not a number with at most three decimals.`,
      line.quantity,
    );
    return undefined;
  }
  const base = toBase(quantity, ratio);
  if (base === null) {
    faults.add(
      `${path}/quantity`,
      'inexact-quantity',
      `${line.quantity} ${line.uom} of ${product.sku} is no whole number of thousandths of ${product.baseUom}.`,
      line.quantity,
    );
    return undefined;
  }
  return base;
}
