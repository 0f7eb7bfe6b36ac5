import { expect } from 'chai';
import { defaultIntakeLimits } from '../../lib/intake/read-message';
import { endGuardedReader, readGuarded } from '../../lib/stages/guarded-reader';
import { receiveMessages } from '../../lib/stages/receive-messages';
import { openStore, type Store } from '../../lib/store/store';
import { onBothDatabases } from '../support/databases';
import { received } from '../support/intake';
import { csvOf } from '../support/large-file';
import { SampleCompany } from '../support/orders';

/** How long this thread was busy at most between two turns of its event loop, in ms; waiting for a processor does not count. */
function watchTurns(): () => number {
  let longest = 0;
  let last = process.threadCpuUsage();
  const measure = (): void => {
    const { user, system } = process.threadCpuUsage(last);
    longest = Math.max(longest, (user + system) / 1000);
    last = process.threadCpuUsage();
  };
  const timer = setInterval(measure, 1);
  return () => {
    clearInterval(timer);
    measure();
    return longest;
  };
}

describe('a file of 10 MB', () =>
  onBothDatabases((_kind, url) => {
    let store: Store;
    let company: SampleCompany;

    before(async () => {
      store = await openStore(url());
      company = new SampleCompany(store);
      const small = received(company.context, csvOf(300_000), { channel: 'file', contentType: 'text/csv' });
      await receiveMessages(company.context, [await readGuarded(small, defaultIntakeLimits)]); // starts the thread
    });
    after(async () => {
      endGuardedReader();
      await store.close();
    });

    it('holds up nothing else while it is read, and little while it is stored', async function () {
      this.timeout(30_000);
      const file = received(company.context, csvOf(9_900_000), { channel: 'file', contentType: 'text/csv' });
      const reading = watchTurns();
      const read = await readGuarded(file, defaultIntakeLimits);
      expect(reading(), 'reading').to.be.lessThan(50);
      expect(read.content.documents.length).to.be.greaterThan(10_000);
      const storing = watchTurns();
      const [reception] = await receiveMessages(company.context, [read]);
      expect(storing(), 'storing').to.be.lessThan(150);
      expect(reception?.documents.length).to.equal(read.content.documents.length);
      const [stored] = await company.rows<{ count: number }>(
        'select count(*) as count from inbox_document where inbox_id = ?',
        [reception?.inboxId],
      );
      expect(stored?.count).to.equal(read.content.documents.length);
    });
  }));
