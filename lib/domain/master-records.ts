import { defaultEdiSettings, ediSettings } from './edi-settings';
import { type Channel, pricePolicies, priorities } from './master';
import {
  address,
  channel,
  currencyCode,
  date,
  decimal,
  flag,
  gtin,
  instant,
  list,
  notSupported,
  oneOf,
  orNull,
  partnerCode,
  percentage,
  price,
  quantity,
  ratio,
  record,
  taxRate,
  text,
  whole,
} from './master-fields';
import type { Draft, Field } from './record-draft';
import { greatestRate } from './settings';

/** What each kind of master data is made of. A field without an initial value is required of a new record. */
const required = <T>(read: Field<T>['read']): Field<T> => ({ read });
const optional = <T>(read: Field<T>['read'], initial: T): Field<T> => ({ read, initial });

/** The limit stays text until the customer's currency is known; null is unlimited. */
export const customerFields = {
  customer: required(text(100)),
  name: required(text(200)),
  currency: required(currencyCode),
  creditLimit: optional<string | null>(orNull(decimal), '0'),
  creditGroup: optional<null>(notSupported('Credit groups are not supported yet; leave the field out.'), null),
  paymentTermsDays: required(whole(0, 3650)),
  taxCode: optional<string | null>(orNull(text(40)), null),
  shipTo: optional(orNull(address), null),
};

export const productFields = {
  sku: required(text(100)),
  name: required(text(200)),
  baseUom: required(text(20)),
  uoms: optional(record(ratio), {}),
  price: required(price),
  cost: required(price),
  taxCode: required(text(40)),
  gtin: optional<string | null>(orNull(gtin), null),
};

export const stockFields = {
  sku: required(text(100)),
  warehouse: required(text(40)),
  onHand: required(quantity),
  countedAt: optional<string | null>(orNull(instant), null),
  safetyStock: optional<number | null>(orNull(quantity), null),
};

export const partnerFields = {
  partner: required(partnerCode),
  name: required(text(200)),
  channels: required<Channel[]>(list(channel)),
  customers: optional<string[]>(list(text(100)), []),
  ediIds: optional<string[]>(list(text(100)), []),
  edi: optional(ediSettings, defaultEdiSettings),
  skuMap: optional(record(text(100)), {}),
  customerMap: optional(record(text(100)), {}),
  uomMap: optional(record(text(20)), {}),
  pricePolicy: optional(oneOf(pricePolicies), 'tolerance' as const),
  priceTolerance: optional(percentage, 0),
  reviewNotes: optional(flag, false),
  requestsPerMinute: optional<number | null>(orNull(whole(1, greatestRate)), null),
  ordersPerMinute: optional<number | null>(orNull(whole(1, greatestRate)), null),
  shortagePolicy: optional(
    orNull(oneOf(['cancel-line', 'cancel-order'] as const, ['ship-available', 'backorder'])),
    null,
  ),
  indicator: optional<string | null>(orNull(text(40)), null),
  priority: optional(whole(Math.min(...priorities), Math.max(...priorities)), 5),
};

export const taxFields = {
  taxCode: required(text(40)),
  rate: required(taxRate),
  validFrom: optional(date, '0001-01-01'),
};

export type CustomerDraft = Draft<typeof customerFields>;
export type ProductDraft = Draft<typeof productFields>;
export type StockDraft = Draft<typeof stockFields>;
export type PartnerDraft = Draft<typeof partnerFields>;
export type TaxDraft = Draft<typeof taxFields>;
