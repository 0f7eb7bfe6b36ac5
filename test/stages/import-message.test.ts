import { expect } from 'chai';
import { listJobs } from '../../lib/answers/jobs';
import { defaultIntakeLimits } from '../../lib/intake/message-content';
import { reconcile } from '../../lib/ops/reconcile';
import { createOrders } from '../../lib/stages/create-orders';
import { endGuardedReader } from '../../lib/stages/guarded-reader';
import { type ImportedPiece, readMessage, takeOverReadings } from '../../lib/stages/import-message';
import { partSize } from '../../lib/stages/reading-parts';
import { storeMessage } from '../../lib/stages/store-large-message';
import { openStore, type Store } from '../../lib/store/store';
import { onBothDatabases } from '../support/databases';
import { received, type SentMessage } from '../support/intake';
import { SampleCompany } from '../support/orders';

/** Orders of two lines for C-1, `PREFIX-0` and on; the ones in `faulty` have a quantity that is none. */
const fileOf = (prefix: string, orders: number, faulty: readonly number[] = []): string =>
  [
    'poNumber,customer,line,sku,quantity',
    ...Array.from({ length: orders }, (_, i) =>
      [1, 2].map((line) => `${prefix}-${i},C-1,${line},A,${faulty.includes(i) ? 'many' : '1'}`).join('\n'),
    ),
  ].join('\n');

describe('a large message', () =>
  onBothDatabases((_kind, url) => {
    let store: Store;
    let company: SampleCompany;

    before(async () => {
      store = await openStore(url());
      company = new SampleCompany(store);
      await company.open(['C-1'], ['A'], 1_000_000);
    });
    after(async () => {
      endGuardedReader();
      await store.close();
    });

    const stored = (csv: string, sent: SentMessage = {}, reader = 'one') =>
      storeMessage(
        company.context,
        received(company.context, csv, { channel: 'file', contentType: 'text/csv', ...sent }),
        defaultIntakeLimits,
        reader,
      );
    const tag = ({ documents }: Pick<ImportedPiece, 'documents'>) =>
      createOrders(
        company.context,
        documents.map(({ documentId }) => ({ documentId, rules: [] })),
      );
    const jobOf = async (inboxId: number) =>
      (await store.read((db) => listJobs(db, { limit: 500 }))).jobs.find((job) => job.inboxId === String(inboxId));
    const ordersOf = (inboxId: number) =>
      company.rows<{ po_number: string }>('select po_number from sales_order where inbox_id = ?', [inboxId]);
    const books = async () => (await reconcile(store)).checks.flatMap(({ differences }) => differences);

    /** What is true of a message at any moment: all documents that it is known to have are somewhere. */
    const expectAccounted = async (inboxId: number) => {
      const job = await jobOf(inboxId);
      if (job === undefined) throw new Error('no job');
      const { documents, accepted, duplicate, rejected, parked, inProgress } = job;
      expect(documents).to.equal(accepted + duplicate + rejected + parked + inProgress);
      expect(accepted).to.equal((await ordersOf(inboxId)).length);
      expect(await books()).to.deep.equal([]);
      return job;
    };

    it('is stored before it is read, and its orders are made as it is read', async () => {
      const { inboxId, reading, replayed } = await stored(fileOf('A', 1_200, [3, 700]));
      expect(replayed).to.equal(false);
      if (reading === undefined) throw new Error('nobody reads it');
      expect(await expectAccounted(inboxId)).to.include({ state: 'in progress', documents: 0, expected: null });
      const seen: number[] = [];
      await readMessage(company.context, reading, async (piece) => {
        seen.push(piece.stored);
        expect(piece.expected).to.equal(1_200);
        expect(await expectAccounted(inboxId)).to.include({ state: 'in progress', expected: 1_200, finishedAt: null });
        await tag(piece);
        await expectAccounted(inboxId);
      });
      const whole = Array.from({ length: Math.floor(1_200 / partSize) }, (_, i) => (i + 1) * partSize);
      expect(seen).to.deep.equal([...new Set([...whole, 1_200])]);
      expect(seen.length).to.be.greaterThan(2);
      const job = await expectAccounted(inboxId);
      expect(job).to.include({ state: 'failed', documents: 1_200, accepted: 1_198, rejected: 2, inProgress: 0 });
      expect(job.finishedAt).to.be.a('string');
    });

    it('tells of a faulty order what it names wrongly as well, by row and column', async () => {
      const { reading } = await stored(fileOf('N', 300, [7]).replace('N-7,C-1,1,A', 'N-7,C-1,1,NOPE'));
      if (reading === undefined) throw new Error('nobody reads it');
      const faults: string[] = [];
      await readMessage(company.context, reading, ({ rejected }) => {
        for (const document of rejected) faults.push(...document.faults.map(({ path, code }) => `${path}: ${code}`));
      });
      expect(faults).to.deep.equal([
        'row 16, column quantity: not-a-number',
        'row 17, column quantity: not-a-number',
        'row 16, column sku: unknown-sku',
      ]);
    });

    it('is read on by another after its reader died, from where it was, without a second order', async () => {
      const { inboxId, reading } = await stored(fileOf('B', 1_600));
      if (reading === undefined) throw new Error('nobody reads it');
      const dead = new Error('killed');
      let pieces = 0;
      const failure = await readMessage(company.context, reading, async (piece) => {
        await tag(piece);
        if (++pieces === 2) throw dead;
      }).catch((error: unknown) => error);
      expect(failure).to.equal(dead);
      expect(await expectAccounted(inboxId)).to.include({
        documents: 2 * partSize,
        accepted: 2 * partSize,
        expected: 1_600,
      });

      const taken = await takeOverReadings(company.context, company.now, 'two', () => false);
      expect(taken).to.deep.equal([{ inboxId, reader: 'two' }]);
      await readMessage(company.context, reading, () => {
        throw new Error('the first reader has nothing to say any more');
      });
      const later: number[] = [];
      await readMessage(company.context, taken[0] as typeof reading, async (piece) => {
        later.push(piece.stored);
        await tag(piece);
      });
      expect(later.at(-1)).to.equal(1_600);
      expect(await expectAccounted(inboxId)).to.include({ state: 'done', documents: 1_600, accepted: 1_600 });
      expect(await takeOverReadings(company.context, company.now, 'three', () => false)).to.deep.equal([]);
    });

    it('is known when it comes again, also while it is read', async () => {
      const csv = fileOf('C', 600);
      const [first, second] = await Promise.all([stored(csv), stored(csv, {}, 'other')]);
      const [fresh, again] = first.replayed ? [second, first] : [first, second];
      expect([fresh.replayed, again.replayed]).to.deep.equal([false, true]);
      expect(again.inboxId).to.equal(fresh.inboxId);
      expect(again.reading).to.equal(undefined);
      if (fresh.reading === undefined) throw new Error('nobody reads it');
      await readMessage(company.context, fresh.reading, async (piece) => void (await tag(piece)));
      const once = await stored(csv);
      expect(once).to.include({ inboxId: fresh.inboxId, replayed: true });
      expect(once.documents).to.deep.equal([]);
      expect((await ordersOf(fresh.inboxId)).length).to.equal(600);
    });

    it('under a key that another message had is a conflict, or the same one in other words', async () => {
      const api: SentMessage = { channel: 'api', messageKey: 'key-1' };
      const csv = fileOf('D', 600);
      const first = await stored(csv, api);
      const early = await stored(fileOf('E', 600), api).catch((error: unknown) => error);
      expect(early).to.include({ code: 'queue-full' });
      if (first.reading === undefined) throw new Error('nobody reads it');
      await readMessage(company.context, first.reading, async (piece) => void (await tag(piece)));
      const other = await stored(fileOf('E', 600), api);
      expect(other.refused).to.include({ code: 'idempotency-conflict' });
      const same = await stored(`${csv}\n\n`, api);
      expect(same).to.include({ inboxId: first.inboxId, replayed: true });
      expect(same.refused).to.equal(undefined);
    });

    it('is taken whole or not at all when the policy says so', async () => {
      const { inboxId, reading } = await stored(fileOf('F', 700, [699]), { batchPolicy: 'reject-file' });
      if (reading === undefined) throw new Error('nobody reads it');
      await readMessage(company.context, reading, (piece) => {
        expect(piece.documents).to.deep.equal([]);
      });
      expect(await expectAccounted(inboxId)).to.include({ state: 'failed', documents: 700, rejected: 700 });
    });

    it('that cannot be read at all is one document that says so', async () => {
      const { inboxId, reading } = await stored(`nonsense\n${'x'.repeat(300_000)}`);
      if (reading === undefined) throw new Error('nobody reads it');
      await readMessage(company.context, reading, () => undefined);
      expect(await expectAccounted(inboxId)).to.include({ state: 'failed', documents: 1, rejected: 1, expected: 1 });
    });

    it('that is begun again and again is parked for a person', async () => {
      const { inboxId, reading } = await stored(fileOf('G', 600));
      if (reading === undefined) throw new Error('nobody reads it');
      await store.transaction((db) => db.run('update import_job set attempts = 6 where inbox_id = ?', [inboxId]));
      await readMessage(company.context, reading, () => undefined);
      expect(await expectAccounted(inboxId)).to.include({ state: 'failed', documents: 1, parked: 1 });
    });

    it('of a type that is not taken is not stored', async () => {
      const failure = await stored('x', { contentType: 'image/png' }).catch((error: unknown) => error);
      expect(failure).to.include({ code: 'unsupported-media-type' });
    });
  }));
