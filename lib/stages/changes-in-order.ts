import { poKey } from '../intake/canonical-order';
import { changesStored } from '../store/edi-changes';
import type { StoredDocument } from '../store/inbox-documents';
import type { Work } from './work';

type Came = Pick<StoredDocument, 'receivedAt' | 'documentId'>;

/** By when they came. Numbers alone do not tell: each process takes some ahead. */
export const byArrival = (one: Came, other: Came): number =>
  one.receivedAt < other.receivedAt ? -1 : one.receivedAt > other.receivedAt ? 1 : one.documentId - other.documentId;

/**
 * Those of these changes that must not be decided yet, because others of the same orders came before them, wait still and
 * are not among them: the last word of a customer is the one that came last, whichever transaction is the quicker one,
 * and also when one had to be tried again.
 * @returns the changes before them, in the order in which they came
 */
export async function changesBehind(
  work: Work,
  changes: readonly StoredDocument[],
): Promise<Map<number, readonly number[]>> {
  const behind = new Map<number, readonly number[]>();
  if (changes.length === 0) return behind;
  const locked = new Set(changes.map(({ documentId }) => documentId));
  const stored = await changesStored(
    work.db,
    changes.map(({ partner }) => partner),
  );
  const others = Map.groupBy(
    stored.filter(({ documentId }) => !locked.has(documentId)).sort(byArrival),
    ({ partner, poNumber }) => orderKey(partner, poNumber),
  );
  if (others.size === 0) return behind;
  for (const change of changes) {
    const { poNumber = '' } = JSON.parse(change.canonical ?? '{}') as { poNumber?: string };
    const earlier = (others.get(orderKey(change.partner, poNumber)) ?? []).filter(
      (other) => byArrival(other, change) < 0,
    );
    if (earlier.length > 0)
      behind.set(
        change.documentId,
        earlier.map(({ documentId }) => documentId),
      );
  }
  return behind;
}

/** A document keeps no more of a number. */
const longestNumber = 100;
const orderKey = (partner: string, poNumber: string): string =>
  JSON.stringify([partner, poKey(poNumber.slice(0, longestNumber))]);
