import { poKey } from '../intake/canonical-order';
import { changesStored } from '../store/edi-changes';
import type { StoredDocument } from '../store/inbox-documents';
import type { Work } from './work';

type Came = Pick<StoredDocument, 'receivedAt' | 'documentId'>;

/** By when they came. Numbers alone do not tell: each process takes some ahead. */
export const byArrival = (one: Came, other: Came): number =>
  one.receivedAt < other.receivedAt ? -1 : one.receivedAt > other.receivedAt ? 1 : one.documentId - other.documentId;

/** Changes of the same orders came earlier and wait still. Documents are locked before all else, so the transaction has to begin with them. */
class CameEarlier extends Error {
  constructor(readonly documentIds: readonly number[]) {
    super('Changes of the same orders came earlier.');
  }
}

/** Runs a transaction that decides changes; when others came before them, once more with those. */
export async function inTheirOrder<T>(run: (earlier: readonly number[]) => Promise<T>): Promise<T> {
  for (let earlier: readonly number[] = []; ; ) {
    try {
      return await run(earlier);
    } catch (error) {
      if (!(error instanceof CameEarlier)) throw error;
      earlier = [...earlier, ...error.documentIds];
    }
  }
}

/**
 * Nothing of what these changes may overtake is left to a later transaction: the last word of a customer is the one
 * that came last, whichever transaction is the quicker one, and also when one had to be tried again.
 */
export async function refuseToOvertake(work: Work, changes: readonly StoredDocument[]): Promise<void> {
  if (changes.length === 0) return;
  const locked = new Set(changes.map(({ documentId }) => documentId));
  const latest = new Map<string, Came>();
  for (const { partner, canonical, ...came } of changes) {
    const { poNumber = '' } = JSON.parse(canonical ?? '{}') as { poNumber?: string };
    const key = orderKey(partner, poNumber);
    const before = latest.get(key);
    if (before === undefined || byArrival(before, came) < 0) latest.set(key, came);
  }
  const stored = await changesStored(
    work.db,
    changes.map(({ partner }) => partner),
  );
  const earlier = stored.filter(({ partner, poNumber, ...came }) => {
    const last = latest.get(orderKey(partner, poNumber));
    return last !== undefined && !locked.has(came.documentId) && byArrival(came, last) < 0;
  });
  if (earlier.length > 0) throw new CameEarlier(earlier.map(({ documentId }) => documentId));
}

/** A document keeps no more of a number. */
const longestNumber = 100;
const orderKey = (partner: string, poNumber: string): string =>
  JSON.stringify([partner, poKey(poNumber.slice(0, longestNumber))]);
