import { expect } from 'chai';
import { runCampaign } from '../../fuzz/campaign';
import { Inputs } from '../../fuzz/inputs';
import { targets } from '../../fuzz/targets';

/** More than a machine that is busy with other things needs for an input; what hangs, hangs for longer. */
const hangMilliseconds = 60_000;

describe('mutated inputs', () => {
  it('are read by every parser without an exception, a hang or a broken promise', async function () {
    this.timeout(600_000);
    const { inputs, complete, parsers, findings } = await runCampaign({
      seed: 1,
      count: 4000,
      threads: 1,
      mostMilliseconds: null,
      hangMilliseconds,
      heapMegabytes: 256,
      processMegabytes: 4000,
      progress: () => {},
    });
    expect(findings).to.deep.equal([]);
    expect(complete).to.equal(true);
    expect(inputs).to.be.at.least(4000);
    expect(Object.keys(parsers)).to.have.members(targets.map(({ name }) => name));
    for (const { accepted, faulty, unreadable } of Object.values(parsers)) {
      expect(Math.min(accepted, faulty, unreadable)).to.be.greaterThan(0);
    }
  });

  it('are the same for the same seed and number, and others for another one', async () => {
    for (const target of targets) {
      const [one, again, other] = await Promise.all([1, 1, 2].map((seed) => Inputs.of(target, seed)));
      const all = (inputs: Inputs | undefined) =>
        Array.from({ length: 30 }, (_, number) => inputs?.input(number).bytes.toString('latin1'));
      expect(all(one)).to.deep.equal(all(again)).and.not.to.deep.equal(all(other));
    }
  });
});
