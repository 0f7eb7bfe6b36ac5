import { expect } from 'chai';
import { Workbook } from 'exceljs';
import { workbookType } from '../../lib/intake/sheets/xlsx/workbook';
import { purchaseOrder, x12 } from '../support/edi';
import { anOrder, type Keys, nextPo } from './company';
import type { Product } from './product';

/** Every call of the API; `Product.call` holds each answer against the description. */
export function theRoutes(product: () => Product, keys: () => Keys): void {
  let invoiced: { salesOrder: string; source: { inboxId: string }; invoices: { number: string }[]; poNumber: string };

  const create = async (changes: object = {}): Promise<string> =>
    (await product().call('POST', '/o2c/orders', { key: keys().shop, body: anOrder(changes) })).body.salesOrder;

  before(async () => {
    invoiced = await product().invoiced(await create());
  });

  it('lists orders and shows one to those who may see it', async () => {
    const { salesOrder, poNumber } = invoiced;
    const { body: page } = await product().call('GET', '/o2c/orders?limit=1&channel=api', { key: keys().auditor });
    expect(page.orders).to.have.length(1);
    const { body: next } = await product().call('GET', `/o2c/orders?limit=1&channel=api&cursor=${page.next}`, {
      key: keys().auditor,
    });
    expect(next.orders[0].salesOrder).to.not.equal(page.orders[0].salesOrder);
    const { body: found } = await product().call('GET', `/o2c/orders?poNumber=${poNumber.toLowerCase()}`, {
      key: keys().shop,
    });
    expect(found.orders.map((order: { salesOrder: string }) => order.salesOrder)).to.deep.equal([salesOrder]);
    expect((await product().call('GET', `/o2c/orders/${salesOrder}`, { key: keys().shop })).status).to.equal(200);
    expect((await product().call('GET', '/o2c/orders?colour=red', { key: keys().operations })).status).to.equal(422);
  });

  it('cancels, holds, releases and rejects', async () => {
    await product().call('POST', '/warehouse/behaviour', { body: { mode: 'hold' } });
    const act = (order: string, action: string, key: string) =>
      product().call('POST', `/o2c/orders/${order}/${action}`, { key, body: { reason: 'test', note: 'because' } });
    const held = await create({ customer: 'C-3', lines: [{ sku: 'A', quantity: '90' }] });
    expect((await act(held, 'release', keys().operations)).status).to.equal(403);
    const ready = await create({ customer: 'C-1', lines: [{ sku: 'A', quantity: '1' }] });
    expect((await act(ready, 'cancel', keys().finance)).status).to.equal(403);
    expect((await act(ready, 'hold', keys().finance)).body.holds[0].reason).to.equal('credit');
    expect((await act(ready, 'cancel', keys().finance)).status).to.equal(200);
    expect((await act(held, 'hold', keys().operations)).body.holds).to.have.length(2);
    expect((await act(held, 'reject', keys().operations)).body).to.deep.include({ status: 'Cancelled' });
    expect((await act(held, 'hold', keys().operations)).status).to.equal(409);
    const own = await create({ customer: 'C-3', lines: [{ sku: 'A', quantity: '91' }] });
    const cancelled = await product().call('POST', `/o2c/orders/${own}/cancel`, { key: keys().shop });
    expect(cancelled.body).to.deep.include({ status: 'Cancelled' });
    expect((await act(invoiced.salesOrder, 'cancel', keys().shop)).status).to.equal(409);
    await product().call('POST', '/warehouse/behaviour', { body: { delayMs: 0 } });
  });

  it('asks the warehouse before it cancels what was sent', async () => {
    await product().call('POST', '/warehouse/behaviour', { body: { mode: 'hold' } });
    const order = await create();
    await product().order(order, ({ status }) => status === 'SentToWarehouse');
    const { body } = await product().call('POST', `/o2c/orders/${order}/cancel`, { key: keys().shop });
    expect(body.status).to.equal('CancelRequested');
    expect((await product().order(order, ({ status }) => status === 'Cancelled')).releases[0].status).to.equal(
      'Cancelled',
    );
    const late = await product().call('POST', '/o2c/deliveries/cancellations', {
      key: keys().warehouse,
      body: { salesOrder: order, release: 1, cancelled: true },
    });
    expect(late.body.results[0].replayed).to.equal(true);
    await product().call('POST', '/warehouse/behaviour', { body: { delayMs: 0 } });
  });

  it('takes packing slips: a repeat changes nothing, an unknown order is an exception', async () => {
    const [slip] = (await product().call('GET', `/o2c/orders/${invoiced.salesOrder}`)).body.slips;
    const again = {
      warehouse: 'MAIN',
      packingSlip: slip.packingSlip,
      lines: [{ salesOrder: invoiced.salesOrder, line: 1, quantity: '999' }],
    };
    expect((await product().call('POST', '/o2c/deliveries', { key: keys().warehouse, body: again })).status).to.equal(
      409,
    );
    const unknown = {
      warehouse: 'MAIN',
      packingSlip: nextPo(),
      lines: [{ salesOrder: 'SO-999999', line: 1, quantity: '1' }],
    };
    const { body } = await product().call('POST', '/o2c/deliveries', {
      key: keys().warehouse,
      body: [unknown, unknown],
    });
    expect(body.results.map(({ output }: { output: string }) => output)).to.deep.equal(['exception', 'exception']);
    expect(body.results[1].replayed).to.equal(true);
    const decide = async (action: string, more: object = {}) => {
      const path = `/o2c/orders/${invoiced.salesOrder}/${action}`;
      const { warehouse, packingSlip } = unknown;
      return product().call('POST', path, { key: keys().operations, body: { warehouse, packingSlip, ...more } });
    };
    expect((await decide('accept')).status).to.equal(422);
    expect((await decide('correct', { lines: unknown.lines })).status).to.equal(422);
    expect((await decide('reject', { note: 'a mistake' })).body).to.include({ output: 'done', state: 'rejected' });
  });

  it('confirms a slip that is an exception, corrected', async () => {
    const { warehouse, operations } = keys();
    const slip = {
      warehouse: 'MAIN',
      packingSlip: nextPo(),
      lines: [{ salesOrder: 'SO-999999', line: 1, quantity: '1' }],
    };
    await product().call('POST', '/o2c/deliveries', { key: warehouse, body: slip });
    await product().call('POST', '/warehouse/behaviour', { body: { mode: 'hold' } });
    const sent = await product().order(await create(), ({ status }) => status === 'SentToWarehouse');
    const lines = [{ salesOrder: sent.salesOrder, line: 1, quantity: '1' }];
    const { status, body } = await product().call('POST', `/o2c/orders/${sent.salesOrder}/correct`, {
      key: operations,
      body: { ...slip, lines },
    });
    expect([status, body.state, body.orders[0].salesOrder]).to.deep.equal([200, 'confirmed', sent.salesOrder]);
    await product().call('POST', '/warehouse/behaviour', { body: { delayMs: 0 } });
  });

  it('shows the books', async () => {
    const { body } = await product().call('GET', `/o2c/invoices/${invoiced.invoices[0]?.number}`, {
      key: keys().auditor,
    });
    expect(body.salesOrder).to.equal(invoiced.salesOrder);
    const { body: ledger } = await product().call('GET', '/o2c/ledger?limit=5', { key: keys().finance });
    expect(ledger.postings).to.have.length(5);
    const { body: page } = await product().call('GET', '/o2c/invoices?limit=500', { key: keys().auditor });
    const numbers = page.invoices.map(({ number }: { number: string }) => number);
    expect(numbers).to.include(invoiced.invoices[0]?.number);
    for (const path of ['/o2c/invoices', '/o2c/credit-notes', '/o2c/payments']) {
      expect((await product().call('GET', `${path}?customer=C-0`, { key: keys().finance })).status, path).to.equal(200);
      expect((await product().call('GET', path, { key: keys().operations })).status, path).to.equal(403);
      expect((await product().call('GET', path, { key: keys().shop })).status, path).to.equal(403);
    }
    expect((await product().call('GET', '/o2c/invoices/INV-1900-000001', { key: keys().finance })).status).to.equal(
      404,
    );
  });

  it('shows messages, jobs and what became of them', async () => {
    const { inboxId } = invoiced.source;
    const { operations, shop } = keys();
    expect((await product().call('GET', '/o2c/inbox?limit=2', { key: operations })).body.inbox).to.have.length(2);
    const { body: message } = await product().call('GET', `/o2c/inbox/${inboxId}`, { key: operations });
    expect(JSON.parse(message.raw.content).poNumber).to.equal(invoiced.poNumber);
    expect((await product().call('GET', `/o2c/inbox/${inboxId}`, { key: shop })).body.salesOrder).to.equal(
      invoiced.salesOrder,
    );
    const { body } = await product().call('GET', `/o2c/messages?salesOrder=${invoiced.salesOrder}`, {
      key: operations,
    });
    expect(body.messages[0].inboxId).to.equal(inboxId);
    const { body: jobs } = await product().call('GET', `/o2c/jobs?limit=500`, { key: operations });
    expect(jobs.jobs.map((job: { inboxId: string }) => job.inboxId)).to.include(inboxId);
    const result = await product().call('GET', `/o2c/jobs/${inboxId}/result.csv`, { key: operations });
    expect(result.body).to.include(`,${invoiced.poNumber},${invoiced.salesOrder},accepted,,,`);
    expect((await product().call('GET', `/o2c/jobs/${inboxId}/result.csv`, { key: shop })).status).to.equal(200);
    const other = await product().call('GET', '/o2c/jobs/999999/result.csv', { key: operations });
    expect(other.status).to.equal(404);
    const replay = await product().call('POST', `/o2c/inbox/${inboxId}/replay`, { key: operations });
    expect([replay.status, replay.body.salesOrder, replay.body.replayed]).to.deep.equal([
      200,
      invoiced.salesOrder,
      true,
    ]);
  });

  it('hands out a message as it came, to be saved', async () => {
    const { operations, shop } = keys();
    const path = `/o2c/inbox/${invoiced.source.inboxId}/raw`;
    const raw = await product().call('GET', path, { key: operations });
    expect(raw.status).to.equal(200);
    expect(raw.body.poNumber).to.equal(invoiced.poNumber);
    expect(raw.headers.get('content-disposition')).to.match(/^attachment; filename="message-\d+\.json"/);
    expect((await product().call('GET', path, { key: shop })).status).to.equal(403);
    expect((await product().call('GET', '/o2c/inbox/999999/raw', { key: operations })).status).to.equal(404);
  });

  it('shows answers by EDI, hands one out, and sends it again', async () => {
    const { operations, shop } = keys();
    const buyer = { partner: 'BUYER', name: 'Buyer', channels: ['edi'], customers: ['C-1'], ediIds: ['ZZ:BUYER'] };
    await product().call('PUT', '/o2c/master/partners', { body: [buyer] });
    const order = x12('850', [purchaseOrder(nextPo(), 'C-1', [['1', '1', 'EA', '', 'VN', 'A']])], { sender: 'BUYER' });
    const headers = { 'content-type': 'application/edi-x12' };
    const posted = await product().call('POST', '/o2c/orders', { key: operations, headers, body: order });
    expect([posted.status, posted.body.accepted]).to.deep.equal([207, 1]);
    const { body } = await product().call('GET', '/o2c/answers?partner=BUYER&kind=997', { key: operations });
    expect(body.answers).to.have.length(1);
    const path = `/o2c/answers/${body.answers[0].answer}`;
    const raw = await product().call('GET', `${path}/raw`, { key: operations });
    expect(raw.headers.get('content-disposition')).to.equal('attachment; filename="997-000000001.x12"');
    expect(raw.body).to.match(/^ISA\*/);
    expect((await product().call('POST', `${path}/resend`, { key: operations })).body).to.include({ state: 'ready' });
    for (const [sent, type, status] of [
      ['', 'text/plain', 200],
      ['', 'application/json', 200],
      ['a=b', 'text/plain', 415],
      ['{', 'application/json', 400],
    ] as const) {
      const resent = await product().call('POST', `${path}/resend`, {
        key: operations,
        headers: { 'content-type': type },
        body: sent,
      });
      expect(resent.status, `${type} ${sent}`).to.equal(status);
    }
    expect((await product().call('GET', path, { key: operations })).status).to.equal(200);
    expect((await product().call('GET', '/o2c/answers/x', { key: operations })).status).to.equal(404);
    expect((await product().call('POST', '/o2c/answers/999999/resend', { key: operations })).status).to.equal(404);
    for (const call of ['/o2c/answers', path, `${path}/raw`])
      expect((await product().call('GET', call, { key: shop })).status, call).to.equal(403);
    expect((await product().call('POST', `${path}/resend`, { key: shop })).status).to.equal(403);
  });

  it('shows exceptions, and closes one that was seen to, with a note', async () => {
    const { operations, finance, shop } = keys();
    const maker = { partner: 'MAKER', name: 'Maker', channels: ['edi'], customers: ['C-1'], ediIds: ['ZZ:MAKER'] };
    await product().call('PUT', '/o2c/master/partners', { body: [maker] });
    const headers = { 'content-type': 'application/edi-x12' };
    for (const sku of ['A', 'B']) {
      const order = purchaseOrder('P-TWICE', 'C-1', [['1', '1', 'EA', '', 'VN', sku]]);
      await product().call('POST', '/o2c/orders', {
        key: operations,
        headers,
        body: x12('850', [order], { sender: 'MAKER' }),
      });
    }
    const list = (state: string) =>
      product().call('GET', `/o2c/exceptions?kind=interchange-conflict&state=${state}`, { key: operations });
    const { exceptions } = (await list('open')).body;
    expect(exceptions).to.have.length(1);
    expect(exceptions[0].actions).to.deep.equal(['close']);
    const path = `/o2c/exceptions/${exceptions[0].exception}`;
    const decide = (action: string, body: object, key = operations) =>
      product().call('POST', `${path}/${action}`, { key, body });
    const note = 'the first one counts';
    for (const key of [shop, finance]) expect((await decide('close', { note }, key)).status).to.equal(403);
    expect((await decide('reject', { note })).status).to.equal(409);
    expect((await decide('close', {})).status).to.equal(422);
    const closed = await decide('close', { note });
    expect([closed.status, closed.body.resolution]).to.deep.equal([200, `close: ${note}`]);
    expect((await decide('close', { note })).body.code, 'again').to.equal('illegal-transition');
    expect((await list('open')).body.exceptions).to.deep.equal([]);
    expect((await list('closed')).body.exceptions).to.have.length(1);
    expect((await product().call('GET', '/o2c/exceptions', { key: shop })).status).to.equal(403);
    expect((await product().call('GET', '/o2c/exceptions?kind=none', { key: operations })).status).to.equal(422);
    expect(
      (await product().call('POST', '/o2c/exceptions/x/close', { key: operations, body: { note } })).status,
    ).to.equal(404);
  });

  it('works a rejected message again when its cause is mended, and takes a corrected copy of one', async () => {
    const { operations, shop } = keys();
    const send = async (sku: string) => {
      const body = anOrder({ lines: [{ sku, quantity: '2' }] }) as { poNumber: string };
      expect((await product().call('POST', '/o2c/orders', { key: shop, body })).status).to.equal(422);
      const { body: page } = await product().call('GET', `/o2c/messages?text=${body.poNumber}&state=rejected`, {
        key: operations,
      });
      return { body, inboxId: page.messages[0].inboxId as string };
    };
    const replay = (inboxId: string, sending: object = {}, query = '') =>
      product().call('POST', `/o2c/inbox/${inboxId}/replay${query}`, { key: operations, ...sending });

    const later = await send('LATER');
    expect((await replay(later.inboxId)).status).to.equal(422);
    const product0 = { sku: 'LATER', name: 'Later', baseUom: 'EA', price: '1.00', cost: '0.50', taxCode: 'FULL' };
    await product().call('PUT', '/o2c/master/products', { body: product0 });
    await product().call('PUT', '/o2c/master/stock', { body: { sku: 'LATER', warehouse: 'MAIN', onHand: '50' } });
    const [one, two] = await Promise.all([replay(later.inboxId), replay(later.inboxId, { body: '{}' })]);
    expect([one.status, two.status].sort()).to.deep.equal([200, 201]);
    expect(one.body.salesOrder).to.equal(two.body.salesOrder);
    await product().invoiced(one.body.salesOrder);

    const wrong = await send('WRONG');
    const body = { ...wrong.body, lines: [{ sku: 'A', quantity: '2' }] };
    const corrected = await replay(wrong.inboxId, { body }, '?reason=a%20slip%20of%20the%20pen');
    expect(corrected.status).to.equal(201);
    expect(corrected.body.source.partner).to.equal('SHOP');
    const { body: original } = await product().call('GET', `/o2c/inbox/${wrong.inboxId}`, { key: operations });
    expect(original.state).to.equal('replaced');
    expect(corrected.headers.get('content-location')).to.equal(`/o2c/inbox/${original.corrections[0]}`);
    const { body: copy } = await product().call('GET', `/o2c/inbox/${original.corrections[0]}`, { key: operations });
    expect(copy).to.deep.include({
      corrects: wrong.inboxId,
      correction: { by: 'operations', reason: 'a slip of the pen' },
    });
    expect((await product().call('GET', `/o2c/inbox/${wrong.inboxId}`, { key: shop })).body.detail).to.include(
      `message ${original.corrections[0]}`,
    );
    expect((await replay(wrong.inboxId, { body: anOrder() })).status).to.equal(409);
    expect((await replay('999999')).status).to.equal(404);
    expect((await replay(wrong.inboxId, { body: 'x', headers: { 'content-type': 'image/png' } })).status).to.equal(415);
    expect(
      (await product().call('GET', '/o2c/inbox?state=replaced&limit=500', { key: operations })).body.inbox,
    ).to.have.length(1);
  });

  it('tells what needs attention, and counts', async () => {
    const { body } = await product().call('GET', '/o2c/signals', { key: keys().finance });
    expect(body.shortages).to.have.property('count');
    await product().call('GET', '/o2c/reports/sources', { key: keys().operations });
    const metrics = await product().call('GET', '/o2c/metrics', { key: keys().operations });
    expect(metrics.body).to.match(/^# HELP /m);
  });

  it('changes master data, settings and keys', async () => {
    const { body: partly } = await product().call('PUT', '/o2c/master/products', {
      body: [{ sku: 'NEW', name: 'New', baseUom: 'EA', price: '1.00', cost: '0.50', taxCode: 'FULL' }, { sku: 'BAD' }],
    });
    expect(partly).to.deep.include({ upserted: 1 });
    expect(partly.rejected[0].key).to.equal('BAD');
    expect(
      (await product().call('PUT', '/o2c/master/creditGroups', { body: { creditGroup: 'G' } })).body.code,
    ).to.equal('not-supported');
    const { body: before } = await product().call('GET', '/o2c/settings');
    const changed = await product().call('PUT', '/o2c/settings', {
      body: { basedOn: before.version, settings: { approvalHours: 71 } },
    });
    expect(changed.body.settings.approvalHours).to.equal(71);
    expect(
      (await product().call('PUT', '/o2c/settings', { body: { basedOn: before.version, settings: {} } })).status,
    ).to.equal(409);
    const { body: made } = await product().call('POST', '/o2c/keys', { body: { role: 'auditor', name: 'for a day' } });
    expect((await product().call('GET', '/o2c/orders?limit=1', { key: made.key })).status).to.equal(200);
    expect((await product().call('DELETE', `/o2c/keys/${made.keyId}`)).body).to.deep.equal({
      keyId: made.keyId,
      revoked: true,
    });
    expect((await product().call('GET', '/o2c/orders?limit=1', { key: made.key })).status).to.equal(401);
  });

  it('gives an order list to fill in, and takes it filled in', async () => {
    const csv = await product().call('GET', '/o2c/template.csv', { key: keys().shop });
    expect(csv.headers.get('content-disposition')).to.contain('orders.csv');
    expect(csv.body).to.match(/^\ufeff?poNumber,/);
    const answer = await fetch(`${product().url}/o2c/template.xlsx`, { headers: { 'x-api-key': keys().shop } });
    const template = new Workbook();
    await template.xlsx.load(await answer.arrayBuffer());
    const sheet = template.getWorksheet('Orders');
    const columns = sheet?.getRow(1).values as string[];
    const poNumber = nextPo();
    for (const [name, value] of Object.entries({ poNumber, customer: 'C-1', sku: 'A', quantity: 1 })) {
      const cell = sheet?.getRow(2).getCell(columns.indexOf(name));
      if (cell !== undefined) cell.value = value;
    }
    const { status, body } = await product().call('POST', '/o2c/orders', {
      key: keys().shop,
      headers: { 'content-type': workbookType },
      body: new Uint8Array(await template.xlsx.writeBuffer()),
    });
    expect([status, body.accepted]).to.deep.equal([207, 1]);
    expect(body.results[0].order.poNumber).to.equal(poNumber);
    expect((await product().call('GET', '/o2c/template.xlsx', { key: null })).status).to.equal(401);
  });

  it('needs no key for health and description', async () => {
    expect((await product().call('GET', '/o2c/health', { key: null })).body.status).to.equal('ready');
    expect((await product().call('GET', '/o2c/openapi.json', { key: null })).body.openapi).to.equal('3.1.0');
  });

  it('answers what is not there with a problem, never a page', async () => {
    for (const path of ['/o2c', '/o2c/', '/o2c/nothing', '/o2c/orders/%E0%A4%A', '/nothing']) {
      const response = await fetch(`${product().url}${path}`);
      expect(response.headers.get('content-type'), path).to.match(/^application\/problem\+json/);
      expect([400, 404], path).to.include(response.status);
    }
  });

  it('asks for a key everywhere else, and for the right role', async () => {
    const tooManyAttempts = 429; // of this address without a key, within a minute
    const { body: description } = await product().call('GET', '/o2c/openapi.json', { key: null });
    for (const [path, methods] of Object.entries<Record<string, { security?: unknown[]; description?: string }>>(
      description.paths,
    )) {
      for (const [method, { security }] of Object.entries(methods)) {
        if (security?.length === 0) continue;
        const address = path.replaceAll(/\{\w+\}/g, '1');
        const body = method === 'get' || method === 'delete' ? {} : { body: '{}' };
        const stranger = await product().call(method.toUpperCase(), address, { key: null, ...body });
        expect([401, tooManyAttempts], `${method} ${path}`).to.include(stranger.status);
        const wrong = /^\/o2c\/deliveries/.test(path)
          ? [keys().finance, keys().operations, keys().shop]
          : [keys().warehouse];
        for (const key of wrong) {
          const { status } = await product().call(method.toUpperCase(), address, { key, ...body });
          expect(status, `${method} ${path}`).to.equal(403);
        }
      }
    }
  });
}
