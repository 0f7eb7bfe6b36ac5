import { marksIn } from '../store/audit';
import { linksAfter, recordsOf, type StoredRecord } from '../store/audit-trail';
import { inSnapshot } from '../store/snapshot';
import type { Store } from '../store/store';

/** A record with the link that covers it: enough to prove the trail again without the store. */
export interface ExportedRecord extends StoredRecord {
  readonly link: number;
  /** what the link keeps of this record; null for a record from before links had marks */
  readonly mark: string | null;
  readonly digest: string;
  readonly hash: string;
}

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
      for (const { link, batch, digest, marks, hash } of links) {
        const written = marksIn(marks ?? '');
        for (const record of records.get(batch) ?? [])
          take({ link, ...record, mark: written[record.position] ?? null, digest, hash });
        last = link;
      }
    }
  });
}
