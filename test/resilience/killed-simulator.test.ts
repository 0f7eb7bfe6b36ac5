import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { anOrder, setUpCompany } from '../flows/company';
import { adminKey, Product } from '../flows/product';

const env = { O2C_DEMO: '0', O2C_ADMIN_KEY: adminKey };

describe('npm start that is killed while its warehouse simulator has an order', () => {
  let product: Product;

  before(async () => {
    product = await Product.start(env);
    await setUpCompany(product);
  });
  after(async () => product?.remove());

  it('ships it after the next start, once', async () => {
    await product.call('POST', '/warehouse/behaviour', { body: { mode: 'hold' } });
    const { body } = await product.call('POST', '/o2c/orders', { body: anOrder() });
    await product.order(body.salesOrder, ({ status }) => status === 'SentToWarehouse');
    await product.kill();
    product = await Product.start(env, product.directory);
    const order = await product.invoiced(body.salesOrder);
    expect(order.slips).to.have.length(1);
    expect(order.invoices).to.have.length(1);
    const { body: signals } = await product.call('GET', '/o2c/signals');
    expect(signals.exceptions).to.deep.equal([]);
  });

  it('has a journal for each store: a new one begins with an empty warehouse', async () => {
    const journals = (): string[] =>
      readdirSync(join(product.directory, 'data')).filter((name) => name.startsWith('warehouse-simulator-'));
    expect(journals()).to.have.length(1);
    await product.stop();
    product = await Product.start({ ...env, O2C_DB: 'sqlite:./data/another.sqlite' }, product.directory);
    expect(journals()).to.have.length(2);
    const { body } = await product.call('GET', '/warehouse/behaviour', { key: null });
    expect(body.orders).to.deep.equal({ waiting: 0, reporting: 0, done: 0 });
  });
});
