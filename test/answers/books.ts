import type { Release } from '../../lib/domain/order';
import type { Database } from '../../lib/store/database';
import { insertPostings, type Posting } from '../../lib/store/postings';
import { aLine, anOrder, now, storeDecision, storeHistory, storeOrders, storeReleases } from './stored-orders';

const shippedRelease: Release = {
  release: 1,
  warehouse: 'MAIN',
  status: 'Closed',
  key: 'k',
  lines: [[1, 4_000]],
  attempts: 1,
  nextAttemptAt: null,
  parked: false,
  reference: 'W-1',
  words: 'shelf 7',
  cancelReason: null,
  claimedAt: now,
};

/**
 * Four orders: SO-000001 on hold for credit, SO-000002 invoiced, SO-000003 of a partner AGENT and ordered in cases,
 * SO-000004 of the next day, from a file and in yen; with an invoice, a payment and four postings.
 */
export async function storeBooks(db: Database): Promise<void> {
  const held = anOrder(1, {
    poNumber: 'PO 1001',
    status: 'OnHold',
    reason: 'credit',
    heldSince: now,
    holds: [
      { reason: 'credit', rule: 'credit', evidence: { limit: '1000.00' }, since: now, by: 'anna', forced: false },
    ],
  });
  const shipped = anOrder(2, {
    status: 'Invoiced',
    lines: [aLine({ delivered: 4_000, invoiced: 4_000, cancelled: 1_000, reason: 'out-of-stock' })],
    releases: [shippedRelease],
  });
  const cases = anOrder(3, {
    customer: 'C-1002',
    partner: 'AGENT',
    lines: [aLine({ uom: 'CA', ratio: { numerator: 12, denominator: 1 }, ordered: 24_000, unitPrice: 1_500_000 })],
  });
  const later = anOrder(4, {
    createdAt: '2026-11-24T08:00:00.000Z',
    channel: 'file',
    currency: 'JPY',
    lines: [aLine({ unitPrice: 1_000_000 })],
    requestedDelivery: null,
    shipTo: null,
  });
  await storeOrders(db, [held, shipped, cases, later]);
  await storeReleases(db, 2, [shippedRelease]);
  await storeDecision(db, 1);
  await storeHistory(db, 1);
  await db.insert('packing_slip', [
    {
      slip_id: 1,
      warehouse: 'MAIN',
      packing_slip: 'PS-1',
      digest: 'd',
      final: 1,
      shipped_at: now,
      received_at: now,
      state: 'confirmed',
      body: '{}',
      faults: null,
    },
  ]);
  await db.insert('packing_slip_line', [
    {
      slip_id: 1,
      slip_line: 1,
      order_id: 2,
      line: 1,
      release: 1,
      sku: 'WIDGET-1',
      quantity: 4_000,
      cost: 2_840,
      lot: 'L1',
      serials: '["S1"]',
    },
  ]);
  await db.insert('invoice', [
    {
      invoice_id: 1,
      number: 'INV-2026-000001',
      document_type: 'INV',
      fiscal_year: 2026,
      sequence: 1,
      order_id: 2,
      slip_id: 1,
      customer: 'C-1001',
      credit_account: 'C-1001',
      currency: 'EUR',
      net: 5_000,
      tax: 950,
      gross: 5_950,
      open_amount: 1_000,
      taxes: '[{"taxCode":"STD","rate":1900,"net":5000,"tax":950}]',
      invoice_date: '2026-11-23',
      due_date: '2026-12-23',
      posted_at: now,
      disputed: 0,
    },
  ]);
  await db.insert('credit_account', [
    {
      account: 'C-1001',
      kind: 'customer',
      currency: 'EUR',
      credit_limit: 0,
      open_receivables: 0,
      uninvoiced_gross: 0,
      approved_gross: 0,
      passes: 0,
      due_mark: 0,
    },
  ]);
  await db.insert('customer', [
    {
      customer: 'C-1001',
      name: 'Northwind',
      currency: 'EUR',
      credit_account: 'C-1001',
      payment_terms_days: 30,
      tax_code: null,
      ship_to: null,
      updated_at: now,
    },
  ]);
  await db.insert('payment', [
    {
      payment_id: 1,
      customer: 'C-1001',
      reference: 'BANK-1',
      amount: 4_950,
      currency: 'EUR',
      received_at: now,
      invoice: null,
      order_id: 2,
      earmarked: 0,
      on_account: 0,
      posted_at: now,
    },
  ]);
  await db.insert('payment_application', [{ payment_id: 1, invoice_id: 1, amount: 4_950 }]);
  const posting: Posting = {
    documentType: 'invoice',
    document: 'INV-2026-000001',
    debit: 'receivables',
    credit: 'revenue',
    amount: 5_000,
    currency: 'EUR',
    postingDate: '2026-11-23',
    postedAt: now,
  };
  await insertPostings(db, [
    posting,
    { ...posting, credit: 'tax', amount: 950 },
    { ...posting, postingDate: '2026-11-22' },
    { ...posting, postingDate: '2026-12-01' },
  ]);
}
