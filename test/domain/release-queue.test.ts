import { expect } from 'chai';
import fc from 'fast-check';
import { blocksOthers, compareWaiting, longestWaitDays, mostPasses } from '../../lib/domain/release-queue';

const now = '2026-11-23T10:00:00.000Z';
const daysAgo = (days: number) => new Date(Date.parse(now) - days * 86_400_000).toISOString();
const waiting = (
  id: number,
  more: { priority?: number; heldSince?: string | null; passedOver?: number; passesAtHold?: number } = {},
) => ({ id, priority: 5, heldSince: now, passedOver: 0, passesAtHold: 0, ...more });

describe('the release queue', () => {
  it('takes priority first, then who waits longest, then the order number', () => {
    const queue = [
      waiting(4),
      waiting(3, { heldSince: daysAgo(1) }),
      waiting(2),
      waiting(1, { priority: 6, heldSince: daysAgo(9) }),
      waiting(9, { priority: 1 }),
    ];
    expect(queue.sort(compareWaiting).map(({ id }) => id)).to.deep.equal([9, 3, 2, 4, 1]);
  });

  it('is one order, whatever came first', () => {
    const order = fc.record({
      id: fc.nat(50),
      priority: fc.integer({ min: 1, max: 9 }),
      heldSince: fc.constantFrom(null, now, daysAgo(1), daysAgo(2)),
      passedOver: fc.constant(0),
      passesAtHold: fc.constant(0),
    });
    fc.assert(
      fc.property(fc.uniqueArray(order, { selector: ({ id }) => id, maxLength: 10 }), (queue) => {
        expect([...queue].sort(compareWaiting)).to.deep.equal([...queue].reverse().sort(compareWaiting));
      }),
    );
  });

  it('lets nobody by who was passed over too often', () => {
    expect(blocksOthers(waiting(1, { passedOver: mostPasses - 1 }), 0, now)).to.equal(false);
    expect(blocksOthers(waiting(1, { passedOver: mostPasses }), 0, now)).to.equal(true);
    expect(blocksOthers(waiting(1, { passedOver: 1, passesAtHold: 7 }), 6 + mostPasses, now)).to.equal(true);
    expect(blocksOthers(waiting(1, { passesAtHold: 7 }), 6 + mostPasses, now)).to.equal(false);
  });

  it('lets nobody by who waits too long, and anybody past who does not wait', () => {
    expect(blocksOthers(waiting(1, { heldSince: daysAgo(longestWaitDays - 0.01) }), 0, now)).to.equal(false);
    expect(blocksOthers(waiting(1, { heldSince: daysAgo(longestWaitDays) }), 0, now)).to.equal(true);
    expect(blocksOthers(waiting(1, { heldSince: null, passedOver: 99 }), 99, now)).to.equal(false);
  });
});
