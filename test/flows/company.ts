import type { Product } from './product';

/** Keys of everyone who works with the company of these tests. */
export interface Keys {
  readonly shop: string;
  readonly rival: string;
  /** Of an EDI agent that acts for both. */
  readonly agent: string;
  readonly warehouse: string;
  readonly finance: string;
  readonly operations: string;
  readonly auditor: string;
}

/** A company with two partners: SHOP sells to all customers, RIVAL to C-2 only. */
export async function setUpCompany(product: Product): Promise<Keys> {
  const put = (kind: string, body: unknown) => product.call('PUT', `/o2c/master/${kind}`, { body });
  await put('taxes', [{ taxCode: 'FULL', rate: '19' }]);
  await put(
    'products',
    ['A', 'B', 'SCARCE'].map((sku) => ({
      sku,
      name: sku,
      baseUom: 'EA',
      uoms: { CA: 12 },
      price: '10.00',
      cost: '4.00',
      taxCode: 'FULL',
    })),
  );
  await put('stock', [
    { sku: 'A', warehouse: 'MAIN', onHand: '1000' },
    { sku: 'B', warehouse: 'MAIN', onHand: '1000' },
    { sku: 'SCARCE', warehouse: 'MAIN', onHand: '1' },
  ]);
  await put('customers', [
    { customer: 'C-1', name: 'Has credit', currency: 'EUR', creditLimit: '100000', paymentTermsDays: 30 },
    { customer: 'C-2', name: 'Of the rival', currency: 'EUR', creditLimit: '100000', paymentTermsDays: 30 },
    { customer: 'C-3', name: 'Has little credit', currency: 'EUR', creditLimit: '100', paymentTermsDays: 30 },
  ]);
  await put('partners', [
    { partner: 'SHOP', name: 'Shop', channels: ['api', 'edi'], customers: ['*'] },
    { partner: 'RIVAL', name: 'Rival', channels: ['api'], customers: ['C-2'] },
  ]);
  await product.call('POST', '/warehouse/behaviour', { body: { delayMs: 0 } });
  const own = (role: string) => product.key({ role, name: role });
  return {
    shop: await product.key({ role: 'partner', name: 'shop', partner: 'SHOP' }),
    rival: await product.key({ role: 'partner', name: 'rival', partner: 'RIVAL' }),
    agent: await product.key({ role: 'partner', name: 'agent', actsFor: ['SHOP', 'RIVAL'] }),
    warehouse: await own('warehouse'),
    finance: await own('finance'),
    operations: await own('operations'),
    auditor: await own('auditor'),
  };
}

let lastNumber = 0;

export const nextPo = (): string => {
  lastNumber += 1;
  return `PO-${lastNumber}`;
};

export const anOrder = (changes: object = {}): object => ({
  poNumber: nextPo(),
  customer: 'C-1',
  lines: [{ sku: 'A', quantity: '2' }],
  ...changes,
});
