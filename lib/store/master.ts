import { defaultEdiSettings, type EdiSettings } from '../domain/edi-settings';
import { gtinForms } from '../domain/item-numbers';
import type { Customer, Partner, Product, TaxRate } from '../domain/master';
import type { Database, Row } from './database';
import { ConcurrentChange } from './dialect';

interface CustomerRow {
  customer: string;
  name: string;
  currency: string;
  credit_account: string;
  payment_terms_days: number;
  tax_code: string | null;
  ship_to: string | null;
}

interface ProductRow {
  sku: string;
  name: string;
  base_uom: string;
  uoms: string;
  price: number;
  cost: number;
  tax_code: string;
  gtin: string | null;
}

interface PartnerRow {
  partner: string;
  name: string;
  channels: string;
  customers: string;
  edi_ids: string;
  edi: string | null;
  sku_map: string;
  customer_map: string;
  uom_map: string;
  price_policy: Partner['pricePolicy'];
  price_tolerance: number;
  review_notes: number;
  requests_per_minute: number | null;
  orders_per_minute: number | null;
  shortage_policy: Partner['shortagePolicy'];
  indicator: string | null;
  priority: number;
}

interface TaxRateRow {
  tax_code: string;
  valid_from: string;
  rate: number;
}

/** `lock`: nobody else changes the records until the transaction ends. */
interface Locking {
  readonly lock?: true;
}

/** The customers with these numbers, by number; unknown ones are missing. */
export async function loadCustomers(db: Database, customers: Iterable<string>): Promise<Map<string, Customer>> {
  const rows = await load<CustomerRow>(db, 'customer', 'customer', customers);
  return new Map(
    rows.map((row) => [
      row.customer,
      {
        customer: row.customer,
        name: row.name,
        currency: row.currency,
        creditAccount: row.credit_account,
        paymentTermsDays: row.payment_terms_days,
        taxCode: row.tax_code,
        shipTo: row.ship_to,
      },
    ]),
  );
}

/** The products with these SKUs, by SKU; unknown ones are missing. */
export async function loadProducts(
  db: Database,
  skus: Iterable<string>,
  options: Locking = {},
): Promise<Map<string, Product>> {
  const rows = await load<ProductRow>(db, 'product', 'sku', skus, options);
  return new Map(rows.map((row) => [row.sku, productOf(row)]));
}

/** The products with these GTINs, in whatever form of a GTIN they are kept. */
export async function productsWithGtin(db: Database, gtins: readonly string[]): Promise<Product[]> {
  const rows = await load<ProductRow>(db, 'product', 'gtin', gtins.flatMap(gtinForms));
  return rows.map(productOf);
}

const productOf = (row: ProductRow): Product => ({
  sku: row.sku,
  name: row.name,
  baseUom: row.base_uom,
  uoms: JSON.parse(row.uoms),
  price: row.price,
  cost: row.cost,
  taxCode: row.tax_code,
  gtin: row.gtin,
});

/** The partners with these names, by name; unknown ones are missing. */
export async function loadPartners(
  db: Database,
  partners: Iterable<string>,
  options: Locking = {},
): Promise<Map<string, Partner>> {
  const rows = await load<PartnerRow>(db, 'partner', 'partner', partners, options);
  return new Map(
    rows.map((row) => [
      row.partner,
      {
        partner: row.partner,
        name: row.name,
        channels: JSON.parse(row.channels),
        customers: JSON.parse(row.customers),
        ediIds: JSON.parse(row.edi_ids),
        edi: { ...defaultEdiSettings, ...(row.edi === null ? {} : (JSON.parse(row.edi) as Partial<EdiSettings>)) },
        skuMap: JSON.parse(row.sku_map),
        customerMap: JSON.parse(row.customer_map),
        uomMap: JSON.parse(row.uom_map),
        pricePolicy: row.price_policy,
        priceTolerance: row.price_tolerance,
        reviewNotes: row.review_notes === 1,
        requestsPerMinute: row.requests_per_minute,
        ordersPerMinute: row.orders_per_minute,
        shortagePolicy: row.shortage_policy,
        indicator: row.indicator,
        priority: row.priority,
      },
    ]),
  );
}

/** All rates ever valid of these tax codes, by code, oldest first. */
export async function loadTaxRates(db: Database, codes: Iterable<string>): Promise<Map<string, TaxRate[]>> {
  return byCode(await load<TaxRateRow>(db, 'tax_rate', 'tax_code', codes));
}

/** The rates of all tax codes, which are few, as `loadTaxRates` gives those of some. */
export async function loadAllTaxRates(db: Database): Promise<Map<string, TaxRate[]>> {
  return byCode(await db.all<TaxRateRow>('select * from tax_rate'));
}

function byCode(rows: readonly TaxRateRow[]): Map<string, TaxRate[]> {
  const rates = new Map<string, TaxRate[]>();
  for (const row of rows) {
    const rate = { taxCode: row.tax_code, validFrom: row.valid_from, rate: row.rate };
    rates.set(row.tax_code, [...(rates.get(row.tax_code) ?? []), rate]);
  }
  for (const ofCode of rates.values()) ofCode.sort((a, b) => (a.validFrom < b.validFrom ? -1 : 1));
  return rates;
}

async function load<T>(
  db: Database,
  table: string,
  key: string,
  wanted: Iterable<string>,
  { lock }: Locking = {},
): Promise<T[]> {
  const keys = [...new Set(wanted)];
  if (keys.length === 0) return [];
  const locked = lock ? ` order by ${key} ${db.dialect.lockRows}` : '';
  return db.all<T>(`select * from ${table} where ${db.dialect.inList(key, 'text')}${locked}`, [
    db.dialect.listOf(keys),
  ]);
}

/** Records of a table that are there already and locked, by their keys. */
type Known = Pick<ReadonlyMap<string, unknown>, 'has'>;

/** Inserts or updates customers. Their credit accounts must exist, and those of `known` ones be locked. */
export function saveCustomers(db: Database, customers: readonly Customer[], known: Known, now: string): Promise<void> {
  const rows = customers.map((customer) => ({
    customer: customer.customer,
    name: customer.name,
    currency: customer.currency,
    credit_account: customer.creditAccount,
    payment_terms_days: customer.paymentTermsDays,
    tax_code: customer.taxCode,
    ship_to: customer.shipTo,
    updated_at: now,
  }));
  return save(db, 'customer', 'customer', rows, known);
}

export function saveProducts(db: Database, products: readonly Product[], known: Known, now: string): Promise<void> {
  const rows = products.map((product) => ({
    sku: product.sku,
    name: product.name,
    base_uom: product.baseUom,
    uoms: JSON.stringify(product.uoms),
    price: product.price,
    cost: product.cost,
    tax_code: product.taxCode,
    gtin: product.gtin,
    updated_at: now,
  }));
  return save(db, 'product', 'sku', rows, known);
}

export function savePartners(db: Database, partners: readonly Partner[], known: Known, now: string): Promise<void> {
  const rows = partners.map((partner) => ({
    partner: partner.partner,
    name: partner.name,
    channels: JSON.stringify(partner.channels),
    customers: JSON.stringify(partner.customers),
    edi_ids: JSON.stringify(partner.ediIds),
    edi: JSON.stringify(partner.edi),
    sku_map: JSON.stringify(partner.skuMap),
    customer_map: JSON.stringify(partner.customerMap),
    uom_map: JSON.stringify(partner.uomMap),
    price_policy: partner.pricePolicy,
    price_tolerance: partner.priceTolerance,
    review_notes: partner.reviewNotes ? 1 : 0,
    requests_per_minute: partner.requestsPerMinute,
    orders_per_minute: partner.ordersPerMinute,
    shortage_policy: partner.shortagePolicy,
    indicator: partner.indicator,
    priority: partner.priority,
    updated_at: now,
  }));
  return save(db, 'partner', 'partner', rows, known);
}

/** Two transactions may bring the same new rate, which is all there is to say: the one that comes second stands. */
export async function saveTaxRates(db: Database, rates: readonly TaxRate[]): Promise<void> {
  const rows = rates.map((rate) => ({ tax_code: rate.taxCode, valid_from: rate.validFrom, rate: rate.rate }));
  await db.insert('tax_rate', rows, { onConflict: ['tax_code', 'valid_from'] });
}

/**
 * Two transactions may bring the same new record, and each leave out what the other says of it: the one that comes
 * second starts again and changes the record of the first.
 */
async function save(db: Database, table: string, key: string, rows: readonly Row[], known: Known): Promise<void> {
  const isKnown = (row: Row): boolean => known.has(row[key] as string);
  const added = rows.filter((row) => !isKnown(row));
  if ((await db.insert(table, added, { onConflict: 'nothing' })) < added.length)
    throw new ConcurrentChange(`a new ${table}`);
  await db.update(table, [key], rows.filter(isKnown));
}

/** Limit and currency of a credit account, apart from the buckets that only movements change. `limit` null: unlimited. */
export interface AccountTerms {
  readonly account: string;
  readonly currency: string;
  readonly limit: number | null;
}

/** Makes sure that the customers' accounts exist: empty and without credit, so that they can be locked. */
export async function createAccounts(
  db: Database,
  terms: readonly Pick<AccountTerms, 'account' | 'currency'>[],
): Promise<void> {
  const rows = terms.map(
    ({ account, currency }): Row => ({
      account,
      kind: 'customer',
      currency,
      credit_limit: 0,
      open_receivables: 0,
      uninvoiced_gross: 0,
      approved_gross: 0,
      passes: 0,
      due_mark: 0,
    }),
  );
  await db.insert('credit_account', rows, { onConflict: 'nothing' });
}

export async function saveAccountTerms(db: Database, terms: readonly AccountTerms[]): Promise<void> {
  const rows = terms.map(({ account, currency, limit }) => ({ account, currency, credit_limit: limit }));
  await db.update('credit_account', ['account'], rows);
}

/** Which of these customers ever had an order, an invoice or a payment: their currency stands. */
export async function customersWithMovements(db: Database, customers: readonly string[]): Promise<Set<string>> {
  if (customers.length === 0) return new Set();
  const among = db.dialect.inList('customer', 'text');
  const list = db.dialect.listOf(customers);
  const rows = await db.all<{ customer: string }>(
    `select customer from sales_order where ${among} union select customer from invoice where ${among} union select customer from payment where ${among}`,
    [list, list, list],
  );
  return new Set(rows.map((row) => row.customer));
}

/** Which of these SKUs were ever stocked or ordered: their base unit stands, for all quantities are kept in it. */
export async function skusInUse(db: Database, skus: readonly string[]): Promise<Set<string>> {
  if (skus.length === 0) return new Set();
  const among = db.dialect.inList('sku', 'text');
  const list = db.dialect.listOf(skus);
  const rows = await db.all<{ sku: string }>(
    `select sku from stock_item where ${among} union select sku from sales_order_line where ${among}`,
    [list, list],
  );
  return new Set(rows.map((row) => row.sku));
}
