import { poKey } from './canonical-order';

/** A document as a corrected copy is compared with it. */
export interface ComparedDocument {
  readonly poNumber: string | null;
}

/**
 * Which failed documents of a message its corrected copy replaces: those whose PO number the copy has, and those that
 * could not be told apart by one. A copy that cannot be read replaces nothing, and a failed order that the copy leaves
 * out stays as it is: nothing is lost because somebody sent a part only.
 * @param only the failed document is all that the message holds: the copy replaces it whatever it says
 */
export function replacedDocuments<Document extends ComparedDocument>(
  failed: readonly Document[],
  copy: readonly (ComparedDocument & { readonly kind: string })[],
  only: boolean,
): Document[] {
  const readable = copy.filter(({ kind }) => kind !== 'unreadable');
  if (readable.length === 0) return [];
  if (only) return [...failed];
  const numbers = new Set(readable.flatMap(({ poNumber }) => (poNumber === null ? [] : [poKey(poNumber)])));
  return failed.filter(({ poNumber }) => poNumber === null || numbers.has(poKey(poNumber)));
}
