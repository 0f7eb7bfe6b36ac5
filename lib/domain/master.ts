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

export const ediAnswers = ['order-response', 'despatch-advice', 'invoice'] as const;
export type EdiAnswerKind = (typeof ediAnswers)[number];

/** How EDI goes with a partner. Its own ids stand in `ediIds`. */
export interface EdiSettings {
  /** as whom the company answers, `ZZ:SELLER`; null: as whom the partner addressed it */
  readonly ownId: string | null;
  /** 997, 999 and CONTRL; `auto`: X12 always, EDIFACT when asked for */
  readonly acknowledge: 'auto' | 'always' | 'never';
  /** TA1; `auto`: when asked for */
  readonly acknowledgeInterchange: 'auto' | 'always' | 'never';
  /** business answers that were agreed */
  readonly answers: readonly EdiAnswerKind[];
  /** version of the answers, `004010` or `D:96A:UN:EAN008`; null: that of the partner's message */
  readonly version: string | null;
  /** of X12 files, which do not say it themselves; null: UTF-8, else Latin-1 */
  readonly charset: string | null;
  /** wrong counts and unknown segments reject, instead of being looked at by a person */
  readonly strict: boolean;
  /** free text sends an order to a person */
  readonly reviewText: boolean;
  /** all of its interchanges are tests */
  readonly test: boolean;
  /** hours after which an answer that the partner has not acknowledged raises a signal; 0: none is expected */
  readonly acknowledgedWithin: number;
}

export const defaultEdiSettings: EdiSettings = {
  ownId: null,
  acknowledge: 'auto',
  acknowledgeInterchange: 'auto',
  answers: [],
  version: null,
  charset: null,
  strict: false,
  reviewText: false,
  test: false,
  acknowledgedWithin: 24,
};

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
  /** a sent price that deviates from the own one puts the order on hold */
  readonly pricePolicy: 'tolerance';
  readonly shortagePolicy: ShortagePolicy | null;
  readonly indicator: string | null;
  /** 1 (first) to 9 (last) */
  readonly priority: number;
}

/** `rate` in hundredths of a percent (1900 is 19 %), from the date on. */
export interface TaxRate {
  readonly taxCode: string;
  /** YYYY-MM-DD */
  readonly validFrom: string;
  readonly rate: number;
}

/** The unit in base units; undefined when the product is not sold in it. */
export function ratioOf(product: Product, uom: string): Ratio | undefined {
  if (uom === product.baseUom) return { numerator: 1, denominator: 1 };
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
