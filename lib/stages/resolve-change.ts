import { multiplyDivide } from '../domain/decimal';
import type { Fault } from '../domain/faults';
import type { Partner } from '../domain/master';
import { parsePrice } from '../domain/money';
import { type Hold, type Order, type OrderLine, openQuantity, salesOrderNumber } from '../domain/order';
import type { ChangedTerms, ResolvedLineChange } from '../domain/order-change';
import { formatQuantity } from '../domain/quantity';
import type { CanonicalLine } from '../intake/canonical-order';
import type { LineChange, OrderChange } from '../intake/edi/mapped-message';
import type { ChangeRequest } from './change-requests';
import type { MasterData } from './master-data';
import { type Deviation, type OrderFaults, resolveLine } from './resolve-line';
import { mostDeviationsKept, priceHold, reviewHold } from './resolve-order';

export interface Resolution {
  readonly changes: readonly ResolvedLineChange[];
  readonly deviations: readonly Deviation[];
  /** Lines whose price is another one than before, or that are gone: what was said of their price is past. */
  readonly repriced: ReadonlySet<number>;
}

/** A message may change a line more than once: each change meets the line as the one before it left it. */
export function resolveChange(
  { document, change, replaces }: ChangeRequest,
  order: Order,
  master: MasterData,
  faults: OrderFaults,
): Resolution {
  const surroundings = {
    partner: master.partners.get(document.partner),
    customer: master.customers.get(order.customer),
    master,
    orderDate: order.orderDate,
  };
  const lines = new Map(order.lines.map((line) => [line.line, line]));
  const changes: ResolvedLineChange[] = [];
  const deviations = new Map<number, Deviation>();
  const repriced = new Set<number>();
  const set = (line: CanonicalLine, path: string): void => {
    const resolved = resolveLine(line, path, surroundings, faults);
    if (resolved === undefined) return;
    const before = lines.get(line.line);
    const agreed = before !== undefined && keepsPrice(line, resolved.line, before);
    const to = agreed ? { ...resolved.line, unitPrice: before.unitPrice, taxCode: before.taxCode } : resolved.line;
    lines.set(to.line, to);
    changes.push({ action: 'set', line: to, taxRate: resolved.taxRate, path });
    if (agreed) return;
    repriced.add(to.line);
    deviations.delete(to.line);
    if (resolved.deviation !== undefined) deviations.set(to.line, resolved.deviation);
  };
  const remove = (line: number): void => {
    changes.push({ action: 'delete', line });
    repriced.add(line);
    deviations.delete(line);
  };
  if (replaces !== undefined) {
    const kept = new Set(replaces.lines.map(({ line }) => line));
    for (const { line } of order.lines) if (!kept.has(line)) remove(line);
    for (const [i, line] of replaces.lines.entries()) set(line, `/lines/${i}`);
  }
  change.lines.forEach((line, i) => {
    const path = `/lines/${i}`;
    if (line.action === 'none') return;
    const known = lines.has(line.line ?? 0);
    if (line.action === 'add' && known) {
      faults.add(path, 'duplicate-line', `Line ${line.line} is there already; change it, or add another one.`);
    } else if (line.action !== 'add' && !known) {
      faults.add(path, 'unknown-line', `${salesOrderNumber(order.id)} has no line ${line.line ?? '(none given)'}.`);
    } else if (line.action === 'delete') remove(line.line as number);
    else set(canonicalOf(line, [...lines.values()]), path);
  });
  return { changes, deviations: [...deviations.values()], repriced };
}

/** A price that the change does not say, or says as it is, is the agreed one, whatever the price list says today. */
function keepsPrice(sent: CanonicalLine, line: OrderLine, before: OrderLine): boolean {
  if (line.sku !== before.sku || line.uom !== before.uom) return false;
  return sent.unitPrice === undefined || parsePrice(sent.unitPrice) === before.unitPrice;
}

/** The price hold after a change: what it says of prices that the change did not touch still waits for a person. */
export function priceHoldAfter(
  { holds }: Order,
  { deviations, repriced }: Resolution,
  partner: Partner | undefined,
  now: string,
): Hold[] {
  const before = holds.find(({ reason }) => reason === 'price');
  const known = (before?.evidence.lines ?? []) as readonly Deviation[];
  const left = known.filter(({ line }) => !repriced.has(line));
  const isPartial = known.length >= mostDeviationsKept;
  if (before !== undefined && (before.forced || isPartial) && deviations.length === 0) return [before];
  if (partner === undefined || left.length + deviations.length === 0) return [];
  const hold = priceHold([...left, ...deviations], partner, before?.since ?? now);
  return [{ ...hold, forced: before?.forced === true }];
}

/** A change that makes one ask whether it was meant like that waits for a person, as an order does. */
export function reviewHoldAfter({ holds }: Order, doubts: readonly string[], now: string): Hold[] {
  const before = holds.filter(({ reason }) => reason === 'intake-review');
  if (doubts.length === 0) return before;
  const [hold] = before;
  const known = (hold?.evidence.review ?? []) as readonly string[];
  return reviewHold([...doubts, ...known], hold?.since ?? now).map((made) => ({
    ...made,
    forced: hold?.forced === true,
  }));
}

/** What of an order cannot be changed: it would be another order. */
export function headerFaults({ replaces }: ChangeRequest, order: Order): Fault[] {
  if (replaces === undefined) return [];
  const faults: Fault[] = [];
  const fixed = (path: string, sent: string | undefined, own: string): void => {
    if (sent === undefined || sent === own) return;
    const message = `The order stands with ${own}; cancel it and send a new one for ${sent}.`;
    faults.push({ path, code: 'not-supported', message, value: sent });
  };
  fixed('/currency', replaces.currency, order.currency);
  fixed('/warehouse', replaces.warehouse, order.warehouse);
  return faults;
}

/** An order has one date: dates of its lines must be that one, or the same new one for all that is open. */
export function dateFaults({ change }: ChangeRequest, order: Order): Fault[] {
  const wanted = change.requestedDelivery ?? dateOfAllLines(change, order) ?? order.requestedDelivery;
  return change.lines.flatMap(({ action, requestedDelivery }, i): Fault[] => {
    const isOther = requestedDelivery !== undefined && requestedDelivery !== wanted;
    if (!isOther || action === 'none' || action === 'delete') return [];
    const message = `An order is delivered on one date, this one on ${wanted ?? 'the next possible'}; change the date of all of it, or order the line by itself.`;
    return [{ path: `/lines/${i}/requestedDelivery`, code: 'not-supported', message, value: requestedDelivery }];
  });
}

function dateOfAllLines({ lines }: OrderChange, order: Order): string | undefined {
  const dated = lines.filter(({ action }) => action === 'add' || action === 'change');
  const deleted = new Set(lines.filter(({ action }) => action === 'delete').map(({ line }) => line));
  const dates = new Set(dated.map(({ requestedDelivery }) => requestedDelivery));
  const named = new Set(dated.map(({ line }) => line));
  const isAll = order.lines.every((line) => openQuantity(line) === 0 || deleted.has(line.line) || named.has(line.line));
  const [date] = dates;
  return dates.size === 1 && isAll ? date : undefined;
}

export function termsOf({ change, replaces }: ChangeRequest, order: Order): ChangedTerms {
  if (replaces !== undefined) {
    return {
      requestedDelivery: replaces.requestedDelivery ?? null,
      note: replaces.note ?? null,
      ...(replaces.shipTo === undefined ? {} : { shipTo: JSON.stringify(replaces.shipTo) }),
    };
  }
  const { note } = change;
  const requestedDelivery = change.requestedDelivery ?? dateOfAllLines(change, order);
  return {
    ...(requestedDelivery === undefined ? {} : { requestedDelivery }),
    ...(note === undefined ? {} : { note }),
  };
}

/** A line as it is to be: what the change does not say stays as it is among `lines`. */
export function canonicalOf(change: LineChange, lines: readonly OrderLine[]): CanonicalLine {
  const before = lines.find(({ line }) => line === change.line);
  const sku = change.sku ?? before?.sku ?? '';
  const ids = change.ids === undefined || change.ids.length === 0 ? {} : { ids: change.ids };
  const uom = change.uom ?? before?.uom;
  return {
    line: change.line ?? Math.max(0, ...lines.map(({ line }) => line)) + 1,
    sku,
    ...ids,
    quantity: change.quantity ?? (before === undefined ? '' : orderedIn(before)),
    ...(uom === undefined ? {} : { uom }),
    ...(change.unitPrice === undefined ? {} : { unitPrice: change.unitPrice }),
  };
}

const orderedIn = ({ ordered, ratio }: OrderLine): string =>
  formatQuantity(multiplyDivide(ordered, ratio.denominator, 1, ratio.numerator, 1));
