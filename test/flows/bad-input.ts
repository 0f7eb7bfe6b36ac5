import { expect } from 'chai';
import { anOrder, type Keys, nextPo } from './company';
import type { Answer, Product } from './product';

export function badInput(product: () => Product, keys: () => Keys): void {
  const post = (body: unknown, headers: Record<string, string> = {}, key?: string | null) =>
    product().call('POST', '/o2c/orders', { key: key === undefined ? keys().shop : key, headers, body });
  const line = (changes: string) => `{"poNumber":"${nextPo()}","customer":"C-1","lines":[{"sku":"A",${changes}}]}`;
  const messages = async (): Promise<number> =>
    Number((await product().call('GET', '/o2c/inbox?limit=1')).body.inbox[0]?.inboxId ?? 0);

  function expectProblem(answer: Answer, status: number, ...faults: [path: string, code: string][]): void {
    expect(answer.type).to.match(/^application\/problem\+json/);
    expect(answer.status, JSON.stringify(answer.body)).to.equal(status);
    expect(
      answer.body.errors.map(({ path, code }: { path: string; code: string }) => [path, code]),
    ).to.deep.include.members(faults);
    expect(JSON.stringify(answer.body)).to.not.match(/node_modules|\.js:\d/);
  }

  it('says where broken JSON is broken', async () => {
    const answer = await post('{"poNumber": "PO-X",\n  "customer": }');
    expectProblem(answer, 400);
    expect(answer.body.code).to.equal('unreadable');
    expect(answer.body.detail).to.match(/line 2, column 15/);
  });

  it('finds every fault of an order', async () => {
    const order = {
      poNumber: 7,
      customer: 'C-1',
      colour: 'red',
      lines: [{ sku: 'A', quantity: '-1' }, { quantity: 'many' }],
    };
    expectProblem(
      await post(order),
      422,
      ['/colour', 'unknown-field'],
      ['/lines/1/sku', 'missing-field'],
      ['/lines/1/quantity', 'not-a-number'],
    );
    const both = { ...order, poNumber: nextPo(), customer: 'C-404', lines: [{ sku: 'NO-1', quantity: '-1' }] };
    expectProblem(
      await post(both),
      422,
      ['/colour', 'unknown-field'],
      ['/lines/0/quantity', 'out-of-range'],
      ['/customer', 'unknown-customer'],
      ['/lines/0/sku', 'unknown-sku'],
    );
    const unknown = anOrder({
      customer: 'C-404',
      lines: [
        { sku: 'NO-1', quantity: '1' },
        { sku: 'NO-2', quantity: '1' },
      ],
    });
    expectProblem(
      await post(unknown),
      422,
      ['/customer', 'unknown-customer'],
      ['/lines/0/sku', 'unknown-sku'],
      ['/lines/1/sku', 'unknown-sku'],
    );
  });

  it('refuses numbers that it would have to guess or round', async () => {
    for (const [quantity, status] of [
      ['1e308', 422],
      ['-1e308', 422],
      ['1e-400', 422],
      ['0.0001', 422],
      ['-3', 422],
      ['0', 422],
      ['12345678901234567890', 422],
      ['NaN', 400],
      ['"1,5"', 422],
    ] as const) {
      const answer = await post(line(`"quantity":${quantity}`));
      expectProblem(answer, status);
      if (status === 422) expect(answer.body.errors[0].path, quantity).to.equal('/lines/0/quantity');
    }
    const { status, body } = await post(line('"quantity":1.50,"unitPrice":10.0000'));
    expect([status, body.lines[0].quantity, body.lines[0].unitPrice]).to.deep.equal([201, '1.5', '10.00']);
  });

  it('is not harmed by hostile JSON', async () => {
    expectProblem(await post(`${'['.repeat(100_000)}${']'.repeat(100_000)}`), 400, ...([] as [string, string][]));
    expectProblem(await post(line('"quantity":"1","__proto__":{"admin":true}')), 422, [
      '/lines/0/__proto__',
      'unknown-field',
    ]);
    expectProblem(await post('{"__proto__":{"x":1},"constructor":1}'), 422, ['/__proto__', 'unknown-field']);
    expectProblem(
      await post(`{"poNumber":"P","poNumber":"Q","customer":"C-1","lines":[{"sku":"A","quantity":"1"}]}`),
      422,
      ['/poNumber', 'duplicate-key'],
    );
    expectProblem(await post(Buffer.from([0x22, 0xff, 0xfe, 0x22])), 400);
    expectProblem(await post(''), 400);
    expect(product().isAlive).to.equal(true);
  });

  it('refuses content types that it does not take, without keeping anything', async () => {
    const before = await messages();
    for (const type of [
      'text/html',
      'application/x-www-form-urlencoded',
      'multipart/form-data; boundary=x',
      'application/xml',
      'nonsense',
    ]) {
      expectProblem(await post('a=b', { 'content-type': type }), 415);
    }
    expect(await messages()).to.equal(before);
  });

  it('refuses strangers and their bodies', async () => {
    const before = await messages();
    expectProblem(await post(anOrder(), {}, null), 401);
    expectProblem(await post(anOrder(), {}, 'o2c_wrong_0123456789012345678901234567890'), 401);
    expectProblem(await post(anOrder(), {}, keys().auditor), 403);
    expectProblem(await post(anOrder(), { 'x-o2c-partner': 'RIVAL' }), 403);
    expectProblem(await post('{"broken', {}, null), 401);
    expect(await messages()).to.equal(before);
  });

  it('stops reading at the limit, announced or not', async () => {
    const before = await messages();
    const { body: settings } = await product().call('GET', '/o2c/settings');
    const limit = settings.settings.limits.bytes as number;
    const blanks = Buffer.alloc(65_536, ' ');
    let sent = 0;
    const endless = new ReadableStream({
      pull(controller) {
        sent += blanks.length;
        controller.enqueue(blanks);
        if (sent > 10 * limit) controller.close();
      },
    });
    expectProblem(await post(Buffer.alloc(limit + 1, ' ')), 413);
    await post(endless).then(
      (answer) => expectProblem(answer, 413),
      (error: unknown) => expect(String(error)).to.match(/fetch failed/), // the connection ended while it was still sending
    );
    expect(sent).to.be.below(5 * limit);
    expect(await messages()).to.equal(before);
  });

  it('keeps what it took, also when it was rejected', async () => {
    const before = await messages();
    await post(line('"quantity":"none"'));
    await post('{"broken');
    const { body } = await product().call('GET', '/o2c/inbox?limit=2', { key: keys().operations });
    expect(body.inbox.map(({ state }: { state: string }) => state)).to.deep.equal(['rejected', 'rejected']);
    expect(Number(body.inbox[0].inboxId)).to.equal(before + 2);
  });

  it('tells identities apart', async () => {
    const key = nextPo();
    const order = anOrder();
    expect((await post(order, { 'idempotency-key': key })).status).to.equal(201);
    expectProblem(await post(anOrder(), { 'idempotency-key': key }), 409);
    expectProblem(await post({ ...order, lines: [{ sku: 'B', quantity: '9' }] }), 409);
    expect((await post(order)).status).to.equal(200);
  });

  it('hides what belongs to another partner', async () => {
    const { body } = await post(anOrder());
    for (const [method, path] of [
      ['GET', ''],
      ['POST', '/cancel'],
      ['POST', '/cancel'],
    ] as const) {
      expectProblem(await product().call(method, `/o2c/orders/${body.salesOrder}${path}`, { key: keys().rival }), 404);
    }
    expectProblem(await product().call('GET', `/o2c/inbox/${body.source.inboxId}`, { key: keys().rival }), 404);
    expect((await product().call('GET', '/o2c/orders?limit=500', { key: keys().rival })).body.orders).to.deep.equal([]);
    expectProblem(await post(anOrder({ customer: 'C-1' }), {}, keys().rival), 422, ['/customer', 'unknown-customer']);
  });

  it('reads all other bodies as carefully', async () => {
    const slip = `{"warehouse":"MAIN","packingSlip":"${nextPo()}","lines":[{"salesOrder":"SO-999999","line":1,"quantity":`;
    for (const [path, body, status, place] of [
      ['/o2c/deliveries', `${slip}1e-400}]}`, 422, '/lines/0/quantity'],
      ['/o2c/deliveries', `${slip}-1}]}`, 422, '/lines/0/quantity'],
      ['/o2c/deliveries', `${slip}`, 400, undefined],
      ['/o2c/deliveries', '[]x', 400, undefined],
      ['/o2c/deliveries/cancellations', '{"salesOrder":7}', 422, '/salesOrder'],
      [
        '/o2c/payments',
        '{"reference":"R","customer":"C-1","amount":12345678901234567.10,"currency":"EUR"}',
        422,
        '/amount',
      ],
      ['/o2c/payments', '{"reference":"R","customer":"C-1","amount":1e308,"currency":"EUR"}', 422, '/amount'],
      ['/o2c/payments', '{"reference":"R","customer":"C-404","amount":"1.00","currency":"EUR"}', 422, '/customer'],
      ['/o2c/payments', '"nonsense"', 422, ''],
    ] as const) {
      const answer = await product().call('POST', path, { body });
      expectProblem(answer, status);
      if (place !== undefined) expect(answer.body.errors[0].path, body).to.equal(place);
    }
    for (const body of ['{"sku":', '{"sku":"A","sku":"B"}', '[[[[[[[[[[7]]]]]]]]]]', 'null', '{"__proto__":1}']) {
      const answer = await product().call('PUT', '/o2c/master/products', { body });
      expect([400, 422], body).to.include(answer.status);
    }
    expectProblem(
      await product().call('PUT', '/o2c/master/customers', { body: 'a=b', headers: { 'content-type': 'text/plain' } }),
      415,
    );
    expectProblem(
      await product().call('POST', '/o2c/keys', { body: { role: 'king', name: '' } }),
      422,
      ['/role', 'out-of-range'],
      ['/name', 'missing-field'],
    );
  });

  it('refuses what no database keeps, wherever it stands', async () => {
    const zero = '%00';
    for (const path of [
      '/o2c/orders?partner=',
      '/o2c/orders?customer=',
      '/o2c/orders?poNumber=',
      '/o2c/orders?status=',
      '/o2c/inbox?text=',
      '/o2c/messages?poNumber=',
      '/o2c/answers?kind=',
      '/o2c/exceptions?kind=',
      '/o2c/jobs?partner=',
      '/o2c/ledger?from=',
      '/o2c/reports/sources?to=',
    ]) {
      const name = path.slice(path.indexOf('?') + 1, -1);
      for (const value of [zero, '']) {
        const answer = await product().call('GET', `${path}${value}`);
        expectProblem(answer, 422);
        expect(answer.body.errors[0].path, path).to.equal(`/${name}`);
      }
    }
    for (const path of ['/o2c/invoices/', '/o2c/credit-notes/', '/o2c/orders/', '/o2c/inbox/', '/o2c/answers/'])
      expectProblem(await product().call('GET', `${path}${zero}`), 404);
    expectProblem(await product().call('DELETE', `/o2c/keys/${zero}`), 404);
    for (const odd of ['\\u0000', '\\ud800']) {
      for (const [method, path, body] of [
        ['POST', '/o2c/orders', `{"poNumber":"P${odd}","customer":"C-1","lines":[{"sku":"A","quantity":"1"}]}`],
        ['POST', '/o2c/orders', `{"poNumber":"P","customer":"C${odd}","lines":[{"sku":"A${odd}","quantity":"1"}]}`],
        ['POST', '/o2c/orders', `{"P${odd}":"P","customer":"C-1","lines":[{"sku":"A","quantity":"1"}]}`],
        ['POST', '/o2c/orders/SO-000001/hold', `{"reason":"${odd}"}`],
        ['POST', '/o2c/orders/SO-000001/reject', `{"warehouse":"MAIN","packingSlip":"P${odd}"}`],
        ['POST', '/o2c/orders/SO-000001/reject', `{"warehouse":"MAIN","packingSlip":"P","note":"${odd}"}`],
        ['POST', '/o2c/deliveries', `{"warehouse":"MAIN","packingSlip":"${odd}","salesOrder":"SO-1","final":true}`],
        ['POST', '/o2c/deliveries/cancellations', `{"salesOrder":"${odd}","release":1,"cancelled":true}`],
        ['POST', '/o2c/payments', `{"reference":"R${odd}","customer":"C-1","amount":"1.00","currency":"EUR"}`],
        ['POST', '/o2c/keys', `{"role":"auditor","name":"A${odd}"}`],
        ['POST', '/o2c/keys', `{"replaces":"A${odd}"}`],
        ['POST', '/o2c/keys', `{"A${odd}":1}`],
        ['PUT', '/o2c/master/customers', `{"customer":"C${odd}","name":"C","currency":"EUR"}`],
        ['PUT', '/o2c/master/partners', `{"partner":"P","name":"P","channels":[],"skuMap":{"A${odd}":"A"}}`],
        ['PUT', '/o2c/settings', `{"basedOn":1,"settings":{"defaultWarehouse":"A${odd}","timeZone":"${odd}"}}`],
      ] as const) {
        const answer = await product().call(method, path, { body });
        expect([400, 404, 409, 422], `${method} ${path} ${body}: ${JSON.stringify(answer.body)}`).to.include(
          answer.status,
        );
      }
    }
    for (const headers of [
      { 'x-o2c-partner': 'N'.repeat(8_000) },
      { 'x-o2c-partner': 'N\u00fc' },
      { 'idempotency-key': '\u00fc\u00ff' },
      { 'content-type': 'application/json; charset="\u00ff"' },
    ] as Record<string, string>[]) {
      const answer = await product().call('POST', '/o2c/orders', { headers, body: JSON.stringify(anOrder()) });
      expect(answer.status, JSON.stringify(answer.body)).to.be.below(500);
    }
  });

  it('is alive and well after all that', async () => {
    expect((await product().call('GET', '/o2c/health', { key: null })).status).to.equal(200);
    expect(product().output).to.not.match(/Uncaught|UnhandledPromise|at .*\.js:\d+/);
  });
}
