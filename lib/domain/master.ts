import type { EdiSettings } from './edi-settings';
import type { Ratio } from './quantity';
import type { ShortagePolicy } from './settings';

/** Where goods go. */
export interface Address {
  readonly name?: string;
  readonly address?: string;
  readonly city?: string;
  readonly postalCode?: string;
  readonly country?: string;
}

export interface Customer {
  readonly customer: string;
  readonly name: string;
  /** of the credit account, and the default of the customer's orders */
  readonly currency: string;
  readonly creditAccount: string;
  readonly paymentTermsDays: number;
  /** overrides the products' tax codes; null: the product's counts */
  readonly taxCode: string | null;
  /** an `Address` as JSON text, as orders keep it */
  readonly shipTo: string | null;
}

/** `price` and `cost` in price units (1/10000 of the company currency's major unit) for one base unit. */
export interface Product {
  readonly sku: string;
  readonly name: string;
  readonly baseUom: string;
  /** units besides the base unit, each in base units */
  readonly uoms: Readonly<Record<string, Ratio>>;
  readonly price: number;
  readonly cost: number;
  readonly taxCode: string;
  readonly gtin: string | null;
}

export const channels = ['file', 'api', 'edi'] as const;
export type Channel = (typeof channels)[number];

/** Whose price counts: ours, the one that was sent, or the sent one when it is near enough to ours. */
export const pricePolicies = ['tolerance', 'own', 'sent'] as const;
export type PricePolicy = (typeof pricePolicies)[number];

export interface Partner {
  readonly partner: string;
  readonly name: string;
  readonly channels: readonly Channel[];
  /** customer numbers; `["*"]`: all */
  readonly customers: readonly string[];
  /** `ZZ:ACME`, `14:4012345000009`, `:ACME` without a qualifier */
  readonly ediIds: readonly string[];
  readonly edi: EdiSettings;
  /** the company's SKU by the partner's own */
  readonly skuMap: Readonly<Record<string, string>>;
  /** null: what the company settings say */
  readonly requestsPerMinute: number | null;
  readonly ordersPerMinute: number | null;
  /** our customer number by the partner's own */
  readonly customerMap: Readonly<Record<string, string>>;
  /** our unit by the partner's own */
  readonly uomMap: Readonly<Record<string, string>>;
  readonly pricePolicy: PricePolicy;
  /** how far a sent price may be off under `tolerance`, in hundredths of a percent of the own one */
  readonly priceTolerance: number;
  /** an order with a note waits until a person has read it */
  readonly reviewNotes: boolean;
  readonly shortagePolicy: ShortagePolicy | null;
  readonly indicator: string | null;
  /** 1 (first) to 9 (last) */
  readonly priority: number;
}

/** Of orders, from the first to the last. */
export const priorities = [1, 2, 3, 4, 5, 6, 7, 8, 9] as const;

/** `rate` in hundredths of a percent (1900 is 19 %), from the date on. */
export interface TaxRate {
  readonly taxCode: string;
  /** YYYY-MM-DD */
  readonly validFrom: string;
  readonly rate: number;
}

const baseUnit: Ratio = { numerator: 1, denominator: 1 };

/** The unit in base units; undefined when the product is not sold in it. */
export function ratioOf(product: Product, uom: string): Ratio | undefined {
  if (uom === product.baseUom) return baseUnit;
  return Object.hasOwn(product.uoms, uom) ? product.uoms[uom] : undefined;
}

/** The rate of a tax code on a date (YYYY-MM-DD) in hundredths of a percent; undefined when none is valid yet. */
export function rateOn(rates: readonly TaxRate[], date: string): number | undefined {
  let found: TaxRate | undefined;
  for (const rate of rates) {
    if (rate.validFrom <= date && (found === undefined || rate.validFrom > found.validFrom)) found = rate;
  }
  return found?.rate;
}

export function servesCustomer(partner: Pick<Partner, 'customers'>, customer: string): boolean {
  return partner.customers.includes('*') || partner.customers.includes(customer);
}

/** What a partner's own name for something is here; a name that it has not mapped stands for itself. */
export function mappedBy(map: Readonly<Record<string, string>> | undefined, name: string): string {
  return map !== undefined && Object.hasOwn(map, name) ? (map[name] as string) : name;
}
