import { expect } from 'chai';
import { explainOrder } from '../../lib/answers/explain';
import { orderDetail } from '../../lib/answers/order-detail';
import { salesOrderNumber } from '../../lib/domain/order';
import { type Actor, actOnOrders, type OrderActionName } from '../../lib/stages/act-on-order';
import { answerCancellations, readCancellations } from '../../lib/stages/answer-cancellations';
import { releaseHeld } from '../../lib/stages/release-held';
import { openStore, type Store } from '../../lib/store/store';
import { onBothDatabases } from '../support/databases';
import { purchase, ready } from '../support/intake';
import { SampleCompany } from '../support/orders';

const finance: Actor = { name: 'fritz', role: 'finance', visible: null };

describe('what people ask of orders', () =>
  onBothDatabases((_kind, url) => {
    let store: Store;
    let company: SampleCompany;

    before(async () => {
      store = await openStore(url());
      company = new SampleCompany(store);
      await company.open(['C-1', 'C-2'], ['A'], 100);
    });
    after(() => store.close());

    const act = async (action: OrderActionName, id: number, actor: Actor) =>
      (
        await actOnOrders(company.context, [
          { action, salesOrder: salesOrderNumber(id), reason: '', note: 'a note', actor },
        ])
      )[0];

    it('is not found by a partner where the order is of a customer that is not its own', async () => {
      const shop: Actor = { name: 'shop', role: 'partner', visible: { DIRECT: ['C-2'] } };
      const [other, own] = [
        await ready(company.context, purchase({ customer: 'C-1' })),
        await ready(company.context, purchase({ customer: 'C-2' })),
      ];
      const refused = await act('cancel', other, shop);
      expect(refused?.output === 'refused' && refused.rejection.code).to.equal('not-found');
      expect((await company.load(other)).status).to.equal('ReadyForDelivery');
      expect((await act('cancel', own, shop))?.output).to.equal('done');
    });

    it('is done by the person who asked, and stays that person’s when a check holds the order as well', async () => {
      const id = await ready(company.context, purchase());
      await act('hold', id, finance);
      expect((await company.load(id)).holds.map(({ reason, by }) => [reason, by])).to.deep.equal([['credit', 'fritz']]);
      await company.change(id, (order, work) =>
        work.hold(order, 'credit', { rule: 'credit', evidence: {}, forced: false }),
      );
      expect((await company.load(id)).holds).to.deep.include.members([
        { reason: 'credit', rule: 'credit', evidence: {}, since: company.now, by: 'fritz', forced: true },
      ]);
      const story = await store.read((db) => explainOrder(db, id));
      expect(story?.lines).to.include(`On hold for credit since ${company.now}, forced by fritz.`);
      expect(story?.lines.join('\n')).to.include('action by fritz: ReadyForDelivery to OnHold');
      await act('cancel', id, finance);
    });

    it('closes the exception that it ends in that person’s name', async () => {
      const id = await company.order({ customer: 'C-2', lines: [{ sku: 'A', quantity: 1 }], state: 'Unknown' });
      await company.change(id, (order, work) => {
        const [release] = order.releases;
        if (release === undefined) throw new Error('It has no release.');
        release.parked = true;
        work.raise({ kind: 'warehouse-parked', subject: release.key, message: 'Ask.', evidence: {} });
      });
      await act('cancel', id, { name: 'olga', role: 'operations', visible: null });
      const key = `${salesOrderNumber(id)}-1`;
      const closed = await company.rows('select closed_by from exception where subject = ?', [key]);
      expect(closed).to.deep.equal([{ closed_by: 'olga' }]);
    });

    it('keeps from partners why somebody of the company held an order or let it go', async () => {
      const id = await ready(company.context, purchase());
      const olga: Actor = { name: 'olga', role: 'operations', visible: null };
      const salesOrder = salesOrderNumber(id);
      for (const action of ['hold', 'release'] as const)
        await actOnOrders(company.context, [
          { action, salesOrder, reason: 'fraud-check', note: 'asked the bank', actor: olga },
        ]);
      const [partner, internal] = await store.read(async (db) => [
        await orderDetail(db, id, 'partner'),
        await orderDetail(db, id, 'internal'),
      ]);
      expect(JSON.stringify(partner)).to.not.match(/fraud|bank|olga/);
      const reasons = partner?.history.filter(({ stage }) => stage === 'action').map(({ reason }) => reason);
      expect(reasons).to.deep.equal(['by-hand', 'by-hand']);
      expect(internal?.history.filter(({ reason }) => reason === 'fraud-check')).to.have.length(2);
    });

    it('says in whole words what an order cannot', async () => {
      const id = await company.order({ customer: 'C-2', lines: [{ sku: 'A', quantity: 1 }], state: 'Ready' });
      const refused = await act('not-received', id, { ...finance, role: 'admin' });
      expect(refused?.output === 'refused' && refused.rejection.message).to.equal(
        'An order that is ReadyForDelivery cannot be reported as not received. It has no release that is parked.',
      );
      await act('cancel', id, finance);
    });

    it('lifts only what the person saw: a queue is no permission for what is overdue', async () => {
      const id = await ready(company.context, purchase());
      await company.change(id, (order, work) => {
        work.hold(order, 'queue', { rule: 'credit', evidence: {}, forced: false });
      });
      await store.transaction((db) =>
        db.insert('invoice', [
          {
            invoice_id: 1,
            number: 'INV-2026-000001',
            document_type: 'INV',
            fiscal_year: 2026,
            sequence: 1,
            order_id: id,
            slip_id: 1,
            customer: 'C-1',
            credit_account: 'C-1',
            currency: 'EUR',
            net: 100,
            tax: 0,
            gross: 100,
            open_amount: 100,
            taxes: '[]',
            invoice_date: '2026-10-01',
            due_date: '2026-10-31',
            posted_at: company.now,
            disputed: 0,
          },
        ]),
      );
      await act('release', id, finance);
      expect((await company.load(id)).holds.map(({ reason }) => reason)).to.deep.equal(['overdue']);
      await act('release', id, finance);
      expect((await company.load(id)).status).to.equal('ReadyForDelivery');
      await releaseHeld(company.context);
    });

    it('ends the doubts of intake: operations lets what is doubtful go on, finance alone what is not paid', async () => {
      const operations: Actor = { name: 'olga', role: 'operations', visible: null };
      const poNumber = `DOUBT-${company.now}`;
      await ready(company.context, purchase({ customer: 'C-2', poNumber: poNumber.replaceAll('-', '.') }));
      const line = { sku: 'A', quantity: '1', unitPrice: '1.00' };
      const id = await ready(
        company.context,
        purchase({ customer: 'C-2', poNumber, requestedDelivery: '2020-01-01', lines: [line] }),
      );
      const held = await company.load(id);
      expect(held.holds.map(({ reason }) => reason)).to.have.members(['price', 'intake-review', 'possible-duplicate']);
      const shop: Actor = { name: 'shop', role: 'partner', visible: { DIRECT: ['*'] } };
      const refused = await act('release', id, shop);
      expect(refused?.output === 'refused' && refused.rejection.code).to.equal('forbidden');
      expect((await act('release', id, operations))?.output).to.equal('done');
      const released = await company.load(id);
      expect(released).to.deep.include({ status: 'ReadyForDelivery', holds: [] });
      expect(released.lines[0]).to.include({ reserved: 1000, unitPrice: 10_000 });
    });

    it('lets finance hold what it releases itself, and end only what is held for money', async () => {
      const operations: Actor = { name: 'olga', role: 'operations', visible: null };
      const codeOf = (outcome: Awaited<ReturnType<typeof act>>) =>
        outcome?.output === 'refused' ? outcome.rejection.code : outcome?.output;
      const [first, second] = [
        await ready(company.context, purchase({ customer: 'C-2' })),
        await ready(company.context, purchase({ customer: 'C-2' })),
      ];
      for (const action of ['cancel', 'reject'] as const)
        expect(codeOf(await act(action, first, finance)), action).to.equal('forbidden');
      expect(codeOf(await act('hold', first, operations))).to.equal('done');
      for (const action of ['cancel', 'reject', 'release'] as const)
        expect(codeOf(await act(action, first, finance)), action).to.equal('forbidden');
      expect((await company.load(first)).status).to.equal('OnHold');

      expect(codeOf(await act('hold', second, finance))).to.equal('done');
      expect((await company.load(second)).holds).to.have.length(1);
      expect((await company.load(second)).holds[0]).to.include({ reason: 'credit', forced: true });
      await releaseHeld(company.context);
      expect(codeOf(await act('release', second, operations))).to.equal('forbidden');
      expect(codeOf(await act('release', second, finance))).to.equal('done');
      expect((await company.load(second)).status).to.equal('ReadyForDelivery');
      await act('hold', second, finance);
      expect(codeOf(await act('reject', second, finance))).to.equal('done');
      expect((await company.load(second)).status).to.equal('Cancelled');
      expect(codeOf(await act('cancel', first, operations))).to.equal('done');
    });

    it('may be said with characters that no database keeps', async () => {
      const id = await ready(company.context, purchase({ customer: 'C-2' }));
      await company.release(id, 'CancelRequested');
      const answers = readCancellations({
        salesOrder: salesOrderNumber(id),
        release: 1,
        cancelled: false,
        reason: 'on the\u0000truck\ud800',
      });
      const [outcome] = await answerCancellations(company.context, answers);
      expect(outcome?.output).to.equal('settled');
      expect((await company.load(id)).releases[0]?.words).to.equal('on the truck');
    });
  }));
