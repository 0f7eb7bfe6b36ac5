import { once } from 'node:events';
import { connect } from 'node:net';
import { expect } from 'chai';
import { anOrder, type Keys, nextPo } from './company';
import { adminKey, type Product } from './product';

/** What HTTP itself asks of the API, and what it asks of its callers. */
export function httpManners(product: () => Product, keys: () => Keys): void {
  const ask = (method: string, path: string, headers: Record<string, string> = {}) =>
    fetch(`${product().url}${path}`, { method, headers: { 'x-api-key': adminKey, ...headers } });

  /** Sends bytes as they are and gives the whole answer, in one piece or in chunks, or until `enough` is there; the server keeps its connection open. */
  async function raw(text: string, enough = /\r\n\r\n[\s\S]*\}(\r\n0\r\n\r\n)?$/): Promise<string> {
    const socket = connect(Number(product().port), '127.0.0.1');
    await once(socket, 'connect');
    socket.setEncoding('utf8').write(text);
    let answer = '';
    for await (const part of socket) {
      answer += part;
      if (enough.test(answer)) break;
    }
    socket.destroy();
    return answer;
  }

  it('says which methods an address takes', async () => {
    const allowed = 'GET, HEAD, POST, OPTIONS';
    const wrong = await ask('PUT', '/o2c/orders');
    expect([wrong.status, wrong.headers.get('allow')]).to.deep.equal([405, allowed]);
    expect(wrong.headers.get('content-type')).to.match(/^application\/problem\+json/);
    expect(((await wrong.json()) as { code: string }).code).to.equal('method-not-allowed');
    const keysWithoutOne = await ask('DELETE', '/o2c/keys');
    expect([keysWithoutOne.status, keysWithoutOne.headers.get('allow')]).to.deep.equal([405, allowed]);
    const options = await ask('OPTIONS', '/o2c/orders');
    expect([options.status, options.headers.get('allow'), await options.text()]).to.deep.equal([204, allowed, '']);
    expect((await ask('OPTIONS', '/o2c/nothing')).status).to.equal(404);
    const head = await ask('HEAD', '/o2c/orders?limit=1');
    expect([head.status, await head.text()]).to.deep.equal([200, '']);
    expect((await ask('HEAD', '/o2c/nothing')).status).to.equal(404);
  });

  it('takes an address in any case and with a slash at its end, with the body as it came', async () => {
    for (const path of ['/O2C/Orders', '/o2c/orders/']) {
      const response = await fetch(`${product().url}${path}`, {
        method: 'POST',
        headers: { 'x-api-key': keys().shop, 'content-type': 'application/json' },
        body: JSON.stringify(anOrder()),
      });
      expect(response.status, path).to.equal(201);
    }
  });

  it('refuses encoded bodies, and expectations that nobody knows', async () => {
    const { status, body } = await product().call('POST', '/o2c/orders', {
      key: keys().shop,
      headers: { 'content-encoding': 'gzip' },
      body: anOrder(),
    });
    expect([status, body.code]).to.deep.equal([415, 'unsupported-media-type']);
    const answer = await raw('POST /o2c/orders HTTP/1.1\r\nHost: x\r\nExpect: fish\r\nContent-Length: 0\r\n\r\n');
    expect(answer).to.match(/^HTTP\/1.1 417 [\s\S]*application\/problem\+json/);
  });

  it('asks for a body only when it is wanted', async () => {
    const head = (key: string, length: number) =>
      `POST /o2c/orders HTTP/1.1\r\nHost: x\r\nX-API-Key: ${key}\r\nContent-Type: application/json\r\nContent-Length: ${length}\r\nExpect: 100-continue\r\n\r\n`;
    expect(await raw(head('wrong', 10))).to.match(/^HTTP\/1.1 401 [\s\S]*connection: close/i);
    expect(await raw(head(keys().shop, 2_000_000_000))).to.match(/^HTTP\/1.1 413 /);
    expect(await raw(head(keys().shop, 10), /\r\n\r\n/)).to.equal('HTTP/1.1 100 Continue\r\n\r\n');
  });

  it('knows an EDI document by its control numbers', async () => {
    const document = nextPo();
    const order = anOrder();
    const send = (body: object, number: string) =>
      product().call('POST', '/o2c/orders', {
        key: keys().agent,
        headers: { 'x-o2c-partner': 'SHOP', 'x-o2c-channel': 'edi', 'x-o2c-document': number },
        body,
      });
    await product().call('POST', '/warehouse/behaviour', { body: { mode: 'hold' } }); // nothing is delivered meanwhile
    const first = await send(order, document);
    expect(first.status).to.equal(201);
    expect(first.body.source).to.include({ channel: 'edi', partner: 'SHOP', document });
    const again = await send(order, document);
    expect([again.status, again.body]).to.deep.equal([
      200,
      { ...first.body, status: again.body.status, replayed: true },
    ]);
    const other = await send(anOrder(), document);
    expect([other.status, other.body.code]).to.deep.equal([409, 'idempotency-conflict']);
    expect(other.body.detail).to.include(document);
    expect((await send(anOrder(), 'x'.repeat(201))).status).to.equal(422);
    await product().call('POST', '/warehouse/behaviour', { body: { delayMs: 0 } });
  });

  it('lets an agent act for its partners only, and by channels that there are', async () => {
    const send = (headers: Record<string, string>) =>
      product().call('POST', '/o2c/orders', { key: keys().agent, headers, body: anOrder({ customer: 'C-2' }) });
    expect((await send({ 'x-o2c-partner': 'RIVAL' })).status).to.equal(201);
    expect((await send({})).status).to.equal(403);
    expect((await send({ 'x-o2c-partner': 'DIRECT' })).status).to.equal(403);
    const fax = await send({ 'x-o2c-partner': 'SHOP', 'x-o2c-channel': 'fax' });
    expect([fax.status, fax.body.code]).to.deep.equal([403, 'source-refused']);
  });

  it('replaces a key with some overlap, and lists keys without their secrets', async () => {
    const { body: old } = await product().call('POST', '/o2c/keys', { body: { role: 'auditor', name: 'yearly' } });
    const { status, body: made } = await product().call('POST', '/o2c/keys', {
      body: { replaces: old.keyId, overlapHours: 2 },
    });
    expect(status).to.equal(201);
    expect(made).to.include({ role: 'auditor', name: 'yearly' });
    for (const key of [old.key, made.key])
      expect((await product().call('GET', '/o2c/orders?limit=1', { key })).status).to.equal(200);
    const { body: list } = await product().call('GET', '/o2c/keys');
    const listed = list.keys.find(({ keyId }: { keyId: string }) => keyId === old.keyId);
    const hours = (Date.parse(listed.expiresAt) - Date.now()) / 3_600_000;
    expect(hours).to.be.within(1.9, 2);
    expect(listed.lastUsedAt).to.be.a('string');
    expect(JSON.stringify(list)).to.not.include(made.key.slice(-30));
    const { body: next } = await product().call('POST', '/o2c/keys', {
      body: { replaces: made.keyId, overlapHours: 0 },
    });
    expect((await product().call('GET', '/o2c/orders?limit=1', { key: made.key })).status).to.equal(401);
    expect((await product().call('GET', '/o2c/orders?limit=1', { key: next.key })).status).to.equal(200);
    expect((await product().call('POST', '/o2c/keys', { body: { replaces: made.keyId } })).status).to.equal(404);
    const wrong = await product().call('POST', '/o2c/keys', {
      body: { replaces: next.keyId, overlapHours: -1, role: 'admin' },
    });
    expect(wrong.body.errors.map(({ path }: { path: string }) => path)).to.have.members(['/overlapHours', '/role']);
    expect((await product().call('GET', '/o2c/keys', { key: keys().operations })).status).to.equal(403);
  });

  it('answers a long array in pieces, with a result an order', async () => {
    const unknown = Array.from({ length: 300 }, () => anOrder({ lines: [{ sku: 'NOT-THERE', quantity: '1' }] }));
    const send = () =>
      product().call('POST', '/o2c/orders', {
        key: keys().shop,
        headers: { prefer: 'wait=30' },
        body: [...unknown.slice(0, 299), good, ...unknown.slice(299)],
      });
    const good = anOrder();
    const { status, body, headers } = await send();
    expect([status, body.accepted, body.rejected, body.replayed]).to.deep.equal([207, 1, 300, 0]);
    expect(headers.get('transfer-encoding')).to.equal('chunked');
    expect(body.results.map(({ place }: { place: string }) => place)).to.deep.equal(
      Array.from({ length: 301 }, (_, i) => `/${i}`),
    );
    expect(body.results[299].order.poNumber).to.equal((good as { poNumber: string }).poNumber);
    const partners = await product().call('GET', `/o2c/inbox/${body.inboxId}`, { key: keys().shop });
    expect([partners.status, partners.body.results.length]).to.deep.equal([207, 301]);
  });

  it('answers at once when it is asked to, and tells where to look', async () => {
    const { status, headers, body } = await product().call('POST', '/o2c/orders', {
      key: keys().shop,
      headers: { prefer: 'respond-async' },
      body: anOrder(),
    });
    expect([status, headers.get('location')]).to.deep.equal([202, `/o2c/inbox/${body.inboxId}`]);
  });

  it('limits what a partner may send, and says when to come again', async () => {
    const busy = { partner: 'BUSY', name: 'Busy', channels: ['api'], customers: ['C-1'] };
    await product().call('PUT', '/o2c/master/partners', { body: { ...busy, ordersPerMinute: 3 } });
    const key = await product().key({ role: 'partner', name: 'busy', partner: 'BUSY' });
    const send = (body: unknown) => product().call('POST', '/o2c/orders', { key, body });
    const first = await send([anOrder(), anOrder(), anOrder(), anOrder(), anOrder()]);
    expect([first.status, first.body.accepted]).to.deep.equal([207, 5]);
    const before = (await product().call('GET', '/o2c/inbox?limit=1')).body.inbox[0].inboxId;
    const second = await send(anOrder());
    expect([second.status, second.body.code]).to.deep.equal([429, 'rate-limited']);
    expect(Number(second.headers.get('retry-after'))).to.be.within(20, 61);
    expect(second.headers.get('ratelimit-policy')).to.equal('"orders";q=3;w=60');
    expect((await product().call('GET', '/o2c/inbox?limit=1')).body.inbox[0].inboxId).to.equal(before);
    expect((await product().call('GET', '/o2c/orders?limit=1', { key })).headers.get('ratelimit')).to.match(
      /^"requests";r=\d+;t=\d+$/,
    );

    await product().call('PUT', '/o2c/master/partners', { body: { ...busy, partner: 'SLOW', requestsPerMinute: 2 } });
    const slow = await product().key({ role: 'partner', name: 'slow', partner: 'SLOW' });
    const get = () => product().call('GET', '/o2c/orders?limit=1', { key: slow });
    expect([(await get()).status, (await get()).status, (await get()).status]).to.deep.equal([200, 200, 429]);
    const metrics = await product().call('GET', '/o2c/metrics', { key: keys().operations });
    expect(metrics.body).to.match(/^o2c_refused_total\{status="429",code="rate-limited"\} 2$/m);
    expect(product().output).to.include('Refused at the door: 429 rate-limited, SLOW.');
  });
}
