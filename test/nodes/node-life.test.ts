import { expect } from 'chai';
import { createKey } from '../../lib/access/keys';
import { changeCompanySettings } from '../../lib/stages/company-settings';
import { openStore, type Store } from '../../lib/store/store';
import { type DatabaseKind, onBothDatabases } from '../support/databases';
import { orderIdOf, post, purchase, receive } from '../support/intake';
import { SampleCompany } from '../support/orders';
import { FlowUnderTest, type NodeUnderTest, operations, requestWith, type Seen } from './flow-under-test';

const outputs: Readonly<Record<string, number>> = {
  'order-ingest': 3,
  'source-tag': 3,
  'inventory-check': 3,
  'credit-gate': 2,
  'overdue-gate': 2,
  'warehouse-dispatch': 3,
  'delivery-confirm': 4,
  'invoice-post': 2,
  'payment-post': 3,
  'order-action': 3,
  'order-query': 1,
  'order-answer': 1,
  'master-data': 3,
  'access-check': 2,
};
const every: NodeUnderTest[] = Object.entries(outputs).map(([type, count]) => ({ id: type, type, outputs: count }));
const salesOrder = (id: number): string => `SO-${String(id).padStart(6, '0')}`;

describe('the nodes’ life in a flow', () =>
  onBothDatabases((kind, url) => {
    let store: Store;
    let company: SampleCompany;
    let flow: FlowUnderTest;
    let unloaded: boolean;

    before(async () => {
      store = await openStore(url());
      company = new SampleCompany(store);
      company.now = new Date().toISOString();
      await company.open(['C-1'], ['A'], 1000);
      await changeCompanySettings(company.context, 0, { recoverAfterSeconds: 1 });
    });
    after(() => store.close());

    beforeEach(() => {
      company.now = new Date().toISOString();
      unloaded = false;
      flow = new FlowUnderTest();
    });
    afterEach(async () => {
      if (!unloaded) await flow.end();
    });

    const end = async (): Promise<void> => {
      unloaded = true;
      await flow.end();
    };
    const created = async (fields: object = {}): Promise<number> =>
      orderIdOf((await post(company.context, purchase({ poNumber: `L-${kind}-${Math.random()}`, ...fields })))[0]);
    const request = (body: unknown, headers: Record<string, string> = {}, fields: object = {}) => ({
      req: requestWith(body, { headers }),
      res: {},
      principal: operations,
      ...fields,
    });

    it('begins with defaults for everything but the store', async () => {
      await flow.load(url(), every);
      for (const { id } of every) expect(flow.node(id).type).to.equal(id);
      flow.send('order-query', { query: 'settings' }); // waits until the store is open
      await flow.next('order-query', 0);
      flow.send('order-query', { query: 'health' });
      expect((await flow.next('order-query', 0, 2)).statusCode).to.equal(200);
      expect(flow.caught).to.deep.equal([]);
    });

    it('without a store says so, to a person and to Catch', async () => {
      await flow.load(
        url(),
        every.map((node) => ({ ...node, store: '' })),
      );
      for (const { id } of every) flow.send(id, { payload: {} });
      await flow.until(() => flow.caught.length >= every.length, 'an error of each');
      expect(flow.caught.map(({ error }) => error.source.type).sort()).to.deep.equal(Object.keys(outputs).sort());
      expect(new Set(flow.caught.map(({ error }) => error.message))).to.deep.equal(
        new Set(['Error: This node has no store. Open it, choose one, and deploy.']),
      );
    });

    it('gives foreign properties on by reference', async () => {
      const id = await created();
      await flow.load(url(), [{ id: 'inventory', type: 'inventory-check', outputs: 3 }]);
      const foreign = { deep: new Map([['a', 1]]) };
      flow.send('inventory', { payload: { salesOrder: salesOrder(id) }, foreign });
      expect((await flow.next('inventory', 0)).foreign).to.equal(foreign);
    });

    it('takes up what was left at each step, without being asked', async () => {
      const { documents } = await receive(company.context, purchase({ poNumber: `LEFT-${kind}` }));
      await flow.load(url(), [
        { id: 'tag', type: 'source-tag', outputs: 3 },
        { id: 'inventory', type: 'inventory-check', outputs: 3 },
        { id: 'credit', type: 'credit-gate', outputs: 2 },
        { id: 'overdue', type: 'overdue-gate', outputs: 2 },
      ]);
      await flow.until(
        () => flow.by('tag', 0).some(({ payload }) => payload.poNumber === `LEFT-${kind}`),
        'the order of the document',
      );
      const order = flow.by('tag', 0).find(({ payload }) => payload.poNumber === `LEFT-${kind}`);
      expect(order?.payload).to.deep.include({ recovered: true, inboxId: documents[0]?.inboxId });
      expect(order?._msgid).to.be.a('string').and.not.equal('');
    });

    it('takes up orders that a process left between two nodes', async () => {
      const id = await created();
      await flow.load(url(), [
        { id: 'inventory', type: 'inventory-check', outputs: 3 },
        { id: 'credit', type: 'credit-gate', outputs: 2 },
      ]);
      await flow.until(
        () => flow.by('inventory', 0).some(({ payload }) => payload.salesOrder === salesOrder(id)),
        'the order',
      );
      expect(flow.by('inventory', 0).find(({ payload }) => payload.salesOrder === salesOrder(id))?.payload).to.include({
        recovered: true,
      });
      await end();
      flow = new FlowUnderTest();
      unloaded = false;
      await flow.load(url(), [{ id: 'credit', type: 'credit-gate', outputs: 2 }]);
      await flow.until(
        () => flow.by('credit', 0).some(({ payload }) => payload.salesOrder === salesOrder(id)),
        'the order',
      );
      expect(flow.caught).to.deep.equal([]);
    });

    it('ships nothing when a required check is wired past', async () => {
      const id = await created();
      await flow.load(
        url(),
        [
          { id: 'inventory', type: 'inventory-check', outputs: 3, to: [['overdue']] },
          { id: 'overdue', type: 'overdue-gate', outputs: 2, to: [['dispatch']] },
          { id: 'dispatch', type: 'warehouse-dispatch', outputs: 3, warehouse: 'main' },
        ],
        [
          {
            id: 'main',
            type: 'o2c-warehouse',
            name: '',
            warehouse: 'MAIN',
            url: 'http://127.0.0.1:9',
            timeout: '1',
            concurrency: '1',
            rate: '0',
          },
        ],
      );
      flow.send('inventory', { payload: { salesOrder: salesOrder(id) } });
      const isDone = ({ payload }: Seen) => payload.salesOrder === salesOrder(id);
      await flow.until(() => flow.completed.filter(isDone).length >= 3, 'three nodes to be done');
      flow.send('dispatch', { payload: 'tick' });
      await flow.until(() => flow.completed.some(({ payload }) => (payload as unknown) === 'tick'), 'the tick');
      expect([0, 1, 2].flatMap((output) => flow.by('dispatch', output)).filter(isDone)).to.deep.equal([]);
      expect(await company.load(id)).to.deep.include({ status: 'Created', releases: [] });
    });

    it('answers 202 when the verdict takes longer, and the order goes on', async () => {
      const place = { z: 'flow', x: 0, y: 0 };
      await flow.load(
        url(),
        [
          { id: 'ingest', type: 'order-ingest', outputs: 3, to: [['tag'], [], ['answer']] },
          { id: 'tag', type: 'source-tag', outputs: 3, to: [['inventory']] },
          { id: 'inventory', type: 'inventory-check', outputs: 3, to: [['credit']] },
          { id: 'credit', type: 'credit-gate', outputs: 2, to: [['slow']] },
          { id: 'overdue', type: 'overdue-gate', outputs: 2 },
          { id: 'answer', type: 'order-answer', outputs: 1, answerWithin: '0.2' },
        ],
        [
          {
            ...place,
            id: 'slow',
            type: 'delay',
            name: '',
            pauseType: 'delay',
            timeout: '1500',
            timeoutUnits: 'milliseconds',
            rate: '1',
            nbRateUnits: '1',
            rateUnits: 'second',
            wires: [['overdue']],
          },
        ],
      );
      const order = purchase({ poNumber: `SLOW-${kind}` });
      flow.send('ingest', request(order));
      const answer = await flow.next('answer', 0);
      expect(answer.statusCode).to.equal(202);
      const body = JSON.parse(String(answer.payload)) as { inboxId: string };
      expect(answer.headers).to.include({ location: `/o2c/inbox/${body.inboxId}` });
      expect((await flow.next('overdue', 0)).payload).to.include({ status: 'ReadyForDelivery' });
      flow.send('ingest', request(order, { prefer: 'wait=60' }));
      const again = await flow.next('answer', 0, 2);
      expect(again.statusCode).to.equal(200);
      expect(JSON.parse(String(again.payload))).to.include({
        replayed: true,
        status: 'ReadyForDelivery',
        poNumber: `SLOW-${kind}`,
      });
      flow.send('ingest', request(purchase({ poNumber: `WAIT-${kind}` }), { prefer: 'wait=60' }));
      expect((await flow.next('answer', 0, 3)).statusCode).to.equal(201);
    });

    it('refuses at the door who was not asked for a key, and what was parsed on the way', async () => {
      await flow.load(url(), [
        { id: 'ingest', type: 'order-ingest', outputs: 3, to: [[], [], ['answer']] },
        { id: 'answer', type: 'order-answer', outputs: 1, answerWithin: '1' },
      ]);
      const before = (await company.rows('select inbox_id from inbox_message')).length;
      flow.send('ingest', { req: requestWith(purchase()), res: {} });
      expect((await flow.next('answer', 0)).statusCode).to.equal(401);
      const parsed = requestWith(purchase());
      flow.send('ingest', { ...request(''), req: Object.assign(parsed, { body: { poNumber: 'P' } }) });
      const answer = await flow.next('answer', 0, 2);
      expect(answer.statusCode).to.equal(400);
      expect(JSON.parse(String(answer.payload))).to.deep.include({ status: 400, code: 'unreadable' });
      flow.send('ingest', request('x', { 'content-type': 'text/plain' }));
      expect((await flow.next('answer', 0, 3)).statusCode).to.equal(415);
      flow.send('ingest', request('x', { 'content-length': '99000000' }));
      expect((await flow.next('answer', 0, 4)).statusCode).to.equal(413);
      expect(flow.by('ingest', 1)).to.have.length(4);
      expect(flow.caught).to.deep.equal([]);
      expect(await company.rows('select inbox_id from inbox_message')).to.have.length(before);
    });

    it('lets those in whose key and role fit', async () => {
      const { key } = await createKey(company.context, { role: 'finance', name: 'Clerk' });
      await flow.load(url(), [
        { id: 'finance', type: 'access-check', outputs: 2, roles: ['finance'] },
        { id: 'warehouse', type: 'access-check', outputs: 2, roles: ['warehouse'] },
      ]);
      const withKey = (text: string) => ({
        req: requestWith('', { headers: { authorization: `Bearer ${text}` } }),
        res: {},
      });
      flow.send('finance', withKey(key));
      expect((await flow.next('finance', 0)).principal).to.include({ role: 'finance', name: 'Clerk' });
      flow.send('warehouse', withKey(key));
      expect((await flow.next('warehouse', 1)).statusCode).to.equal(403);
      flow.send('finance', withKey('o2c_wrong_key'));
      expect((await flow.next('finance', 1)).statusCode).to.equal(401);
      expect(String(flow.by('finance', 1)[0]?.payload)).not.to.contain('wrong_key');
      flow.send('finance', { payload: 'no request' });
      await flow.until(() => flow.caught.length === 1, 'the error');
    });

    it('shows counts while it works and nothing when it is closed', async () => {
      const id = await created();
      await flow.load(url(), [{ id: 'inventory', type: 'inventory-check', outputs: 3 }]);
      flow.send('inventory', { payload: { salesOrder: salesOrder(id) } });
      await flow.until(() => flow.statuses.length > 0, 'a status');
      expect(flow.statuses.at(-1)?.status).to.deep.include({ text: '1 · 0 · 0', fill: 'green' });
      const shown: unknown[] = [];
      flow.node('inventory').status = (status) => {
        shown.push(status);
      };
      await end();
      expect(shown).to.deep.equal([{}]);
    });

    if ((kind as DatabaseKind) === 'postgres') {
      it('closes its connections after the last node is done, and opens new ones for the next flow', async () => {
        const connections = async (): Promise<number[]> => {
          const rows = await company.rows<{ pid: number }>(
            "select pid from pg_stat_activity where application_name = 'order-to-cash' and datname = current_database()",
          );
          return rows.map(({ pid }) => pid);
        };
        const others = new Set(await connections());
        const nodes: NodeUnderTest[] = [
          { id: 'ingest', type: 'order-ingest', outputs: 3, to: [['tag'], [], ['answer']] },
          { id: 'tag', type: 'source-tag', outputs: 3 },
          { id: 'answer', type: 'order-answer', outputs: 1, answerWithin: '30' },
        ];
        await flow.load(url(), nodes);
        flow.send('ingest', request(purchase({ poNumber: 'DEPLOYED' })));
        await flow.next('tag', 0);
        const own = (await connections()).filter((pid) => !others.has(pid));
        expect(own).not.to.deep.equal([]);
        const begin = performance.now();
        await flow.deploy(url(), nodes); // the request still waits for its verdict
        expect(performance.now() - begin, 'a deploy that waits for the request takes longer').to.be.lessThan(11_000);
        expect((await connections()).filter((pid) => own.includes(pid))).to.deep.equal([]);
        flow.send('ingest', request(purchase({ poNumber: 'DEPLOYED-2' })));
        await flow.until(() => flow.by('tag', 0).length === 2, 'the second order');
        await end();
        expect((await connections()).filter((pid) => !others.has(pid))).to.deep.equal([]);
      });
    }
  }));
