import { expect } from 'chai';
import type { UninvoicedLine } from '../../lib/store/packing-slips';
import { SlipMemory } from '../../lib/store/slip-memory';

const line = (slipId: number): UninvoicedLine => ({
  slipId,
  packingSlip: `PS-${slipId}`,
  warehouse: 'MAIN',
  slipLine: 1,
  orderId: 1,
  line: 1,
  quantity: 1000,
  cost: 1,
});
const slip = (slipId: number, lines = 1) => ({ stamp: 7, lines: Array.from({ length: lines }, () => line(slipId)) });

describe('the memory of packing slips', () => {
  it('hands slips over once, each once, and all of them or none', () => {
    const memory = new SlipMemory();
    for (const slipId of [1, 2, 3]) memory.keep(slipId, slip(slipId));
    expect(memory.take([2, 1, 2])).to.deep.equal([slip(2), slip(1)]);
    expect(memory.take([1])).to.equal(undefined);
    expect(memory.take([3, 4])).to.equal(undefined);
    expect(memory.take([3])).to.equal(undefined);
    expect(memory.take([])).to.deep.equal([]);
  });

  it('remembers one without lines, and none that is long', () => {
    const memory = new SlipMemory();
    memory.keep(1, slip(1, 0));
    memory.keep(2, slip(2, 101));
    expect(memory.take([1])).to.deep.equal([slip(1, 0)]);
    expect(memory.take([2])).to.equal(undefined);
  });

  it('forgets the oldest when there are too many', () => {
    const memory = new SlipMemory();
    for (let slipId = 1; slipId <= 5_001; slipId++) memory.keep(slipId, slip(slipId));
    expect(memory.take([1])).to.equal(undefined);
    expect(memory.take([2, 5_001])).to.have.length(2);
  });
});
