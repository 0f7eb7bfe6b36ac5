import { BusinessRejection } from '../domain/faults';
import { isFinished } from '../domain/lifecycle';
import {
  financialHolds,
  type HoldReason,
  type Order,
  openReleaseStatuses,
  type Release,
  salesOrderId,
} from '../domain/order';
import type { Role } from '../domain/roles';
import { mayRead, type Visibility } from '../domain/visibility';
import { closeException } from '../store/exceptions';
import { invoicesDueBefore } from '../store/waiting';
import { cancelOrAsk, endRelease, requestCancellation } from './cancel-release';
import { judgeRelease } from './judge-release';
import { type OrderSummary, summarize } from './outcome';
import { inTransaction } from './transaction';
import type { StageContext, Work } from './work';

export const orderActions = ['cancel', 'hold', 'release', 'reject', 'resend', 'not-received'] as const;
export type OrderActionName = (typeof orderActions)[number];

/** Who acts, with what right. */
export interface Actor {
  readonly name: string;
  readonly role: Role;
  /** A partner touches only what it sees. */
  readonly visible: Visibility;
}

export interface OrderAction {
  readonly action: OrderActionName;
  readonly salesOrder: string;
  /** A reason code of the company, kept with the order. */
  readonly reason: string;
  readonly note: string;
  readonly actor: Actor;
}

export type ActionOutcome =
  | { readonly output: 'done'; readonly summary: OrderSummary }
  | {
      readonly output: 'refused';
      readonly salesOrder: string;
      readonly rejection: BusinessRejection;
      readonly summary: string;
    };

const allowedRoles: Readonly<Record<OrderActionName, readonly Role[]>> = {
  cancel: ['partner', 'operations', 'finance', 'admin'],
  hold: ['operations', 'finance', 'admin'],
  release: ['operations', 'finance', 'admin'],
  reject: ['operations', 'finance', 'admin'],
  resend: ['operations', 'admin'],
  'not-received': ['operations', 'admin'],
};

/** Does what people ask for, each order by itself in the order of the list; what may not be done is refused and audited. */
export function actOnOrders(context: StageContext, actions: readonly OrderAction[]): Promise<ActionOutcome[]> {
  return inTransaction(context, 'action', async (work) => {
    const orders = await work.lockOrders(actions.flatMap(({ salesOrder }) => salesOrderId(salesOrder) ?? []));
    await work.lockStockOf(orders);
    await work.lockAccounts(orders.map((order) => order.creditAccount));
    const outcomes: ActionOutcome[] = [];
    for (const action of actions) outcomes.push(await act(work, action));
    return outcomes;
  });
}

async function act(work: Work, action: OrderAction): Promise<ActionOutcome> {
  const order = work.orders.get(salesOrderId(action.salesOrder) ?? 0);
  try {
    if (order === undefined || !mayRead(order, action.actor.visible))
      throw new BusinessRejection('not-found', `There is no order ${action.salesOrder}.`);
    refuseUnlessAllowed(order, action);
    const words = await perform[action.action](work, order, action);
    work.note(order, action.reason || action.action, { action: action.action, note: action.note }, action.actor.name);
    work.settle(order);
    return { output: 'done', summary: summarize(order, words) };
  } catch (error) {
    if (!(error instanceof BusinessRejection)) throw error;
    work.record({
      subject: 'order',
      subjectId: action.salesOrder,
      actor: action.actor.name,
      from: order?.status ?? null,
      to: order?.status ?? null,
      reason: error.code,
      evidence: { refused: action.action, why: error.message, note: action.note },
    });
    return {
      output: 'refused',
      salesOrder: action.salesOrder,
      rejection: error,
      summary: `${action.salesOrder}: ${action.action} refused. ${error.message}`,
    };
  }
}

/** Finance decides on what its holds are for: it ends an order only where the order is held for money. */
function refuseUnlessAllowed(order: Order, { action, actor }: OrderAction): void {
  if (!allowedRoles[action].includes(actor.role))
    throw new BusinessRejection('forbidden', `The role ${actor.role} may not do this to an order: ${action}.`);
  const ends = action === 'cancel' || action === 'reject';
  if (actor.role !== 'finance' || !ends || order.holds.some(({ reason }) => financialHolds.has(reason))) return;
  const holds = [...financialHolds].join(', ');
  throw new BusinessRejection(
    'forbidden',
    `The role finance may ${action} an order only while it is held for ${holds}.`,
  );
}

const perform: Readonly<
  Record<OrderActionName, (work: Work, order: Order, action: OrderAction) => string | Promise<string>>
> = {
  cancel,
  hold,
  release,
  reject: (work, order, action) => {
    if (order.status !== 'OnHold') throw wrongState(order, 'reject', 'Only an order on hold can be rejected.');
    return cancel(work, order, { ...action, reason: action.reason || 'rejected' });
  },
  resend,
  'not-received': notReceived,
};

const openRelease = (order: Order): Release | undefined =>
  order.releases.find((release) => openReleaseStatuses.has(release.status));

/** What an order cannot. */
const passive: Readonly<Record<OrderActionName, string>> = {
  cancel: 'be cancelled',
  hold: 'be put on hold',
  release: 'be released',
  reject: 'be rejected',
  resend: 'be sent to its warehouse again',
  'not-received': 'be reported as not received',
};

function wrongState(order: Order, action: OrderActionName, words: string): BusinessRejection {
  return new BusinessRejection(
    'illegal-transition',
    `An order that is ${order.status} cannot ${passive[action]}. ${words}`,
  );
}

function cancel(work: Work, order: Order, action: OrderAction): string {
  if (isFinished(order.status) || order.status === 'Delivered')
    throw wrongState(order, 'cancel', 'It is delivered: a credit note takes back what was invoiced.');
  const reason = action.reason || (action.actor.role === 'partner' ? 'customer-request' : 'operator');
  return cancelOrAsk(work, order, reason);
}

/** Who may release it again is the role that placed it: finance's hold is a financial one, which no payment ends. */
function hold(work: Work, order: Order, action: OrderAction): string {
  if (isFinished(order.status) || order.status === 'Delivered')
    throw wrongState(order, 'hold', 'Nothing of it is open.');
  const reason = action.actor.role === 'finance' ? 'credit' : 'operator';
  work.hold(order, reason, {
    rule: 'by-hand',
    evidence: { reason: action.reason, note: action.note, by: action.actor.name },
    forced: true,
    by: action.actor.name,
  });
  const out = openRelease(order);
  if (out === undefined) return `on hold: ${reason}`;
  if (out.status !== 'CancelRequested') requestCancellation(work, out, null);
  return `hold requested: the warehouse ${out.warehouse} has to give it back`;
}

/** Financial holds are for finance, the others for operations; what remains is judged together. */
async function release(work: Work, order: Order, action: OrderAction): Promise<string> {
  if (order.holds.length === 0) throw wrongState(order, 'release', 'It has no hold.');
  const mine = order.holds.filter(({ reason }) => mayRelease(action.actor, reason)).map(({ reason }) => reason);
  if (mine.length === 0) {
    const reasons = order.holds.map(({ reason }) => reason).join(', ');
    throw new BusinessRejection(
      'forbidden',
      `The role ${action.actor.role} may not release the holds of this order: ${reasons}.`,
    );
  }
  for (const reason of mine) work.unhold(order, reason, { evenForced: true });
  work.note(order, null, { released: mine });
  if (order.holds.length > 0) return `is still on hold: ${order.holds.map(({ reason }) => reason).join(', ')}`;
  if (openRelease(order) !== undefined) return 'has no hold any more';
  const invoices = await invoicesDueBefore(work.db, [order.customer], work.today);
  const override = { by: action.actor.name, note: action.note, reasons: new Set(mine) };
  const { outcome, decision } = judgeRelease(work, order, invoices.get(order.customer) ?? [], override);
  if (outcome === 'released') return `released by ${action.actor.name}`;
  return outcome === 'held'
    ? `is on hold again: ${decision?.explanation ?? order.holds[0]?.reason}`
    : `cancelled: ${decision?.explanation ?? 'its stock is gone'}`;
}

function mayRelease(actor: Actor, reason: HoldReason): boolean {
  if (actor.role === 'admin') return true;
  return actor.role === (financialHolds.has(reason) ? 'finance' : 'operations');
}

async function resend(work: Work, order: Order, action: OrderAction): Promise<string> {
  const release = order.releases.find(({ status, parked }) => status === 'Unknown' || parked);
  if (release === undefined) throw wrongState(order, 'resend', 'It has no release without a clear answer.');
  release.parked = false;
  release.attempts = 0;
  release.nextAttemptAt = work.now;
  await closeException(work.db, 'warehouse-parked', release.key, action.actor.name, 'resend', work.now);
  return `is sent to ${release.warehouse} again under the key ${release.key}`;
}

/**
 * The warehouse has not got the release: it ends here, and the next one has a new number and key. While attempts go on
 * the answer to one of them may still come, and the goods would be shipped twice.
 */
async function notReceived(work: Work, order: Order, action: OrderAction): Promise<string> {
  const release = order.releases.find(({ parked }) => parked);
  if (release === undefined) throw wrongState(order, 'not-received', 'It has no release that is parked.');
  endRelease(work, order, release, { warehouse: 'not-received' });
  await closeException(work.db, 'warehouse-parked', release.key, action.actor.name, 'not-received', work.now);
  const next = release.cancelReason === null ? 'it may be released again' : `cancelled: ${release.cancelReason}`;
  return `was not received by ${release.warehouse}: ${next}`;
}
