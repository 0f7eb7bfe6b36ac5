import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect } from 'chai';
import { openStore, type Store } from '../../lib/store/store';
import { onBothDatabases } from '../support/databases';
import { orderIdOf, post, purchase } from '../support/intake';
import { SampleCompany } from '../support/orders';
import { sheetOf } from '../support/workbooks';
import { FlowUnderTest, type NodeUnderTest, operations, requestWith, type Seen } from './flow-under-test';

/** A warehouse that acknowledges what it is asked to ship, except what it does not like. */
async function startWarehouse(): Promise<Server> {
  const server = createServer((request, response) => {
    let text = '';
    request.on('data', (part: Buffer) => {
      text += part.toString();
    });
    request.on('end', () => {
      const refuses = text.includes('REFUSED');
      response.writeHead(refuses ? 422 : 201, { 'content-type': 'application/json' });
      response.end(
        JSON.stringify(
          refuses ? { detail: 'We do not keep this.' } : { reference: `W-${request.headers['idempotency-key']}` },
        ),
      );
    });
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  return server;
}

const path: NodeUnderTest[] = [
  { id: 'ingest', type: 'order-ingest', outputs: 3, to: [['tag']] },
  { id: 'tag', type: 'source-tag', outputs: 3, to: [['inventory']] },
  { id: 'inventory', type: 'inventory-check', outputs: 3, to: [['credit']] },
  { id: 'credit', type: 'credit-gate', outputs: 2, to: [['overdue'], ['overdue']] },
  { id: 'overdue', type: 'overdue-gate', outputs: 2, to: [['dispatch']] },
  { id: 'dispatch', type: 'warehouse-dispatch', outputs: 3, warehouse: 'main' },
  { id: 'delivery', type: 'delivery-confirm', outputs: 4, to: [['invoice'], ['invoice']] },
  { id: 'invoice', type: 'invoice-post', outputs: 2 },
  { id: 'payment', type: 'payment-post', outputs: 3 },
  { id: 'action', type: 'order-action', outputs: 3 },
  { id: 'query', type: 'order-query', outputs: 1 },
  { id: 'master', type: 'master-data', outputs: 3 },
];
const inputsOf = [
  'ingest',
  'tag',
  'inventory',
  'credit',
  'overdue',
  'dispatch',
  'delivery',
  'invoice',
  'payment',
  'action',
  'query',
  'master',
];

describe('the nodes of an order’s path', () =>
  onBothDatabases((_kind, url) => {
    let flow: FlowUnderTest;
    let store: Store;
    let company: SampleCompany;
    let warehouse: Server;
    /** Everything that was put into a node of ours, to be compared with what was completed or caught. */
    let given: number;

    before(async () => {
      store = await openStore(url());
      company = new SampleCompany(store);
      company.now = new Date().toISOString();
      await company.open(['C-1', 'C-2'], ['A', 'REFUSED'], 100);
      await company.master('customers', [{ customer: 'C-2', name: 'C-2', currency: 'EUR', creditLimit: '0' }]);
      await company.addProducts(['GONE']);
      warehouse = await startWarehouse();
      flow = new FlowUnderTest();
      const { port } = warehouse.address() as AddressInfo;
      await flow.load(url(), path, [
        {
          id: 'main',
          type: 'o2c-warehouse',
          name: '',
          warehouse: 'MAIN',
          url: `http://127.0.0.1:${port}`,
          timeout: '60',
          batch: false,
          concurrency: '4',
          rate: '0',
        },
      ]);
    });
    after(async () => {
      await flow.end();
      warehouse.close();
      await store.close();
    });

    beforeEach(() => {
      flow.seen.clear();
      given = 0;
    });

    const send = (id: string, message: object): void => {
      given += 1;
      flow.send(id, message);
    };

    /** Each message that went into a node of ours came to one end: completed or caught. */
    afterEach(async () => {
      const passedOn = path.flatMap(({ id, to = [] }) =>
        to.flatMap((targets, output) =>
          targets.filter((target) => inputsOf.includes(target)).flatMap(() => flow.by(id, output)),
        ),
      ).length;
      await flow.until(
        () => flow.completed.length + flow.caught.length >= given + passedOn,
        'all messages to be done with',
      );
      expect(flow.completed.length + flow.caught.length, 'done is called once a message').to.equal(given + passedOn);
    });

    it('take an order from a file’s text to its invoice, with light messages and foreign properties as they were', async () => {
      const foreign = { something: ['of the flow’s own'] };
      send('ingest', {
        payload: purchase({ lines: [{ sku: 'A', quantity: '2' }] }),
        filename: 'order.json',
        contentType: 'application/json',
        foreign,
        res: foreign,
      });
      const sent = await flow.next('dispatch', 0);
      const document = await flow.next('ingest', 0);
      expect(document.payload).to.have.all.keys('inboxId', 'documentId', 'kind', 'ordinal', 'channel', 'partner');
      expect(document.payload).to.include({ kind: 'order', channel: 'file', partner: 'DIRECT' });
      expect(document.parts).to.deep.include({ index: 0, count: 1 });
      for (const [id, output] of [
        ['tag', 0],
        ['inventory', 0],
        ['credit', 0],
        ['overdue', 0],
        ['dispatch', 0],
      ] as const) {
        const message = await flow.next(id, output);
        expect(Object.keys(message.payload), id).to.include.members([
          'salesOrder',
          'status',
          'poNumber',
          'customer',
          'source',
          'inboxId',
          'currency',
          'total',
          'holds',
          'replayed',
          'summary',
        ]);
        expect(JSON.stringify(message.payload).length, `${id} is light`).to.be.lessThan(1_000);
        expect(message.res, `${id} passes on what is not ours`).to.equal(foreign);
        expect(message.foreign).to.deep.equal(foreign);
      }
      expect(sent.payload).to.include({ status: 'SentToWarehouse' });
      const { salesOrder } = sent.payload;
      send('delivery', {
        payload: {
          warehouse: 'MAIN',
          packingSlip: `PS-${salesOrder}`,
          lines: [{ salesOrder, line: 1, quantity: '2' }],
        },
      });
      const delivered = await flow.next('delivery', 0);
      expect(delivered.payload).to.include({ output: 'delivered', replayed: false });
      const posted = await flow.next('invoice', 0);
      expect(posted.payload).to.include({ salesOrder, status: 'Invoiced' });
      expect(posted.payload.invoice).to.include({ output: 'posted' });
      send('payment', {
        payload: { reference: 'BANK-1', customer: 'C-1', amount: posted.payload.total, currency: 'EUR' },
      });
      expect((await flow.next('payment', 0)).payload).to.deep.include({
        output: 'applied',
        customer: 'C-1',
        released: [],
      });
      send('query', { query: 'order', payload: salesOrder });
      expect((await flow.next('query', 0)).payload).to.include({ salesOrder, status: 'Invoiced' });
    });

    it('take a workbook by what it is, whatever its file is called, and show where a fault is', async () => {
      const rows = [
        ['poNumber', 'customer', 'sku', 'quantity'],
        ['X-1', 'C-1', 'A', 1],
        ['X-2', 'C-1', 'A', 'many'],
      ];
      send('ingest', { payload: await sheetOf(rows), filename: 'orders.csv' });
      expect((await flow.next('tag', 0)).payload).to.include({ poNumber: 'X-1', customer: 'C-1' });
      const fault = await flow.next('ingest', 1);
      expect(fault.payload.errors).to.have.length(1);
      expect((fault.payload.errors as { path: string }[])[0]?.path).to.equal(
        'sheet Orders, row 3, column quantity (D)',
      );
      await flow.next('dispatch', 0);
    });

    it('send each outcome out by its own output', async () => {
      const api = (body: object) => ({ payload: '', req: requestWith(body), res: {}, principal: operations });
      send('ingest', api(purchase({ sku: 'GONE' })));
      expect((await flow.next('inventory', 1)).payload).to.include({ status: 'Cancelled' });
      send('ingest', api(purchase({ customer: 'C-2' })));
      const held = await flow.next('credit', 1);
      expect(held.payload).to.deep.include({ status: 'OnHold', holds: ['credit'] });
      expect(held.payload.summary).to.match(/^SO-\d+ on hold: credit, \d+\.\d\d EUR over/);
      expect(held.payload.decision).to.include({ check: 'credit', outcome: 'held' });
      send('ingest', api(purchase({ customer: 'NOBODY' })));
      const rejected = await flow.next('tag', 2);
      expect(rejected.payload).to.include({ code: 'unknown-customer' });
      expect(rejected.payload.summary).to.match(/^Inbox \d+ rejected: customer: .*NOBODY/);
      const order = purchase();
      send('ingest', api(order));
      await flow.next('dispatch', 0);
      send('ingest', api(order));
      expect((await flow.next('tag', 1)).payload).to.include({ replayed: true, poNumber: order.poNumber });
      send('ingest', api(purchase({ sku: 'REFUSED' })));
      const refused = await flow.next('dispatch', 1);
      expect(refused.payload).to.deep.include({ status: 'OnHold', holds: ['warehouse-refused'] });
      send('ingest', { payload: 'poNumber,customer,sku,quantity\nF-1,C-1,A,many\n', contentType: 'text/csv' });
      const fault = await flow.next('ingest', 1);
      expect(fault.payload.errors).to.have.length(1);
      expect(fault.payload.summary).to.match(/^Inbox \d+, order 1: row 2, column quantity, "many": /);
      send('ingest', { payload: 'poNumber,customer,sku,quantity,colour\nF-2,C-1,A,1,red\n', contentType: 'text/csv' });
      const unread = await flow.next('ingest', 1, 2);
      expect(unread.payload.summary).to.match(/^Inbox \d+: row 1, column colour: No field is called colour. Rename/);
      expect(flow.caught).to.deep.equal([]);
    });

    it('give slips and payments that cannot be booked to the exception output, with what is wrong', async () => {
      send('delivery', {
        payload: {
          warehouse: 'MAIN',
          packingSlip: 'PS-GHOST',
          lines: [{ salesOrder: 'SO-999999', line: 1, quantity: '1' }],
        },
      });
      const { errors, faults } = (await flow.next('delivery', 2)).payload;
      expect(errors).to.have.length(1);
      expect(errors).to.deep.equal(faults);
      send('delivery', { payload: { nonsense: true } });
      expect((await flow.next('delivery', 2, 2)).payload.summary).to.match(/cannot be read/);
      send('payment', { payload: { reference: 'X', customer: 'NOBODY', amount: '1.00', currency: 'EUR' } });
      expect((await flow.next('payment', 1)).payload.errors).to.have.length(1);
      expect((await flow.next('payment', 2)).statusCode).to.equal(422);
      expect(flow.caught).to.deep.equal([]);
    });

    it('act on orders by hand, or refuse to', async () => {
      const id = orderIdOf((await post(company.context, purchase()))[0]);
      const salesOrder = `SO-${String(id).padStart(6, '0')}`;
      send('action', {
        action: 'hold',
        payload: { salesOrder, reason: 'operator', note: 'a test' },
        principal: operations,
      });
      expect((await flow.next('action', 0)).payload).to.include({ salesOrder, status: 'OnHold' });
      expect((await flow.next('action', 2)).statusCode).to.equal(200);
      send('action', { action: 'cancel', payload: { salesOrder: 'SO-999999', reason: 'x' }, principal: operations });
      expect((await flow.next('action', 1)).payload).to.include.keys('code', 'message', 'summary');
      send('action', { action: 'dance', payload: { salesOrder } });
      expect((await flow.next('action', 1, 2)).payload.message).to.match(/There is no action dance/);
      expect(flow.caught).to.deep.equal([]);
    });

    it('take up master data, and say what is wrong with it', async () => {
      send('master', {
        kind: 'products',
        payload: [{ sku: 'NEW', name: 'New', baseUom: 'EA', price: '1.00', cost: '0.50', taxCode: 'FULL' }],
      });
      expect((await flow.next('master', 0)).payload).to.include({ kind: 'products', upserted: 1 });
      send('master', { kind: 'products', payload: [{ sku: 'BAD', price: 'cheap' }] });
      expect((await flow.next('master', 1)).payload.rejected).to.have.length(1);
      expect((await flow.next('master', 2, 2)).statusCode).to.equal(422);
    });

    it('give an error with its code to Catch, and none for what is a matter of business', async () => {
      send('inventory', { payload: { salesOrder: 'SO-999999' } });
      await flow.until(() => flow.caught.length === 1, 'the error');
      const [caught] = flow.caught;
      expect(caught?.error.source.type).to.equal('inventory-check');
      expect(caught?.error.message).to.match(/There is no order/);
      expect(caught?.payload).to.deep.equal({ salesOrder: 'SO-999999' });
    });

    it('tell that nothing waits when a tick comes', async () => {
      for (const id of ['tag', 'inventory', 'credit', 'overdue', 'dispatch', 'invoice'])
        send(id, { payload: Date.now() });
      await flow.until(() => flow.completed.length >= given, 'six ticks');
      expect(flow.caught).to.deep.equal([] as Seen[]);
    });
  }));
