import { expect } from 'chai';
import { explainOrder } from '../../lib/answers/explain';
import { getInvoice } from '../../lib/answers/invoice-out';
import { orderDetail } from '../../lib/answers/order-detail';
import { ordersOut } from '../../lib/answers/order-out';
import { openStore, type Store } from '../../lib/store/store';
import { onBothDatabases } from '../support/databases';
import { expectAnswer } from '../support/openapi';
import { storeBooks } from './books';
import { counted, now } from './stored-orders';

const json = 'application/json';

describe('answers about orders', () => {
  onBothDatabases((_, url) => {
    let store: Store;

    before(async () => {
      store = await openStore(url());
      await store.transaction(storeBooks);
    });
    after(() => store.close());

    it('gives an order with its amounts, lines and reasons', async () => {
      const [order] = await store.read((db) => ordersOut(db, [1]));
      expectAnswer('POST', '/o2c/orders', 201, json, order);
      expect(order).to.deep.include({
        salesOrder: 'SO-000001',
        poNumber: 'PO 1001',
        status: 'OnHold',
        reason: 'credit',
        replayed: false,
        net: '62.50',
        tax: '11.88',
        total: '74.38',
      });
      expect(order?.source).to.deep.equal({
        channel: 'api',
        partner: 'WEBSHOP',
        sourceSystem: null,
        indicator: 'WEB-EU',
        document: 'key-1',
        inboxId: '1',
        receivedAt: now,
      });
      expect(order?.lines).to.deep.equal([
        {
          line: 1,
          sku: 'WIDGET-1',
          quantity: '5',
          uom: 'EA',
          reserved: '0',
          delivered: '0',
          invoiced: '0',
          cancelled: '0',
          unitPrice: '12.50',
          status: 'Open',
          reason: null,
        },
      ]);
    });

    it('counts only what is not cancelled, in the currency of the order, and keeps the ordered unit', async () => {
      const [yen, cases, shipped] = await store.read((db) => ordersOut(db, [4, 3, 2], { replayed: true }));
      expect(yen).to.deep.include({ salesOrder: 'SO-000004', replayed: true, net: '500', total: '595', shipTo: null });
      expect(cases?.lines[0]).to.deep.include({
        quantity: '24',
        uom: 'EA',
        ordered: { quantity: '2', uom: 'CA' },
        unitPrice: '150.00',
      });
      expect(cases?.net).to.equal('300.00');
      expect(shipped).to.deep.include({ net: '50.00', total: '59.50' });
      expect(shipped?.lines[0]).to.deep.include({ status: 'Invoiced', cancelled: '1', reason: 'out-of-stock' });
    });

    it('tells partners the outcome and its code, and nobody else’s figures', async () => {
      const detail = await store.read((db) => orderDetail(db, 1, 'partner'));
      expectAnswer('GET', '/o2c/orders/SO-000001', 200, json, detail);
      expect(detail?.decisions[0]).to.deep.include({
        check: 'credit',
        outcome: 'held',
        reason: 'credit',
        evidence: {},
        passesIf: null,
      });
      expect(detail?.holds[0]).to.deep.include({ reason: 'credit', by: null, evidence: {} });
      expect(JSON.stringify(detail)).to.not.match(/1000\.00|204\.50|900\.00|anna/);
      const shipped = await store.read((db) => orderDetail(db, 2, 'partner'));
      expect(shipped?.releases[0]?.words).to.equal(null);
    });

    it('tells the company’s own people everything', async () => {
      const detail = await store.read((db) => orderDetail(db, 1, 'internal'));
      expect(detail?.decisions[0]).to.deep.include({
        passesIf: 'passes if 204.50 EUR is paid, or without line 3',
        evidence: { limit: '1000.00', otherOrdersApproved: '900.00' },
      });
      expect(detail?.holds[0]).to.deep.include({ by: 'anna', evidence: { limit: '1000.00' } });
      expect(detail?.history.map(({ stage, from, to, actor }) => [stage, from, to, actor])).to.deep.equal([
        ['source', null, 'Created', 'node 1'],
        ['credit', 'Created', 'OnHold', 'anna'],
      ]);
      const shipped = await store.read((db) => orderDetail(db, 2, 'internal'));
      expectAnswer('GET', '/o2c/orders/SO-000002', 200, json, shipped);
      expect(shipped?.releases).to.deep.equal([
        {
          release: 1,
          warehouse: 'MAIN',
          status: 'Closed',
          lines: [{ line: 1, quantity: '4' }],
          claimedAt: now,
          reference: 'W-1',
          attempts: 1,
          parked: false,
          words: 'shelf 7',
        },
      ]);
      expect(shipped?.slips[0]?.lines[0]).to.deep.include({
        slipLine: 1,
        quantity: '4',
        lot: 'L1',
        serials: ['S1'],
        invoiced: true,
      });
      expect(shipped?.invoices).to.deep.equal([
        {
          number: 'INV-2026-000001',
          packingSlip: 'PS-1',
          net: '50.00',
          tax: '9.50',
          total: '59.50',
          credited: '0.00',
          open: '10.00',
          invoiceDate: '2026-11-23',
          dueDate: '2026-12-23',
        },
      ]);
      expect(shipped?.payments).to.deep.equal([
        { reference: 'BANK-1', amount: '49.50', currency: 'EUR', receivedAt: now, kept: '0.00' },
      ]);
    });

    it('hides orders of others as if they were not there', async () => {
      const seen = (visible: Record<string, string[]>) => store.read((db) => orderDetail(db, 1, 'partner', visible));
      expect(await seen({ AGENT: ['*'] })).to.equal(undefined);
      expect(await seen({ WEBSHOP: ['C-9'] })).to.equal(undefined);
      expect((await seen({ WEBSHOP: ['C-1001'] }))?.salesOrder).to.equal('SO-000001');
      expect(await store.read((db) => orderDetail(db, 99, 'internal'))).to.equal(undefined);
    });

    it('reads as many orders as it likes with as many statements', async () => {
      const statements = async (ids: number[]) => {
        let used = 0;
        await store.read(async (connection) => {
          const { db, statements: count } = counted(connection);
          await ordersOut(db, ids);
          used = count();
        });
        return used;
      };
      expect(await statements([1, 2])).to.equal(await statements([1, 2, 3, 4]));
    });

    it('gives an invoice with lines and payments', async () => {
      const invoice = await store.read((db) => getInvoice(db, 'INV-2026-000001'));
      expectAnswer('GET', '/o2c/invoices/INV-2026-000001', 200, json, invoice);
      expect(invoice).to.deep.include({
        salesOrder: 'SO-000002',
        poNumber: 'PO-2',
        total: '59.50',
        open: '10.00',
        packingSlip: 'PS-1',
      });
      expect(invoice?.taxes).to.deep.equal([{ taxCode: 'STD', rate: '19', net: '50.00', tax: '9.50' }]);
      expect(invoice?.lines).to.deep.equal([
        {
          slipLine: 1,
          line: 1,
          sku: 'WIDGET-1',
          quantity: '4',
          uom: 'EA',
          unitPrice: '12.50',
          net: '50.00',
          taxCode: 'STD',
        },
      ]);
      expect(invoice?.payments).to.deep.equal([{ reference: 'BANK-1', amount: '49.50', receivedAt: now }]);
      expect(await store.read((db) => getInvoice(db, 'INV-2026-000099'))).to.equal(undefined);
    });

    it('explains an order to a person', async () => {
      const story = await store.read((db) => explainOrder(db, 1));
      expect(story?.summary).to.equal('SO-000001 is on hold: credit. 74.38 EUR for C-1001, PO number PO 1001.');
      expect(story?.lines.join('\n'))
        .to.include('204.50 EUR over the credit limit')
        .and.to.include('It passes if 204.50 EUR is paid, or without line 3.');
      expect(story?.lines.join('\n')).to.include('credit by anna: Created to OnHold (credit).');
      expect(story?.next).to.equal(
        'the hold credit goes by itself when its rule no longer fires, or finance releases it.',
      );
      expect((await store.read((db) => explainOrder(db, 4)))?.next).to.equal(
        'the checks that are still due: inventory, credit, overdue.',
      );
      expect(await store.read((db) => explainOrder(db, 99))).to.equal(undefined);
    });
  });
});
