import { day, later } from '../domain/dates';
import { changesParkedSince, reopenChanges } from '../store/edi-changes';
import { loadDocuments } from '../store/inbox-documents';
import { findTargets, requestOf } from './change-requests';
import type { StageContext } from './work';

/** For so long a change is looked after; later a replay does it, or the order when it comes. */
const lookedAfter = day;
const atOnce = 500;

/**
 * Changes that wait for an order which is there: it was created in the moment in which they were judged, so that neither
 * saw the other, or did not come as EDI. They are taken up like all that waits.
 * @returns how many
 */
export async function reopenOvertaken({ store, clock }: StageContext): Promise<number> {
  const found = await store.read(async (db) => {
    const waiting = await changesParkedSince(db, later(clock(), -lookedAfter), atOnce);
    if (waiting.length === 0) return [];
    const requests = (await loadDocuments(db, waiting)).map(requestOf);
    const targets = await findTargets(db, requests);
    return waiting.filter((documentId) => (targets.get(documentId) ?? []).length > 0);
  });
  if (found.length > 0) await store.transaction((db) => reopenChanges(db, found));
  return found.length;
}
