import { readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { freePort } from '../support/free-port';
import { type Answer, Product } from './product';

describe('npm start', () => {
  describe('with the sample orders', () => {
    let product: Product;
    let first: Answer['body'][];
    const admin = () => readFileSync(join(product.directory, 'data/admin-key'), 'utf8').trim();
    const orders = async (): Promise<Answer['body'][]> =>
      (await product.call('GET', '/o2c/orders?limit=500', { key: admin() })).body.orders;
    const rowOf = (pattern: RegExp): string => product.output.split('\n').find((line) => pattern.test(line)) ?? '';

    before(async () => {
      product = await Product.start();
      first = await orders();
    });
    after(async () => product?.remove());

    it('runs orders of every channel through to invoices', () => {
      const invoiced = new Set(first.filter(({ status }) => status === 'Invoiced').map(({ source }) => source.channel));
      expect([...invoiced]).to.have.members(['api', 'file', 'edi']);
      expect(first.every(({ status }) => ['Invoiced', 'OnHold'].includes(status))).to.equal(true);
    });

    it('prints a table that says what became of each, and why', () => {
      for (const { salesOrder, status, total } of first)
        expect(rowOf(new RegExp(`^${salesOrder}`)))
          .to.include(status)
          .and.include(total);
      expect(rowOf(/OnHold +credit: /)).to.match(/2463\.84 EUR over the credit limit/);
      expect(rowOf(/OnHold +overdue: /)).to.match(/Invoice INV-\d{4}-000001 is overdue since/);
      expect(rowOf(/LAMP-LED\) cancelled/)).to.include('Invoiced');
      expect(rowOf(/released by the payment/)).to.include('Invoiced');
      expect(rowOf(/rejected/)).to.include('The SKU TENT-9 is not known');
      expect(product.output).to.include('One message came twice and was recognised');
    });

    it('prints where everything is, and no key', () => {
      for (const path of ['/', '/o2c/openapi.json', '/o2c/health'])
        expect(product.output).to.include(`${product.url}${path}`);
      expect(product.output).to.include(join('data', 'admin-key')).and.not.include(admin());
      expect(product.output).to.not.match(/o2c_\w|warning|error/i);
      expect(statSync(join(product.directory, 'data/admin-key')).mode & 0o777).to.equal(0o600);
    });

    it('runs the cycle and the warehouse; examples are left to be imported', () => {
      const flows = JSON.parse(readFileSync(join(product.directory, 'data/node-red/flows.json'), 'utf8'));
      const tabs = (flows as { type: string; label: string }[]).filter(({ type }) => type === 'tab');
      expect(tabs.map(({ label }) => label)).to.deep.equal([
        'Order to cash',
        'Order to cash: the rest of the API',
        'Warehouse simulator',
      ]);
    });

    it('keeps the invoice books sound', async () => {
      const { body } = await product.call('GET', '/o2c/signals', { key: admin() });
      expect(body.exceptions).to.deep.equal([]);
      expect(body.ordersOnHold.count).to.equal(2);
    });

    it('does nothing twice when it is started again, and keeps the flows as they are', async () => {
      const flows = join(product.directory, 'data/node-red/flows.json');
      const before = statSync(flows).mtimeMs;
      expect(await product.stop()).to.equal(0);
      product = await Product.start({}, product.directory);
      const again = await orders();
      const told = (list: Answer['body'][]) => list.map(({ salesOrder, status, total }) => [salesOrder, status, total]);
      expect(told(again)).to.deep.equal(told(first));
      for (const { salesOrder } of first) expect(rowOf(new RegExp(`^${salesOrder}`))).to.not.equal('');
      expect(statSync(flows).mtimeMs).to.equal(before);
    });

    it('refuses a second one on the same store, in a sentence', async () => {
      const { code, output } = await Product.end({
        PORT: String(await freePort()),
        O2C_DB: `sqlite:${join(product.directory, 'data/o2c.sqlite')}`,
      });
      expect(code).to.equal(1);
      expect(output.trim()).to.match(/^Another Node-RED already works on [^\n]+$/);
    });

    it('says that the port is taken', async () => {
      const { code, output } = await Product.end({ PORT: product.port });
      expect(code).to.equal(1);
      expect(output.trim()).to.match(new RegExp(`^Port ${product.port} on 127.0.0.1 is taken[^\\n]+$`));
    });
  });

  it('starts with an empty store when it is asked to', async () => {
    const product = await Product.start({ O2C_DEMO: '0' });
    try {
      const key = readFileSync(join(product.directory, 'data/admin-key'), 'utf8').trim();
      expect((await product.call('GET', '/o2c/orders', { key })).body.orders).to.deep.equal([]);
      expect(product.output).to.not.match(/^order /m);
    } finally {
      await product.remove();
    }
  });

  it('refuses an address that others can reach without a login and TLS', async () => {
    const { code, output } = await Product.end({ O2C_HOST: '0.0.0.0', PORT: String(await freePort()) });
    expect(code).to.equal(1);
    expect(output).to.match(/^O2C_HOST is 0\.0\.0\.0, which others can reach, and the editor has no login/);
  });

  it('serves others behind a proxy, with a login for the editor, and keeps the simulator to this machine', async () => {
    const product = await Product.start({
      O2C_HOST: '0.0.0.0',
      O2C_BEHIND_PROXY: '1',
      O2C_EDITOR_USER: 'ada',
      O2C_EDITOR_PASSWORD_HASH: `$2y$08$${'x'.repeat(53)}`,
    });
    try {
      expect((await fetch(`${product.url}/flows`)).status).to.equal(401);
      expect((await fetch(`${product.url}/o2c/health`)).status).to.equal(200);
      expect((await fetch(`${product.url}/warehouse/behaviour`)).status).to.equal(200);
      expect(
        (await fetch(`${product.url}/warehouse/behaviour`, { headers: { 'x-forwarded-for': '192.0.2.1' } })).status,
      ).to.equal(404);
      expect(product.output).to.match(/^SO-000002 .* Invoiced/m);
    } finally {
      await product.remove();
    }
  });
});
