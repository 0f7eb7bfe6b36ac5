import type { Customer, Partner, Product, TaxRate } from '../domain/master';
import type { CanonicalOrder } from '../intake/canonical-order';
import type { Database } from '../store/database';
import { loadCustomers, loadPartners, loadProducts, loadTaxRates } from '../store/master';
import { loadWarehouses } from '../store/warehouses';

/** What a batch of orders needs of the master data, by its keys. */
export interface MasterData {
  readonly partners: ReadonlyMap<string, Partner>;
  readonly customers: ReadonlyMap<string, Customer>;
  readonly products: ReadonlyMap<string, Product>;
  readonly taxRates: ReadonlyMap<string, readonly TaxRate[]>;
  readonly warehouses: ReadonlySet<string>;
}

export async function loadMasterData(
  db: Database,
  wanted: readonly { readonly partner: string; readonly order: CanonicalOrder }[],
): Promise<MasterData> {
  const partners = await loadPartners(db, distinct(wanted.map(({ partner }) => partner)));
  const customers = await loadCustomers(db, distinct(wanted.map(({ order }) => order.customer)));
  const skus = wanted.flatMap(({ partner, order }) =>
    order.lines.map((line) => ownSku(partners.get(partner), line.sku)),
  );
  const products = await loadProducts(db, distinct(skus));
  const codes = [...customers.values()]
    .flatMap(({ taxCode }) => taxCode ?? [])
    .concat([...products.values()].map(({ taxCode }) => taxCode));
  const taxRates = await loadTaxRates(db, distinct(codes));
  return { partners, customers, products, taxRates, warehouses: await loadWarehouses(db) };
}

const distinct = (names: readonly string[]): string[] => [...new Set(names)];

/** A partner may use its own numbers for our products. */
export const ownSku = (partner: Partner | undefined, sku: string): string =>
  partner !== undefined && Object.hasOwn(partner.skuMap, sku) ? (partner.skuMap[sku] as string) : sku;
