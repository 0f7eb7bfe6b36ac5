import type { Order } from '../../lib/domain/order';
import { orderAmounts } from '../../lib/domain/pricing';
import type { NewOrder } from '../../lib/store/orders';

/** An order of one line, 10 pieces at 12.50, as its creation writes it; with what a test wants otherwise. */
export function sampleOrder(changes: Partial<Order> & { readonly id: number }): NewOrder {
  const order: Order = {
    partner: 'DIRECT',
    customer: 'C-1',
    creditAccount: 'C-1',
    poNumber: `PO-${changes.id}`,
    releaseNumber: '',
    documentId: changes.id,
    inboxId: changes.id,
    channel: 'api',
    sourceSystem: null,
    document: `document ${changes.id}`,
    indicator: 'API',
    receivedAt: '2026-11-23T09:00:00.000Z',
    createdAt: '2026-11-23T09:00:00.000Z',
    currency: 'EUR',
    orderDate: '2026-11-23',
    requestedDelivery: null,
    warehouse: 'MAIN',
    shipTo: null,
    note: null,
    priority: 5,
    shortagePolicy: 'cancel-line',
    paymentTermsDays: 30,
    checksRequired: 7,
    taxRates: { STD: 1900 },
    status: 'Created',
    reason: null,
    lines: [
      {
        line: 1,
        sku: 'WIDGET',
        uom: 'EA',
        ratio: { numerator: 1, denominator: 1 },
        ordered: 10_000,
        reserved: 0,
        delivered: 0,
        invoiced: 0,
        cancelled: 0,
        unitPrice: 125_000,
        taxCode: 'STD',
        reason: null,
      },
    ],
    holds: [],
    releases: [],
    checksJudged: 0,
    checksPassed: 0,
    heldSince: null,
    passedOver: 0,
    passesAtHold: 0,
    reservedUntil: null,
    approvalGross: 0,
    approvalUntil: null,
    approvalPolicy: 0,
    approvedGross: 0,
    earmarked: 0,
    stepAt: '2026-11-23T09:00:00.000Z',
    ...changes,
  };
  const { net, tax, gross } = orderAmounts(order);
  return { order, poKey: order.poNumber, loosePoKey: order.poNumber.replace('-', ''), fingerprint: `fingerprint ${order.id}`, net, tax, gross };
}
