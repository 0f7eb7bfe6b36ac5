import { expect } from 'chai';
import type { Principal } from '../../lib/access/principal';
import { salesOrderNumber } from '../../lib/domain/order';
import { openStore, type Store } from '../../lib/store/store';
import { onBothDatabases } from '../support/databases';
import { SampleCompany } from '../support/orders';
import { FlowUnderTest, requestWith } from './flow-under-test';

const shop: Principal = {
  keyId: 'k',
  role: 'partner',
  partner: 'SHOP',
  actsFor: [],
  name: 'shop',
  customers: { SHOP: ['*'] },
};

const nodes = [
  { id: 'action', type: 'order-action', outputs: 3 },
  { id: 'query', type: 'order-query', outputs: 1 },
  { id: 'payment', type: 'payment-post', outputs: 3 },
  { id: 'delivery', type: 'delivery-confirm', outputs: 4 },
  { id: 'master', type: 'master-data', outputs: 3 },
];

describe('who asks, whatever the wiring', () =>
  onBothDatabases((_kind, url) => {
    let flow: FlowUnderTest;
    let store: Store;
    let company: SampleCompany;

    before(async () => {
      store = await openStore(url());
      company = new SampleCompany(store);
      await company.open(['C-1'], ['A'], 100);
      flow = new FlowUnderTest();
      await flow.load(url(), nodes);
    });
    after(async () => {
      await flow.end();
      await store.close();
    });

    const asked = (more: object, body: object = {}) => ({ payload: '', req: requestWith(body), res: {}, ...more });
    const problem = (payload: unknown) => JSON.parse(String(payload)) as { status: number; code?: string };

    it('has to be known of a request, for everything but the description of the interface', async () => {
      flow.send('action', asked({ action: 'hold' }, { salesOrder: 'SO-000001' }));
      flow.send('query', asked({ query: 'orders' }));
      flow.send('payment', asked({}, { reference: 'R', customer: 'C-1', amount: '1.00', currency: 'EUR' }));
      flow.send('delivery', asked({}, { warehouse: 'MAIN', packingSlip: 'P', lines: [] }));
      flow.send('master', asked({ kind: 'keys' }, { role: 'admin', name: 'mine' }));
      const answers = [
        await flow.next('action', 2),
        await flow.next('query', 0),
        await flow.next('payment', 2),
        await flow.next('delivery', 3),
        await flow.next('master', 2),
      ];
      expect(answers.map(({ payload }) => problem(payload).status)).to.deep.equal([401, 401, 401, 401, 401]);
      flow.send('query', asked({ query: 'openapi' }));
      expect((await flow.next('query', 0, 2)).statusCode).to.equal(200);
    });

    it('stands in the audit trail for what was asked', async () => {
      const anna: Principal = { ...shop, role: 'admin', partner: null, name: 'anna', customers: {} };
      const id = await company.order({ customer: 'C-1', lines: [{ sku: 'A', quantity: 2 }] });
      const held = await company.order({ customer: 'C-1', lines: [{ sku: 'A', quantity: 2 }], state: 'Ready' });
      const back = await company.order({
        customer: 'C-1',
        lines: [{ sku: 'A', quantity: 2 }],
        state: 'CancelRequested',
      });
      const [salesOrder, heldOrder, backOrder] = [id, held, back].map(salesOrderNumber);
      const payment = { reference: 'R-9', customer: 'C-1', amount: '1.00', currency: 'EUR', salesOrder: heldOrder };
      flow.send('action', asked({ action: 'hold', principal: anna }, { salesOrder: heldOrder, reason: 'fraud-check' }));
      const acted = await flow.next('action', 0);
      expect(acted.payload.status).to.equal('OnHold');
      flow.send('payment', asked({ principal: anna }, payment));
      await flow.next('payment', 0);
      const slip = { warehouse: 'MAIN', packingSlip: 'P-9', salesOrder, lines: [{ line: 1, quantity: '2' }] };
      flow.send('delivery', asked({ principal: anna }, slip));
      await flow.next('delivery', 0);
      flow.send('delivery', asked({ principal: anna }, { ...slip, packingSlip: 'P-10', salesOrder: 'SO-999999' }));
      await flow.next('delivery', 2);
      const answer = { salesOrder: backOrder, release: 1, cancelled: true, reason: '' };
      flow.send('delivery', asked({ principal: anna, topic: 'cancellations' }, answer));
      await flow.next('delivery', 3, 4);
      const trail = await company.rows<{ stage: string; subject: string; actor: string }>(
        "select stage, subject, actor from audit_record where stage in ('action', 'payment', 'delivery', 'cancellation') order by stage, subject",
      );
      expect(trail.map((record) => ({ ...record }))).to.deep.equal(
        [
          ['action', 'order'],
          ['cancellation', 'order'],
          ['delivery', 'order'],
          ['delivery', 'slip'],
          ['payment', 'order'],
          ['payment', 'payment'],
        ].map(([stage, subject]) => ({ stage, subject, actor: 'anna' })),
      );
      expect((await company.load(held)).holds[0]?.by).to.equal('anna');
    });

    it('gets no figures of the company as a partner', async () => {
      const names = [
        'explain',
        'invoice',
        'invoices',
        'credit-note',
        'credit-notes',
        'payments',
        'ledger',
        'inbox',
        'messages',
        'jobs',
        'settings',
        'keys',
        'signals',
        'sources',
        'metrics',
      ];
      for (const [i, query] of names.entries()) {
        flow.send('query', asked({ query, principal: shop }));
        expect((await flow.next('query', 0, 3 + i)).statusCode, query).to.equal(403);
      }
      flow.send('query', asked({ query: 'orders', principal: shop }));
      expect((await flow.next('query', 0, 3 + names.length)).statusCode).to.equal(200);
    });
  }));
