import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { expect } from 'chai';
import { ensureAdminKey } from '../../lib/access/admin-key';
import { openStore } from '../../lib/store/store';
import { type NodeRedProcess, startNodeRed } from '../support/node-red-process';
import { adminKey } from './product';

const root = resolve(__dirname, '../../..');
const { name } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));

describe('the cycle, imported into a Node-RED that somebody has', () => {
  let directory: string;
  let nodeRed: NodeRedProcess;

  before(async () => {
    directory = mkdtempSync(join(tmpdir(), 'o2c-imported-'));
    const link = join(directory, 'node_modules', name);
    mkdirSync(dirname(link), { recursive: true });
    symlinkSync(root, link, 'junction');
    writeFileSync(join(directory, 'flows.json'), readFileSync(join(root, 'flows/order-to-cash.json')));
    const database = `sqlite:${join(directory, 'o2c.sqlite')}`;
    const store = await openStore(database);
    await ensureAdminKey(store, directory, adminKey);
    await store.close();
    nodeRed = await startNodeRed(directory, {}, { O2C_DB: database, O2C_WAREHOUSE_URL: 'http://127.0.0.1:9' });
  });
  after(async () => {
    await nodeRed?.stop();
    rmSync(directory, { recursive: true, force: true });
  });

  async function call(
    method: string,
    path: string,
    body: string,
  ): Promise<{ status: number; type: string; text: string }> {
    const headers = { 'content-type': 'application/json', 'x-api-key': adminKey };
    const response = await fetch(`${nodeRed.url}${path}`, { method, headers, body });
    return { status: response.status, type: response.headers.get('content-type') ?? '', text: await response.text() };
  }

  it('takes master data, orders and actions', async () => {
    const put = async (kind: string, record: object) =>
      expect((await call('PUT', `/o2c/master/${kind}`, JSON.stringify(record))).status, kind).to.equal(200);
    await put('taxes', { taxCode: 'FULL', rate: '19' });
    await put('products', { sku: 'A', name: 'A', baseUom: 'EA', price: '1', cost: '1', taxCode: 'FULL' });
    await put('stock', { sku: 'A', warehouse: 'MAIN', onHand: '5' });
    await put('customers', { customer: 'C', name: 'C', currency: 'EUR', creditLimit: '1', paymentTermsDays: 30 });
    const order = '{"poNumber":"P","customer":"C","lines":[{"sku":"A","quantity":1.5}]}';
    const created = await call('POST', '/o2c/orders', order);
    expect(created.status, created.text).to.equal(201);
    const { salesOrder } = JSON.parse(created.text);
    const cancelled = await call('POST', `/o2c/orders/${salesOrder}/cancel`, '{"reason":"test"}');
    expect(JSON.parse(cancelled.text)).to.deep.include({ status: 'Cancelled', reason: 'test' });
  });

  it('reads what Node-RED would have broken or rounded', async () => {
    const broken = await call('POST', '/o2c/orders', '{"poNumber": ');
    expect([broken.status, JSON.parse(broken.text).code]).to.deep.equal([400, 'unreadable']);
    expect(broken.type).to.match(/^application\/problem\+json/);
    const rounded = await call(
      'POST',
      '/o2c/payments',
      '{"reference":"R","customer":"C","amount":12345678901234567.10,"currency":"EUR"}',
    );
    expect(JSON.parse(rounded.text).errors[0]).to.deep.include({ path: '/amount', value: '12345678901234567.10' });
  });
});
