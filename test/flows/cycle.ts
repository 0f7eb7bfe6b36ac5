import { expect } from 'chai';
import { anOrder, type Keys, nextPo } from './company';
import type { Product } from './product';

export function theCycle(product: () => Product, keys: () => Keys): void {
  it('runs an order of the API to its invoice', async () => {
    const sent = anOrder({
      lines: [
        { sku: 'A', quantity: '5' },
        { sku: 'B', quantity: 1.5 },
      ],
    });
    const created = await product().call('POST', '/o2c/orders', {
      key: keys().shop,
      headers: { 'idempotency-key': nextPo() },
      body: sent,
    });
    expect(created.status).to.equal(201);
    expect(created.body.source).to.deep.include({ channel: 'api', partner: 'SHOP' });
    const order = await product().invoiced(created.body.salesOrder);
    expect(order).to.deep.include({ net: '65.00', tax: '12.35', total: '77.35' });
    expect(order.lines.map((line: { invoiced: string }) => line.invoiced)).to.deep.equal(['5', '1.5']);
    expect(order.slips[0].packingSlip).to.equal(`PS-${order.salesOrder}-1`);
    const { body: invoice } = await product().call('GET', `/o2c/invoices/${order.invoices[0].number}`, {
      key: keys().finance,
    });
    expect(invoice.total).to.equal('77.35');
  });

  it('runs the orders of a CSV to their invoices', async () => {
    const [first, second, bad] = [nextPo(), nextPo(), nextPo()];
    const csv = `poNumber,customer,line,sku,quantity\n${first},C-1,1,A,2\n${first},C-1,2,B,3\n${second},C-2,1,B,1\n${bad},C-1,1,A,-4\n`;
    const { status, body } = await product().call('POST', '/o2c/orders', {
      key: keys().shop,
      headers: { 'content-type': 'text/csv' },
      body: csv,
    });
    expect(status).to.equal(207);
    expect(body).to.deep.include({ accepted: 2, rejected: 1, replayed: 0 });
    expect(body.results.map((result: { poNumber: string }) => result.poNumber)).to.deep.equal([first, second, bad]);
    expect(body.results[2].problem.errors[0].path).to.equal('row 5, column quantity');
    for (const { salesOrder } of body.results.slice(0, 2)) await product().invoiced(salesOrder);
  });

  it('answers the same message again with the first answer, and ships once', async () => {
    const sending = { key: keys().shop, headers: { 'idempotency-key': nextPo() }, body: anOrder() };
    const [first, again] = await Promise.all([
      product().call('POST', '/o2c/orders', sending),
      product().call('POST', '/o2c/orders', sending),
    ]);
    expect([first.status, again.status].sort()).to.deep.equal([200, 201]);
    expect(again.body.salesOrder).to.equal(first.body.salesOrder);
    const order = await product().invoiced(first.body.salesOrder);
    expect(order.slips).to.have.length(1);
    expect(order.invoices).to.have.length(1);
  });

  it('holds for credit, and lets a payment release', async () => {
    const { status, body } = await product().call('POST', '/o2c/orders', {
      key: keys().shop,
      body: anOrder({ customer: 'C-3', lines: [{ sku: 'A', quantity: '10' }] }),
    });
    expect(status).to.equal(201);
    expect(body).to.deep.include({ status: 'OnHold' });
    expect(body.holds.map(({ reason }: { reason: string }) => reason)).to.deep.equal(['credit']);
    expect(body.decisions.find(({ check }: { check: string }) => check === 'credit').evidence).to.deep.equal({});
    const payment = { reference: nextPo(), customer: 'C-3', amount: '19.00', currency: 'EUR' };
    const paid = await product().call('POST', '/o2c/payments', { key: keys().finance, body: payment });
    expect(paid.body.results[0]).to.deep.include({ replayed: false, released: [body.salesOrder] });
    await product().invoiced(body.salesOrder);
    const again = await product().call('POST', '/o2c/payments', { key: keys().finance, body: payment });
    expect(again.body.results[0].replayed).to.equal(true);
    const { body: listed } = await product().call('GET', '/o2c/payments?customer=C-3', { key: keys().finance });
    expect(listed.payments[0]).to.deep.include({ reference: payment.reference, amount: '19.00' });
  });

  it('lets a credit note release what waits for credit, and tells where everything went', async () => {
    const { finance, auditor, operations, shop } = keys();
    const { body: page } = await product().call('GET', '/o2c/orders?customer=C-3&status=Invoiced', { key: finance });
    const { body: before } = await product().call('GET', `/o2c/orders/${page.orders[0].salesOrder}`, { key: finance });
    const [{ number: invoice }] = before.invoices;
    const { body: held } = await product().call('POST', '/o2c/orders', {
      key: shop,
      body: anOrder({ customer: 'C-3', lines: [{ sku: 'A', quantity: '1' }] }),
    });
    expect(held).to.deep.include({ status: 'OnHold' });
    const note = { creditNote: nextPo(), invoice, reason: 'damaged', lines: [{ line: 1, quantity: '1' }] };
    expect((await product().call('POST', '/o2c/payments', { key: operations, body: note })).status).to.equal(403);
    const { status, body } = await product().call('POST', '/o2c/payments', { key: finance, body: note });
    expect(status).to.equal(200);
    const [result] = body.results;
    expect(result).to.deep.include({ replayed: false, invoice, total: '11.90', released: [held.salesOrder] });
    await product().invoiced(held.salesOrder);
    const { body: shown } = await product().call('GET', `/o2c/credit-notes/${result.number}`, { key: auditor });
    expect(shown).to.deep.include({ invoice, creditNote: note.creditNote, total: '11.90', reason: 'damaged' });
    const { body: credited } = await product().call('GET', `/o2c/invoices/${invoice}`, { key: auditor });
    expect(credited).to.deep.include({ credited: '11.90' });
    const { body: listed } = await product().call('GET', `/o2c/credit-notes?invoice=${invoice}`, { key: auditor });
    expect(listed.creditNotes.map(({ number }: { number: string }) => number)).to.deep.equal([result.number]);
    const { body: ledger } = await product().call('GET', '/o2c/ledger?limit=500', { key: auditor });
    const own = ledger.postings.filter(({ document }: { document: string }) => document === result.number);
    expect(own.map(({ debit, credit }: Record<string, string>) => `${debit}/${credit}`)).to.have.members([
      'revenue/receivables',
      'tax/receivables',
    ]);
  });

  it('takes payments and credit notes together, each with its own result', async () => {
    const { finance } = keys();
    const { body: page } = await product().call('GET', '/o2c/orders?customer=C-1&status=Invoiced', { key: finance });
    const { body: order } = await product().call('GET', `/o2c/orders/${page.orders[0].salesOrder}`, { key: finance });
    const [{ number: invoice, total }] = order.invoices;
    const payment = { reference: nextPo(), customer: 'C-1', amount: total, currency: 'EUR', invoice };
    const note = { creditNote: nextPo(), invoice, reason: 'goodwill' };
    const other = { ...note, reason: 'price' };
    const { status, body } = await product().call('POST', '/o2c/payments', {
      key: finance,
      body: [payment, note, note, other, { ...note, creditNote: nextPo() }, { creditNote: 'x' }],
    });
    expect(status).to.equal(207);
    expect(body.results.map((result: { status: number }) => result.status)).to.deep.equal([
      200, 200, 200, 409, 422, 422,
    ]);
    expect(body.results[1]).to.deep.include({ replayed: false, total, freed: total, open: '0.00' });
    expect(body.results[2].replayed).to.equal(true);
    const faults = body.results.slice(3).map(({ errors }: { errors: { code: string }[] }) => errors[0]?.code);
    expect(faults).to.deep.equal(['credit-note-conflict', 'nothing-to-credit', 'missing-field']);
    const alone = await product().call('POST', '/o2c/payments', { key: finance, body: other });
    expect([alone.status, alone.body.code]).to.deep.equal([409, 'credit-note-conflict']);
    const missing = await product().call('GET', '/o2c/credit-notes/CN-1900-000001', { key: finance });
    expect(missing.status).to.equal(404);
  });

  it('cancels what is not in stock and delivers the rest', async () => {
    const lines = [
      { sku: 'SCARCE', quantity: '5' },
      { sku: 'A', quantity: '1' },
    ];
    const { body } = await product().call('POST', '/o2c/orders', { key: keys().shop, body: anOrder({ lines }) });
    const order = await product().invoiced(body.salesOrder);
    expect(order.lines.map(({ status }: { status: string }) => status)).to.deep.equal(['Cancelled', 'Invoiced']);
    const { body: none } = await product().call('POST', '/o2c/orders', {
      key: keys().shop,
      body: anOrder({ lines: [{ sku: 'SCARCE', quantity: '2' }] }),
    });
    expect(none).to.deep.include({ status: 'Cancelled' });
  });

  it('takes up what a restart of the flows left', async () => {
    await product().call('POST', '/warehouse/behaviour', { body: { mode: 'fail' } });
    const { body } = await product().call('POST', '/o2c/orders', { key: keys().shop, body: anOrder() });
    await product().order(body.salesOrder, ({ releases }) => releases[0]?.attempts > 0);
    await product().restartFlows();
    await product().call('POST', '/warehouse/behaviour', { body: { delayMs: 0 } });
    await product().invoiced(body.salesOrder);
  });
}
