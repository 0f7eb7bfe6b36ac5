import { gtinOf } from '../domain/item-numbers';
import { type Customer, mappedBy, type Partner, type Product, type TaxRate } from '../domain/master';
import type { ReadableOrder } from '../intake/readable-order';
import { type Database, together } from '../store/database';
import { loadAllTaxRates, loadCustomers, loadPartners, loadProducts, productsWithGtin } from '../store/master';
import { loadWarehouses } from '../store/warehouses';
import { numbersOf } from './resolve-line';

/** What a batch of orders needs of the master data, by its keys. */
export interface MasterData {
  readonly partners: ReadonlyMap<string, Partner>;
  readonly customers: ReadonlyMap<string, Customer>;
  readonly products: ReadonlyMap<string, Product>;
  /** By GTIN of 14 digits: those that lines name by it. */
  readonly productsByGtin: ReadonlyMap<string, readonly Product[]>;
  readonly taxRates: ReadonlyMap<string, readonly TaxRate[]>;
  readonly warehouses: ReadonlySet<string>;
}

/** The partners of a batch, which know by what names they call customers and products. */
export function loadPartnersOf(
  db: Database,
  wanted: readonly { readonly partner: string }[],
): Promise<Map<string, Partner>> {
  return loadPartners(db, distinct(wanted.map(({ partner }) => partner)));
}

export async function loadMasterData(
  db: Database,
  partners: ReadonlyMap<string, Partner>,
  wanted: readonly { readonly partner: string; readonly order: ReadableOrder }[],
): Promise<MasterData> {
  const numbers = distinct(
    wanted.flatMap(({ partner, order }) => {
      const skuMap = partners.get(partner)?.skuMap;
      return order.lines.flatMap(numbersOf).map((number) => mappedBy(skuMap, number));
    }),
  );
  const [customers, products, warehouses, taxRates] = await together([
    loadCustomers(
      db,
      distinct(
        wanted.flatMap(({ partner, order: { customer } }) =>
          customer === undefined ? [] : mappedBy(partners.get(partner)?.customerMap, customer),
        ),
      ),
    ),
    loadProducts(db, numbers),
    loadWarehouses(db),
    loadAllTaxRates(db),
  ]);
  const gtins = distinct(numbers.flatMap((number) => (products.has(number) ? [] : (gtinOf(number) ?? []))));
  // one product is one value, by whichever number it was found
  const named = (await productsWithGtin(db, gtins)).map((product) => products.get(product.sku) ?? product);
  const productsByGtin = Map.groupBy(named, ({ gtin }) => gtinOf(gtin ?? '') ?? '');
  return { partners, customers, products, productsByGtin, taxRates, warehouses };
}

const distinct = (names: readonly string[]): string[] => [...new Set(names)];
