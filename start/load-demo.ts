import { listOrders } from '../lib/answers/lists';
import { day } from '../lib/domain/dates';
import { readPackingSlips } from '../lib/domain/delivery';
import { defaultSettings } from '../lib/domain/settings';
import { checkCredit } from '../lib/stages/check-credit';
import { checkInventory } from '../lib/stages/check-inventory';
import { checkOverdue } from '../lib/stages/check-overdue';
import { confirmDeliveries } from '../lib/stages/confirm-delivery';
import { createOrders } from '../lib/stages/create-orders';
import { dispatchOrders } from '../lib/stages/dispatch-orders';
import { postInvoices } from '../lib/stages/post-invoices';
import { readReception } from '../lib/stages/read-reception';
import { receiveMessages } from '../lib/stages/receive-messages';
import { upsertMaster } from '../lib/stages/upsert-master';
import type { StageContext } from '../lib/stages/work';
import { loadPartners } from '../lib/store/master';
import type { Store } from '../lib/store/store';
import type { ShippingRequest } from '../lib/warehouse/shipping';
import { demoMaster, lastPartner, unpaidOrder, unpaidSince } from './demo-data';

/**
 * Loads the demonstration's master data into a store that has none yet, as of six weeks ago, with one order of that day.
 * Returns false for a company's own store: it has orders, and none of the demonstration.
 */
export async function loadDemo(store: Store): Promise<boolean> {
  if ((await store.read((db) => loadPartners(db, [lastPartner]))).has(lastPartner)) return true;
  const { orders } = await store.read((db) => listOrders(db, { limit: '1' }, null));
  if (orders.length > 0) return false;
  const then = new Date(Date.now() - unpaidSince * day).toISOString();
  const context: StageContext = { store, actor: 'demonstration', clock: () => then };
  for (const [kind, records] of demoMaster) {
    const { rejected, summary } = await upsertMaster(context, kind, records);
    if (rejected.length > 0) throw new Error(`The demonstration cannot be loaded: ${summary}`);
  }
  await orderAndInvoice(context, then);
  return true;
}

/** The cycle of one order, a stage after the other; whatever does not go on is taken up by the flows. */
async function orderAndInvoice(context: StageContext, then: string): Promise<void> {
  const message = {
    bytes: Buffer.from(JSON.stringify(unpaidOrder)),
    contentType: 'application/json',
    channel: 'api' as const,
    partner: 'WEBSHOP',
    sourceSystem: null,
    messageKey: `demo-${unpaidOrder.poNumber}`,
    document: `demo-${unpaidOrder.poNumber}`,
    receivedAt: then,
    keyId: null,
    batchPolicy: 'reject-order' as const,
    csv: { separator: '' as const, decimalMark: '' as const, mapping: {} },
  };
  const [reception] = await receiveMessages(context, [
    readReception(message, { ...defaultSettings.limits, depth: 64 }),
  ]);
  const documents = (reception?.documents ?? []).map(({ documentId }) => ({ documentId, rules: [] }));
  const orderIds = (await createOrders(context, documents)).flatMap((outcome) =>
    outcome.output === 'created' ? [outcome.orderId] : [],
  );
  for (const check of [checkInventory, checkCredit, checkOverdue]) await check(context, orderIds);
  const shipped: object[] = [];
  await dispatchOrders(
    context,
    { warehouse: 'MAIN', limit: 1, orderIds },
    {
      ship: async (requests) => requests.map((request) => ship(request, shipped)),
      cancel: async () => ({ kind: 'agreed' }),
    },
  );
  await confirmDeliveries(
    context,
    readPackingSlips(shipped).flatMap(({ slip }) => slip ?? []),
  );
  await postInvoices(context, { limit: 1 });
}

function ship({ key, salesOrder, release, warehouse, lines }: ShippingRequest, shipped: object[]) {
  const slipLines = lines.map(({ line, sku, quantity, uom }) => ({ salesOrder, release, line, sku, quantity, uom }));
  shipped.push({ warehouse, packingSlip: `PS-${salesOrder}-${release}`, lines: slipLines });
  return { key, kind: 'acknowledged' as const, reference: `WH-${salesOrder}-${release}` };
}
