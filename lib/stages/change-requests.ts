import { later } from '../domain/dates';
import { mappedBy } from '../domain/master';
import type { Order } from '../domain/order';
import { type CanonicalOrder, loosePoKey, poKey } from '../intake/canonical-order';
import type { OrderChange } from '../intake/edi/mapped-message';
import type { Database } from '../store/database';
import { appliedBefore } from '../store/edi-changes';
import { findEdiOrders } from '../store/edi-orders';
import type { StoredDocument } from '../store/inbox-documents';
import { loadPartners } from '../store/master';
import { type KnownChange, knownChanges } from '../store/order-changes';
import { findOrders } from '../store/order-identity';
import { byArrival } from './changes-in-order';

/** A document that asks for something of an order that is there: a change, its replacement, or its cancellation. */
export interface ChangeRequest {
  readonly document: StoredDocument;
  readonly change: OrderChange;
  /** All lines of the order as it is to be; lines that are not there go. */
  readonly replaces: CanonicalOrder | undefined;
}

export function requestOf(document: StoredDocument): ChangeRequest {
  const content = JSON.parse(document.canonical ?? '{}');
  if (document.purpose !== 'replace') return { document, change: content as OrderChange, replaces: undefined };
  const order = content as CanonicalOrder & Partial<Pick<OrderChange, 'changeNumber'>>;
  const { poNumber, release, customer, changeNumber = '' } = order;
  const named = { poNumber, customer, ...(release === undefined ? {} : { release }) };
  return { document, change: { ...named, changeNumber, lines: [] }, replaces: order };
}

/** What makes two changes of an order the same one; '' for a change that bears no number, a zero, or only that of its order. */
function numberOf({ poNumber, changeNumber }: Pick<OrderChange, 'poNumber' | 'changeNumber'>): string {
  const key = poKey(changeNumber);
  return key === poKey(poNumber) || /^0*$/.test(key) ? '' : key;
}

/** Under which a change that waits for a person stands among the exceptions. */
export const exceptionSubjectOf = ({ documentId }: Pick<StoredDocument, 'documentId'>): string =>
  `document ${documentId}`;

export const wordOf = ({ kind, purpose }: StoredDocument): string =>
  kind === 'cancel' ? 'cancellation' : purpose === 'replace' ? 'replacement' : 'change';

/** The orders that each document can mean; exactly one is wanted. */
export async function findTargets(db: Database, requests: readonly ChangeRequest[]): Promise<Map<number, number[]>> {
  const partners = requests.map(({ document }) => document.partner);
  const byEdi = await findEdiOrders(
    db,
    partners,
    requests.map(({ change }) => poKey(change.poNumber)),
  );
  const named = requests.filter(({ change }) => change.customer !== undefined);
  const known = await loadPartners(db, partners);
  const customerOf = ({ document, change }: ChangeRequest): string =>
    mappedBy(known.get(document.partner)?.customerMap, change.customer ?? '');
  const byCustomer = await findOrders(
    db,
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

export type TakenChange = Pick<KnownChange, 'documentId' | 'inboxId' | 'fingerprint' | 'receivedAt' | 'waits'>;

/** What came before: under another control number, or in a message that was sent again. */
export class ChangesBefore {
  private readonly applied = new Map<string, { readonly orderId: number | null; isLatest: boolean }>();
  /** Fingerprints of what bears a number of an order's changes. */
  private readonly numbered = new Map<string, Set<string>>();
  /** What each order has taken, and what waits for a person. */
  private readonly ofOrder = new Map<number, TakenChange[]>();
  /** When each order took its last change. */
  private readonly lastTaken = new Map<number, string>();

  private constructor() {}

  /** To be read with the orders locked: what another transaction applied to them is there then. */
  static async of(
    db: Database,
    requests: readonly ChangeRequest[],
    orderIds: readonly number[],
  ): Promise<ChangesBefore> {
    const changes = new ChangesBefore();
    const before = await appliedBefore(
      db,
      requests.map(({ document }) => document.partner),
      requests.flatMap(({ document }) => document.fingerprint ?? []),
    );
    for (const { partner, fingerprint, orderId, isLatest } of before) {
      const key = `${partner} ${fingerprint}`;
      if (changes.applied.get(key)?.isLatest !== true) changes.applied.set(key, { orderId, isLatest });
    }
    for (const known of await knownChanges(db, orderIds)) {
      const { poNumber = '', changeNumber = '' } = JSON.parse(known.canonical ?? '{}') as Partial<OrderChange>;
      changes.keepNumber({ poNumber, changeNumber }, known.fingerprint, known.orderId);
      changes.keep(known, known.orderId);
      if (!known.waits)
        changes.lastTaken.set(known.orderId, latest(changes.lastTaken.get(known.orderId), known.stepAt));
    }
    return changes;
  }

  /**
   * The order that the like of this document changed before, undefined when it is news. Without a number of its own a
   * change may be meant again once another one came between. A cancellation is news while its order is not cancelled.
   */
  repeatedBy({ document, change }: ChangeRequest, order: Order | undefined): { orderId: number | null } | undefined {
    const before = this.applied.get(keyOf(document));
    if (before === undefined) return undefined;
    if (document.kind === 'cancel' && order?.status !== 'Cancelled' && order?.status !== 'CancelRequested')
      return undefined;
    return change.changeNumber !== '' || before.isLatest ? before : undefined;
  }

  /**
   * The likes of this document that wait for a person: one decision is enough for all. Without a number of its own it may
   * be meant again once another one came between, as it may when the first was taken. Of several that come at the same
   * moment a later one may have been decided first: likes are looked for on both sides.
   */
  waitingLikes({ document, change }: ChangeRequest, { id }: Order): TakenChange[] {
    const known = (this.ofOrder.get(id) ?? []).toSorted(byArrival);
    const before = known.filter((other) => byArrival(other, document) < 0);
    const after = known.filter((other) => byArrival(other, document) > 0);
    const near = change.changeNumber === '' ? [...before.slice(-1), ...after.slice(0, 1)] : [...before, ...after];
    return near.filter(({ waits, fingerprint }) => waits && fingerprint === document.fingerprint);
  }

  /**
   * Whether another change of the order has this number, and was taken or waits for a person. What was refused has no
   * number: it may come again, put right.
   */
  isConflict({ document, change }: ChangeRequest, { id }: Order): boolean {
    const known = this.numbered.get(`${id} ${numberOf(change)}`);
    return known !== undefined && !known.has(document.fingerprint ?? '');
  }

  /**
   * The order takes it.
   * @returns when: after what it took before, though this transaction may have begun before that one, or have another clock
   */
  apply({ document, change }: ChangeRequest, orderId: number, now: string): string {
    for (const before of this.applied.values()) if (before.orderId === orderId) before.isLatest = false;
    this.applied.set(keyOf(document), { orderId, isLatest: true });
    this.keepNumber(change, document.fingerprint, orderId);
    this.keep({ ...document, waits: false }, orderId);
    const before = this.lastTaken.get(orderId);
    const taken = before === undefined ? now : latest(now, later(before, 1));
    this.lastTaken.set(orderId, taken);
    return taken;
  }

  /** It waits for a person. */
  park({ document, change }: ChangeRequest, orderId: number | null): void {
    this.keepNumber(change, document.fingerprint, orderId);
    this.keep({ ...document, waits: true }, orderId);
  }

  private keep(change: TakenChange, orderId: number | null): void {
    if (orderId === null) return;
    const changes = this.ofOrder.get(orderId);
    if (changes === undefined) this.ofOrder.set(orderId, [change]);
    else changes.push(change);
  }

  private keepNumber(
    change: Pick<OrderChange, 'poNumber' | 'changeNumber'>,
    fingerprint: string | null,
    orderId: number | null,
  ): void {
    const number = numberOf(change);
    if (number === '' || orderId === null) return;
    const key = `${orderId} ${number}`;
    this.numbered.set(key, (this.numbered.get(key) ?? new Set()).add(fingerprint ?? ''));
  }
}

const latest = (one: string | undefined, other: string): string => (one === undefined || one < other ? other : one);
const keyOf = ({ partner, fingerprint }: StoredDocument): string => `${partner} ${fingerprint}`;
