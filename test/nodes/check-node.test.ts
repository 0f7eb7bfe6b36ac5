import { expect } from 'chai';
import { checkInventory } from '../../lib/stages/check-inventory';
import { changeCompanySettings } from '../../lib/stages/company-settings';
import { openStore } from '../../lib/store/store';
import { checkBehaviour } from '../../nodes/check-node';
import { orderKey } from '../../nodes/in-process';
import type { Message } from '../../nodes/node';
import { StoreRuntime } from '../../nodes/store-runtime';
import { freshDatabase } from '../support/databases';
import { orderIdOf, post, purchase } from '../support/intake';
import { SampleCompany } from '../support/orders';

describe('a sweep of a check', () => {
  it('leaves nothing marked as under way here that another process judged in the meantime', async () => {
    const database = await freshDatabase('sqlite');
    const store = await openStore(database.url);
    const company = new SampleCompany(store);
    company.now = new Date(Date.now() - 60_000).toISOString(); // the sweep goes by the real clock
    await company.open(['C-1'], ['A'], 100);
    await changeCompanySettings(company.context, 0, { recoverAfterSeconds: 1 });
    const orderId = orderIdOf((await post(company.context, purchase()))[0]);
    const runtime = new StoreRuntime(database.url, { warn: () => undefined, error: () => undefined });
    runtime.start();
    try {
      const sent: Message[] = [];
      const step = {
        node: 'inventory-check',
        check: 'inventory' as const,
        after: 0,
        outputs: ['reserved', 'cancelled', 'back-ordered'] as const,
        run: async (context: Parameters<typeof checkInventory>[0], orderIds: number[]) => {
          await checkInventory({ ...company.context, store }, orderIds); // the other one is a moment earlier
          return checkInventory(context, orderIds);
        },
      };
      const behaviour = checkBehaviour(runtime, { store: '' } as Parameters<typeof checkBehaviour>[1], step);
      await behaviour.sweep?.((_output, message) => sent.push(message));
      expect(sent).to.deep.equal([]);
      const [row] = await store.read((db) =>
        db.all('select checks_judged from sales_order where order_id = ?', [orderId]),
      );
      expect(row).to.deep.equal({ checks_judged: 1 });
      expect(runtime.inProcess.has(orderKey(orderId))).to.equal(false);
    } finally {
      await runtime.close();
      await store.close();
      await database.drop();
    }
  });
});
