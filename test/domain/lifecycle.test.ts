import { expect } from 'chai';
import fc from 'fast-check';
import { isAllowed, isBeforeWarehouse, isFinished, statusOf } from '../../lib/domain/lifecycle';
import {
  type Hold,
  type Order,
  type OrderStatus,
  openQuantity,
  openReleaseStatuses,
  orderStatuses,
  type Release,
  type ReleaseStatus,
} from '../../lib/domain/order';
import { deliver, serveReleases } from '../../lib/domain/packing-slip';
import { cancelRest } from '../../lib/domain/stock';
import { everyCheck, orderOf } from '../support/orders';

const hold: Hold = { reason: 'operator', rule: 'by-hand', evidence: {}, since: '', by: '', forced: true };

function sample(): Order {
  return orderOf(
    1,
    {
      lines: [
        { sku: 'A', quantity: 5 },
        { sku: 'B', quantity: 2 },
      ],
    },
    '2026-11-23T10:00:00.000Z',
  );
}

function releaseOf(order: Order, status: ReleaseStatus): Release {
  return {
    release: order.releases.length + 1,
    warehouse: order.warehouse,
    status,
    key: 'key',
    lines: order.lines.map((line) => [line.line, openQuantity(line)] as const),
    attempts: 1,
    nextAttemptAt: null,
    parked: false,
    reference: null,
    words: null,
    cancelReason: null,
    claimedAt: '',
  };
}

const openRelease = (order: Order) => order.releases.find(({ status }) => openReleaseStatuses.has(status));

function drop(order: Order): void {
  for (const line of order.lines) {
    line.reserved = 0;
    cancelRest(line, 'operator');
  }
  order.holds = [];
}

/** What can happen to an order, each guarded as the stages guard it. `n` varies what happens. */
const events: Readonly<Record<string, (order: Order, n: number) => void>> = {
  reserve: (order) => {
    if (!isBeforeWarehouse(order.status)) return;
    for (const line of order.lines) line.reserved = openQuantity(line);
    order.checksPassed |= 1;
  },
  judge: (order, n) => {
    if (!isBeforeWarehouse(order.status)) return;
    order.checksPassed = n % 2 === 0 ? everyCheck : order.checksPassed & ~2;
    if (n % 2 === 1) order.holds = [hold];
  },
  takeBack: (order) => {
    if (!isBeforeWarehouse(order.status) || openRelease(order) !== undefined) return;
    for (const line of order.lines) line.reserved = 0;
    order.checksPassed &= ~1;
  },
  hold: (order) => {
    if (isFinished(order.status) || order.status === 'Delivered') return;
    order.holds = [hold];
    const release = openRelease(order);
    if (release !== undefined) release.status = 'CancelRequested';
  },
  release: (order) => {
    order.holds = [];
  },
  claim: (order) => {
    if (order.status === 'ReadyForDelivery' && openRelease(order) === undefined)
      order.releases.push(releaseOf(order, 'Claimed'));
  },
  answer: (order, n) => {
    const release = openRelease(order);
    if (release?.status !== 'Claimed' && release?.status !== 'Unknown') return;
    release.status = (['Acknowledged', 'Unknown', 'Refused'] as const)[n % 3] as ReleaseStatus;
    if (release.status === 'Refused') order.holds = [hold];
  },
  askCancel: (order) => {
    const release = openRelease(order);
    if (isFinished(order.status) || order.status === 'Delivered') return;
    if (release === undefined) drop(order);
    else release.status = 'CancelRequested';
  },
  answerCancel: (order, n) => {
    const release = openRelease(order);
    if (release?.status !== 'CancelRequested') return;
    release.status = n % 3 === 0 ? 'Acknowledged' : 'Cancelled';
    if (n % 3 === 0) order.holds = [];
    if (n % 3 === 1) drop(order);
  },
  slip: (order, n) => {
    const release = openRelease(order) ?? order.releases.find(({ status }) => status === 'Closed');
    const line = order.lines[n % order.lines.length];
    if (release === undefined || line === undefined || order.status === 'Cancelled') return;
    const quantity = Math.min(line.ordered - line.delivered, 1000 * (1 + (n % 4)));
    if (quantity > 0) deliver(line, quantity);
    const final = n % 5 === 0;
    if (final) {
      for (const each of order.lines) {
        each.reserved = 0;
        cancelRest(each, 'short-delivered');
      }
    }
    serveReleases(order, new Set([release.release]), final);
    if (order.lines.every((each) => openQuantity(each) === 0)) order.holds = [];
  },
  invoice: (order) => {
    for (const line of order.lines) line.invoiced = line.delivered;
  },
};

describe('the order lifecycle', () => {
  /** The way to an invoice is long: its steps come more often than the others. */
  const usual = ['reserve', 'judge', 'release', 'claim', 'answer', 'slip', 'slip', 'slip', 'invoice', 'invoice'];
  const anyEvent = fc.record({ name: fc.constantFrom(...Object.keys(events), ...usual, ...usual), n: fc.nat(100) });

  it('allows every change of status that events can bring', () => {
    const seen = new Set<OrderStatus>();
    fc.assert(
      fc.property(fc.array(anyEvent, { size: 'max', maxLength: 80 }), (happenings) => {
        const order = sample();
        for (const { name, n } of happenings) {
          const from = order.status;
          events[name]?.(order, n);
          order.status = statusOf(order);
          seen.add(order.status);
          expect(isAllowed(from, order.status), `${from} to ${order.status} by ${name} ${n}`).to.equal(true);
        }
      }),
      { numRuns: 2000 },
    );
    expect([...seen].sort()).to.deep.equal([
      'CancelRequested',
      'Cancelled',
      'Created',
      'Delivered',
      'Invoiced',
      'OnHold',
      'PartiallyDelivered',
      'ReadyForDelivery',
      'SentToWarehouse',
    ]);
  });

  const rarePaths: Readonly<Record<string, { path: [name: string, n: number][]; through: OrderStatus[] }>> = {
    'is cancelled while it is held after a part was invoiced': {
      path: [
        ['reserve', 0],
        ['judge', 0],
        ['claim', 0],
        ['answer', 0],
        ['slip', 2],
        ['invoice', 0],
        ['hold', 0],
        ['answerCancel', 2],
        ['askCancel', 0],
      ],
      through: ['PartiallyDelivered', 'OnHold', 'Invoiced'],
    },
    'is asked back while a check that came late holds it': {
      path: [
        ['reserve', 0],
        ['judge', 0],
        ['claim', 0],
        ['judge', 1],
        ['askCancel', 0],
        ['answerCancel', 1],
      ],
      through: ['OnHold', 'CancelRequested', 'Cancelled'],
    },
    'is acknowledged after such a hold was lifted by hand': {
      path: [
        ['reserve', 0],
        ['judge', 0],
        ['claim', 0],
        ['judge', 1],
        ['release', 0],
        ['answer', 0],
      ],
      through: ['OnHold', 'ReadyForDelivery', 'SentToWarehouse'],
    },
  };
  for (const [name, { path, through }] of Object.entries(rarePaths)) {
    it(`allows that an order ${name}`, () => {
      const order = sample();
      const seen: OrderStatus[] = [];
      for (const [event, n] of path) {
        const from = order.status;
        events[event]?.(order, n);
        order.status = statusOf(order);
        expect(isAllowed(from, order.status), `${from} to ${order.status}`).to.equal(true);
        if (order.status !== from) seen.push(order.status);
      }
      expect(seen.slice(-through.length)).to.deep.equal(through);
    });
  }

  it('keeps what is reserved, delivered and cancelled within what was ordered', () => {
    fc.assert(
      fc.property(fc.array(anyEvent, { size: 'max', maxLength: 80 }), (happenings) => {
        const order = sample();
        for (const { name, n } of happenings) {
          events[name]?.(order, n);
          order.status = statusOf(order);
          for (const line of order.lines) {
            expect(line.reserved + line.delivered + line.cancelled).to.be.at.most(line.ordered);
            expect(line.invoiced).to.be.at.most(line.delivered);
            expect(Math.min(line.reserved, line.delivered, line.invoiced, line.cancelled)).to.be.at.least(0);
          }
        }
      }),
    );
  });

  it('is ready only with all required checks passed, everything reserved and no hold', () => {
    fc.assert(
      fc.property(fc.nat(7), fc.nat(7), fc.boolean(), fc.boolean(), (required, passed, held, reserved) => {
        const order = { ...sample(), checksRequired: required, checksPassed: passed, holds: held ? [hold] : [] };
        for (const line of order.lines) line.reserved = reserved ? line.ordered : 0;
        const ready = !held && (passed & required) === required && (reserved || (required & 1) === 0);
        expect(statusOf(order) === 'ReadyForDelivery').to.equal(ready);
      }),
    );
  });

  it('never lets an order come back from being cancelled but by a delivery', () => {
    expect(orderStatuses.filter((to) => isAllowed('Cancelled', to))).to.deep.equal(['Delivered', 'Cancelled']);
    expect(orderStatuses.filter((to) => isAllowed('Invoiced', to))).to.deep.equal(['Delivered', 'Invoiced']);
    expect(orderStatuses.filter(isFinished)).to.deep.equal(['Invoiced', 'Cancelled']);
  });

  it('tells the shape of each status', () => {
    const one = (change: (order: Order) => void): OrderStatus => {
      const order = sample();
      change(order);
      return statusOf(order);
    };
    const all = (order: Order, field: 'delivered' | 'cancelled' | 'invoiced') => {
      for (const line of order.lines) line[field] = line.ordered;
    };
    expect(one(() => undefined)).to.equal('Created');
    expect(one((order) => order.releases.push(releaseOf(order, 'CancelRequested')))).to.equal('CancelRequested');
    expect(one((order) => order.releases.push(releaseOf(order, 'Acknowledged')))).to.equal('SentToWarehouse');
    expect(one((order) => all(order, 'delivered'))).to.equal('Delivered');
    expect(one((order) => all(order, 'cancelled'))).to.equal('Cancelled');
    expect(one((order) => [all(order, 'delivered'), all(order, 'invoiced')])).to.equal('Invoiced');
  });
});
