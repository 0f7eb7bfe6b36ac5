import { upsertMaster } from '../lib/stages/upsert-master';
import type { StageContext } from '../lib/stages/work';

/** How the benchmark's company looks: enough customers and products that orders meet now and then, as they do. */
export const customers = 200;
export const skus = 500;
export const linesPerOrder = 5;

export async function setUpCompany(context: StageContext): Promise<void> {
  await load(context, 'taxes', [{ taxCode: 'FULL', rate: '19' }]);
  await load(
    context,
    'customers',
    range(customers).map((i) => ({
      customer: customer(i),
      name: customer(i),
      currency: 'EUR',
      creditLimit: '900000000',
      paymentTermsDays: 30,
    })),
  );
  await load(
    context,
    'products',
    range(skus).map((i) => ({
      sku: sku(i),
      name: sku(i),
      baseUom: 'EA',
      price: '12.50',
      cost: '7.25',
      taxCode: 'FULL',
    })),
  );
  await load(
    context,
    'stock',
    range(skus).map((i) => ({ sku: sku(i), warehouse: 'MAIN', onHand: '1000000000' })),
  );
}

export const range = (count: number): number[] => Array.from({ length: count }, (_, i) => i);
export const customer = (i: number): string => `C-${String(i % customers).padStart(4, '0')}`;
export const sku = (i: number): string => `SKU-${String(i % skus).padStart(4, '0')}`;

/** An order of five lines, as a partner would post it. */
export function sampleOrder(i: number): object {
  return {
    poNumber: `PO-${i}`,
    customer: customer(i * 7),
    currency: 'EUR',
    lines: range(linesPerOrder).map((line) => ({
      line: line + 1,
      sku: sku(i * 13 + line * 101),
      quantity: String(1 + ((i + line) % 9)),
      unitPrice: '12.50',
    })),
  };
}

async function load(context: StageContext, kind: string, records: readonly object[]): Promise<void> {
  const { rejected } = await upsertMaster(context, kind, records);
  if (rejected.length > 0) throw new Error(`The benchmark's ${kind} were rejected: ${JSON.stringify(rejected[0])}`);
}
