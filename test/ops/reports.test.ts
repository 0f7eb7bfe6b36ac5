import { expect } from 'chai';
import { listJobs } from '../../lib/answers/jobs';
import type { ListQuery } from '../../lib/answers/list-query';
import { signals, sourcesReport } from '../../lib/ops/signals';
import { openStore, type Store } from '../../lib/store/store';
import { onBothDatabases } from '../support/databases';
import { SoundBooks } from './sound-books';

describe('jobs, signals and reports', () => {
  onBothDatabases((_, url) => {
    let store: Store;
    let books: SoundBooks;

    before(async () => {
      store = await openStore(url());
      books = await SoundBooks.fill(store);
      await store.transaction(async (db) => {
        const message = {
          channel: 'file',
          partner: 'SHOP',
          document: 'orders.csv',
          content_type: 'text/csv',
          bytes: Buffer.from('x'),
          size: 1,
          sha256: 'x',
          fingerprint: 'x',
          single: 0,
          warnings: '[]',
        };
        await db.insert('inbox_message', [{ inbox_id: 50, ...message, received_at: '2026-11-24T08:00:00.000Z' }]);
        const states = ['accepted', 'duplicate', 'rejected', 'rejected', 'parked', 'stored'];
        await db.insert(
          'inbox_document',
          states.map((state, ordinal) => ({
            document_id: 50 + ordinal,
            inbox_id: 50,
            ordinal,
            kind: 'order',
            place: '',
            state,
            order_id: ordinal < 2 ? 1 : null,
            attempts: 1,
            step_at: '2026-11-24T08:00:00.000Z',
          })),
        );
        await db.run("update sales_order_line set reason = 'out-of-stock' where order_id = 1");
      });
      await books.order({ lines: [{ sku: 'A', quantity: 1 }], state: 'Unknown' });
    });
    after(() => store.close());

    it('lists messages as jobs whose counts add up', async () => {
      const { jobs, next } = await store.read((db) => listJobs(db, { limit: 1 }));
      expect(jobs).to.deep.equal([
        {
          inboxId: '50',
          channel: 'file',
          partner: 'SHOP',
          document: 'orders.csv',
          receivedAt: '2026-11-24T08:00:00.000Z',
          state: 'in progress',
          documents: 6,
          accepted: 1,
          duplicate: 1,
          rejected: 2,
          parked: 1,
          replaced: 0,
          inProgress: 1,
          expected: 6,
          startedAt: '2026-11-24T08:00:00.000Z',
          finishedAt: null,
          warnings: [],
          resultFile: null,
        },
      ]);
      const rest = await store.read((db) => listJobs(db, { cursor: next }));
      expect(rest.next).to.equal(null);
      expect(rest.jobs.map(({ inboxId }) => inboxId)).to.deep.equal(['6', '5', '4', '3', '2', '1']);
      expect(rest.jobs[0]).to.include({ state: 'done', documents: 1, accepted: 1 });
      const filtered = async (filter: ListQuery) => (await store.read((db) => listJobs(db, filter))).jobs.length;
      expect(await filtered({ partner: 'SHOP' })).to.equal(1);
      expect(await filtered({ channel: 'api' })).to.equal(6);
      expect(await filtered({ state: 'parked' })).to.equal(1);
      expect(await filtered({ to: '2026-11-23' })).to.equal(6);
      expect(await filtered({ from: '2026-11-24', to: '2026-11-24T08:00:00Z' })).to.equal(1);
      for (const [wrong, code] of [
        [{ limit: 0 }, 'out-of-range'],
        [{ limit: 'x' }, 'out-of-range'],
        [{ state: 'lost' }, 'out-of-range'],
        [{ cursor: 'x' }, 'out-of-range'],
        [{ from: 'today' }, 'bad-date'],
        [{ partner: ['a', 'b'] }, 'wrong-type'],
        [{ colour: 'red' }, 'unknown-field'],
      ] as const) {
        expect(await store.read((db) => listJobs(db, wrong)).catch((error: Error) => error))
          .to.be.an('error')
          .with.property('code', code);
      }
    });

    it('counts what an operator has to see', async () => {
      const soon = await store.read((db) => signals(db, '2026-11-24T09:00:00.000Z'));
      expect(soon.failedImports).to.deep.equal({ count: 3, channels: [{ channel: 'file', rejected: 2, parked: 1 }] });
      expect(soon.shortages).to.deep.equal({ count: 1, items: [{ sku: 'A', warehouse: 'MAIN', lines: 1 }] });
      expect(soon.ordersOnHold).to.deep.include({
        count: 1,
        value: [{ currency: 'EUR', amount: '59.44' }],
        oldest: '2026-11-23T10:00:00.000Z',
      });
      expect(soon.ordersOnHold.reasons).to.deep.equal([
        { reason: 'operator', orders: 1, oldest: '2026-11-23T10:00:00.000Z' },
      ]);
      expect(soon.warehouseFailures).to.deep.equal({
        count: 1,
        warehouses: [{ warehouse: 'MAIN', unknown: 1, parked: 0, oldest: '2026-11-23T10:00:00.000Z' }],
      });
      expect(soon.lateDeliveries.count).to.equal(0);
      const later = await store.read((db) => signals(db, '2026-11-30T09:00:00.000Z'));
      expect(later.failedImports).to.deep.equal({ count: 1, channels: [{ channel: 'file', rejected: 0, parked: 1 }] });
      expect(later.shortages.count).to.equal(0);
      expect(later.lateDeliveries).to.deep.equal({
        count: 1,
        warehouses: [{ warehouse: 'MAIN', releases: 1, oldest: '2026-11-23T10:00:00.000Z' }],
      });
    });

    it('reports orders and documents by source and period', async () => {
      const report = await store.read((db) => sourcesReport(db, { from: '2026-11-23', to: '2026-11-23' }));
      expect(report.sources).to.deep.equal([
        {
          channel: 'api',
          partner: 'DIRECT',
          indicator: 'API',
          currency: 'EUR',
          orders: 7,
          total: '304.00',
          onHold: 1,
          cancelled: 0,
          invoiced: 2,
        },
      ]);
      expect(report.documents).to.deep.equal([{ channel: 'api', partner: 'DIRECT', state: 'accepted', documents: 6 }]);
      expect((await store.read((db) => sourcesReport(db))).documents).to.have.length(6);
      expect((await store.read((db) => sourcesReport(db, { from: '2026-11-24' }))).sources).to.deep.equal([]);
      expect(await store.read((db) => sourcesReport(db, { from: 'yesterday' })).catch((error: Error) => error))
        .to.be.an('error')
        .with.property('code', 'bad-date');
    });
  });
});
