import { day, later } from '../domain/dates';
import { poKey } from '../intake/canonical-order';
import { changesParkedSince, changesThatWait, reopenChanges } from '../store/edi-changes';
import { insertEdiOrders } from '../store/edi-orders';
import { loadDocuments } from '../store/inbox-documents';
import type { NewOrder } from '../store/order-rows';
import { findTargets, requestOf } from './change-requests';
import type { StageContext, Work } from './work';

/** What comes by EDI may be changed by EDI, and a change may have come before it. */
export async function rememberEdiOrders(work: Work, created: readonly NewOrder[]): Promise<void> {
  const orders = created
    .filter(({ order }) => order.channel === 'edi')
    .map(({ order, poKey: key }) => ({
      orderId: order.id,
      documentId: order.documentId,
      partner: order.partner,
      poKey: key,
      releaseNumber: order.releaseNumber,
    }));
  if (orders.length === 0) return;
  await insertEdiOrders(work.db, orders);
  const numbers = new Set(orders.map((order) => `${order.partner} ${order.poKey}`));
  const waiting = await changesThatWait(
    work.db,
    orders.map(({ partner }) => partner),
  );
  const due = waiting.filter(({ partner, poNumber }) => numbers.has(`${partner} ${poKey(poNumber)}`));
  await reopenChanges(
    work.db,
    due.map(({ documentId }) => documentId),
  );
}

/** For so long a change is looked after; later a replay does it, or the order when it comes. */
const lookedAfter = day;
const atOnce = 500;

/**
 * Changes that wait for an order which is there: it was created in the moment in which they were judged, so that neither
 * saw the other, or did not come as EDI. They are taken up like all that waits.
 * @returns how many
 */
export async function reopenOvertaken({ store, clock }: StageContext): Promise<number> {
  const found = await store.read(async (db) => {
    const waiting = await changesParkedSince(db, later(clock(), -lookedAfter), atOnce);
    if (waiting.length === 0) return [];
    const requests = (await loadDocuments(db, waiting)).map(requestOf);
    const targets = await findTargets(db, requests);
    return waiting.filter((documentId) => (targets.get(documentId) ?? []).length > 0);
  });
  if (found.length > 0) await store.transaction((db) => reopenChanges(db, found));
  return found.length;
}
