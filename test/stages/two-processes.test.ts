import { expect } from 'chai';
import { statusOf } from '../../lib/domain/lifecycle';
import { type Order, salesOrderNumber } from '../../lib/domain/order';
import { actOnOrders } from '../../lib/stages/act-on-order';
import { checkCredit } from '../../lib/stages/check-credit';
import { checkInventory } from '../../lib/stages/check-inventory';
import { checkOverdue } from '../../lib/stages/check-overdue';
import { takeAnswers } from '../../lib/stages/send-answers';
import { writeDueAnswers } from '../../lib/stages/write-due-answers';
import { loadOrders } from '../../lib/store/orders';
import { historyOfOrder } from '../../lib/store/queries';
import { openStore, type Store } from '../../lib/store/store';
import { onBothDatabases } from '../support/databases';
import { purchaseOrder, x12 } from '../support/edi';
import { orderIdOf, post } from '../support/intake';
import { SampleCompany } from '../support/orders';

/** Each takes some numbers ahead, so that the numbers do not tell what came first. */
describe('two processes on one store', () =>
  onBothDatabases((_kind, url) => {
    const stores: Store[] = [];
    const companies: SampleCompany[] = [];
    const inTurns = async (work: (company: SampleCompany, turn: number) => Promise<unknown>): Promise<void> => {
      for (const turn of [0, 1, 2, 3]) await work(companies[turn % 2] as SampleCompany, turn);
    };

    before(async () => {
      for (let process = 0; process < 2; process++) {
        const store = await openStore(url());
        stores.push(store);
        companies.push(new SampleCompany(store));
      }
      await companies[0]?.open(['C-1'], ['A'], 1000);
      await companies[0]?.master('partners', [
        {
          ...{ partner: 'ACME', name: 'Acme', channels: ['edi'], customers: ['C-1'], ediIds: ['ZZ:ACME'] },
          edi: { answers: ['order-response'] },
        },
      ]);
    });
    after(async () => {
      for (const store of stores) await store.close();
    });

    it('tell the history of an order as it went', async () => {
      const id = await (companies[0] as SampleCompany).order({ lines: [{ sku: 'A', quantity: 1 }], state: 'Created' });
      const actor = { name: 'ops', role: 'operations' as const, visible: null };
      await inTurns(({ context }, turn) =>
        actOnOrders(context, [
          { action: 'hold', salesOrder: salesOrderNumber(id), reason: `turn ${turn}`, note: '', actor },
        ]),
      );
      const history = await (stores[1] as Store).read((db) => historyOfOrder(db, salesOrderNumber(id)));
      expect(history.map(({ reason }) => reason)).to.deep.equal(['turn 0', 'turn 1', 'turn 2', 'turn 3']);
    });

    it('are not seen in the middle of what one of them does to an order', async () => {
      const [one, other] = companies as [SampleCompany, SampleCompany];
      const id = await one.order({ lines: [{ sku: 'A', quantity: 1 }], state: 'Ready' });
      const cancel = { action: 'cancel' as const, salesOrder: salesOrderNumber(id), reason: '', note: '' };
      const actor = { name: 'ops', role: 'operations' as const, visible: null };
      const seen = await one.store.read((db) => {
        let statements = 0;
        // it is cancelled as soon as something of it was read
        const all = async (sql: string, values?: readonly unknown[]) => {
          const rows = await db.all(sql, values);
          if (statements++ === 0) await actOnOrders(other.context, [{ ...cancel, actor }]);
          return rows;
        };
        return loadOrders(Object.create(db, { all: { value: all } }), [id]);
      });
      const order = seen[0] as Order;
      expect(order.status).to.equal(statusOf(order));
      expect(order.status).to.equal('Cancelled');
    });

    it('send their answers to a partner in the order of their control numbers', async () => {
      await inTurns(async ({ context }, turn) => {
        const lines = [['1', '1', 'EA', '9.99', 'VN', 'A']];
        const message = x12('850', [purchaseOrder(`T-${turn}`, 'C-1', lines)], { control: turn + 1 });
        const [outcome] = await post(context, message, { channel: 'edi', contentType: 'application/edi-x12' });
        const ids = [orderIdOf(outcome)];
        await checkInventory(context, ids);
        await checkCredit(context, ids);
        await checkOverdue(context, ids);
        await writeDueAnswers(context, 10);
      });
      const answers = await takeAnswers((companies[1] as SampleCompany).context, {}, 100);
      const numbers = answers.map(({ interchangeNumber }) => interchangeNumber);
      expect(numbers).to.deep.equal([1, 2, 3, 4, 5, 6, 7, 8]);
    });
  }));
