import type { Fault } from '../domain/faults';
import { type Order, salesOrderNumber } from '../domain/order';
import {
  changeability,
  changeFaults,
  changeOrder,
  changeReason,
  type ResolvedLineChange,
} from '../domain/order-change';
import { orderAmounts } from '../domain/pricing';
import { formatQuantity } from '../domain/quantity';
import type { CanonicalOrder } from '../intake/canonical-order';
import { ediOrigins } from '../store/edi-documents';
import { closeException } from '../store/exceptions';
import { type DocumentVerdict, type StoredDocument, saveVerdicts } from '../store/inbox-documents';
import { saveChangedOrder } from '../store/order-changes';
import { cancelOrAsk } from './cancel-release';
import {
  type ChangeRequest,
  ChangesBefore,
  exceptionSubjectOf,
  findTargets,
  requestOf,
  type TakenChange,
  wordOf,
} from './change-requests';
import { applied, changed, type DecidedChange, park, reject, repeated } from './change-verdict';
import { byArrival } from './changes-in-order';
import { recordVerdict } from './document-outcomes';
import { loadMasterData, loadPartnersOf, type MasterData } from './master-data';
import {
  canonicalOf,
  dateFaults,
  headerFaults,
  priceHoldAfter,
  resolveChange,
  reviewHoldAfter,
  termsOf,
} from './resolve-change';
import { OrderFaults } from './resolve-line';
import type { TagOutcome } from './tag-outcome';
import type { Work } from './work';

/**
 * Applies changes and cancellations of orders, in the order in which they came. What came before is not applied twice, and
 * what bears the number of another change of its order is refused; what overtook its order waits for it; what comes after
 * a warehouse was asked to ship waits for a person, or for the warehouse's word to a cancellation.
 */
export async function changeOrders(work: Work, documents: readonly StoredDocument[]): Promise<Map<number, TagOutcome>> {
  const outcomes = new Map<number, TagOutcome>();
  if (documents.length === 0) return outcomes;
  const requests = documents.toSorted(byArrival).map(requestOf);
  const targets = await findTargets(work.db, requests);
  const orders = await work.lockOrders([...targets.values()].flatMap((ids) => (ids.length === 1 ? ids : [])));
  await work.lockStockOf(orders);
  await work.lockAccounts(orders.map((order) => order.creditAccount));
  const known = await ChangesBefore.of(
    work.db,
    requests,
    orders.map(({ id }) => id),
  );
  const named = await byReference(work, requests, targets);
  const wanted = named.flatMap((request) => wantedOf(request, targets, work));
  const master = await loadMasterData(work.db, await loadPartnersOf(work.db, wanted), wanted);
  const verdicts: DocumentVerdict[] = [];
  for (const request of named) {
    const { documentId } = request.document;
    const ids = targets.get(documentId) ?? [];
    const order = work.orders.get(ids[0] ?? 0);
    const before = known.repeatedBy(request, order);
    const likes = order === undefined ? [] : known.waitingLikes(request, order);
    const outcome =
      before === undefined ? await decide(work, request, ids, master, known) : repeated(request, before.orderId);
    const { state, orderId } = outcome.verdict;
    const isTaken = state === 'accepted' && orderId !== null;
    if (isTaken) for (const like of likes) verdicts.push(await doneBy(work, request, like, orderId));
    if (state === 'parked') known.park(request, orderId);
    else await settled(work, request.document, state);
    verdicts.push(
      isTaken ? { ...outcome.verdict, decidedAt: known.apply(request, orderId, work.now) } : outcome.verdict,
    );
    recordVerdict(work, request.document, outcome.verdict, { kind: request.document.kind });
    outcomes.set(documentId, outcome.outcome);
  }
  await saveVerdicts(work.db, verdicts, work.now);
  return outcomes;
}

/** A partner names a line as it did in its order; here the line has a number. */
async function byReference(
  work: Work,
  requests: readonly ChangeRequest[],
  targets: ReadonlyMap<number, readonly number[]>,
): Promise<ChangeRequest[]> {
  const orderOf = ({ document }: ChangeRequest): Order | undefined =>
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
  { document, change, replaces }: ChangeRequest,
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

async function decide(
  work: Work,
  request: ChangeRequest,
  targets: readonly number[],
  master: MasterData,
  known: ChangesBefore,
): Promise<DecidedChange> {
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
  if (known.isConflict(request, order)) return conflict(work, request, order);
  const can = changeability(order);
  if (can === 'finished') {
    const words = `${salesOrderNumber(order.id)} is ${order.status}; it cannot be changed or cancelled any more.`;
    return reject(work, request, [{ path: '', code: 'illegal-transition', message: words }], order);
  }
  if (document.kind === 'cancel') return cancel(work, request, order);
  if (can === 'at-warehouse') {
    const [first] = known.waitingLikes(request, order);
    return first === undefined ? waitForPerson(work, request, order) : waitsAlready(request, order, first.inboxId);
  }
  return apply(work, request, order, master);
}

/** Nobody knows which of the two counts: the first one stays as it is. */
function conflict(work: Work, request: ChangeRequest, order: Order): DecidedChange {
  const { changeNumber } = request.change;
  const words = `${salesOrderNumber(order.id)} has another change under the number ${changeNumber}; nothing was changed. Send this ${wordOf(request.document)} under a number of its own, or the first one unchanged.`;
  const fault: Fault = {
    path: '/changeNumber',
    code: 'change-conflict',
    message: words,
    value: changeNumber.slice(0, 80),
  };
  return reject(work, request, [fault], order);
}

function cancel(work: Work, request: ChangeRequest, order: Order): DecidedChange {
  const words = cancelOrAsk(work, order, 'customer-request');
  work.note(order, 'customer-request', evidenceOf(request));
  work.settle(order);
  work.answerDue('change-response', request.document.documentId, order);
  return applied(request, order, words);
}

async function apply(work: Work, request: ChangeRequest, order: Order, master: MasterData): Promise<DecidedChange> {
  const faults = new OrderFaults();
  const resolution = resolveChange(request, order, master, faults);
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
  return changed(request, order, words);
}

/** After the release only a person, or the warehouse, can say whether the change still comes in time. */
function waitForPerson(work: Work, request: ChangeRequest, order: Order): DecidedChange {
  const { document, change } = request;
  const number = salesOrderNumber(order.id);
  const late = `${number} is ${order.status}: the ${wordOf(document)} ${change.changeNumber || 'without a number'} came after the warehouse was asked to ship.`;
  work.raise({
    kind: 'change-request',
    subject: exceptionSubjectOf(document),
    message: `${late} Ask the warehouse to give the order back (hold it), then replay inbox message ${document.inboxId}; or reject this exception, which tells the customer that it is too late.`,
    evidence: evidenceOf(request),
  });
  return park(request, 'after-release', `${late} A person decides whether it still comes in time.`, order.id);
}

/** The first one's answer again: it is not done, and what becomes of it is decided once. */
function waitsAlready(request: ChangeRequest, order: Order, firstInboxId: number): DecidedChange {
  const words = `${salesOrderNumber(order.id)} is ${order.status}: the same ${wordOf(request.document)} came before, in inbox message ${firstInboxId}, and a person decides whether it still comes in time.`;
  const { verdict, outcome } = park(request, 'after-release', words, order.id);
  return { verdict: { ...verdict, state: 'duplicate' }, outcome };
}

/** What waited for a person was done when its like came again: nothing is left to decide of it. */
async function doneBy(
  work: Work,
  { document }: ChangeRequest,
  { documentId, inboxId }: TakenChange,
  orderId: number | null,
): Promise<DocumentVerdict> {
  await settled(work, { documentId }, 'accepted');
  work.record({
    subject: 'document',
    subjectId: String(documentId),
    from: 'parked',
    to: 'duplicate',
    reason: null,
    evidence: { inboxId, doneBy: document.inboxId },
  });
  return { documentId, state: 'duplicate', orderId, code: null, faults: [] };
}

/** Nobody has to decide any more what waited for a person. */
async function settled(work: Work, document: Pick<StoredDocument, 'documentId'>, how: string): Promise<void> {
  await closeException(work.db, 'change-request', exceptionSubjectOf(document), work.actor, how, work.now);
}

const evidenceOf = ({ document, change }: ChangeRequest) => ({
  inboxId: document.inboxId,
  document: document.place,
  poNumber: change.poNumber,
  changeNumber: change.changeNumber,
});

const shownChange = (change: ResolvedLineChange) =>
  change.action === 'delete'
    ? { line: change.line, deleted: true }
    : { line: change.line.line, sku: change.line.sku, ordered: formatQuantity(change.line.ordered) };
