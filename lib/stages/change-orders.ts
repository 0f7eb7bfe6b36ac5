import { multiplyDivide } from '../domain/decimal';
import type { Fault } from '../domain/faults';
import { mappedBy } from '../domain/master';
import { type Order, salesOrderNumber } from '../domain/order';
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
import { priceHold } from './resolve-order';
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
  const repeats = await findRepeats(work, requests);
  const targets = await findTargets(work, requests);
  const orders = await work.lockOrders([...targets.values()].flatMap((ids) => (ids.length === 1 ? ids : [])));
  await work.lockStockOf(orders);
  await work.lockAccounts(orders.map((order) => order.creditAccount));
  const named = await byReference(work, requests, targets);
  const master = await loadMasterData(
    work.db,
    named.flatMap((request) => wantedOf(request, targets, work)),
  );
  const verdicts: DocumentVerdict[] = [];
  for (const request of named) {
    const { documentId } = request.document;
    const before = repeats.get(documentId);
    const outcome =
      before === undefined
        ? await decide(work, request, targets.get(documentId) ?? [], master)
        : repeated(request, before);
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

/** Documents whose like was applied before: under another control number, or in a message that was sent again. */
async function findRepeats(work: Work, requests: readonly Request[]): Promise<Map<number, number | null>> {
  const prints = requests.flatMap(({ document }) => document.fingerprint ?? []);
  const known = await appliedBefore(
    work.db,
    requests.map(({ document }) => document.partner),
    prints,
  );
  const applied = new Map(known.map((row) => [`${row.partner} ${row.fingerprint}`, row.orderId]));
  const repeats = new Map<number, number | null>();
  for (const { document } of requests) {
    const key = `${document.partner} ${document.fingerprint}`;
    const orderId = applied.get(key);
    if (orderId !== undefined) repeats.set(document.documentId, orderId);
    else applied.set(key, null);
  }
  return repeats;
}

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
      .map((line) => canonicalOf(line, order));
  return [{ partner: document.partner, order: { poNumber: order.poNumber, customer: order.customer, lines } }];
}

/** A line as it is to be: what the change does not say stays as the order has it. */
function canonicalOf(change: LineChange, order: Order): CanonicalLine {
  const before = order.lines.find(({ line }) => line === change.line);
  const sku = change.sku ?? before?.sku ?? '';
  const ids = change.ids === undefined || change.ids.length === 0 ? {} : { ids: change.ids };
  const uom = change.uom ?? before?.uom;
  return {
    line: change.line ?? Math.max(0, ...order.lines.map(({ line }) => line)) + 1,
    sku,
    ...ids,
    quantity: change.quantity ?? (before === undefined ? '' : orderedIn(before)),
    ...(uom === undefined ? {} : { uom }),
    ...(change.unitPrice === undefined ? {} : { unitPrice: change.unitPrice }),
  };
}

const orderedIn = ({ ordered, ratio }: Order['lines'][number]): string =>
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

async function cancel(work: Work, request: Request, order: Order): Promise<Decided> {
  const words = cancelOrAsk(work, order, 'customer-request');
  work.note(order, 'customer-request', evidenceOf(request));
  work.settle(order);
  await settled(work, request);
  work.answerDue('change-response', request.document.documentId);
  return applied(request, order, words);
}

async function apply(work: Work, request: Request, order: Order, master: MasterData): Promise<Decided> {
  const faults = new OrderFaults();
  const { changes, deviations } = resolve(request, order, master, faults);
  faults.list.push(...changeFaults(order, changes), ...headerFaults(request, order));
  if (faults.list.length > 0) return reject(work, request, faults.list, order);
  const linesBefore = [...order.lines];
  changeOrder(order, changes, termsOf(request), work.stock);
  order.holds = order.holds.filter(({ reason }) => reason !== 'price');
  const partner = master.partners.get(request.document.partner);
  if (deviations.length > 0 && partner !== undefined)
    order.holds = [...order.holds, priceHold(deviations, partner, work.now)];
  work.note(order, changeReason, { ...evidenceOf(request), lines: changes.map(shownChange) });
  work.due(order.creditAccount);
  work.settle(order);
  await saveChangedOrder(work.db, order, linesBefore, orderAmounts(order));
  await settled(work, request);
  work.answerDue('change-response', request.document.documentId);
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

function resolve(
  { document, change, replaces }: Request,
  order: Order,
  master: MasterData,
  faults: OrderFaults,
): { changes: ResolvedLineChange[]; deviations: Deviation[] } {
  const surroundings = {
    partner: master.partners.get(document.partner),
    customer: master.customers.get(order.customer),
    master,
    orderDate: order.orderDate,
  };
  const changes: ResolvedLineChange[] = [];
  const deviations: Deviation[] = [];
  const set = (line: CanonicalLine, path: string): void => {
    const resolved = resolveLine(line, path, surroundings, faults);
    if (resolved === undefined) return;
    changes.push({ action: 'set', line: resolved.line, taxRate: resolved.taxRate });
    if (resolved.deviation !== undefined) deviations.push(resolved.deviation);
  };
  if (replaces !== undefined) {
    const kept = new Set(replaces.lines.map(({ line }) => line));
    for (const { line } of order.lines) if (!kept.has(line)) changes.push({ action: 'delete', line });
    for (const [i, line] of replaces.lines.entries()) set(line, `/lines/${i}`);
    return { changes, deviations };
  }
  change.lines.forEach((line, i) => {
    const path = `/lines/${i}`;
    if (line.action === 'none') return;
    const known = order.lines.some(({ line: number }) => number === line.line);
    if (line.action === 'add' && known) {
      faults.add(path, 'duplicate-line', `Line ${line.line} is there already; change it, or add another one.`);
    } else if (line.action !== 'add' && !known) {
      faults.add(path, 'unknown-line', `${salesOrderNumber(order.id)} has no line ${line.line ?? '(none given)'}.`);
    } else if (line.action === 'delete') changes.push({ action: 'delete', line: line.line as number });
    else set(canonicalOf(line, order), path);
  });
  return { changes, deviations };
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

function termsOf({ change, replaces }: Request): ChangedTerms {
  if (replaces !== undefined) {
    return {
      requestedDelivery: replaces.requestedDelivery ?? null,
      note: replaces.note ?? null,
      ...(replaces.shipTo === undefined ? {} : { shipTo: JSON.stringify(replaces.shipTo) }),
    };
  }
  const { requestedDelivery, note } = change;
  return {
    ...(requestedDelivery === undefined ? {} : { requestedDelivery }),
    ...(note === undefined ? {} : { note }),
  };
}

/** After the release only a person, or the warehouse, can say whether the change still comes in time. */
function waitForPerson(work: Work, request: Request, order: Order): Decided {
  const { document, change } = request;
  const number = salesOrderNumber(order.id);
  const words = `${number} is ${order.status}: the change ${change.changeNumber || 'without a number'} came after the warehouse was asked to ship. Ask the warehouse to give the order back (hold it), then replay inbox message ${document.inboxId}; or tell the customer that it is too late.`;
  work.raise({
    kind: 'change-request',
    subject: `document ${document.documentId}`,
    message: words,
    evidence: evidenceOf(request),
  });
  return park(request, 'after-release', words, order.id);
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
  work.answerDue('change-response', documentId);
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

async function settled(work: Work, { document }: Request): Promise<void> {
  await closeException(work.db, 'change-request', `document ${document.documentId}`, work.actor, 'applied', work.now);
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
