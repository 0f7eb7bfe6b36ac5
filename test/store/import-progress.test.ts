import { expect } from 'chai';
import type { Database } from '../../lib/store/database';
import { finishJob, importProgress, insertJob } from '../../lib/store/import-jobs';
import { insertDocuments, type NewDocument } from '../../lib/store/inbox-documents';
import { openStore, type Store } from '../../lib/store/store';
import { onBothDatabases } from '../support/databases';

const now = '2026-11-23T10:00:00.000Z';
const document = (ordinal: number): NewDocument => ({
  ...{ documentId: ordinal, inboxId: 1, ordinal, kind: 'order', place: '', poNumber: null, canonical: null },
  ...{ fingerprint: null, places: null, review: [], state: 'rejected', code: 'unreadable', faults: [] },
});

describe('the progress of a large message', () =>
  onBothDatabases((_kind, url) => {
    let store: Store;
    const reading = { inboxId: 1, reader: 'reader' };

    before(async () => {
      store = await openStore(url());
      await store.transaction(async (db) => {
        await insertJob(db, { ...reading, limits: '{}' }, now);
        await insertDocuments(db, [document(1)], now);
      });
    });
    after(() => store.close());

    /** The reader comes to its end as soon as something was read. */
    function endingMeanwhile(db: Database): Database {
      let ended = false;
      const all = async (sql: string, values?: readonly unknown[]) => {
        const rows = await db.all(sql, values);
        if (ended) return rows;
        ended = true;
        await insertDocuments(db, [document(2)], now);
        await finishJob(db, reading, { fingerprint: '', single: false, warnings: [] }, now);
        return rows;
      };
      return Object.create(db, { all: { value: all } });
    }

    it('does not call it read without having counted all of it', async () => {
      const { jobs, counts } = await store.read((db) => importProgress(endingMeanwhile(db), [1]));
      expect([jobs.get(1)?.state, counts.get(1)?.rejected]).to.deep.equal(['reading', 2]);
      const after = await store.read((db) => importProgress(db, [1]));
      expect([after.jobs.get(1)?.state, after.counts.get(1)?.rejected]).to.deep.equal(['read', 2]);
    });
  }));
