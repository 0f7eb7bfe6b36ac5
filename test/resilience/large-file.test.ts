import { expect } from 'chai';
import { defaultIntakeLimits } from '../../lib/intake/message-content';
import { endGuardedReader, readGuarded } from '../../lib/stages/guarded-reader';
import { readReception } from '../../lib/stages/read-reception';
import { receiveMessages } from '../../lib/stages/receive-messages';
import { openStore, type Store } from '../../lib/store/store';
import { onBothDatabases } from '../support/databases';
import { received } from '../support/intake';
import { csvOf } from '../support/large-file';
import { SampleCompany } from '../support/orders';

/** How long this thread was busy at most between two turns of its event loop, and in all, in ms; waiting for a processor does not count. */
function watchTurns(): () => { longest: number; all: number } {
  let longest = 0;
  const start = process.threadCpuUsage();
  let last = start;
  const measure = (): void => {
    const { user, system } = process.threadCpuUsage(last);
    longest = Math.max(longest, (user + system) / 1000);
    last = process.threadCpuUsage();
  };
  const timer = setInterval(measure, 1);
  return () => {
    clearInterval(timer);
    measure();
    const { user, system } = process.threadCpuUsage(start);
    return { longest, all: (user + system) / 1000 };
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

    it('holds up nothing else while it is read, and little while it is stored', async () => {
      const file = received(company.context, csvOf(9_900_000), { channel: 'file', contentType: 'text/csv' });
      const reading = watchTurns();
      const read = await readGuarded(file, defaultIntakeLimits);
      const { longest } = reading();
      const here = watchTurns();
      readReception(file, defaultIntakeLimits);
      expect(longest, 'reading, against reading on this thread').to.be.lessThan(here().longest / 4);
      expect(read.content.documents.length).to.be.greaterThan(10_000);
      const storing = watchTurns();
      const [reception] = await receiveMessages(company.context, [read]);
      const stored = storing();
      expect(stored.longest, 'storing, of all its time').to.be.lessThan(stored.all / 2);
      expect(reception?.documents.length).to.equal(read.content.documents.length);
      const [row] = await company.rows<{ count: number }>(
        'select count(*) as count from inbox_document where inbox_id = ?',
        [reception?.inboxId],
      );
      expect(row?.count).to.equal(read.content.documents.length);
    });
  }));
