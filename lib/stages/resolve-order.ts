import { daysBetween } from '../domain/dates';
import { formatScaled } from '../domain/decimal';
import type { Fault } from '../domain/faults';
import { type Customer, mappedBy, type Partner, servesCustomer } from '../domain/master';
import { bitsOf, type Hold, type OrderLine, type OrderTerms } from '../domain/order';
import type { Settings } from '../domain/settings';
import type { CanonicalOrder } from '../intake/canonical-order';
import type { ReadableOrder } from '../intake/readable-order';
import type { StoredDocument } from '../store/inbox-documents';
import type { MasterData } from './master-data';
import { type Deviation, OrderFaults, resolveLine } from './resolve-line';

export interface Circumstances {
  readonly settings: Settings;
  readonly today: string;
  readonly now: string;
  /** What the integrator's rules gave it, if they did. */
  readonly indicator: string | undefined;
}

/** Who sends an order, and how. */
export type OrderSource = Pick<StoredDocument, 'partner' | 'channel'>;

export interface ResolvedOrder {
  /** All but its number. */
  readonly terms: Omit<OrderTerms, 'id'>;
  readonly lines: OrderLine[];
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
  const faults = new OrderFaults();
  const { partner, customer, currency, warehouse, orderDate, ...found } = lookUp(
    order,
    document,
    master,
    circumstances,
    faults,
  );
  const { lines, taxRates, deviations } = found;
  if (faults.list.length > 0 || partner === undefined || customer === undefined) throw faults.rejection();
  const { settings, now } = circumstances;
  return {
    holds: [
      ...(deviations.length === 0 ? [] : [priceHold(deviations, partner, now)]),
      ...reviewHold([...document.review, ...doubts(order, partner, circumstances)], now),
    ],
    terms: {
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
    },
    lines,
  };
}

/** What is wrong with what an order names, as far as it could be read. */
export function faultsOfNames(
  order: ReadableOrder,
  source: OrderSource,
  master: MasterData,
  circumstances: Pick<Circumstances, 'settings' | 'today'>,
): readonly Fault[] {
  const faults = new OrderFaults();
  lookUp(order, source, master, circumstances, faults);
  return faults.list;
}

/** What an order names, where it is known; what is not, or could not be read, is left out. */
function lookUp(
  order: ReadableOrder,
  source: OrderSource,
  master: MasterData,
  { settings, today }: Pick<Circumstances, 'settings' | 'today'>,
  faults: OrderFaults,
) {
  const partner = partnerOf(source, master, faults);
  const customer = customerOf(order, partner, master, faults);
  const currency = order.currency ?? customer?.currency ?? settings.currency;
  if (customer !== undefined && currency !== customer.currency) {
    faults.add(
      '/currency',
      'currency-mismatch',
      `The customer ${customer.customer} buys in ${customer.currency}, the order is in ${currency}.`,
      currency,
    );
  }
  const warehouse = order.warehouse ?? settings.defaultWarehouse;
  if (warehouse !== settings.defaultWarehouse && !master.warehouses.has(warehouse)) {
    faults.add('/warehouse', 'unknown-warehouse', `There is no warehouse ${warehouse}.`, warehouse);
  }
  const orderDate = order.orderDate ?? today;
  const lines: OrderLine[] = [];
  const taxRates: Record<string, number> = {};
  const deviations: Deviation[] = [];
  order.lines.forEach((line, i) => {
    const resolved = resolveLine(line, `/lines/${i}`, { partner, customer, master, orderDate }, faults);
    if (resolved === undefined) return;
    lines.push(resolved.line);
    taxRates[resolved.line.taxCode] = resolved.taxRate;
    if (resolved.deviation !== undefined) deviations.push(resolved.deviation);
  });
  return { partner, customer, currency, warehouse, orderDate, lines, taxRates, deviations };
}

function partnerOf(source: OrderSource, master: MasterData, faults: OrderFaults): Partner | undefined {
  const partner = master.partners.get(source.partner);
  if (partner === undefined) {
    faults.add(
      '',
      'unknown-partner',
      `The partner ${source.partner} is not known. Add it to the partners, or correct the source.`,
      source.partner,
    );
  } else if (!partner.channels.includes(source.channel)) {
    faults.add(
      '',
      'source-refused',
      `The partner ${partner.partner} may not send orders by ${source.channel}.`,
      source.channel,
    );
  }
  return partner;
}

/** A customer of somebody else is as unknown to a partner as one that does not exist. */
function customerOf(
  order: ReadableOrder,
  partner: Partner | undefined,
  master: MasterData,
  faults: OrderFaults,
): Customer | undefined {
  if (order.customer === undefined) return undefined;
  const number = mappedBy(partner?.customerMap, order.customer);
  const customer = master.customers.get(number);
  const allowed = partner === undefined || servesCustomer(partner, number);
  if (customer !== undefined && allowed) return customer;
  faults.add(
    '/customer',
    'unknown-customer',
    `The customer ${order.customer} is not known${partner === undefined ? '' : ` to ${partner.partner}`}.`,
    order.customer,
  );
  return undefined;
}

/** More deviations than a person will look at. */
export const mostDeviationsKept = 20;

export function priceHold(deviations: readonly Deviation[], { priceTolerance }: Partner, now: string): Hold {
  return {
    reason: 'price',
    rule: 'price-tolerance',
    evidence: { tolerancePercent: formatScaled(priceTolerance, 2, 0), lines: deviations.slice(0, mostDeviationsKept) },
    since: now,
    by: 'price policy',
    forced: false,
  };
}

/** More sentences than a person will read. */
const mostSentences = 20;

/** What can be read and worked, but makes one ask whether it was meant like that. */
function doubts(order: CanonicalOrder, partner: Partner, { settings, today }: Circumstances): string[] {
  const { deliveryDaysPast, orderDaysAhead } = settings.review;
  const { requestedDelivery, orderDate, note } = order;
  const sentences: string[] = [];
  if (requestedDelivery !== undefined && daysBetween(requestedDelivery, today) > deliveryDaysPast)
    sentences.push(`The requested delivery ${requestedDelivery} is more than ${deliveryDaysPast} days ago.`);
  if (orderDate !== undefined && daysBetween(today, orderDate) > orderDaysAhead)
    sentences.push(`The order date ${orderDate} is more than ${orderDaysAhead} days ahead.`);
  if (partner.reviewNotes && note !== undefined)
    sentences.push(`The order has a note that may change it: ${note.slice(0, 500)}`);
  return sentences;
}

export function reviewHold(sentences: readonly string[], now: string): Hold[] {
  if (sentences.length === 0) return [];
  return [
    {
      reason: 'intake-review',
      rule: 'intake',
      evidence: { review: sentences.slice(0, mostSentences) },
      since: now,
      by: 'intake',
      forced: false,
    },
  ];
}
