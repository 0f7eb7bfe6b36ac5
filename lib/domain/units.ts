import { type Product, ratioOf } from './master';
import type { Ratio } from './quantity';

/** One piece, in X12 355 and UN/ECE recommendations 20 and 21, old and new. `UN` and `PC` are not among them: what they count is the partner's matter. */
const pieces: ReadonlySet<string> = new Set(['EA', 'PCE', 'H87', 'C62']);

export interface SoldUnit {
  /** The company's code of it. */
  readonly uom: string;
  readonly ratio: Ratio;
}

/**
 * The unit of a product that a sent code means: the product's own of that name, else the one that the partner's map says,
 * else, for a piece, the product's own code of a piece. undefined: the product is not sold in it. Nothing is ever guessed.
 */
export function soldUnit(
  product: Product,
  sent: string | undefined,
  partnersMap: Readonly<Record<string, string>>,
): SoldUnit | undefined {
  if (sent === undefined) return inUnit(product, product.baseUom);
  const mapped = Object.hasOwn(partnersMap, sent) ? partnersMap[sent] : undefined;
  const named = inUnit(product, sent) ?? (mapped === undefined ? undefined : inUnit(product, mapped));
  if (named !== undefined || !pieces.has(mapped ?? sent)) return named;
  const piece = [...pieces].find((uom) => ratioOf(product, uom) !== undefined);
  return piece === undefined ? undefined : inUnit(product, piece);
}

function inUnit(product: Product, uom: string): SoldUnit | undefined {
  const ratio = ratioOf(product, uom);
  return ratio === undefined ? undefined : { uom, ratio };
}
