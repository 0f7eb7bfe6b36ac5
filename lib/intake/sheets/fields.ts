/** The fields that a column can have, as they are written in a header. */
export const sheetFields = [
  'poNumber',
  'release',
  'customer',
  'currency',
  'orderDate',
  'requestedDelivery',
  'warehouse',
  'line',
  'sku',
  'quantity',
  'uom',
  'unitPrice',
  'shipToName',
  'shipToAddress',
  'shipToCity',
  'shipToPostalCode',
  'shipToCountry',
  'note',
  'cancelled',
] as const;

export type SheetField = (typeof sheetFields)[number];

export const requiredFields: readonly SheetField[] = ['poNumber', 'customer', 'sku', 'quantity'];

/** Fields of a line; all others belong to the order. */
export const lineFields = ['line', 'sku', 'quantity', 'uom', 'unitPrice'] as const;
export type LineField = (typeof lineFields)[number];

export const shipToFields = [
  ['shipToName', 'name'],
  ['shipToAddress', 'address'],
  ['shipToCity', 'city'],
  ['shipToPostalCode', 'postalCode'],
  ['shipToCountry', 'country'],
] as const satisfies readonly (readonly [SheetField, string])[];

export const orderFields = [
  'poNumber',
  'release',
  'customer',
  'currency',
  'orderDate',
  'requestedDelivery',
  'warehouse',
  'note',
] as const satisfies readonly SheetField[];

export const decimalFields: ReadonlySet<SheetField> = new Set(['line', 'quantity', 'unitPrice']);
export const dateFields: ReadonlySet<SheetField> = new Set(['orderDate', 'requestedDelivery']);

/** Fields that several mapped columns may share, and what stands between their texts. */
export const joiners: ReadonlyMap<SheetField, string> = new Map([
  ['shipToName', ' '],
  ['shipToAddress', ', '],
  ['note', ', '],
  ['cancelled', '\n'],
]);

/** What a column `cancelled` may say of an order that must not be delivered; also a date, the one on which it was cancelled. */
const cancelledWords =
  /^(?:\d{1,4}[./-]\d{1,2}[./-]\d{1,4}\b.*|x|y|yes|true|1|cancell?ed|wc-cancelled|refunded|wc-refunded|voided|failed|wc-failed|trash|draft|deleted)$/i;

/** The word by which an order counts as cancelled where it comes from; undefined for one that does not. */
export function cancelledBy(text: string): string | undefined {
  return text.split('\n').find((word) => cancelledWords.test(word.trim()));
}

/** Names that people give to the columns of order lists, as `plainName` writes them. Each leaves no doubt. */
const aliases: Readonly<Partial<Record<SheetField, readonly string[]>>> = {
  poNumber: [
    'po',
    'pono',
    'ponum',
    'poid',
    'purchaseorder',
    'purchaseorderno',
    'purchaseordernumber',
    'orderno',
    'ordernumber',
    'customerpo',
    'customerpono',
    'customerponumber',
  ],
  release: ['releaseno', 'releasenumber'],
  customer: ['customerno', 'customernumber', 'customerid', 'customercode', 'accountno', 'accountnumber', 'soldto'],
  currency: ['currencycode'],
  orderDate: ['podate', 'dateordered', 'purchaseorderdate'],
  requestedDelivery: ['requesteddeliverydate', 'deliverydate', 'requestdeliverydate', 'needbydate', 'requiredby'],
  warehouse: ['warehousecode', 'shipfrom'],
  line: ['lineno', 'linenumber', 'linenum', 'poline', 'pos', 'position', '#'],
  sku: [
    'item',
    'itemno',
    'itemnumber',
    'itemcode',
    'itemsku',
    'article',
    'articleno',
    'articlenumber',
    'productcode',
    'partno',
    'partnumber',
    'material',
    'materialnumber',
  ],
  quantity: ['qty', 'orderqty', 'qtyordered', 'orderquantity', 'orderedquantity', 'quantityordered'],
  uom: ['unit', 'um', 'unitofmeasure'],
  unitPrice: ['price', 'priceperunit', 'netprice', 'unitcost'],
  shipToName: ['shippingname', 'deliveryname', 'shiptocompany'],
  shipToAddress: ['shiptostreet', 'shiptoaddress1', 'shippingaddress', 'shippingstreet', 'deliveryaddress'],
  shipToCity: ['shippingcity', 'deliverycity'],
  shipToPostalCode: [
    'shiptozip',
    'shiptozipcode',
    'shiptopostal',
    'shiptopostcode',
    'shippingzip',
    'shippingpostcode',
    'shippingpostalcode',
  ],
  shipToCountry: ['shiptocountrycode', 'shippingcountry', 'deliverycountry'],
  note: ['notes', 'comment', 'comments', 'remark', 'remarks'],
};

export const fieldOfAlias: ReadonlyMap<string, SheetField> = new Map(
  sheetFields.flatMap((field) => (aliases[field] ?? []).map((alias): [string, SheetField] => [alias, field])),
);

export const fieldOfName: ReadonlyMap<string, SheetField> = new Map(
  sheetFields.map((field) => [plainName(field), field]),
);

/** A column's name as it is compared: case, blanks, dashes, underscores, points, colons and marks of needed fields do not count. */
export function plainName(name: string): string {
  const lower = name.normalize('NFKC').trim().toLowerCase();
  return lower.replace(/[\s_.:*\p{Pd}]+|#$/gu, '') || lower;
}
