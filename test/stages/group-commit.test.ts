import { expect } from 'chai';
import { TechnicalFault } from '../../lib/domain/faults';
import { GroupCommit, type GroupCommitOptions } from '../../lib/stages/group-commit';
import type { FailureClass } from '../../lib/store/dialect';

class Failure extends Error {
  constructor(readonly failure: FailureClass) {
    super(`a fault of the class ${failure}`);
  }
}

const options: GroupCommitOptions = {
  batch: 100,
  queue: 1000,
  lanes: 1,
  classify: (error) => (error instanceof Failure ? error.failure : 'fault'),
  patience: 0,
};

/** A promise that a test settles by hand. */
function gate(): { readonly passed: Promise<void>; open(): void } {
  let open: () => void = () => undefined;
  const passed = new Promise<void>((resolve) => {
    open = resolve;
  });
  return { passed, open };
}

const range = (count: number): number[] => Array.from({ length: count }, (_, i) => i);
const doubled = (items: readonly number[]): number[] => items.map((item) => 2 * item);
const codeOf = async (work: Promise<unknown>): Promise<unknown> => {
  try {
    return await work;
  } catch (error) {
    return error instanceof TechnicalFault ? error.code : (error as Error).message;
  }
};

describe('group commit', () => {
  let batches: number[][];
  let work: (items: number[]) => Promise<number[]> | number[];
  const queueWith = (more: Partial<GroupCommitOptions> = {}) =>
    new GroupCommit<number, number>(
      async (items) => {
        batches.push(items);
        return work(items);
      },
      { ...options, ...more },
    );
  const submitAll = (queue: GroupCommit<number, number>, items: readonly number[]) =>
    Promise.all(items.map((item) => queue.submit(item)));

  beforeEach(() => {
    batches = [];
    work = doubled;
  });

  it('gives each item its own result; items of one turn share a transaction', async () => {
    expect(await submitAll(queueWith(), range(50))).to.deep.equal(doubled(range(50)));
    expect(batches).to.deep.equal([range(50)]);
  });

  it('lets what comes while a transaction runs wait for the next one and share it', async () => {
    const first = gate();
    work = async (items) => {
      if (batches.length === 1) await first.passed;
      return doubled(items);
    };
    const queue = queueWith();
    const one = queue.submit(0);
    await new Promise(setImmediate);
    const others = range(30).map((item) => queue.submit(item));
    expect(queue.depth).to.equal(31);
    first.open();
    expect([await one, ...(await Promise.all(others))]).to.deep.equal([0, ...doubled(range(30))]);
    expect(batches.map(({ length }) => length)).to.deep.equal([1, 30]);
    expect(queue.depth).to.equal(0);
  });

  it('takes at most a batch at once, on as many lanes as it has', async () => {
    const all = gate();
    let most = 0;
    let running = 0;
    work = async (items) => {
      most = Math.max(most, ++running);
      if (most === 3) all.open(); // the test ends only if three run at once
      await all.passed;
      running -= 1;
      return doubled(items);
    };
    expect(await submitAll(queueWith({ batch: 10, lanes: 3 }), range(95))).to.deep.equal(doubled(range(95)));
    expect(most).to.equal(3);
    expect(Math.max(...batches.map(({ length }) => length))).to.equal(10);
  });

  it('opens no second lane for few items, unless it is told to', async () => {
    for (const { opensLane, expected } of [
      { opensLane: undefined, expected: [[0], [1, 2, 3]] },
      { opensLane: 2, expected: [[0], [1, 2], [3]] },
    ]) {
      batches = [];
      const first = gate();
      work = async (items) => {
        if (items[0] === 0) await first.passed;
        return doubled(items);
      };
      const queue = queueWith({ lanes: 2, batch: 100, ...(opensLane === undefined ? {} : { opensLane }) });
      const results = [queue.submit(0)];
      await new Promise(setImmediate);
      results.push(queue.submit(1), queue.submit(2));
      await new Promise(setImmediate);
      await new Promise(setImmediate);
      results.push(queue.submit(3));
      await new Promise(setImmediate);
      first.open();
      await Promise.all(results);
      expect(batches, `opens a lane at ${opensLane}`).to.deep.equal(expected);
    }
  });

  it('splits a batch that fails on its data until the culprit stands alone', async () => {
    const culprits = new Set([3, 61]);
    work = (items) => {
      if (items.some((item) => culprits.has(item))) throw new Failure('data');
      return doubled(items);
    };
    const queue = queueWith();
    const results = await Promise.allSettled(range(64).map((item) => queue.submit(item)));
    expect(results.flatMap(({ status }, i) => (status === 'rejected' ? [i] : []))).to.deep.equal([3, 61]);
    expect(results[62]).to.deep.equal({ status: 'fulfilled', value: 124 });
    expect(batches.length).to.be.lessThan(30);
    expect(await queue.submit(7)).to.equal(14);
  });

  for (const failure of ['conflict', 'fault'] as const) {
    it(`tells a ${failure} to all items of the batch, without trying the rows one by one`, async () => {
      work = () => {
        throw new Failure(failure);
      };
      const queue = queueWith();
      const results = await Promise.all(range(8).map((item) => codeOf(queue.submit(item))));
      expect(new Set(results)).to.deep.equal(new Set([`a fault of the class ${failure}`]));
      expect(batches).to.have.length(1);
      work = doubled;
      expect(await queue.submit(1)).to.equal(2);
    });
  }

  it('waits for a database that is away, and keeps the batch', async () => {
    work = (items) => {
      if (batches.length < 3) throw new Failure('away');
      return doubled(items);
    };
    expect(await submitAll(queueWith({ patience: 60_000 }), range(5))).to.deep.equal(doubled(range(5)));
    expect(batches).to.deep.equal([range(5), range(5), range(5)]);
  });

  it('says store-away at once where nobody can wait, and when the patience ends', async () => {
    const { now } = Date;
    work = () => {
      if (batches.length === 4) Date.now = () => now() + 60_000; // the patience ends with the third try of the second one
      throw new Failure('away');
    };
    try {
      expect(await codeOf(queueWith({ patience: 0 }).submit(1))).to.equal('store-away');
      expect(batches).to.have.length(1);
      expect(await codeOf(queueWith({ patience: 60_000 }).submit(1))).to.equal('store-away');
      expect(batches).to.have.length(4);
    } finally {
      Date.now = now;
    }
  });

  it('refuses one more than may wait', async () => {
    const queue = queueWith({ queue: 10 });
    const results = await Promise.all(range(12).map((item) => codeOf(queue.submit(item))));
    expect(results).to.deep.equal([...doubled(range(10)), 'queue-full', 'queue-full']);
    expect(await queue.submit(4)).to.equal(8);
  });

  it('finishes what it has taken when it closes, and takes nothing more', async () => {
    const first = gate();
    work = async (items) => {
      await first.passed;
      return doubled(items);
    };
    const queue = queueWith({ batch: 5 });
    const taken = submitAll(queue, range(20));
    let closed = false;
    const closing = queue.close().then(() => {
      closed = true;
    });
    expect(await codeOf(queue.submit(1))).to.equal('closing');
    await new Promise(setImmediate);
    expect(closed).to.equal(false);
    first.open();
    expect(await taken).to.deep.equal(doubled(range(20)));
    await closing;
    expect(batches).to.have.length(4);
    await queue.close();
  });

  it('does not wait for a database that is away while it closes', async () => {
    work = () => {
      throw new Failure('away');
    };
    const queue = queueWith({ patience: 60_000 });
    const waiting = codeOf(queue.submit(1));
    await new Promise(setImmediate);
    await queue.close();
    expect(await waiting).to.equal('store-away');
  });
});
