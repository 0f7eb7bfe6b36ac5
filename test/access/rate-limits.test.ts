import { expect } from 'chai';
import fc from 'fast-check';
import { RateLimits, rateHeaders } from '../../lib/access/rate-limits';

const start = Date.parse('2026-11-23T10:00:00Z');

describe('rate limits', () => {
  it('let a minute’s worth come at once, and then as much as comes in evenly', () => {
    const limits = new RateLimits();
    const ask = (after: number) => limits.take('SHOP', 'requests', 60, 1, start + after);
    for (let i = 0; i < 60; i += 1) expect(ask(0).retryAfter).to.equal(0);
    expect(ask(0)).to.deep.equal({ measure: 'requests', perMinute: 60, remaining: 0, retryAfter: 1, fullAfter: 60 });
    expect(ask(999).retryAfter).to.equal(1);
    expect(ask(1000).retryAfter).to.equal(0);
    expect(ask(1000).retryAfter).to.equal(1);
    expect(limits.take('RIVAL', 'requests', 60, 1, start).retryAfter).to.equal(0);
    expect(limits.take('SHOP', 'orders', 60, 1, start).retryAfter).to.equal(0);
  });

  it('take a large message whole, and let it be paid for afterwards, an hour at most', () => {
    const limits = new RateLimits();
    const ask = (count: number, after = 0) => limits.take('SHOP', 'orders', 100, count, start + after);
    expect(ask(99).retryAfter).to.equal(0);
    expect(ask(301)).to.include({ retryAfter: 0, remaining: 0 });
    expect(ask(1).retryAfter).to.equal(181);
    expect(ask(1, 181_000).retryAfter).to.equal(0);
    expect(ask(1_000_000, 600_000).retryAfter).to.equal(0);
    expect(ask(1, 600_000).retryAfter).to.be.within(3600, 3601);
  });

  it('look without taking', () => {
    const limits = new RateLimits();
    for (let i = 0; i < 3; i += 1) expect(limits.look('SHOP', 'orders', 2, start).remaining).to.equal(2);
  });

  it('never let more through than the limit and what has come in since', () => {
    const steps = fc.array(fc.record({ wait: fc.nat(5_000), count: fc.integer({ min: 1, max: 5 }) }), {
      maxLength: 300,
    });
    fc.assert(
      fc.property(steps, fc.integer({ min: 1, max: 120 }), (sent, perMinute) => {
        const limits = new RateLimits();
        let [now, taken] = [start, 0];
        for (const { wait, count } of sent) {
          now += wait;
          const { retryAfter } = limits.take('SHOP', 'orders', perMinute, count, now);
          if (retryAfter > 0) continue;
          // the last message may go below zero: it was not the one that went beyond
          expect(taken).to.be.at.most(perMinute + ((now - start) * perMinute) / 60_000);
          taken += count;
        }
      }),
    );
  });

  it('say when to come again, and then keep their word', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 1_000 }), fc.integer({ min: 1, max: 5_000 }), (perMinute, count) => {
        const limits = new RateLimits();
        limits.take('SHOP', 'orders', perMinute, count, start);
        const { retryAfter } = limits.look('SHOP', 'orders', perMinute, start);
        expect(limits.take('SHOP', 'orders', perMinute, 1, start + retryAfter * 1000).retryAfter).to.equal(0);
      }),
    );
  });

  it('forget who was quiet for longest when there are too many', () => {
    const limits = new RateLimits(2);
    for (const partner of ['A', 'B', 'A', 'C']) limits.take(partner, 'requests', 10, 1, start);
    expect(limits.look('A', 'requests', 10, start).remaining).to.equal(8);
    expect(limits.look('B', 'requests', 10, start).remaining).to.equal(10);
  });

  it('are told in header fields', () => {
    const state = { measure: 'requests', perMinute: 60, remaining: 7, retryAfter: 0, fullAfter: 53 } as const;
    expect(rateHeaders(state)).to.deep.equal({
      'ratelimit-policy': '"requests";q=60;w=60',
      ratelimit: '"requests";r=7;t=53',
    });
  });
});
