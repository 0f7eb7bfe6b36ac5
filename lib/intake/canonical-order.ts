import { hash } from 'node:crypto';

/** A further id of an ordered item, with the qualifier that says whose number it is: UP, EN, VN, BP, SA, … */
export interface ItemId {
  readonly qualifier: string;
  readonly value: string;
}

/** One line as it was ordered; `quantity` and `unitPrice` in plain notation without needless zeros ("5", "12.5"). */
export interface CanonicalLine {
  readonly line: number;
  readonly sku: string;
  /** Sorted by qualifier and value, none twice; absent when the sender gave the SKU alone. */
  readonly ids?: readonly ItemId[];
  readonly quantity: string;
  readonly uom?: string;
  readonly unitPrice?: string;
}

export interface ShipTo {
  readonly name?: string;
  readonly address?: string;
  readonly city?: string;
  readonly postalCode?: string;
  readonly country?: string;
}

/**
 * An order as it was sent, whatever it was sent as: before defaults and without its source. Texts are trimmed and never
 * empty, lines sorted by their number, fields always in this order, so that equal orders are equal as JSON too.
 */
export interface CanonicalOrder {
  readonly poNumber: string;
  readonly release?: string;
  readonly customer: string;
  readonly currency?: string;
  readonly orderDate?: string;
  readonly requestedDelivery?: string;
  readonly warehouse?: string;
  readonly shipTo?: ShipTo;
  readonly note?: string;
  readonly lines: readonly CanonicalLine[];
}

/**
 * SHA-256 (hex) of the canonical order; the PO number counts as its key, so that "po 1" and "PO1" are one order sent twice.
 * `json` is the order as JSON, for whoever has it already.
 */
export function fingerprintOf(order: CanonicalOrder, json = JSON.stringify(order)): string {
  const poNumber = poKey(order.poNumber);
  return hash('sha256', poNumber === order.poNumber ? json : JSON.stringify({ ...order, poNumber }));
}

/** Printable ASCII without a blank: nearly all PO numbers, and nothing for Unicode to do. */
const plainNumber = /^[\x21-\x7e]*$/;

/** What makes two PO numbers the same: Unicode NFKC, upper case, no white space. */
export function poKey(poNumber: string): string {
  if (plainNumber.test(poNumber)) return poNumber.toUpperCase();
  return poNumber.normalize('NFKC').toUpperCase().replace(/\s+/gu, '').normalize('NFKC');
}

/** Equal for PO numbers that a person could take for the same one: the key without dots and dashes of any kind. */
export function loosePoKey(poNumber: string): string {
  return poKey(poNumber).replace(/[.\p{Pd}\u00ad\u2043\u2212]+/gu, '');
}
