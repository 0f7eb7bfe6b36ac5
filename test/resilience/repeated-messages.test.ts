import { expect } from 'chai';
import type { RejectedOutcome } from '../../lib/stages/tag-outcome';
import { onBothDatabases } from '../support/databases';
import { orderIdOf, purchase } from '../support/intake';
import { SampleCompany } from '../support/orders';
import { closeAll, type Instance, instancesOn, range } from './instance';

describe('messages that come again', () =>
  onBothDatabases((kind, url) => {
    let instances: readonly [Instance, ...Instance[]];
    let company: SampleCompany;

    before(async () => {
      instances = await instancesOn(kind, url(), () => company.now);
      company = new SampleCompany(instances[0].store);
      await company.open(['C-1'], ['A'], 1000);
    });
    after(() => closeAll(instances));

    const instance = (i: number): Instance => instances[i % instances.length] as Instance;
    const ordersOf = async (poNumber: unknown) =>
      (
        await company.rows<{ order_id: number }>('select order_id from sales_order where po_number = ?', [poNumber])
      ).map(({ order_id }) => order_id);

    it('50 times at once under one key are one message', async () => {
      const body = purchase();
      const receptions = await Promise.all(range(50).map((i) => instance(i).receive(body, { messageKey: 'key-50' })));
      expect(new Set(receptions.map(({ inboxId }) => inboxId)).size).to.equal(1);
      expect(receptions.filter(({ replayed }) => !replayed)).to.have.length(1);
      expect(receptions.flatMap(({ documents }) => documents)).to.have.length(1);
      expect(await company.rows("select document from inbox_message where message_key = 'key-50'")).to.have.length(1);
    });

    it('50 times at once, stored and tagged, are one order', async () => {
      const body = purchase();
      const outcomes = await Promise.all(range(50).map((i) => instance(i).post(body, { messageKey: 'key-51' })));
      const ids = outcomes.flatMap((outcome) => (outcome === undefined ? [] : [orderIdOf(outcome)]));
      expect(await ordersOf(body.poNumber)).to.deep.equal([...new Set(ids)]);
      expect(ids.length).to.be.greaterThan(0);
    });

    it('50 times at once without a key are 50 messages and one order', async () => {
      const body = purchase();
      const outcomes = await Promise.all(range(50).map((i) => instance(i).post(body)));
      expect(outcomes.filter((outcome) => outcome?.output === 'created')).to.have.length(1);
      expect(outcomes.filter((outcome) => outcome?.output === 'replayed')).to.have.length(49);
      expect(new Set(outcomes.map(orderIdOf)).size).to.equal(1);
      expect(await ordersOf(body.poNumber)).to.have.length(1);
    });

    it('with another content under one key: one stands, the others are told of the conflict', async () => {
      const bodies = range(10).map(() => purchase());
      const receptions = await Promise.all(
        bodies.map((body, i) => instance(i).receive(body, { messageKey: 'key-52' })),
      );
      expect(receptions.filter(({ refused }) => refused === undefined)).to.have.length(1);
      expect(new Set(receptions.flatMap(({ refused }) => refused?.code ?? []))).to.deep.equal(
        new Set(['idempotency-conflict']),
      );
      expect(await company.rows("select inbox_id from inbox_message where message_key = 'key-52'")).to.have.length(1);
    });

    it('with another content under one order number: one order stands, the others are rejected', async () => {
      const poNumber = 'PO-OF-TEN';
      const outcomes = await Promise.all(
        range(10).map((i) =>
          instance(i).post(purchase({ poNumber, quantity: String(i + 1) }), { messageKey: `key-6${i}` }),
        ),
      );
      const rejected = outcomes.filter((outcome) => outcome?.output === 'rejected') as RejectedOutcome[];
      expect(rejected).to.have.length(9);
      expect(new Set(rejected.map(({ code }) => code))).to.deep.equal(new Set(['order-conflict']));
      expect(await ordersOf(poNumber)).to.have.length(1);
    });

    it('leave every document accounted for', async () => {
      const [row] = await company.rows<{ open: number; accepted: number; orders: number }>(
        `select (select count(*) from inbox_document where state = 'accepted') as accepted, (select count(*) from sales_order) as orders,
        (select count(*) from inbox_document where state not in ('accepted', 'duplicate', 'rejected', 'stored')) as open`,
      );
      expect(row?.accepted).to.equal(row?.orders);
      expect(row?.open).to.equal(0);
    });
  }));
