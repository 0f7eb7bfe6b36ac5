import { poKey } from '../intake/canonical-order';
import type { FailedDocument, PresentDocument, ReadAgain } from '../store/inbox-replay';
import type { ReadOrder } from './read-reception';

/** What reading a message again changes: which documents now read otherwise, which are gone, and which are new. */
export interface ReadingPlan {
  readonly changed: readonly ReadAgain[];
  readonly removed: readonly number[];
  /** With the numbers that they have in their message from now on. */
  readonly added: readonly ReadOrder[];
}

const nothing: ReadingPlan = { changed: [], removed: [], added: [] };

/**
 * Compares a message as it is stored with what reading it again gave. `failed` are those of its documents that could not
 * be read and are to be made anew; everything else stays, above all what became an order. A message that is split as
 * before keeps its documents. One that is split otherwise, as with another mapping, loses what could not be read, and
 * gets what is not there yet.
 */
export function planReading(
  present: readonly PresentDocument[],
  failed: readonly FailedDocument[],
  read: readonly ReadOrder[],
): ReadingPlan {
  if (failed.length === 0 || read.length === 0) return nothing;
  return isSplitAsBefore(present, read) ? inPlace(failed, read) : madeAnew(present, failed, read);
}

function isSplitAsBefore(present: readonly PresentDocument[], read: readonly ReadOrder[]): boolean {
  const byOrdinal = new Map(read.map((document) => [document.ordinal, document]));
  return (
    present.length === read.length &&
    present.every(({ ordinal, kind, fingerprint }) => {
      const again = byOrdinal.get(ordinal);
      if (again === undefined || kind === 'unreadable') return false;
      return fingerprint === null || again.fingerprint === fingerprint;
    })
  );
}

function inPlace(failed: readonly FailedDocument[], read: readonly ReadOrder[]): ReadingPlan {
  const byOrdinal = new Map(read.map((document) => [document.ordinal, document]));
  const changed = failed.flatMap((document): ReadAgain[] => {
    const again = byOrdinal.get(document.ordinal);
    if (again === undefined || isAsBefore(document, again)) return [];
    return [{ documentId: document.documentId, ...readingOf(again) }];
  });
  return { ...nothing, changed };
}

/** The same faults again are no news. */
const isAsBefore = (document: FailedDocument, again: ReadOrder): boolean =>
  again.canonical === null && JSON.stringify(again.faults) === JSON.stringify(document.faults);

const readingOf = (again: ReadOrder): Omit<ReadAgain, 'documentId'> => ({
  place: again.place,
  poNumber: again.poNumber ?? null,
  canonical: again.canonical,
  fingerprint: again.fingerprint ?? null,
  places: again.canonical === null ? null : (again.places ?? null),
  review: again.review ?? [],
  state: again.canonical === null ? 'rejected' : 'stored',
  code: again.faults[0]?.code ?? null,
  faults: again.faults,
});

function madeAnew(
  present: readonly PresentDocument[],
  failed: readonly FailedDocument[],
  read: readonly ReadOrder[],
): ReadingPlan {
  const removed = new Set(failed.map(({ documentId }) => documentId));
  const kept = present.filter(({ documentId }) => !removed.has(documentId));
  const there = new Set(kept.flatMap(({ fingerprint }) => fingerprint ?? []));
  const replaced = new Set(
    kept.flatMap(({ isReplaced, poNumber }) => (isReplaced && poNumber !== null ? [poKey(poNumber)] : [])),
  );
  const missing = read.filter(
    ({ fingerprint, poNumber }) =>
      !(fingerprint !== undefined && there.has(fingerprint)) &&
      !(poNumber !== undefined && replaced.has(poKey(poNumber))),
  );
  const last = Math.max(0, ...kept.map(({ ordinal }) => ordinal));
  const added = kept.length === 0 ? missing : missing.map((document, i) => ({ ...document, ordinal: last + 1 + i }));
  return { changed: [], removed: [...removed], added };
}
