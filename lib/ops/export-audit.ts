import { linksAfter, recordsOf, type StoredRecord } from '../store/audit-trail';
import { inSnapshot } from '../store/snapshot';
import type { Store } from '../store/store';

/** A record with the link that covers it: enough to prove the trail again without the store. */
export type ExportedRecord = StoredRecord & { readonly link: number; readonly digest: string; readonly hash: string };

const linksInPage = 500;

/** Gives every record of the trail, in the order of the chain, as of one instant. */
export function exportAudit(store: Store, take: (record: ExportedRecord) => void): Promise<void> {
  return inSnapshot(store, async (db) => {
    let last = 0;
    for (;;) {
      const links = await linksAfter(db, last, linksInPage);
      if (links.length === 0) return;
      const records = await recordsOf(
        db,
        links.map(({ batch }) => batch),
      );
      for (const { link, batch, digest, hash } of links) {
        for (const record of records.get(batch) ?? []) take({ link, ...record, digest, hash });
        last = link;
      }
    }
  });
}
