import { multiplyDivide } from '../domain/decimal';
import { BusinessRejection, type Fault, type FaultCode } from '../domain/faults';
import { type Customer, type Partner, type Product, rateOn, ratioOf, servesCustomer } from '../domain/master';
import { formatPrice, parsePrice } from '../domain/money';
import { bitsOf, type Hold, type Order, type OrderLine } from '../domain/order';
import { parseQuantity, type Ratio, toBase } from '../domain/quantity';
import type { Settings } from '../domain/settings';
import type { CanonicalLine, CanonicalOrder } from '../intake/canonical-order';
import type { StoredDocument } from '../store/inbox';
import { type MasterData, ownSku } from './master-data';

export interface Circumstances {
  readonly settings: Settings;
  readonly today: string;
  readonly now: string;
  /** What the integrator's rules gave it, if they did. */
  readonly indicator: string | undefined;
}

export interface ResolvedOrder {
  /** Without its number. */
  readonly order: Order;
  readonly holds: readonly Hold[];
}

/**
 * A canonical order with the company's master data: defaults filled in, units converted, prices compared.
 * @throws BusinessRejection with every fault that was found.
 */
export function resolveOrder(
  order: CanonicalOrder,
  document: StoredDocument,
  master: MasterData,
  circumstances: Circumstances,
): ResolvedOrder {
  const faults = new FaultList();
  const partner = partnerOf(document, master, faults);
  const customer = customerOf(order, partner, master, faults);
  const currency = order.currency ?? customer?.currency ?? circumstances.settings.currency;
  if (customer !== undefined && currency !== customer.currency) {
    faults.add(
      '/currency',
      'currency-mismatch',
      `The customer ${customer.customer} buys in ${customer.currency}, the order is in ${currency}.`,
      currency,
    );
  }
  const warehouse = order.warehouse ?? circumstances.settings.defaultWarehouse;
  if (warehouse !== circumstances.settings.defaultWarehouse && !master.warehouses.has(warehouse)) {
    faults.add('/warehouse', 'unknown-warehouse', `There is no warehouse ${warehouse}.`, warehouse);
  }
  const orderDate = order.orderDate ?? circumstances.today;
  const lines: OrderLine[] = [];
  const taxRates: Record<string, number> = {};
  const deviations: Deviation[] = [];
  order.lines.forEach((line, i) => {
    const resolved = lineOf(line, `/lines/${i}`, { partner, customer, master, orderDate }, faults);
    if (resolved === undefined) return;
    lines.push(resolved.line);
    taxRates[resolved.line.taxCode] = resolved.taxRate;
    if (resolved.deviation !== undefined) deviations.push(resolved.deviation);
  });
  if (faults.list.length > 0 || partner === undefined || customer === undefined) throw faults.rejection();
  const { settings, now } = circumstances;
  return {
    holds: deviations.length === 0 ? [] : [priceHold(deviations, now)],
    order: {
      id: 0,
      partner: partner.partner,
      customer: customer.customer,
      creditAccount: customer.creditAccount,
      poNumber: order.poNumber,
      releaseNumber: order.release ?? '',
      documentId: document.documentId,
      inboxId: document.inboxId,
      channel: document.channel,
      sourceSystem: document.sourceSystem,
      document: document.place === '' ? document.document : `${document.document}, ${document.place}`,
      indicator: circumstances.indicator ?? partner.indicator ?? document.channel.toUpperCase(),
      receivedAt: document.receivedAt,
      createdAt: now,
      currency,
      orderDate,
      requestedDelivery: order.requestedDelivery ?? null,
      warehouse,
      shipTo: order.shipTo === undefined ? customer.shipTo : JSON.stringify(order.shipTo),
      note: order.note ?? null,
      priority: partner.priority,
      shortagePolicy: partner.shortagePolicy ?? settings.shortagePolicy,
      paymentTermsDays: customer.paymentTermsDays,
      checksRequired: bitsOf(settings.requiredChecks),
      taxRates,
      status: 'Created',
      reason: null,
      lines,
      holds: [],
      releases: [],
      checksJudged: 0,
      checksPassed: 0,
      heldSince: null,
      passedOver: 0,
      passesAtHold: 0,
      reservedUntil: null,
      approvalGross: 0,
      approvalAt: null,
      approvalUntil: null,
      approvalPolicy: 0,
      approvedGross: 0,
      earmarked: 0,
      stepAt: now,
    },
  };
}

class FaultList {
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

function partnerOf(document: StoredDocument, master: MasterData, faults: FaultList): Partner | undefined {
  const partner = master.partners.get(document.partner);
  if (partner === undefined) {
    faults.add(
      '',
      'unknown-partner',
      `The partner ${document.partner} is not known. Add it to the partners, or correct the source.`,
      document.partner,
    );
  } else if (!partner.channels.includes(document.channel)) {
    faults.add(
      '',
      'source-refused',
      `The partner ${partner.partner} may not send orders by ${document.channel}.`,
      document.channel,
    );
  }
  return partner;
}

/** A customer of somebody else is as unknown to a partner as one that does not exist. */
function customerOf(
  order: CanonicalOrder,
  partner: Partner | undefined,
  master: MasterData,
  faults: FaultList,
): Customer | undefined {
  const customer = master.customers.get(order.customer);
  const allowed = partner === undefined || servesCustomer(partner, order.customer);
  if (customer !== undefined && allowed) return customer;
  faults.add(
    '/customer',
    'unknown-customer',
    `The customer ${order.customer} is not known${partner === undefined ? '' : ` to ${partner.partner}`}.`,
    order.customer,
  );
  return undefined;
}

interface LineSurroundings {
  readonly partner: Partner | undefined;
  readonly customer: Customer | undefined;
  readonly master: MasterData;
  readonly orderDate: string;
}

interface Deviation {
  readonly line: number;
  readonly sent: string;
  readonly own: string;
}

interface ResolvedLine {
  readonly line: OrderLine;
  readonly taxRate: number;
  readonly deviation: Deviation | undefined;
}

function lineOf(
  line: CanonicalLine,
  path: string,
  surroundings: LineSurroundings,
  faults: FaultList,
): ResolvedLine | undefined {
  const before = faults.list.length;
  const product = surroundings.master.products.get(ownSku(surroundings.partner, line.sku));
  if (product === undefined) {
    faults.add(`${path}/sku`, 'unknown-sku', `The SKU ${line.sku} is not known.`, line.sku);
    return undefined;
  }
  const uom = line.uom ?? product.baseUom;
  const ratio = ratioOf(product, uom);
  if (ratio === undefined) {
    faults.add(
      `${path}/uom`,
      'unknown-uom',
      `${product.sku} is sold in ${[product.baseUom, ...Object.keys(product.uoms)].join(', ')}, not in ${uom}.`,
      uom,
    );
    return undefined;
  }
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
  const taxRate = rateOn(surroundings.master.taxRates.get(taxCode) ?? [], surroundings.orderDate);
  if (taxRate === undefined) {
    faults.add(
      `${path}/sku`,
      'unknown-tax-code',
      `The tax code ${taxCode} of ${product.sku} has no rate on ${surroundings.orderDate}. Add it to the taxes.`,
      taxCode,
    );
  }
  if (faults.list.length > before || typeof sent !== 'number' || taxRate === undefined) return undefined;
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
      unitPrice: sent,
      taxCode,
      reason: null,
    },
    taxRate,
    deviation: sent === own ? undefined : { line: line.line, sent: formatPrice(sent), own: formatPrice(own) },
  };
}

function quantityOf(line: CanonicalLine, ratio: Ratio, product: Product, path: string, faults: FaultList): number {
  const quantity = parseQuantity(line.quantity);
  if (typeof quantity !== 'number') {
    faults.add(
      `${path}/quantity`,
      quantity,
      `The quantity ${line.quantity} is not a number with at most three decimals.`,
      line.quantity,
    );
    return 0;
  }
  const base = toBase(quantity, ratio);
  if (base === null) {
    faults.add(
      `${path}/quantity`,
      'inexact-quantity',
      `${line.quantity} ${line.uom} of ${product.sku} is no whole number of thousandths of ${product.baseUom}.`,
      line.quantity,
    );
    return 0;
  }
  return base;
}

function priceHold(deviations: readonly Deviation[], now: string): Hold {
  return {
    reason: 'price',
    rule: 'price-tolerance',
    evidence: { tolerancePercent: '0', lines: deviations.slice(0, 20) },
    since: now,
    by: 'price policy',
    forced: false,
  };
}
