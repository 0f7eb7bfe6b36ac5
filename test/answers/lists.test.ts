import { expect } from 'chai';
import { listAnswers } from '../../lib/answers/edi-answer-lists';
import { listInbox, listMessages } from '../../lib/answers/inbox-lists';
import { listJobs } from '../../lib/answers/jobs';
import { type ListQuery, periodOf } from '../../lib/answers/list-query';
import { ledger, listOrders } from '../../lib/answers/lists';
import { BusinessRejection } from '../../lib/domain/faults';
import { orderStatuses } from '../../lib/domain/order';
import type { Database } from '../../lib/store/database';
import { openStore, type Store } from '../../lib/store/store';
import { onBothDatabases } from '../support/databases';
import { expectAnswer } from '../support/openapi';
import { storeBooks } from './books';

const json = 'application/json';

async function rejectionOf(work: Promise<unknown>): Promise<BusinessRejection> {
  try {
    await work;
  } catch (error) {
    if (error instanceof BusinessRejection) return error;
    throw error;
  }
  throw new Error('it was not refused');
}

describe('lists', () => {
  onBothDatabases((_, url) => {
    let store: Store;

    before(async () => {
      store = await openStore(url());
      await store.transaction(storeBooks);
    });
    after(() => store.close());

    it('lists the orders of some statuses newest first, whatever their priorities, each once, page by page', async () => {
      const other = await openStore(url());
      try {
        await other.transaction((db) =>
          db.run('update sales_order_state set priority = 10 - order_id * 2 where order_id < 5'),
        );
        const found: string[] = [];
        let cursor: string | null | undefined;
        do {
          const query = { status: `${orderStatuses.join()},Invoiced`, limit: '1', ...(cursor ? { cursor } : {}) };
          const { orders, next } = await other.read((db) => listOrders(db, query));
          found.push(...orders.map(({ salesOrder }) => salesOrder));
          cursor = next;
        } while (cursor !== null);
        expect(found).to.deep.equal(['SO-000004', 'SO-000003', 'SO-000002', 'SO-000001']);
      } finally {
        await other.transaction((db) => db.run('update sales_order_state set priority = 5'));
        await other.close();
      }
    });

    it('lists what a reader may see, newest first, page by page', async () => {
      const numbers = async (query: Record<string, unknown>, visible: Record<string, string[]> | null = null) => {
        const answer = await store.read((db) => listOrders(db, query, visible));
        expectAnswer('GET', '/o2c/orders', 200, json, answer);
        return answer.orders.map(({ salesOrder }) => Number(salesOrder.slice(3)));
      };
      expect(await numbers({})).to.deep.equal([4, 3, 2, 1]);
      expect(await numbers({ status: 'OnHold,Invoiced' })).to.deep.equal([2, 1]);
      expect(await numbers({ poNumber: ' po1001' })).to.deep.equal([1]);
      expect(await numbers({ channel: 'file' })).to.deep.equal([4]);
      expect(await numbers({ partner: 'WEBSHOP', customer: 'C-1001', status: undefined })).to.deep.equal([4, 2, 1]);
      expect(await numbers({ from: '2026-11-24' })).to.deep.equal([4]);
      expect(await numbers({ to: '2026-11-23' })).to.deep.equal([3, 2, 1]);
      expect(await numbers({ to: '2026-11-23T11:00:00+01:00' })).to.deep.equal([3, 2, 1]);
      expect(await numbers({}, { AGENT: ['*'], WEBSHOP: [] })).to.deep.equal([3]);
      expect(await numbers({}, { AGENT: ['C-1002'], WEBSHOP: ['C-1001'] })).to.deep.equal([4, 3, 2, 1]);
      expect(await numbers({ partner: 'WEBSHOP' }, { AGENT: ['*'] })).to.deep.equal([]);
      expect(await numbers({}, {})).to.deep.equal([]);

      const first = await store.read((db) => listOrders(db, { limit: '3' }));
      expect(first.orders.map(({ salesOrder }) => salesOrder)).to.deep.equal(['SO-000004', 'SO-000003', 'SO-000002']);
      const rest = await store.read((db) => listOrders(db, { limit: 3, cursor: first.next }));
      expect(rest.orders.map(({ salesOrder }) => salesOrder)).to.deep.equal(['SO-000001']);
      expect(rest.next).to.equal(null);
      expect((await store.read((db) => listOrders(db, { limit: 4 }))).next).to.equal(null);
    });

    it('refuses bad parameters with every fault', async () => {
      const { next } = await store.read((db) => ledger(db, { limit: 1 }));
      const query = {
        status: 'Open',
        channel: 'fax',
        from: '2026-02-30',
        limit: '501',
        cursor: next,
        colour: 'red',
        partner: ['A', 'B'],
      };
      const rejection = await rejectionOf(store.read((db) => listOrders(db, query)));
      expect(rejection.faults.map(({ path }) => path).sort()).to.deep.equal([
        '/channel',
        '/colour',
        '/cursor',
        '/from',
        '/limit',
        '/partner',
        '/status',
      ]);
      for (const limit of ['0', '-1', '1.5', 'x', 501])
        expect((await rejectionOf(store.read((db) => listOrders(db, { limit })))).faults).to.have.length(1);
      for (const cursor of [
        'x',
        'e30',
        Buffer.from('["orders","1 or 1=1"]').toString('base64url'),
        Buffer.from('["orders",1.5]').toString('base64url'),
      ]) {
        expect((await rejectionOf(store.read((db) => listOrders(db, { cursor })))).faults[0]?.path).to.equal('/cursor');
      }
    });

    it('refuses what is empty, and what no database keeps, alike on both', async () => {
      const lists: Record<string, (db: Database, query: ListQuery) => Promise<object>> = {
        listOrders,
        listInbox,
        listMessages,
        listAnswers,
        listJobs,
      };
      for (const [name, list] of Object.entries(lists))
        for (const [partner, code] of [
          ['', 'missing-field'],
          ['\u0000', 'wrong-type'],
          ['A\ud800', 'wrong-type'],
        ]) {
          const { faults } = await rejectionOf(store.read((db) => list(db, { partner })));
          expect(
            faults.map((fault) => [fault.path, fault.code]),
            name,
          ).to.deep.equal([['/partner', code]]);
        }
      const odd = Buffer.from(JSON.stringify(['ledger', '\u0000', 1])).toString('base64url');
      expect((await rejectionOf(store.read((db) => ledger(db, { cursor: odd })))).faults[0]?.path).to.equal('/cursor');
      expect(() => periodOf({ from: '' })).to.throw(BusinessRejection, 'The parameter from is empty');
      expect((await rejectionOf(store.read((db) => listJobs(db, { colour: 'red' })))).faults[0]?.path).to.equal(
        '/colour',
      );
    });

    it('pages through the ledger of a period without losing or repeating a posting', async () => {
      const all = await store.read((db) => ledger(db, {}));
      expectAnswer('GET', '/o2c/ledger', 200, json, all);
      expect(all.postings.map(({ postingDate }) => postingDate)).to.deep.equal([
        '2026-12-01',
        '2026-11-23',
        '2026-11-23',
        '2026-11-22',
      ]);
      const paged: number[] = [];
      let cursor: string | null = null;
      do {
        const page: Awaited<ReturnType<typeof ledger>> = await store.read((db) =>
          ledger(db, { limit: 1, cursor, from: '2026-11-22', to: '2026-11-23' }),
        );
        paged.push(...page.postings.map(({ posting }) => posting));
        cursor = page.next;
      } while (cursor !== null);
      expect(paged).to.deep.equal(all.postings.slice(1).map(({ posting }) => posting));
    });
  });
});
