import type { EdiSegment, EdiSeparators } from '../interchange';
import type { Reference } from '../mapped-message';
import { text, value } from './elements';

/** Data element 235: numbers of the seller, trade item numbers, numbers of the buyer, in the order in which they are taken. */
const skuQualifiers = [
  ...['VN', 'VP', 'SA', 'VA', 'VC', 'VS'],
  ...['UK', 'EN', 'UP', 'UA', 'UI', 'UD', 'EO', 'IB'],
  ...['BP', 'IN', 'CB', 'PI', 'SK', 'PN'],
];

/** The pairs of qualifier and number from an element on, all of them and in order. */
export function productIds(
  segment: EdiSegment,
  separators: EdiSeparators | undefined,
  first: number,
  last = segment.elements.length,
): Reference[] {
  const ids: Reference[] = [];
  for (let element = first; element < last; element += 2) {
    const id = { qualifier: value(segment, element), value: text(segment, element + 1, separators) };
    if (id.value !== '') ids.push(id);
  }
  return ids;
}

/** The number that names the article, and all the others. */
export function skuOf(ids: readonly Reference[]): { sku: string | undefined; others: readonly Reference[] } {
  const chosen =
    skuQualifiers.map((wanted) => ids.find(({ qualifier }) => qualifier === wanted)).find(Boolean) ?? ids[0];
  return { sku: chosen?.value, others: ids.filter((id) => id !== chosen) };
}
