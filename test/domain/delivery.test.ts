import { expect } from 'chai';
import fc from 'fast-check';
import { type PackingSlip, readPackingSlips } from '../../lib/domain/delivery';
import type { Product } from '../../lib/domain/master';
import { type Order, openQuantity } from '../../lib/domain/order';
import { deliver, judgeSlip } from '../../lib/domain/packing-slip';
import { orderOf } from '../support/orders';

const body = {
  warehouse: 'MAIN',
  packingSlip: 'PS-1',
  lines: [
    { salesOrder: 'SO-000001', line: 1, quantity: '5' },
    { salesOrder: 'SO-000001', line: 2, quantity: 2.5, uom: 'CA', sku: 'A', lot: 'L', serials: ['y', 'x'], release: 1 },
  ],
};

function read(more: object = {}): PackingSlip {
  const [result] = readPackingSlips({ ...body, ...more });
  if (result?.slip === undefined) throw new Error(JSON.stringify(result?.faults));
  return result.slip;
}

const faults = (sent: unknown) =>
  readPackingSlips(sent).flatMap((result) => result.faults.map(({ path, code }) => `${path} ${code}`));

describe('packing slips', () => {
  describe('as they are sent', () => {
    it('are read as one or as an array', () => {
      const slip = read({ shippedAt: '2026-11-23T10:00:00+02:00' });
      expect(slip).to.include({
        warehouse: 'MAIN',
        packingSlip: 'PS-1',
        final: false,
        shippedAt: '2026-11-23T08:00:00.000Z',
      });
      expect(slip.lines).to.deep.equal([
        {
          slipLine: 1,
          salesOrder: 'SO-000001',
          release: null,
          line: 1,
          quantity: 5000,
          uom: null,
          sku: null,
          lot: null,
          serials: [],
        },
        {
          slipLine: 2,
          salesOrder: 'SO-000001',
          release: 1,
          line: 2,
          quantity: 2500,
          uom: 'CA',
          sku: 'A',
          lot: 'L',
          serials: ['y', 'x'],
        },
      ]);
      expect(readPackingSlips([body, body])).to.have.length(2);
    });

    it('name their order once for all lines', () => {
      const lines = [
        { line: 1, quantity: '5' },
        { line: 2, quantity: '1', salesOrder: 'SO-000002' },
      ];
      expect(read({ salesOrder: 'SO-000001', lines }).lines.map(({ salesOrder }) => salesOrder)).to.deep.equal([
        'SO-000001',
        'SO-000002',
      ]);
      expect(faults({ ...body, lines })).to.deep.equal(['/lines/0/salesOrder missing-field']);
    });

    it('are refused with every fault, each at its place', () => {
      expect(
        faults([
          body,
          {
            warehouse: 7,
            final: 'yes',
            shippedAt: 'today',
            colour: 'red',
            lines: [
              { line: 0, quantity: '-1' },
              { salesOrder: 'SO-000001', slipLine: 1, quantity: '1.2345', line: 1, serials: 'x' },
              'line',
            ],
          },
        ]),
      ).to.have.members([
        '/1/warehouse wrong-type',
        '/1/packingSlip missing-field',
        '/1/final wrong-type',
        '/1/shippedAt bad-date',
        '/1/colour unknown-field',
        '/1/lines/0/line out-of-range',
        '/1/lines/0/quantity out-of-range',
        '/1/lines/0/salesOrder missing-field',
        '/1/lines/1/quantity inexact-number',
        '/1/lines/1/serials wrong-type',
        '/1/lines/1/slipLine duplicate-line',
        '/1/lines/2 wrong-type',
      ]);
      expect(faults('slip')).to.deep.equal([' wrong-type']);
    });

    it('without goods are final and name their order', () => {
      expect(read({ lines: [], final: true, salesOrder: 'SO-000001' }).lines).to.deep.equal([]);
      expect(faults({ ...body, lines: [] })).to.deep.equal(['/lines missing-field']);
      expect(faults({ ...body, lines: [{ salesOrder: 'SO-000001', line: 1, quantity: 0 }] })).to.deep.equal([
        '/lines missing-field',
      ]);
      expect(faults({ ...body, lines: [], final: true })).to.deep.equal(['/salesOrder missing-field']);
    });

    it('are the same whatever the order of their lines, and however a quantity is written', () => {
      const { digest } = read();
      expect(read({ lines: body.lines.toReversed() }).digest).to.equal(digest);
      expect(read({ lines: [{ ...body.lines[0], quantity: 5.0 }, body.lines[1]] }).digest).to.equal(digest);
      const others = [
        { final: true },
        { packingSlip: 'PS-2' },
        { shippedAt: '2026-11-23' },
        { lines: body.lines.slice(1) },
        { lines: [{ ...body.lines[0], quantity: '4' }, body.lines[1]] },
        { lines: [{ ...body.lines[0], lot: 'X' }, body.lines[1]] },
      ];
      for (const other of others) expect(read(other).digest).not.to.equal(digest);
    });

    it('keep the digest that is stored with those of before', () => {
      const [result] = readPackingSlips({
        warehouse: 'MAIN',
        packingSlip: 'PS-1',
        final: true,
        shippedAt: '2026-11-23T10:00:00Z',
        salesOrder: 'SO-000001',
        lines: [
          { line: 2, quantity: '1.5', uom: 'EA', sku: 'B' },
          {
            slipLine: 7,
            salesOrder: 'SO-000002',
            release: 1,
            line: 1,
            quantity: 3,
            lot: 'L-1',
            serials: ['b', 'a'],
          },
        ],
      });
      expect(result?.slip?.digest).to.equal('0245e537fd74a2180265226bf623954db347efa51d5fd2f34f1ebee612fb7892');
    });
  });

  describe('against their orders', () => {
    const product: Product = {
      sku: 'A',
      name: 'A',
      baseUom: 'EA',
      uoms: { CA: { numerator: 12, denominator: 1 }, THIRD: { numerator: 1, denominator: 3 } },
      price: 0,
      cost: 0,
      taxCode: 'FULL',
      gtin: null,
    };
    const sample = (change: (order: Order) => void = () => undefined): Order => {
      const order = orderOf(
        1,
        {
          lines: [
            { sku: 'A', quantity: 5 },
            { sku: 'A', quantity: 24 },
          ],
        },
        '2026-11-23T10:00:00.000Z',
      );
      order.releases.push({
        release: 1,
        warehouse: 'MAIN',
        status: 'Acknowledged',
        key: 'k',
        lines: [
          [1, 5000],
          [2, 24_000],
        ],
        attempts: 1,
        nextAttemptAt: null,
        parked: false,
        reference: null,
        words: null,
        cancelReason: null,
        claimedAt: '',
      });
      order.status = 'SentToWarehouse';
      change(order);
      return order;
    };
    const judge = (order: Order, lines: readonly object[], more: object = {}, evenCancelled = false) =>
      judgeSlip(read({ salesOrder: 'SO-000001', lines, ...more }), {
        orders: new Map([[1, order]]),
        products: new Map([['A', product]]),
        evenCancelled,
        now: '2026-11-24T09:30:00.000Z',
      });
    const messages = (...given: Parameters<typeof judge>) => judge(...given).faults.map(({ message }) => message);

    it('count in the base unit, in which the warehouse was asked, or in the unit that they name', () => {
      const { shipments, faults: none } = judge(sample(), [
        { line: 1, quantity: '5' },
        { line: 2, quantity: '1', uom: 'CA' },
        { line: 2, quantity: '3', uom: 'THIRD' },
      ]);
      expect(none).to.deep.equal([]);
      expect(shipments.map(({ line, quantity, release }) => [line.line, quantity, release])).to.deep.equal([
        [1, 5000, 1],
        [2, 12_000, 1],
        [2, 1000, 1],
      ]);
      expect(messages(sample(), [{ line: 2, quantity: '1', uom: 'THIRD' }])).to.deep.equal([
        '1 THIRD of line 2 of SO-000001 is no whole number of thousandths of EA.',
      ]);
    });

    it('may bring what was ordered, over all their lines, and not a thousandth more', () => {
      const half = sample((order) => {
        (order.lines[0] as Order['lines'][number]).delivered = 2000;
      });
      expect(
        messages(half, [
          { line: 1, quantity: '2' },
          { line: 1, quantity: '1' },
        ]),
      ).to.deep.equal([]);
      expect(
        messages(half, [
          { line: 1, quantity: '2' },
          { line: 1, quantity: '1.001' },
        ]),
      ).to.deep.equal(['Line 1 of SO-000001 was ordered 5, 2 came before, 3.001 now.']);
    });

    it('left today or before, or tomorrow by another clock', () => {
      const lines = [{ line: 1, quantity: '1' }];
      for (const shippedAt of ['2026-11-24', '2026-11-25T09:30:00Z', '2001-01-01'])
        expect(messages(sample(), lines, { shippedAt })).to.deep.equal([]);
      for (const shippedAt of ['2026-11-25T09:30:00.001Z', '9999-12-31'])
        expect(judge(sample(), lines, { shippedAt }).faults.map(({ path, code }) => [path, code])).to.deep.equal([
          ['/shippedAt', 'out-of-range'],
        ]);
    });

    it('say once what is wrong with an order', () => {
      const never = sample((order) => {
        order.releases = [];
      });
      expect(
        messages(never, [
          { line: 1, quantity: '1' },
          { line: 2, quantity: '1' },
        ]),
      ).to.deep.equal(['SO-000001 was never released to a warehouse.']);
      const refused = sample((order) => {
        for (const release of order.releases) release.status = 'Refused';
      });
      expect(messages(refused, [{ line: 1, quantity: '1' }])).to.deep.equal([
        'Release 1 of SO-000001 is refused; cancel the order, then accept the slip.',
      ]);
    });

    it('of a cancelled order are for a person', () => {
      const cancelled = sample((order) => {
        order.status = 'Cancelled';
        for (const release of order.releases) release.status = 'Cancelled';
        for (const line of order.lines) line.cancelled = line.ordered;
      });
      expect(messages(cancelled, [{ line: 1, quantity: '1' }])[0]).to.equal('SO-000001 is cancelled.');
      expect(messages(cancelled, [{ line: 1, quantity: '1' }], {}, true)).to.deep.equal([]);
      expect(messages(cancelled, [{ line: 1, quantity: '6' }], {}, true)).to.deep.equal([
        'Line 1 of SO-000001 was ordered 5, 6 came.',
      ]);
    });

    it('name orders that do not exist', () => {
      expect(messages(sample(), [{ line: 1, quantity: '1' }], { salesOrder: 'SO-000002' })).to.deep.equal([
        'There is no order SO-000002.',
      ]);
      expect(messages(sample(), [{ line: 1, quantity: '1' }], { salesOrder: 'my order' })).to.deep.equal([
        'There is no order my order.',
      ]);
    });
  });

  it('use up what is open and reserved first, then what had been cancelled', () => {
    fc.assert(
      fc.property(
        fc.nat(20),
        fc.nat(20),
        fc.nat(20),
        fc.nat(100),
        fc.nat(100),
        (delivered, cancelled, open, share, part) => {
          const ordered = delivered + cancelled + open;
          const reserved = Math.floor((open * share) / 100);
          const line = {
            ...(orderOf(1, { lines: [{ sku: 'A', quantity: 1 }] }, '').lines[0] as Order['lines'][number]),
            ordered,
            delivered,
            cancelled,
            reserved,
          };
          const quantity = Math.floor(((open + cancelled) * part) / 100);
          const used = deliver(line, quantity);
          expect(line.delivered).to.equal(delivered + quantity);
          expect(used).to.equal(Math.min(reserved, quantity));
          expect(line.reserved).to.equal(reserved - used);
          expect(openQuantity(line)).to.equal(Math.max(0, open - quantity));
          expect(line.cancelled).to.equal(cancelled - Math.max(0, quantity - open));
          expect(line.reserved).to.be.at.most(openQuantity(line));
        },
      ),
    );
  });
});
