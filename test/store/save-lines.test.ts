import { expect } from 'chai';
import fc from 'fast-check';
import type { Order, OrderLine } from '../../lib/domain/order';
import type { Row } from '../../lib/store/database';
import { lineRow } from '../../lib/store/order-rows';
import { LineChanges, rememberLines } from '../../lib/store/save-lines';
import { openStore, type Store } from '../../lib/store/store';
import { onBothDatabases } from '../support/databases';

type Quantities = Pick<OrderLine, 'reserved' | 'delivered' | 'invoiced' | 'cancelled'>;

/** What stages do to a line, and some that none does. */
const steps: Readonly<Record<string, (line: OrderLine) => Partial<OrderLine>>> = {
  reserve: ({ ordered, delivered, cancelled }) => ({ reserved: ordered - delivered - cancelled }),
  deliver: ({ reserved, delivered }) => ({ delivered: delivered + reserved, reserved: 0 }),
  invoice: ({ delivered }) => ({ invoiced: delivered }),
  cancel: ({ ordered, delivered }) => ({ cancelled: ordered - delivered, reserved: 0, reason: 'short' }),
  exchange: ({ reserved, cancelled }) => ({ reserved: cancelled, cancelled: reserved }),
  explain: () => ({ reason: 'why' }),
};

const quantities: fc.Arbitrary<Quantities> = fc.oneof(
  fc.constant({ reserved: 0, delivered: 0, invoiced: 0, cancelled: 0 }),
  fc.constant({ reserved: 4000, delivered: 0, invoiced: 0, cancelled: 0 }),
  fc.record({
    reserved: fc.constantFrom(0, 1000, 4000),
    delivered: fc.constantFrom(1000, 2000),
    invoiced: fc.constantFrom(0, 1000),
    cancelled: fc.constantFrom(0, 1000),
  }),
);

type OrderWithLines = Pick<Order, 'id' | 'lines'>;

const orderOf = (
  lines: readonly (readonly [ordered: number, quantities: Quantities])[],
  id: number,
): OrderWithLines => ({
  id,
  lines: lines.map(([ordered, moved], i) => ({
    line: i + 1,
    sku: 'A',
    baseUom: 'EA',
    uom: 'EA',
    ratio: { numerator: 1, denominator: 1 },
    unitPrice: 100,
    taxCode: 'standard',
    reason: null,
    ordered,
    ...moved,
  })),
});

/** Many orders that are alike, or of many kinds. */
const manyOrders: fc.Arbitrary<OrderWithLines[]> = fc
  .oneof(
    quantities.chain((all) => fc.array(fc.constant(all), { minLength: 60, maxLength: 80 })),
    fc.array(quantities, { minLength: 60, maxLength: 80 }),
  )
  .chain((all) =>
    fc.array(fc.constantFrom(9000, 12_000), { minLength: all.length, maxLength: all.length }).map((ordered) =>
      all.map(
        (one, i) =>
          [
            [ordered[i], one],
            [9000, one],
          ] as [number, Quantities][],
      ),
    ),
  )
  .map((all) => all.map((lines, i) => orderOf(lines, i + 1)));

describe('changes of many lines', () =>
  onBothDatabases((_kind, url) => {
    let store: Store;
    before(async () => {
      store = await openStore(url());
    });
    after(() => store.close());

    const rowsOf = (orders: readonly OrderWithLines[]): Row[] =>
      orders.flatMap(({ id, lines }) => lines.map((line) => lineRow(id, line)));
    const stored = (): Promise<Row[]> =>
      store.read((db) => db.all<Row>('select * from sales_order_line order by order_id, line'));

    it('are written as they are, whether they say what moved or every line for itself', async () => {
      const property = fc.asyncProperty(
        manyOrders,
        fc.constantFrom(...Object.keys(steps)),
        fc.constantFrom('all', 'all but one line', 'some lines', 'all, one order rewritten before'),
        async (orders, step, which) => {
          const before = orders.map(rememberLines);
          await store.transaction(async (db) => {
            await db.run('delete from sales_order_line');
            await db.insert('sales_order_line', rowsOf(orders));
          });
          const move = steps[step] as (line: OrderLine) => Partial<OrderLine>;
          const changes = new LineChanges();
          await store.transaction(async (db) => {
            for (const [i, order] of orders.entries()) {
              const rewritten = which.endsWith('before') && i === 7;
              if (rewritten) {
                for (const line of order.lines) (line as { ordered: number }).ordered += 1000;
                await db.update('sales_order_line', ['order_id', 'line'], rowsOf([order]), ['ordered']);
              }
              order.lines.forEach((line, l) => {
                const isLeft =
                  (which === 'all but one line' && i + l === 4) || (which === 'some lines' && (i + l) % 3 === 0);
                if (!isLeft) Object.assign(line, move(line));
              });
              changes.compare(order, before[i] as Row[], rewritten);
            }
            await changes.write(db);
          });
          expect(await stored()).to.have.deep.members(rowsOf(orders));
        },
      );
      await fc.assert(property, { numRuns: 60 });
    });

    it('are one statement without a value a line where all moved alike', async () => {
      const orders = Array.from({ length: 60 }, (_, i) =>
        orderOf([[1000 + i, { reserved: 500 + i, delivered: 0, invoiced: 0, cancelled: 0 }]], i + 1),
      );
      const changes = new LineChanges();
      for (const order of orders) {
        const before = rememberLines(order);
        for (const line of order.lines) Object.assign(line, { delivered: line.reserved, reserved: 0 });
        changes.compare(order, before, false);
      }
      const sent: string[] = [];
      const db = { dialect: store.dialect, run: (sql: string) => sent.push(sql), update: () => sent.push('each line') };
      await changes.write(db as never);
      expect(sent).to.have.length(1);
      expect(sent[0]).to.match(/^update sales_order_line set delivered = reserved, reserved = \? where order_id /);
    });
  }));
