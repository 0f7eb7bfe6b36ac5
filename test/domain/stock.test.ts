import { expect } from 'chai';
import fc from 'fast-check';
import { type Order, openQuantity } from '../../lib/domain/order';
import {
  availableOf,
  free,
  giveBack,
  move,
  reserve,
  type StockItem,
  settleShortage,
  stockKey,
} from '../../lib/domain/stock';
import { orderOf } from '../support/orders';

const itemOf = (sku: string, onHand: number, more: Partial<StockItem> = {}): StockItem => ({
  sku,
  warehouse: 'MAIN',
  onHand: onHand * 1000,
  reserved: 0,
  safetyStock: 0,
  deficit: 0,
  ...more,
});
const stockOf = (...items: StockItem[]) => new Map(items.map((item) => [stockKey(item.sku, item.warehouse), item]));
const ordered = (...lines: [sku: string, quantity: number][]): Order =>
  orderOf(1, { lines: lines.map(([sku, quantity]) => ({ sku, quantity })) }, '2026-11-23T10:00:00.000Z');
const physical = ({ onHand, deficit }: StockItem) => onHand - deficit;

describe('stock', () => {
  it('is available beyond what is reserved and kept for safety', () => {
    expect(availableOf(itemOf('A', 10, { reserved: 3000, safetyStock: 2000 }))).to.equal(5000);
    expect(availableOf(itemOf('A', 1, { safetyStock: 2000 }))).to.equal(0);
    expect(availableOf(undefined)).to.equal(0);
  });

  it('serves lines of one SKU one after the other', () => {
    const stock = stockOf(itemOf('A', 6));
    const order = ordered(['A', 4], ['A', 3], ['A', 2]);
    expect(reserve(order, stock)).to.deep.equal([{ line: 2, sku: 'A', missing: 1000 }]);
    expect(order.lines.map(({ reserved }) => reserved)).to.deep.equal([4000, 0, 2000]);
  });

  const quantities = fc.array(fc.tuple(fc.constantFrom('A', 'B'), fc.integer({ min: 1, max: 9 })), {
    minLength: 1,
    maxLength: 6,
  });

  it('never reserves more than is available, and gives back exactly what it reserved', () => {
    fc.assert(
      fc.property(
        fc.array(quantities, { minLength: 1, maxLength: 5 }),
        fc.nat(20),
        fc.nat(20),
        fc.nat(5),
        (many, a, b, safety) => {
          const stock = stockOf(itemOf('A', a, { safetyStock: safety * 1000 }), itemOf('B', b));
          const orders = many.map((lines) => ordered(...(lines as [string, number][])));
          for (const order of orders) reserve(order, stock);
          for (const item of stock.values()) {
            const lines = orders.flatMap((order) => order.lines).filter(({ sku }) => sku === item.sku);
            expect(item.reserved).to.equal(lines.reduce((sum, line) => sum + line.reserved, 0));
            expect(item.reserved).to.be.at.most(Math.max(0, item.onHand - item.safetyStock));
          }
          for (const order of orders) giveBack(order, stock);
          for (const item of stock.values()) expect(item.reserved).to.equal(0);
          expect(orders.flatMap((order) => order.lines).every(({ reserved }) => reserved === 0)).to.equal(true);
        },
      ),
    );
  });

  it('is a second time the same to reserve', () => {
    const stock = stockOf(itemOf('A', 10));
    const order = ordered(['A', 4]);
    reserve(order, stock);
    expect(reserve(order, stock)).to.deep.equal([]);
    expect(stock.get(stockKey('A', 'MAIN'))?.reserved).to.equal(4000);
  });

  it('follows the physical fact: on hand less deficit is the sum of all movements, and nothing reserved is lost', () => {
    const event = fc.oneof(
      fc.record({ moved: fc.integer({ min: -9000, max: 9000 }) }),
      fc.record({ freed: fc.nat(100) }),
      fc.record({ reserved: fc.nat(100) }),
    );
    fc.assert(
      fc.property(fc.array(event, { maxLength: 30 }), (events) => {
        const item = itemOf('A', 0);
        let sum = 0;
        for (const happening of events) {
          if ('moved' in happening) {
            move(item, happening.moved);
            sum += happening.moved;
          } else if ('freed' in happening) free(item, Math.floor((item.reserved * happening.freed) / 100));
          else item.reserved += Math.floor((availableOf(item) * happening.reserved) / 100);
          expect(physical(item)).to.equal(sum);
          expect(item.reserved).to.be.within(0, item.onHand);
          expect(item.deficit).to.be.at.least(0);
          // a deficit stands only for what is promised beyond what is there
          if (item.deficit > 0) expect(item.onHand).to.equal(Math.max(item.reserved, 0));
        }
      }),
    );
  });

  it('settles a shortage by cancelling the line, or the order', () => {
    const lines = ordered(['A', 4], ['B', 3]);
    const stock = stockOf(itemOf('A', 10), itemOf('B', 1));
    const verdict = settleShortage(lines, reserve(lines, stock), 'cancel-line', stock);
    expect(verdict).to.include({
      outcome: 'passed',
      reason: 'line-cancelled',
      passesIf: 'passes if 2 more of B comes into MAIN',
    });
    expect(lines.lines.map(({ reserved, cancelled, reason }) => [reserved, cancelled, reason])).to.deep.equal([
      [4000, 0, null],
      [0, 3000, 'out-of-stock'],
    ]);

    const whole = ordered(['A', 4], ['B', 3]);
    expect(settleShortage(whole, reserve(whole, stock), 'cancel-order', stock).outcome).to.equal('cancelled');
    expect(whole.lines.every((line) => openQuantity(line) === 0 && line.reserved === 0)).to.equal(true);
    expect(stock.get(stockKey('A', 'MAIN'))?.reserved).to.equal(4000);

    const nothing = ordered(['B', 3]);
    expect(settleShortage(nothing, reserve(nothing, stock), 'cancel-line', stock)).to.include({
      outcome: 'cancelled',
      reason: 'out-of-stock',
    });
  });
});
