import { appendFileSync, existsSync, readFileSync } from 'node:fs';
import { expect } from 'chai';
import { nextOrder, SimulatorUnderTest, slipNumber } from './simulator-under-test';
import { json } from './small-server';

describe('the journal of the warehouse simulator', () => {
  const simulator = SimulatorUnderTest.inHooks({ hasJournal: true });
  const keysInJournal = (): string[] =>
    readFileSync(simulator.journal, 'utf8')
      .split('\n')
      .filter(Boolean)
      .map((line) => JSON.parse(line).key);

  it('has an order before it is acknowledged, and ships it after the process was killed', async () => {
    await simulator.behave({ mode: 'hold' });
    const order = nextOrder();
    const outcome = await simulator.ship(order);
    expect(keysInJournal()).to.deep.equal([order.key]);
    await simulator.restart();
    expect(await simulator.ship(order)).to.deep.equal(outcome);
    await simulator.slips(order);
    await simulator.shipAnother();
    expect(simulator.slipsSoFar(order)).to.have.length(1);
  });

  it('has a slip before it is reported: after the process was killed it is the same one', async () => {
    simulator.answerSlips((_, response) => json(response, 503, {}));
    const order = nextOrder();
    await simulator.ship(order);
    const [before] = await simulator.slips(order);
    await simulator.restart();
    const again = await simulator.slips(order, simulator.slipsSoFar(order).length + 1);
    expect(again.at(-1)).to.deep.equal(before);
    expect(await simulator.client().cancel(order.key)).to.include({
      kind: 'refused',
      words: `Already shipped with ${slipNumber(order)}`,
    });
  });

  it('forgets what has left or was cancelled, and has no rest of a line that was torn off', async () => {
    await simulator.behave({ mode: 'hold' });
    const [waits, cancelled] = [nextOrder(), nextOrder()];
    await simulator.client().ship([waits, cancelled]);
    await simulator.client().cancel(cancelled.key);
    await simulator.restart(() => appendFileSync(simulator.journal, '\n{"key":"SO-9/1","reference":"WH'));
    while (keysInJournal().includes(cancelled.key)) await simulator.look(); // written anew while the flows start
    expect(keysInJournal()).to.include(waits.key);
    expect(existsSync(`${simulator.journal}.part`)).to.equal(false);
    await simulator.slips(waits);
    await simulator.shipAnother();
    expect(simulator.slipsSoFar(cancelled)).to.deep.equal([]);
    await simulator.atRest();
    await simulator.restart();
    while (keysInJournal().length > 0) await simulator.look();
  });

  it('is not spoilt for the next order by a line that was torn off', async () => {
    await simulator.behave({ mode: 'hold' });
    appendFileSync(simulator.journal, '\n{"key":"SO-9/1","refer');
    const order = nextOrder();
    await simulator.ship(order);
    await simulator.restart();
    await simulator.slips(order);
  });
});
