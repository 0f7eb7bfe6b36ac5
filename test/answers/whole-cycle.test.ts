import { expect } from 'chai';
import { getCreditNote } from '../../lib/answers/credit-note-out';
import { explainOrder } from '../../lib/answers/explain';
import { getInvoice } from '../../lib/answers/invoice-out';
import { ledger } from '../../lib/answers/lists';
import { orderDetail } from '../../lib/answers/order-detail';
import { readPackingSlips } from '../../lib/domain/delivery';
import { readIncoming } from '../../lib/domain/incoming-money';
import { salesOrderNumber } from '../../lib/domain/order';
import { confirmDeliveries } from '../../lib/stages/confirm-delivery';
import { postCreditNotes } from '../../lib/stages/post-credit-notes';
import { postInvoices } from '../../lib/stages/post-invoices';
import { postPayments } from '../../lib/stages/post-payments';
import { openStore, type Store } from '../../lib/store/store';
import { onBothDatabases } from '../support/databases';
import { expectAnswer } from '../support/openapi';
import { SampleCompany } from '../support/orders';
import { readPayments } from '../support/payments';

const json = 'application/json';

describe('answers about an order that went the whole way', () => {
  onBothDatabases((_, url) => {
    let store: Store;
    let company: SampleCompany;
    let id: number;

    before(async () => {
      store = await openStore(url());
      company = new SampleCompany(store);
      await company.open(['C-1'], ['A', 'B'], 100);
      const lines = [
        { sku: 'A', quantity: 5 },
        { sku: 'B', quantity: 2, taxCode: 'LOW' },
      ];
      id = await company.order({ lines });
      const salesOrder = salesOrderNumber(id);
      const slipLines = [
        { line: 1, quantity: '5', lot: 'L1', serials: ['S1', 'S2'] },
        { line: 2, quantity: '2' },
      ];
      const slips = readPackingSlips({ warehouse: 'MAIN', packingSlip: 'PS-1', salesOrder, lines: slipLines });
      await confirmDeliveries(
        company.context,
        slips.flatMap(({ slip }) => slip ?? []),
      );
      const payments = readPayments({
        reference: 'BANK-1',
        customer: 'C-1',
        amount: '50.00',
        currency: 'EUR',
        salesOrder,
      });
      await postPayments(
        company.context,
        payments.flatMap(({ payment }) => payment ?? []),
      );
      await postInvoices(company.context, { limit: 10 });
    });
    after(() => store.close());

    it('tells the order with slip, invoice and payment', async () => {
      const order = await store.read((db) => orderDetail(db, id, 'internal'));
      expectAnswer('GET', `/o2c/orders/${salesOrderNumber(id)}`, 200, json, order);
      expect(order).to.deep.include({ status: 'Invoiced', net: '69.93', total: '80.82' });
      expect(order?.slips[0]?.lines[0]).to.deep.include({
        quantity: '5',
        lot: 'L1',
        serials: ['S1', 'S2'],
        invoiced: true,
      });
      expect(order?.invoices[0]).to.deep.include({ packingSlip: 'PS-1', total: '80.82', open: '30.82' });
      expect(order?.payments).to.have.length(1);
      expect(order?.history.at(-1)).to.deep.include({ to: 'Invoiced' });
    });

    it('tells the invoice: its lines are its net, its taxes its tax', async () => {
      const order = await store.read((db) => orderDetail(db, id, 'partner'));
      const number = order?.invoices[0]?.number ?? '';
      const invoice = await store.read((db) => getInvoice(db, number));
      expectAnswer('GET', `/o2c/invoices/${number}`, 200, json, invoice);
      expect(invoice?.lines.map(({ line, quantity, net }) => [line, quantity, net])).to.deep.equal([
        [1, '5', '49.95'],
        [2, '2', '19.98'],
      ]);
      expect(invoice?.taxes).to.deep.equal([
        { taxCode: 'FULL', rate: '19', net: '49.95', tax: '9.49' },
        { taxCode: 'LOW', rate: '7', net: '19.98', tax: '1.40' },
      ]);
      expect(invoice?.payments.map(({ reference, amount }) => [reference, amount])).to.deep.equal([
        ['BANK-1', '50.00'],
      ]);
    });

    it('tells the credit note, and what it left of the invoice', async () => {
      const [invoice] = await store.read((db) => db.all<{ number: string }>('select number from invoice'));
      const number = invoice?.number ?? '';
      const read = readIncoming({
        creditNote: 'CLAIM-7',
        invoice: number,
        reason: 'damaged',
        note: 'Two were wet.',
        currency: 'EUR',
        lines: [
          { line: 1, quantity: '2' },
          { line: 2, net: '5.00' },
        ],
      });
      const [posted] = await postCreditNotes(
        company.context,
        read.flatMap((each) => (each.kind === 'credit-note' ? (each.creditNote ?? []) : [])),
      );
      expect(posted).to.deep.include({ output: 'applied', number: 'CN-2026-000001', freed: '0.00', open: '1.69' });
      const note = await store.read((db) => getCreditNote(db, 'CN-2026-000001'));
      expectAnswer('GET', '/o2c/credit-notes/CN-2026-000001', 200, json, note);
      expect(note).to.deep.include({
        invoice: number,
        salesOrder: salesOrderNumber(id),
        customer: 'C-1',
        creditNote: 'CLAIM-7',
        reason: 'damaged',
        note: 'Two were wet.',
        net: '24.98',
        tax: '4.15',
        total: '29.13',
        freed: '0.00',
        taxes: [
          { taxCode: 'FULL', rate: '19', net: '19.98', tax: '3.80' },
          { taxCode: 'LOW', rate: '7', net: '5.00', tax: '0.35' },
        ],
        lines: [
          { line: 1, sku: 'A', quantity: '2', uom: 'EA', net: '19.98', taxCode: 'FULL' },
          { line: 2, sku: 'B', quantity: '0', uom: 'EA', net: '5.00', taxCode: 'LOW' },
        ],
      });
      const credited = await store.read((db) => getInvoice(db, number));
      expectAnswer('GET', `/o2c/invoices/${number}`, 200, json, credited);
      expect(credited).to.deep.include({ total: '80.82', credited: '29.13', open: '1.69' });
      expect(credited?.creditNotes).to.deep.equal([
        {
          number: 'CN-2026-000001',
          reason: 'damaged',
          net: '24.98',
          tax: '4.15',
          total: '29.13',
          creditDate: '2026-11-23',
        },
      ]);
      const order = await store.read((db) => orderDetail(db, id, 'partner'));
      expectAnswer('GET', `/o2c/orders/${salesOrderNumber(id)}`, 200, json, order);
      expect(order?.invoices[0]).to.deep.include({ credited: '29.13', open: '1.69' });
      expect(order?.creditNotes.map((each) => [each.number, each.invoice])).to.deep.equal([['CN-2026-000001', number]]);
      expect(await store.read((db) => getCreditNote(db, 'CN-1999-000001'))).to.equal(undefined);
    });

    it('tells the ledger and the story', async () => {
      const postings = await store.read((db) => ledger(db, {}));
      expectAnswer('GET', '/o2c/ledger', 200, json, postings);
      expect(postings.postings.map(({ documentType }) => documentType)).to.include.members([
        'count',
        'credit-note',
        'delivery',
        'invoice',
        'payment',
      ]);
      const order = await store.read((db) => orderDetail(db, id, 'internal'));
      const story = await store.read((db) => explainOrder(db, id));
      expect(story?.next).to.equal('nothing; the order is finished.');
      expect(story?.lines.find((line) => line.startsWith('Invoice'))).to.contain('29.13 credited, 1.69 open.');
      expect(story?.lines).to.include(
        `Credit note CN-2026-000001 of 29.13 EUR on ${order?.invoices[0]?.number} (damaged), 2026-11-23.`,
      );
      expect(story?.lines).to.include('Payment BANK-1 of 50.00 EUR, 0.00 kept for this order.');
    });
  });
});
