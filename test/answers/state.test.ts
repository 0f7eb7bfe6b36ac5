import { expect } from 'chai';
import { listExceptions } from '../../lib/answers/exception-lists';
import { healthAnswer } from '../../lib/answers/health';
import { listJobs } from '../../lib/answers/jobs';
import { metricsText } from '../../lib/answers/metrics';
import { orderStatuses } from '../../lib/domain/order';
import { signals, sourcesReport } from '../../lib/ops/signals';
import { raiseExceptions } from '../../lib/store/exceptions';
import { migrations } from '../../lib/store/migrate';
import { openStore, type Store } from '../../lib/store/store';
import { onBothDatabases } from '../support/databases';
import { expectAnswer } from '../support/openapi';
import { aMessage, anOrder, now, storeMessage, storeOrders } from './stored-orders';

const json = 'application/json';

describe('the state of the store', () => {
  onBothDatabases((kind, url) => {
    let store: Store;
    before(async () => {
      store = await openStore(url());
    });
    after(() => store.close());

    it('is ready when the store answers', async () => {
      const { statusCode, headers, body } = await healthAnswer(store);
      expectAnswer('GET', '/o2c/health', statusCode, headers['content-type'] ?? '', body);
      expect(body).to.deep.equal({ status: 'ready', store: { kind, state: 'up', schema: migrations.at(-1)?.number } });
    });

    it('is away when it does not, and says no more to strangers', async () => {
      const broken = {
        dialect: store.dialect,
        read: () => Promise.reject(new Error('password authentication failed at db.internal')),
      };
      for (const state of [broken, undefined]) {
        const { statusCode, headers, body } = await healthAnswer(state);
        expectAnswer('GET', '/o2c/health', statusCode, headers['content-type'] ?? '', body);
        expect(statusCode).to.equal(503);
        expect(JSON.stringify(body)).to.not.include('internal');
      }
    });

    it('is counted for Prometheus', async () => {
      expect(await store.read((db) => metricsText(db, now))).to.include(
        'o2c_oldest_waiting_seconds{step="document"} 0\n',
      );
      await store.transaction(async (db) => {
        await storeOrders(db, [anOrder(1), anOrder(2), anOrder(3, { status: 'Cancelled' })]);
        await storeMessage(db, aMessage(1), 1, [{ state: 'stored' }, { state: 'accepted', orderId: 1 }]);
        await db.insert('stock_item', [
          { sku: 'A', warehouse: 'MAIN', on_hand: 2, reserved: 2, safety_stock: 0, deficit: 1 },
        ]);
        const evidence = { sku: 'A', warehouse: 'MAIN', deficitMilliUnits: 2500 };
        await raiseExceptions(db, [{ kind: 'stock-deficit', subject: 'A in MAIN', message: 'Count.', evidence }], now);
      });
      const text = await store.read((db) => metricsText(db, '2026-11-23T10:01:30.000Z'));
      expect(text.split('\n')).to.include.members([
        'o2c_orders{status="Cancelled"} 1',
        'o2c_orders{status="Created"} 2',
        'o2c_inbox_documents{state="accepted"} 1',
        'o2c_inbox_documents{state="stored"} 1',
        'o2c_inbox_messages{channel="api"} 1',
        'o2c_stock_deficits 1',
        'o2c_open_exceptions{kind="stock-deficit"} 1',
        'o2c_open_exceptions{kind="warehouse-parked"} 0',
        'o2c_oldest_waiting_seconds{step="document"} 90',
        'o2c_oldest_waiting_seconds{step="checks"} 90',
        'o2c_oldest_waiting_seconds{step="hold"} 0',
      ]);
      for (const line of text.trimEnd().split('\n'))
        expect(line).to.match(/^(# (HELP|TYPE) o2c_\w+ .+|o2c_\w+(\{\w+="[\w-]+"\})? \d+(\.\d+)?)$/);
    });

    it('is told in exceptions, with quantities as decimal texts', async () => {
      const page = await store.read((db) => listExceptions(db, {}));
      expectAnswer('GET', '/o2c/exceptions', 200, json, page);
      expect(page.exceptions[0]?.evidence).to.deep.equal({ sku: 'A', warehouse: 'MAIN', deficit: '2.5' });
    });

    it('is counted as by hand, with orders and documents in every state', async () => {
      await store.transaction(async (db) => {
        await storeOrders(
          db,
          orderStatuses.flatMap((status, i) => [anOrder(20 + 2 * i, { status }), anOrder(21 + 2 * i, { status })]),
        );
        await storeMessage(db, aMessage(2, { channel: 'file' }), 20, [
          { state: 'duplicate', orderId: 20 },
          { state: 'duplicate', orderId: 20 },
          { state: 'rejected' },
          { state: 'parked' },
          { state: 'accepted', orderId: 21 },
        ]);
      });
      const byHand = async (name: string, label: string, table: string): Promise<string[]> => {
        const rows = await store.read((db) =>
          db.all<{ label: string; n: number }>(
            `select ${label} as label, count(*) as n from ${table} group by ${label}`,
          ),
        );
        return rows.map((row) => `${name}{${label}="${row.label}"} ${row.n}`).sort();
      };
      const text = await store.read((db) => metricsText(db, now));
      const told = (name: string) => text.split('\n').filter((line) => line.startsWith(`${name}{`));
      expect(told('o2c_orders').sort()).to.deep.equal(await byHand('o2c_orders', 'status', 'sales_order_state'));
      expect(told('o2c_inbox_documents').sort()).to.deep.equal(
        await byHand('o2c_inbox_documents', 'state', 'inbox_document'),
      );
      expect(told('o2c_inbox_messages').sort()).to.deep.equal(
        await byHand('o2c_inbox_messages', 'channel', 'inbox_message'),
      );
      expect(told('o2c_orders')).to.have.length(orderStatuses.length);
    });

    it('is told in signals, jobs and reports as they are described', async () => {
      expectAnswer('GET', '/o2c/signals', 200, json, await store.read((db) => signals(db, now)));
      expectAnswer('GET', '/o2c/jobs', 200, json, await store.read((db) => listJobs(db)));
      expectAnswer('GET', '/o2c/reports/sources', 200, json, await store.read((db) => sourcesReport(db)));
    });
  });
});
