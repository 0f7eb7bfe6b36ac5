import { expect } from 'chai';
import fc from 'fast-check';
import {
  afterClaim,
  afterOutcome,
  type Circuit,
  closedCircuit,
  maxAttempts,
  mayTry,
  type OutcomeKind,
  retryDelay,
} from '../../lib/domain/circuit-breaker';

const start = Date.parse('2026-11-23T10:00:00.000Z');
const at = (ms: number) => new Date(start + ms).toISOString();
const unknowns = (count: number) => Array<OutcomeKind>(count).fill('unknown');
const kinds = fc.constantFrom<OutcomeKind>('acknowledged', 'refused', 'unknown');
const opened = afterOutcome(closedCircuit, unknowns(5), at(0));

/** Lets every probe fail as soon as it may be claimed, and gives the rests in seconds. */
function restsOf(probes: number): number[] {
  const rests: number[] = [];
  let circuit = opened;
  let now = start;
  for (let probe = 0; probe <= probes; probe += 1) {
    const end = Date.parse(circuit.openUntil ?? '');
    rests.push((end - now) / 1000);
    now = end;
    circuit = afterClaim(circuit, new Date(now).toISOString());
  }
  return rests;
}

describe('circuit breaker', () => {
  it('stays closed through four unknown outcomes and opens with the fifth', () => {
    const four = afterOutcome(closedCircuit, unknowns(4), at(0));
    expect(four).to.deep.equal({ failures: 4, openUntil: null });
    expect(mayTry(four, at(0))).to.equal(Number.POSITIVE_INFINITY);
    expect(afterOutcome(four, ['unknown'], at(0))).to.deep.equal({ failures: 5, openUntil: at(5_000) });
  });

  it('counts unknown outcomes in a row only', () => {
    fc.assert(
      fc.property(fc.array(kinds), (outcomes) => {
        const longestRow = Math.max(
          0,
          ...outcomes
            .join()
            .split(/acknowledged|refused/)
            .map((row) => row.match(/unknown/g)?.length ?? 0),
        );
        const circuit = afterOutcome(closedCircuit, outcomes, at(0));
        const row = outcomes.length - 1 - outcomes.findLastIndex((kind) => kind !== 'unknown');
        expect(circuit.failures).to.equal(Math.min(5, row));
        expect(circuit.openUntil).to.equal(row >= 5 ? at(5_000) : null);
        if (longestRow < 5) expect(circuit.openUntil).to.equal(null);
      }),
    );
  });

  it('takes many outcomes at once as it takes them one by one', () => {
    fc.assert(
      fc.property(fc.array(kinds), fc.nat(30), (outcomes, split) => {
        const halves = afterOutcome(
          afterOutcome(closedCircuit, outcomes.slice(0, split), at(0)),
          outcomes.slice(split),
          at(0),
        );
        expect(halves).to.deep.equal(afterOutcome(closedCircuit, outcomes, at(0)));
      }),
    );
  });

  it('lets nothing through while it rests, then one', () => {
    expect(mayTry(opened, at(0))).to.equal(0);
    expect(mayTry(opened, at(4_999))).to.equal(0);
    expect(mayTry(opened, at(5_000))).to.equal(1);
  });

  it('lets one instance probe: the claim starts the next rest', () => {
    const probing = afterClaim(opened, at(5_000));
    expect(probing).to.deep.equal({ failures: 6, openUntil: at(15_000) });
    expect(mayTry(probing, at(5_000))).to.equal(0);
  });

  it('counts a probe once: its unknown outcome adds nothing to its claim', () => {
    const probing = afterClaim(opened, at(5_000));
    expect(afterOutcome(probing, ['unknown'], at(6_000))).to.equal(probing);
  });

  it('rests longer after an unknown outcome that comes when the rest has ended', () => {
    expect(afterOutcome(opened, ['unknown'], at(7_000))).to.deep.equal({ failures: 6, openUntil: at(17_000) });
  });

  it('doubles the rest up to a minute', () => {
    expect(restsOf(6)).to.deep.equal([5, 10, 20, 40, 60, 60, 60]);
  });

  it('does not count what was under way when it opened', () => {
    expect(afterOutcome(opened, unknowns(50), at(4_000))).to.equal(opened);
  });

  it('closes with any clear outcome, from any state', () => {
    const states = fc.record<Circuit>({
      failures: fc.nat(1000),
      openUntil: fc.option(fc.nat(100_000).map(at), { nil: null }),
    });
    fc.assert(
      fc.property(
        states,
        fc.constantFrom<OutcomeKind>('acknowledged', 'refused'),
        fc.nat(100_000),
        (circuit, kind, now) => {
          expect(afterOutcome(circuit, [kind], at(now))).to.deep.equal(closedCircuit);
        },
      ),
    );
  });

  it('leaves a closed circuit alone when releases are claimed', () => {
    const three = afterOutcome(closedCircuit, unknowns(3), at(0));
    expect(afterClaim(three, at(0))).to.equal(three);
  });
});

describe('retry delay', () => {
  const random = fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true });

  it('is whole milliseconds from 1 s to 5 min, whatever the attempt', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 10_000 }), random, (attempt, random01) => {
        const delay = retryDelay(attempt, random01);
        expect(Number.isInteger(delay)).to.equal(true);
        expect(delay).to.be.within(1_000, 300_000);
      }),
    );
  });

  it('never gets shorter with a later attempt, and spreads over a range', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: maxAttempts }), random, (attempt, random01) => {
        expect(retryDelay(attempt + 1, random01)).to.be.at.least(retryDelay(attempt, random01));
        expect(retryDelay(attempt, 0.99)).to.be.above(1.9 * retryDelay(attempt, 0));
      }),
    );
  });

  it('starts at one to two seconds', () => {
    expect([retryDelay(1, 0), retryDelay(1, 0.5), retryDelay(2, 0)]).to.deep.equal([1_000, 1_500, 2_000]);
  });
});
