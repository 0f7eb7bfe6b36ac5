import type { EdiSegment } from '../interchange';
import type { Reference } from '../mapped-message';
import { elementCount, value } from './elements';

/** Data element 235: numbers of the seller, trade item numbers, numbers of the buyer, in the order in which they are taken. */
const skuQualifiers = [
  ...['VN', 'VP', 'SA', 'VA', 'VC', 'VS'],
  ...['UK', 'EN', 'UP', 'UA', 'UI', 'UD', 'EO', 'IB'],
  ...['BP', 'IN', 'CB', 'PI', 'SK', 'PN'],
];
const ranks: ReadonlyMap<string, number> = new Map(skuQualifiers.map((qualifier, rank) => [qualifier, rank]));
const rankOf = ({ qualifier }: Reference): number => ranks.get(qualifier) ?? skuQualifiers.length;

/** The pairs of qualifier and number from an element on, all of them and in order. */
export function productIds(segment: EdiSegment, first: number, last = elementCount(segment)): Reference[] {
  const ids: Reference[] = [];
  for (let element = first; element < last; element += 2) {
    const id = { qualifier: value(segment, element), value: value(segment, element + 1) };
    if (id.value !== '') ids.push(id);
  }
  return ids;
}

/** The number that names the article, and all the others. */
export function skuOf(ids: readonly Reference[]): { sku: string | undefined; others: readonly Reference[] } {
  let chosen = ids[0];
  for (const id of ids) if (chosen && rankOf(id) < rankOf(chosen)) chosen = id;
  return { sku: chosen?.value, others: ids.filter((id) => id !== chosen) };
}
