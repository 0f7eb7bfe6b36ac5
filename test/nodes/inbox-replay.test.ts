import { expect } from 'chai';
import { openStore, type Store } from '../../lib/store/store';
import { onBothDatabases } from '../support/databases';
import { purchase, receive } from '../support/intake';
import { SampleCompany } from '../support/orders';
import { FlowUnderTest, type NodeUnderTest, operations, requestWith } from './flow-under-test';

const path: NodeUnderTest[] = [
  { id: 'tag', type: 'source-tag', outputs: 3, rules: [{ indicator: 'BY-RULE' }], to: [['inventory']] },
  { id: 'inventory', type: 'inventory-check', outputs: 3, to: [['credit']] },
  { id: 'credit', type: 'credit-gate', outputs: 2, to: [['overdue'], ['overdue']] },
  { id: 'overdue', type: 'overdue-gate', outputs: 2 },
  { id: 'replay', type: 'inbox-replay', outputs: 3, answerWithin: '60' },
  { id: 'codes', type: 'inbox-replay', outputs: 3, answerWithin: '60', code: 'unknown-sku' },
];

describe('inbox-replay', () =>
  onBothDatabases((_kind, url) => {
    let flow: FlowUnderTest;
    let store: Store;
    let company: SampleCompany;
    let numbers = 0;

    before(async () => {
      store = await openStore(url());
      company = new SampleCompany(store);
      company.now = new Date().toISOString();
      await company.open(['C-1'], ['A'], 1000);
      flow = new FlowUnderTest();
      await flow.load(url(), path);
    });
    after(async () => {
      await flow.end();
      await store.close();
    });
    beforeEach(() => flow.seen.clear());

    /** A message that was rejected for a SKU which is there by now. */
    async function rejected(): Promise<{ inboxId: number; order: Record<string, unknown> }> {
      const sku = `NEW-${++numbers}`;
      const order = purchase({ sku });
      company.now = new Date(Date.now() - 60_000).toISOString();
      const { inboxId } = await receive(company.context, order);
      company.now = new Date().toISOString();
      await flow.next('tag', 2);
      await company.addProducts([sku]);
      flow.seen.clear();
      return { inboxId, order };
    }

    it('works one message again: its order is made by the flow, with the flow’s own rules, and goes on', async () => {
      const { inboxId } = await rejected();
      flow.send('replay', { payload: inboxId, foreign: 'kept' });
      const { payload, foreign } = await flow.next('replay', 0);
      expect(foreign).to.equal('kept');
      expect(payload).to.include({ inboxId: String(inboxId), reopened: 1, accepted: 1, rejected: 0, waiting: 0 });
      expect(payload.summary).to.match(/^Inbox \d+: SO-\d+ worked again\.$/);
      const created = await flow.next('tag', 0);
      expect(created.payload).to.include({ recovered: true });
      expect(created.payload.source).to.include({ indicator: 'BY-RULE' });
      expect((await flow.next('inventory', 1)).payload).to.include({ status: 'Cancelled' }); // for want of stock
      flow.send('replay', { payload: { inboxId } });
      expect((await flow.next('replay', 0, 2)).payload.summary).to.include('nothing had failed');
    });

    it('says what still fails, and leaves an answer when there is a request', async () => {
      company.now = new Date(Date.now() - 60_000).toISOString();
      const { inboxId } = await receive(company.context, purchase({ customer: 'NOBODY' }));
      await flow.next('tag', 2);
      const request = { principal: operations, req: requestWith('', { params: { id: String(inboxId) } }), res: {} };
      flow.send('replay', request);
      const { payload } = await flow.next('replay', 1);
      expect(payload.summary).to.include('1 document still fails');
      expect(payload.errors).to.have.length(1);
      const answer = await flow.next('replay', 2);
      expect(answer.statusCode).to.equal(422);
      expect(JSON.parse(answer.payload as never).code).to.equal('unknown-customer');
    });

    it('takes everything of a code when a tick comes, and a corrected copy', async () => {
      const first = await rejected();
      const second = await rejected();
      flow.send('codes', { payload: Date.now() });
      await flow.next('codes', 0, 2);
      expect(flow.by('codes', 0).map(({ payload }) => Number(payload.inboxId))).to.deep.equal([
        first.inboxId,
        second.inboxId,
      ]);
      company.now = new Date(Date.now() - 60_000).toISOString();
      const order = purchase({ sku: 'WRONG' });
      const { inboxId } = await receive(company.context, order);
      await flow.next('tag', 2);
      const corrected = { ...order, lines: [{ sku: 'A', quantity: '1' }] };
      flow.send('replay', { payload: { inboxId, corrected, reason: 'typing error' } });
      const { payload } = await flow.next('replay', 0);
      expect(Number(payload.inboxId)).to.be.above(inboxId);
      expect(payload.orders).to.have.length(1);
    });

    it('refuses what does not say what is meant, and whoever may not ask', async () => {
      flow.send('replay', { payload: Date.now() });
      expect((await flow.next('replay', 1)).payload.code).to.equal('missing-field');
      flow.send('replay', { payload: { colour: 'red' } });
      expect((await flow.next('replay', 1, 2)).payload.code).to.equal('unknown-field');
      flow.send('replay', { payload: { inboxId: 'seven' } });
      expect((await flow.next('replay', 1, 3)).payload.code).to.equal('out-of-range');
      const partner = { ...operations, role: 'partner', name: 'Shop' };
      flow.send('replay', { principal: partner, req: requestWith('', { params: { id: '1' } }), res: {} });
      expect((await flow.next('replay', 2, 4)).statusCode).to.equal(403);
      flow.send('replay', { req: requestWith('', { params: { id: '1' } }), res: {} });
      expect((await flow.next('replay', 2, 5)).statusCode).to.equal(401);
      flow.send('replay', { payload: 987_654 });
      expect((await flow.next('replay', 1, 6)).payload.code).to.equal('not-found');
      flow.send('replay', { payload: { inboxId: '', code: 'unknown-sku' } });
      expect((await flow.next('replay', 1, 7)).payload.errors).to.deep.equal([
        {
          path: '/inboxId',
          code: 'missing-field',
          message: 'The parameter inboxId is empty; leave it out for all.',
        },
      ]);
    });
  }));
