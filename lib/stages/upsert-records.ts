import type { Partner, Product, TaxRate } from '../domain/master';
import {
  type PartnerDraft,
  type ProductDraft,
  partnerFields,
  productFields,
  type TaxDraft,
  taxFields,
} from '../domain/master-records';
import { formatPrice } from '../domain/money';
import { completed } from '../domain/record-draft';
import {
  loadPartners,
  loadProducts,
  loadTaxRates,
  savePartners,
  saveProducts,
  saveTaxRates,
  skusInUse,
} from '../store/master';
import type { MasterEntry } from './upsert-master';
import type { Work } from './work';

export async function upsertProducts(work: Work, entries: readonly MasterEntry<ProductDraft>[]): Promise<void> {
  const known = await loadProducts(
    work.db,
    entries.map(({ key }) => key),
    { lock: true },
  );
  const rebased = entries.filter(
    ({ key, draft }) => draft.baseUom !== undefined && known.has(key) && known.get(key)?.baseUom !== draft.baseUom,
  );
  const bound = await skusInUse(
    work.db,
    rebased.map(({ key }) => key),
  );
  const products: Product[] = [];
  for (const { key, draft, at, faults } of entries) {
    const before = known.get(key);
    const product: Product = completed(productFields, draft, before, at, faults);
    if (before !== undefined && product.baseUom !== before.baseUom && bound.has(key)) {
      const message = `The base unit stays ${before.baseUom}, for stock and orders are kept in it. Add a new SKU for ${product.baseUom}.`;
      faults.push({ path: `${at}/baseUom`, code: 'conflicting-values', message, value: product.baseUom });
    }
    const own = product.uoms?.[product.baseUom];
    if (own !== undefined && own.numerator !== own.denominator) {
      faults.push({
        path: `${at}/uoms/${product.baseUom}`,
        code: 'conflicting-values',
        message: `${product.baseUom} is the base unit: one of it is one base unit.`,
      });
    }
    if (faults.length > 0) continue;
    products.push(product);
    recordChange(work, `product ${key}`, before && shownProduct(before), shownProduct(product));
  }
  await saveProducts(work.db, products, known, work.now);
}

const shownProduct = (product: Product): Record<string, unknown> => ({
  ...product,
  price: formatPrice(product.price),
  cost: formatPrice(product.cost),
});

export async function upsertPartners(work: Work, entries: readonly MasterEntry<PartnerDraft>[]): Promise<void> {
  const known = await loadPartners(
    work.db,
    entries.map(({ key }) => key),
    { lock: true },
  );
  const partners: Partner[] = [];
  for (const { key, draft, at, faults } of entries) {
    const before = known.get(key);
    const partner = completed(partnerFields, draft, before && mutable(before), at, faults);
    if (faults.length > 0) continue;
    partners.push(partner);
    recordChange(work, `partner ${key}`, before && { ...before }, { ...partner });
  }
  await savePartners(work.db, partners, known, work.now);
}

const mutable = (partner: Partner) => ({
  ...partner,
  channels: [...partner.channels],
  customers: [...partner.customers],
  ediIds: [...partner.ediIds],
});

export async function upsertTaxes(work: Work, entries: readonly MasterEntry<TaxDraft>[]): Promise<void> {
  const known = await loadTaxRates(
    work.db,
    entries.flatMap(({ draft }) => draft.taxCode ?? []),
  );
  const rates: TaxRate[] = [];
  for (const { key, draft, at, faults } of entries) {
    const before = known.get(draft.taxCode ?? '')?.find(({ validFrom }) => validFrom === draft.validFrom);
    const rate = completed(taxFields, draft, before, at, faults);
    if (faults.length > 0) continue;
    rates.push(rate);
    recordChange(work, `tax ${key}`, before && { ...before }, { ...rate });
  }
  await saveTaxRates(work.db, rates);
}

/** Records which fields a record got; nothing when it says what was known already. */
export function recordChange(
  work: Work,
  subjectId: string,
  before: Record<string, unknown> | undefined,
  after: Record<string, unknown>,
): void {
  const fields = Object.keys(after).filter((name) => JSON.stringify(before?.[name]) !== JSON.stringify(after[name]));
  if (fields.length === 0) return;
  const changed = Object.fromEntries(
    fields.map((name) => [name, before === undefined ? after[name] : { from: before[name], to: after[name] }]),
  );
  work.record({
    subject: 'master',
    subjectId,
    from: before === undefined ? null : 'known',
    to: before === undefined ? 'added' : 'changed',
    reason: null,
    evidence: changed,
  });
}
