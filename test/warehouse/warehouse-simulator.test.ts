import { readFileSync } from 'node:fs';
import { expect } from 'chai';
import { flowFile, nextOrder, SimulatorUnderTest, type Slip, slipNumber, takeSlip } from './simulator-under-test';
import { json } from './small-server';

const kindsOf = (outcomes: readonly { readonly kind: string }[]) => outcomes.map(({ kind }) => kind);

describe('warehouse simulator', () => {
  const simulator = SimulatorUnderTest.inHooks();

  it('consists of nodes that every Node-RED has, and of no wire that leads nowhere', () => {
    const nodes = JSON.parse(readFileSync(flowFile, 'utf8')) as { id: string; type: string; wires?: string[][] }[];
    const stock = 'tab group comment debug inject catch change switch function delay'.split(' ');
    const types = new Set([...stock, 'http in', 'http response', 'http request', 'link in', 'link out']);
    expect(nodes.filter(({ type }) => !types.has(type))).to.deep.equal([]);
    const ids = nodes.map(({ id }) => id);
    expect(new Set(ids).size).to.equal(ids.length);
    for (const id of ids) expect(id).to.match(/^[0-9a-f]{16}$/);
    expect(nodes.flatMap(({ wires }) => wires?.flat() ?? []).filter((id) => !ids.includes(id))).to.deep.equal([]);
  });

  it('acknowledges an order and reports its packing slip', async () => {
    const order = nextOrder();
    const outcome = await simulator.ship(order);
    expect(outcome).to.deep.equal({ key: order.key, kind: 'acknowledged', reference: `WH-${order.salesOrder}-1` });
    const [slip] = await simulator.slips(order);
    const { salesOrder, release } = order;
    expect(slip?.shippedAt).to.match(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);
    expect(slip).to.deep.equal({
      warehouse: 'MAIN',
      packingSlip: slipNumber(order),
      shippedAt: slip?.shippedAt,
      lines: order.lines.map((line) => ({ salesOrder, release, ...line })),
    });
    expect(simulator.house.received[0]).to.include({ method: 'POST', path: '/o2c/deliveries' });
    expect(simulator.house.received[0]?.headers.authorization).to.equal('Bearer key-of-the-warehouse');
  });

  it('ships after the delay', async () => {
    await simulator.behave({ delayMs: 300 });
    const order = nextOrder();
    const start = performance.now();
    await simulator.ship(order);
    await simulator.slips(order);
    expect(performance.now() - start).to.be.at.least(290);
  });

  it('knows a key again: the same reference, one shipment', async () => {
    const order = nextOrder();
    const outcomes = await simulator.client().ship([order, order, order]);
    expect(new Set(outcomes.map((outcome) => JSON.stringify(outcome))).size).to.equal(1);
    await simulator.slips(order);
    expect(await simulator.ship(order)).to.deep.equal(outcomes[0]);
    await simulator.shipAnother();
    expect(simulator.slipsSoFar(order)).to.have.length(1);
  });

  it('takes a batch, and ships each order of it once', async () => {
    const orders = Array.from({ length: 500 }, nextOrder);
    const outcomes = await simulator.client({ batch: true }).ship(orders);
    expect(outcomes.every(({ kind }) => kind === 'acknowledged')).to.equal(true);
    await simulator.slipsReceived(500);
    await simulator.atRest();
    expect(new Set(simulator.house.received.map(({ body }) => (body as Slip).packingSlip)).size).to.equal(500);
    expect(simulator.house.received).to.have.length(500);
  });

  it('refuses what it cannot read', async () => {
    const order = nextOrder();
    expect(await simulator.ship({ ...order, lines: [] })).to.include({ kind: 'refused', status: 400 });
    expect(kindsOf(await simulator.client({ batch: true }).ship([{ ...order, lines: [] }, nextOrder()]))).to.deep.equal(
      ['refused', 'acknowledged'],
    );
  });

  it('reports the slip again, unchanged, until it is taken', async () => {
    const [down, broken] = [nextOrder(), nextOrder()];
    const tried = new Set<string>();
    simulator.answerSlips((request, response) => {
      const { packingSlip } = request.body as Slip;
      if (tried.has(packingSlip)) takeSlip(request, response);
      else if (packingSlip === slipNumber(down)) json(response, 503, {});
      else response.socket?.resetAndDestroy();
      tried.add(packingSlip);
    });
    await simulator.client().ship([down, broken]);
    for (const order of [down, broken]) {
      const [first, second] = await simulator.slips(order, 2);
      expect(second).to.deep.equal(first);
    }
  });

  it('stops when the slip is refused for good', async () => {
    await simulator.atRest();
    const { done } = (await simulator.look()).orders;
    simulator.answerSlips((_, response) => json(response, 422, {}));
    const order = nextOrder();
    await simulator.ship(order);
    await simulator.atRest();
    expect((await simulator.look()).orders.done).to.equal(done + 1);
    expect(simulator.slipsSoFar(order)).to.have.length(1);
  });

  describe('told to', () => {
    it('fail: it answers 503 to everything', async () => {
      await simulator.behave({ mode: 'fail' });
      const order = nextOrder();
      expect(await simulator.ship(order)).to.include({ kind: 'unknown', cause: 'answered 503: The warehouse is down' });
      expect(kindsOf(await simulator.client({ batch: true }).ship([order, nextOrder()]))).to.deep.equal([
        'unknown',
        'unknown',
      ]);
      expect(await simulator.client().cancel(order.key)).to.include({ kind: 'unknown' });
    });

    it('refuse: it answers 422 in its words', async () => {
      await simulator.behave({ mode: 'refuse', words: 'Closed for stocktaking' });
      const order = nextOrder();
      const refused = { kind: 'refused', status: 422, words: 'Closed for stocktaking' };
      expect(await simulator.ship(order)).to.include(refused);
      const [first] = await simulator.client({ batch: true }).ship([order]);
      expect(first).to.include(refused);
    });

    it('time-out: it says nothing, and takes nothing', async () => {
      await simulator.behave({ mode: 'time-out' });
      const hasty = simulator.client({ timeoutMs: 200 });
      const order = nextOrder();
      const [outcome] = await hasty.ship([order]);
      expect(outcome).to.include({ kind: 'unknown', cause: 'no answer within 200 ms' });
      expect(await hasty.cancel(order.key)).to.include({ kind: 'unknown' });
      expect((await simulator.look()).orders).to.include({ waiting: 0, reporting: 0 });
      expect(simulator.house.received).to.have.length(0);
    });

    it('time-out and take the order all the same: it ships once, also when the key comes again', async () => {
      await simulator.behave({ mode: 'time-out', takesOrders: true, delayMs: 0 });
      const client = simulator.client();
      const order = nextOrder();
      const shipping = client.ship([order]);
      await simulator.slips(order);
      client.close(); // sooner than its time-out
      expect(kindsOf(await shipping)).to.deep.equal(['unknown']);
      await simulator.behave({ delayMs: 0 });
      expect(await simulator.ship(order)).to.include({ kind: 'acknowledged', reference: `WH-${order.salesOrder}-1` });
      await simulator.shipAnother();
      expect(simulator.slipsSoFar(order)).to.have.length(1);
    });

    it('repeat: it reports the same slip twice', async () => {
      await simulator.behave({ mode: 'repeat', delayMs: 0 });
      const order = nextOrder();
      await simulator.ship(order);
      const [first, second] = await simulator.slips(order, 2);
      expect(second).to.deep.equal(first);
    });

    it('short: it ships a part of each line, and says that it is final', async () => {
      await simulator.behave({ mode: 'short', delayMs: 0, shortQuantity: '1.5' });
      const order = nextOrder();
      await simulator.ship(order);
      const [slip] = await simulator.slips(order);
      expect(slip?.final).to.equal(true);
      expect(slip?.lines.map((line) => line.quantity)).to.deep.equal(['3.5', '0.25']);
    });

    it('hold: it ships when the mode has changed', async () => {
      await simulator.behave({ mode: 'hold', delayMs: 0 });
      const order = nextOrder();
      expect(await simulator.ship(order)).to.include({ kind: 'acknowledged' });
      expect((await simulator.look()).orders.waiting).to.equal(1);
      const freed = new Date().toISOString();
      await simulator.behave({ mode: 'normal' });
      const [slip] = await simulator.slips(order);
      expect((slip?.shippedAt ?? '') >= freed).to.equal(true);
    });

    it('do what it does not know: it says what is wrong and goes on as before', async () => {
      for (const wrong of [
        { mode: 'lazy' },
        { delayMs: -1 },
        { shortQuantity: 'all' },
        { speed: 9 },
        { takesOrders: 1 },
      ]) {
        const { status, body } = await simulator.behave(wrong);
        expect(status).to.equal(400);
        expect(body.title).to.be.a('string');
      }
      expect(await simulator.look()).to.include({ mode: 'normal', delayMs: 0 });
    });
  });

  describe('asked to cancel', () => {
    it('agrees while the goods are here, and ships them no more', async () => {
      await simulator.behave({ mode: 'hold', delayMs: 0 });
      const order = nextOrder();
      await simulator.ship(order);
      expect(await simulator.client().cancel(order.key)).to.deep.equal({ kind: 'agreed' });
      expect(await simulator.client().cancel(order.key)).to.deep.equal({ kind: 'agreed' });
      await simulator.behave({ delayMs: 0 });
      await simulator.shipAnother();
      expect(simulator.slipsSoFar(order)).to.have.length(0);
      expect(await simulator.ship(order)).to.include({ kind: 'refused', status: 409 });
    });

    it('refuses when they have left', async () => {
      const order = nextOrder();
      await simulator.ship(order);
      await simulator.slips(order);
      const refused = await simulator.client().cancel(order.key);
      expect(refused).to.deep.equal({
        kind: 'refused',
        status: 409,
        words: `Already shipped with ${slipNumber(order)}`,
      });
    });

    it('agrees for a key that never came, and refuses its order should it come late', async () => {
      const order = nextOrder();
      expect(await simulator.client().cancel(order.key)).to.deep.equal({ kind: 'agreed' });
      expect(await simulator.ship(order)).to.include({
        kind: 'refused',
        status: 409,
        words: 'This order was cancelled',
      });
    });
  });

  it('ships what was left when the flows are deployed again', async () => {
    await simulator.behave({ delayMs: 1_500 });
    const order = nextOrder();
    await simulator.ship(order);
    const deployed = await fetch(`${simulator.nodeRed.url}/flows`, {
      method: 'POST',
      headers: { 'Node-RED-Deployment-Type': 'reload' },
    });
    expect(deployed.status).to.equal(204);
    await simulator.slips(order);
  });

  describe('after all that', () => {
    it('logs nothing but its start', () => {
      expect(simulator.nodeRed.log()).not.to.match(/\[error\]|key-of-the-warehouse/);
    });
  });
});
