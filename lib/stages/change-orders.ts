import { multiplyDivide } from '../domain/decimal';
import type { Fault } from '../domain/faults';
import { mappedBy, type Partner } from '../domain/master';
import { parsePrice } from '../domain/money';
import { type Hold, type Order, type OrderLine, openQuantity, salesOrderNumber } from '../domain/order';
import {
  type ChangedTerms,
  changeability,
  changeFaults,
  changeOrder,
  changeReason,
  type ResolvedLineChange,
} from '../domain/order-change';
import { orderAmounts } from '../domain/pricing';
import { formatQuantity } from '../domain/quantity';
import { type CanonicalLine, type CanonicalOrder, loosePoKey, poKey } from '../intake/canonical-order';
import type { LineChange, OrderChange } from '../intake/edi/mapped-message';
import { appliedBefore, ediOrigins, findEdiOrders } from '../store/edi';
import { closeException } from '../store/exceptions';
import { type DocumentVerdict, type StoredDocument, saveVerdicts } from '../store/inbox';
import { loadPartners } from '../store/master';
import { saveChangedOrder } from '../store/order-changes';
import { findOrders } from '../store/order-identity';
import { cancelOrAsk } from './cancel-release';
import { loadMasterData, type MasterData } from './master-data';
import { summarize } from './outcome';
import { type Deviation, OrderFaults, resolveLine } from './resolve-line';
import { mostDeviationsKept, priceHold, reviewHold } from './resolve-order';
import type { AppliedOutcome, RejectedOutcome, TaggedOutcome } from './tag-outcome';
import type { Work } from './work';

export type ChangeOutcome = TaggedOutcome | AppliedOutcome | RejectedOutcome;

/** A document that asks for something of an order that is there: a change, its replacement, or its cancellation. */
interface Request {
  readonly document: StoredDocument;
  readonly change: OrderChange;
  /** All lines of the order as it is to be; lines that are not there go. */
  readonly replaces: CanonicalOrder | undefined;
}

/**
 * Applies changes and cancellations of orders, in the order in which they came. What came before is not applied twice; what
 * overtook its order waits for it; what comes after a warehouse was asked to ship waits for a person, or for the
 * warehouse's word to a cancellation.
 */
export async function changeOrders(
  work: Work,
  documents: readonly StoredDocument[],
): Promise<Map<number, ChangeOutcome>> {
  const outcomes = new Map<number, ChangeOutcome>();
  if (documents.length === 0) return outcomes;
  const requests = documents.map(requestOf);
  const targets = await findTargets(work, requests);
  const orders = await work.lockOrders([...targets.values()].flatMap((ids) => (ids.length === 1 ? ids : [])));
  await work.lockStockOf(orders);
  await work.lockAccounts(orders.map((order) => order.creditAccount));
  const applied = await AppliedChanges.of(work, requests);
  const named = await byReference(work, requests, targets);
  const master = await loadMasterData(
    work.db,
    named.flatMap((request) => wantedOf(request, targets, work)),
  );
  const verdicts: DocumentVerdict[] = [];
  for (const request of named) {
    const { documentId } = request.document;
    const ids = targets.get(documentId) ?? [];
    const before = applied.repeatedBy(request, work.orders.get(ids[0] ?? 0));
    const outcome = before === undefined ? await decide(work, request, ids, master) : repeated(request, before.orderId);
    if (outcome.verdict.state === 'accepted') applied.add(request.document, outcome.verdict.orderId);
    if (outcome.verdict.state !== 'parked') await settled(work, request, outcome.verdict.state);
    verdicts.push(outcome.verdict);
    record(work, request, outcome.verdict);
    outcomes.set(documentId, outcome.outcome);
  }
  await saveVerdicts(work.db, verdicts, work.now);
  return outcomes;
}

interface Decided {
  readonly verdict: DocumentVerdict;
  readonly outcome: ChangeOutcome;
}

function requestOf(document: StoredDocument): Request {
  const content = JSON.parse(document.canonical ?? '{}');
  if (document.purpose !== 'replace') return { document, change: content as OrderChange, replaces: undefined };
  const order = content as CanonicalOrder;
  const { poNumber, release, customer } = order;
  const named = { poNumber, customer, ...(release === undefined ? {} : { release }) };
  return { document, change: { ...named, changeNumber: '', lines: [] }, replaces: order };
}

/** What was applied before: under another control number, or in a message that was sent again. */
class AppliedChanges {
  private readonly known = new Map<string, { readonly orderId: number | null; isLatest: boolean }>();

  private constructor() {}

  /** To be read with the orders locked: what another transaction applied to them is there then. */
  static async of(work: Work, requests: readonly Request[]): Promise<AppliedChanges> {
    const changes = new AppliedChanges();
    const before = await appliedBefore(
      work.db,
      requests.map(({ document }) => document.partner),
      requests.flatMap(({ document }) => document.fingerprint ?? []),
    );
    for (const { partner, fingerprint, orderId, isLatest } of before) {
      const key = `${partner} ${fingerprint}`;
      if (changes.known.get(key)?.isLatest !== true) changes.known.set(key, { orderId, isLatest });
    }
    return changes;
  }

  /**
   * The order that the like of this document changed before, undefined when it is news. Without a number of its own a
   * change may be meant again once another one came between. A cancellation is news while its order is not cancelled.
   */
  repeatedBy({ document, change }: Request, order: Order | undefined): { orderId: number | null } | undefined {
    const before = this.known.get(keyOf(document));
    if (before === undefined) return undefined;
    if (document.kind === 'cancel' && order?.status !== 'Cancelled' && order?.status !== 'CancelRequested')
      return undefined;
    return change.changeNumber !== '' || before.isLatest ? before : undefined;
  }

  add(document: StoredDocument, orderId: number | null): void {
    for (const change of this.known.values()) if (change.orderId === orderId) change.isLatest = false;
    this.known.set(keyOf(document), { orderId, isLatest: true });
  }
}

const keyOf = ({ partner, fingerprint }: StoredDocument): string => `${partner} ${fingerprint}`;

/** The orders that each document can mean; exactly one is wanted. */
async function findTargets(work: Work, requests: readonly Request[]): Promise<Map<number, number[]>> {
  const partners = requests.map(({ document }) => document.partner);
  const byEdi = await findEdiOrders(
    work.db,
    partners,
    requests.map(({ change }) => poKey(change.poNumber)),
  );
  const named = requests.filter(({ change }) => change.customer !== undefined);
  const known = await loadPartners(work.db, partners);
  const customerOf = ({ document, change }: Request): string =>
    mappedBy(known.get(document.partner)?.customerMap, change.customer ?? '');
  const byCustomer = await findOrders(
    work.db,
    named.map((request) => ({ customer: customerOf(request), loose: loosePoKey(request.change.poNumber) })),
  );
  const targets = new Map<number, number[]>();
  for (const request of requests) {
    const { document, change } = request;
    const key = poKey(change.poNumber);
    const releaseNumber = change.release ?? '';
    const customer = change.customer === undefined ? undefined : customerOf(request);
    const same =
      customer === undefined
        ? undefined
        : byCustomer.same({
            partner: document.partner,
            customer,
            poKey: key,
            loose: loosePoKey(change.poNumber),
            releaseNumber,
          });
    const edi = byEdi.filter(
      (order) =>
        order.partner === document.partner &&
        order.poKey === key &&
        order.releaseNumber === releaseNumber &&
        (customer === undefined || order.customer === customer),
    );
    targets.set(document.documentId, same === undefined ? edi.map(({ orderId }) => orderId) : [same.orderId]);
  }
  return targets;
}

/** A partner names a line as it did in its order; here the line has a number. */
async function byReference(
  work: Work,
  requests: readonly Request[],
  targets: ReadonlyMap<number, readonly number[]>,
): Promise<Request[]> {
  const orderOf = ({ document }: Request): Order | undefined =>
    work.orders.get(targets.get(document.documentId)?.[0] ?? 0);
  const origins = await ediOrigins(
    work.db,
    requests.flatMap((request) => orderOf(request)?.documentId ?? []),
  );
  return requests.map((request) => {
    const echo = origins.get(orderOf(request)?.documentId ?? 0)?.echo?.lines ?? [];
    const lines = request.change.lines.map((line) => {
      const known = echo.find(({ reference }) => reference !== '' && reference === line.reference);
      return known === undefined ? line : { ...line, line: known.line };
    });
    return { ...request, change: { ...request.change, lines } };
  });
}

function wantedOf(
  { document, change, replaces }: Request,
  targets: ReadonlyMap<number, readonly number[]>,
  work: Work,
): { partner: string; order: CanonicalOrder }[] {
  const [id] = targets.get(document.documentId) ?? [];
  const order = id === undefined ? undefined : work.orders.get(id);
  if (order === undefined) return [];
  const lines =
    replaces?.lines ??
    change.lines
      .filter(({ action }) => action === 'add' || action === 'change')
      .map((line) => canonicalOf(line, order.lines));
  return [{ partner: document.partner, order: { poNumber: order.poNumber, customer: order.customer, lines } }];
}

/** A line as it is to be: what the change does not say stays as it is among `lines`. */
function canonicalOf(change: LineChange, lines: readonly OrderLine[]): CanonicalLine {
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

async function decide(work: Work, request: Request, targets: readonly number[], master: MasterData): Promise<Decided> {
  const { document, change } = request;
  if (targets.length === 0)
    return park(
      request,
      'unknown-order',
      `The order ${change.poNumber} has not come yet; its ${wordOf(document)} waits for it.`,
      null,
    );
  const order = work.orders.get(targets[0] as number);
  if (targets.length > 1 || order === undefined) {
    const words = `The number ${change.poNumber} is that of ${targets.length} orders (${targets.map(salesOrderNumber).join(', ')}); name the buyer.`;
    return reject(work, request, [{ path: '/customer', code: 'missing-field', message: words }]);
  }
  const can = changeability(order);
  if (can === 'finished') {
    const words = `${salesOrderNumber(order.id)} is ${order.status}; it cannot be changed or cancelled any more.`;
    return reject(work, request, [{ path: '', code: 'illegal-transition', message: words }], order);
  }
  if (document.kind === 'cancel') return cancel(work, request, order);
  if (can === 'at-warehouse') return waitForPerson(work, request, order);
  return apply(work, request, order, master);
}

const wordOf = ({ kind, purpose }: StoredDocument): string =>
  kind === 'cancel' ? 'cancellation' : purpose === 'replace' ? 'replacement' : 'change';

function cancel(work: Work, request: Request, order: Order): Decided {
  const words = cancelOrAsk(work, order, 'customer-request');
  work.note(order, 'customer-request', evidenceOf(request));
  work.settle(order);
  work.answerDue('change-response', request.document.documentId, order);
  return applied(request, order, words);
}

async function apply(work: Work, request: Request, order: Order, master: MasterData): Promise<Decided> {
  const faults = new OrderFaults();
  const resolution = resolve(request, order, master, faults);
  const { changes } = resolution;
  faults.list.push(...changeFaults(order, changes), ...headerFaults(request, order), ...dateFaults(request, order));
  if (faults.list.length > 0) return reject(work, request, faults.list, order);
  const linesBefore = [...order.lines];
  changeOrder(order, changes, termsOf(request, order), work.stock);
  const priced = priceHoldAfter(order, resolution, master.partners.get(request.document.partner), work.now);
  const doubted = reviewHoldAfter(order, request.document.review, work.now);
  order.holds = [
    ...order.holds.filter(({ reason }) => reason !== 'price' && reason !== 'intake-review'),
    ...priced,
    ...doubted,
  ];
  work.note(order, changeReason, { ...evidenceOf(request), lines: changes.map(shownChange) });
  work.due(order.creditAccount);
  work.settle(order);
  await saveChangedOrder(work.db, order, linesBefore, orderAmounts(order));
  work.rewrote(order);
  work.answerDue('change-response', request.document.documentId, order);
  if (order.status === 'Cancelled') return applied(request, order, 'cancelled: all lines were deleted');
  const words = `changed by its customer: ${changes.length} lines; its checks are due again`;
  return {
    verdict: verdictOf(request, 'accepted', order.id),
    outcome: {
      output: 'changed',
      documentId: request.document.documentId,
      orderId: order.id,
      summary: summarize(order, words),
    },
  };
}

interface Resolution {
  readonly changes: readonly ResolvedLineChange[];
  readonly deviations: readonly Deviation[];
  /** Lines whose price is another one than before, or that are gone: what was said of their price is past. */
  readonly repriced: ReadonlySet<number>;
}

/** A message may change a line more than once: each change meets the line as the one before it left it. */
function resolve(
  { document, change, replaces }: Request,
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
    changes.push({ action: 'set', line: to, taxRate: resolved.taxRate });
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
function priceHoldAfter(
  { holds }: Order,
  { deviations, repriced }: Resolution,
  partner: Partner | undefined,
  now: string,
): Hold[] {
  const before = holds.find(({ reason }) => reason === 'price');
  const known = (before?.evidence['lines'] ?? []) as readonly Deviation[];
  const left = known.filter(({ line }) => !repriced.has(line));
  const isPartial = known.length >= mostDeviationsKept;
  if (before !== undefined && (before.forced || isPartial) && deviations.length === 0) return [before];
  if (partner === undefined || left.length + deviations.length === 0) return [];
  const hold = priceHold([...left, ...deviations], partner, before?.since ?? now);
  return [{ ...hold, forced: before?.forced === true }];
}

/** A change that makes one ask whether it was meant like that waits for a person, as an order does. */
function reviewHoldAfter({ holds }: Order, doubts: readonly string[], now: string): Hold[] {
  const before = holds.filter(({ reason }) => reason === 'intake-review');
  if (doubts.length === 0) return before;
  const [hold] = before;
  const known = (hold?.evidence['review'] ?? []) as readonly string[];
  return reviewHold([...doubts, ...known], hold?.since ?? now).map((made) => ({
    ...made,
    forced: hold?.forced === true,
  }));
}

/** What of an order cannot be changed: it would be another order. */
function headerFaults({ replaces }: Request, order: Order): Fault[] {
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
function dateFaults({ change }: Request, order: Order): Fault[] {
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

function termsOf({ change, replaces }: Request, order: Order): ChangedTerms {
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

/** After the release only a person, or the warehouse, can say whether the change still comes in time. */
function waitForPerson(work: Work, request: Request, order: Order): Decided {
  const { document, change } = request;
  const number = salesOrderNumber(order.id);
  const late = `${number} is ${order.status}: the ${wordOf(document)} ${change.changeNumber || 'without a number'} came after the warehouse was asked to ship.`;
  work.raise({
    kind: 'change-request',
    subject: `document ${document.documentId}`,
    message: `${late} Ask the warehouse to give the order back (hold it), then replay inbox message ${document.inboxId}; or tell the customer that it is too late.`,
    evidence: evidenceOf(request),
  });
  return park(request, 'after-release', `${late} A person decides whether it still comes in time.`, order.id);
}

function park(
  request: Request,
  code: 'unknown-order' | 'after-release',
  words: string,
  orderId: number | null,
): Decided {
  const { documentId, inboxId } = request.document;
  const faults: Fault[] = [{ path: '', code, message: words, value: request.change.poNumber.slice(0, 80) }];
  return {
    verdict: { documentId, state: 'parked', orderId, code, faults },
    outcome: { output: 'rejected', documentId, inboxId, code, faults, summary: `Inbox ${inboxId} waits: ${words}` },
  };
}

function reject(work: Work, request: Request, faults: readonly Fault[], order?: Order): Decided {
  const { documentId, inboxId } = request.document;
  const code = faults[0]?.code ?? 'unreadable';
  const more = faults.length > 1 ? ` (and ${faults.length - 1} more)` : '';
  work.answerDue('change-response', documentId, order);
  return {
    verdict: { documentId, state: 'rejected', orderId: order?.id ?? null, code, faults },
    outcome: {
      output: 'rejected',
      documentId,
      inboxId,
      code,
      faults,
      summary: `Inbox ${inboxId} rejected: ${faults[0]?.message ?? 'the change cannot be made.'}${more}`,
    },
  };
}

function repeated(request: Request, orderId: number | null): Decided {
  const { documentId, inboxId, kind } = request.document;
  const number = orderId === null ? request.change.poNumber : salesOrderNumber(orderId);
  return {
    verdict: verdictOf(request, 'duplicate', orderId),
    outcome: {
      output: 'applied',
      documentId,
      inboxId,
      kind,
      orderId,
      order: null,
      summary: `Inbox ${inboxId}: the ${wordOf(request.document)} of ${number} was here before; nothing was done again`,
    },
  };
}

function applied(request: Request, order: Order, words: string): Decided {
  const { documentId, inboxId, kind } = request.document;
  const summary = summarize(order, words);
  return {
    verdict: verdictOf(request, 'accepted', order.id),
    outcome: {
      output: 'applied',
      documentId,
      inboxId,
      kind,
      orderId: order.id,
      order: summary,
      summary: summary.summary,
    },
  };
}

const verdictOf = (
  { document }: Request,
  state: 'accepted' | 'duplicate',
  orderId: number | null,
): DocumentVerdict => ({ documentId: document.documentId, state, orderId, code: null, faults: [] });

/** Nobody has to decide any more what waited for a person. */
async function settled(work: Work, { document }: Request, how: string): Promise<void> {
  await closeException(work.db, 'change-request', `document ${document.documentId}`, work.actor, how, work.now);
}

const evidenceOf = ({ document, change }: Request) => ({
  inboxId: document.inboxId,
  document: document.place,
  poNumber: change.poNumber,
  changeNumber: change.changeNumber,
});

const shownChange = (change: ResolvedLineChange) =>
  change.action === 'delete'
    ? { line: change.line, deleted: true }
    : { line: change.line.line, sku: change.line.sku, ordered: formatQuantity(change.line.ordered) };

function record(work: Work, { document }: Request, { state, orderId, code, faults }: DocumentVerdict): void {
  work.record({
    subject: 'document',
    subjectId: String(document.documentId),
    from: 'stored',
    to: state,
    reason: code,
    evidence: {
      inboxId: document.inboxId,
      kind: document.kind,
      ...(orderId === null ? {} : { order: salesOrderNumber(orderId) }),
      ...(faults.length === 0 ? {} : { faults: faults.slice(0, 20) }),
    },
  });
}
