import { expect } from 'chai';
import { maxAttempts } from '../../lib/domain/circuit-breaker';
import { createOrders } from '../../lib/stages/create-orders';
import { postponeAfterFault } from '../../lib/stages/retry-documents';
import type { RejectedOutcome } from '../../lib/stages/tag-outcome';
import { documentsLeft } from '../../lib/store/left-behind';
import { openStore, type Store } from '../../lib/store/store';
import { onBothDatabases } from '../support/databases';
import { orderIdOf, post, purchase, receive } from '../support/intake';
import { meet } from '../support/meeting';
import { SampleCompany } from '../support/orders';

describe('creating orders', () =>
  onBothDatabases((_kind, url) => {
    let store: Store;
    let company: SampleCompany;

    before(async () => {
      store = await openStore(url());
      company = new SampleCompany(store);
      await company.open(['C-1', 'C-2'], ['A', 'B'], 1000);
      await company.master('partners', [
        {
          partner: 'SHOP',
          name: 'Web shop',
          channels: ['api'],
          customers: ['C-2'],
          indicator: 'WEB',
          priority: 2,
          skuMap: { 'SHOP-A': 'A' },
        },
      ]);
    });
    after(() => store.close());

    it('fills in what the order leaves to the master data, with its source', async () => {
      const id = orderIdOf(
        (await post(company.context, purchase({ lines: [{ sku: 'A', quantity: '2', uom: 'CA' }] })))[0],
      );
      const order = await company.load(id);
      expect(order).to.include({
        status: 'Created',
        currency: 'EUR',
        warehouse: 'MAIN',
        orderDate: '2026-11-23',
        channel: 'api',
        partner: 'DIRECT',
        indicator: 'API',
        priority: 5,
      });
      expect(order.lines[0]).to.include({
        ordered: 24_000,
        unitPrice: 1_198_800,
        taxCode: 'FULL',
        uom: 'CA',
        baseUom: 'EA',
      });
    });

    it('remembers what it has created for the next step, but not the orders of an import', async () => {
      const ids = async (count: number, name: string): Promise<number[]> => {
        const orders = Array.from({ length: count }, (_, i) => purchase({ poNumber: `${name}-${i}` }));
        return (await post(company.context, orders)).map(orderIdOf);
      };
      const remembered = async (orderIds: readonly number[]): Promise<number> => {
        const rows = await store.read((db) =>
          db.all<{ order_id: number; stamp: number }>('select order_id, stamp from sales_order_state'),
        );
        const stamps = new Map(rows.map(({ order_id, stamp }) => [order_id, stamp]));
        return orderIds.filter((id) => store.orders.take(id, stamps.get(id) as number) !== undefined).length;
      };
      expect(await remembered(await ids(3, 'FEW'))).to.equal(3);
      expect(await remembered(await ids(250, 'MANY'))).to.equal(0);
    });

    it('gives the indicator of the first rule that matches, else the partner’s', async () => {
      const rules = [
        { channel: 'file', indicator: 'FILE' },
        { field: 'shipTo.country', equals: 'DE', indicator: 'WEB-EU' },
        { indicator: 'REST' },
      ];
      const german = await post(company.context, purchase({ shipTo: { country: 'DE' } }), { rules });
      const other = await post(company.context, purchase(), { rules });
      const shop = await post(company.context, purchase({ customer: 'C-2', sku: 'SHOP-A' }), { partner: 'SHOP' });
      expect((await company.load(orderIdOf(german[0]))).indicator).to.equal('WEB-EU');
      expect((await company.load(orderIdOf(other[0]))).indicator).to.equal('REST');
      expect(await company.load(orderIdOf(shop[0]))).to.include({ indicator: 'WEB', priority: 2 });
    });

    it('holds a number that somebody could take for another one, whatever releases there are of it', async () => {
      const heldAs = async (poNumber: string, release?: string) =>
        (
          await company.load(
            orderIdOf((await post(company.context, purchase({ poNumber, ...(release ? { release } : {}) })))[0]),
          )
        ).holds.map(({ reason }) => reason);
      expect(await heldAs('AB-12.3')).to.deep.equal([]);
      expect(await heldAs('ab‐123')).to.deep.equal(['possible-duplicate']);
      expect(await heldAs('AB-12.3', '2')).to.deep.equal(['possible-duplicate']);
      expect(await heldAs('AB-124')).to.deep.equal([]);
    });

    it('holds the later of two such numbers also when both come at the same moment', async () => {
      const { documents } = await receive(company.context, purchase({ poNumber: 'TWIN-1' }));
      const other = orderIdOf((await post(company.context, purchase()))[0]);
      const named =
        "update sales_order_terms set po_number = 'TWIN1', po_key = 'TWIN1', loose_po_key = 'TWIN1' where order_id = ?";
      const [outcome] = await meet({
        store,
        first: (db) => db.run(named, [other]),
        second: () => createOrders(company.context, [{ documentId: documents[0]?.documentId as number, rules: [] }]),
      });
      const { holds } = await company.load(orderIdOf(outcome));
      expect(holds.map(({ reason }) => reason)).to.deep.equal(['possible-duplicate']);
    });

    it('keeps in the audit what became of every document', async () => {
      const order = purchase({ sku: 'NEW' });
      const sent = { messageKey: 'k-audit' };
      const [refused] = await post(company.context, order, sent);
      expect(refused?.output).to.equal('rejected');
      await company.addProducts(['NEW']);
      expect((await post(company.context, order, sent))[0]?.output).to.equal('created');
      expect((await post(company.context, order))[0]?.output).to.equal('replayed');
      const records = await company.rows<{ from_state: string; to_state: string; reason: string | null }>(
        "select from_state, to_state, reason from audit_record where subject = 'document' order by batch desc, position limit 3",
      );
      expect(records.reverse().map((row) => [row.from_state, row.to_state, row.reason])).to.deep.equal([
        ['stored', 'rejected', 'unknown-sku'],
        ['rejected', 'stored', 'sent-again'],
        ['stored', 'duplicate', null],
      ]);
    });

    it('rejects with every fault and its place', async () => {
      const [outcome] = await post(
        company.context,
        purchase({
          customer: 'NOBODY',
          currency: 'USD',
          warehouse: 'MOON',
          lines: [
            { sku: 'X', quantity: '1' },
            { sku: 'A', quantity: '1', uom: 'PAL' },
            { sku: 'A', quantity: '0.0001' },
          ],
        }),
      );
      // a quantity with four decimals is refused as the message is read, before master data counts
      expect(outcome).to.equal(undefined);
      const [second] = (await post(
        company.context,
        purchase({
          customer: 'NOBODY',
          warehouse: 'MOON',
          lines: [
            { sku: 'X', quantity: '1' },
            { sku: 'A', quantity: '1', uom: 'PAL' },
          ],
        }),
      )) as [RejectedOutcome];
      expect(second.output).to.equal('rejected');
      expect(second.faults.map(({ path, code }) => `${path} ${code}`)).to.have.members([
        '/customer unknown-customer',
        '/warehouse unknown-warehouse',
        '/lines/0/sku unknown-sku',
        '/lines/1/uom unknown-uom',
      ]);
    });

    it('keeps a partner to its own customers and channels', async () => {
      const [foreign] = (await post(company.context, purchase({ customer: 'C-1' }), { partner: 'SHOP' })) as [
        RejectedOutcome,
      ];
      expect(foreign.faults.map(({ code }) => code)).to.deep.equal(['unknown-customer']);
      const [channel] = (await post(company.context, purchase({ customer: 'C-2' }), {
        partner: 'SHOP',
        channel: 'file',
      })) as [RejectedOutcome];
      expect(channel.faults.map(({ code }) => code)).to.deep.equal(['source-refused']);
      const [unknown] = (await post(company.context, purchase(), { partner: 'GHOST' })) as [RejectedOutcome];
      expect(unknown.faults.map(({ code }) => code)).to.deep.equal(['unknown-partner']);
    });

    it('gives the first order again for the same order in another message, and refuses another content', async () => {
      const order = purchase({ poNumber: 'Po 77' });
      const first = orderIdOf((await post(company.context, order))[0]);
      const [again] = await post(company.context, { ...order, poNumber: 'PO77' });
      expect(again).to.deep.include({ output: 'replayed', orderId: first });
      const [other] = (await post(company.context, { ...order, lines: [{ sku: 'A', quantity: '2' }] })) as [
        RejectedOutcome,
      ];
      expect(other.faults[0]).to.include({ code: 'order-conflict', path: '/poNumber' });
      expect(other.faults[0]?.message).to.match(/with another content\. Use a new number\.$/);
      expect((await company.load(first)).lines[0]?.ordered).to.equal(1000);
    });

    it('holds an order whose number differs from another in dots and dashes only', async () => {
      const first = orderIdOf((await post(company.context, purchase({ poNumber: 'PO-500-1' })))[0]);
      const second = await company.load(
        orderIdOf((await post(company.context, purchase({ poNumber: 'PO.5001', quantity: '3' })))[0]),
      );
      expect(second.status).to.equal('OnHold');
      expect(second.holds[0]).to.deep.include({
        reason: 'possible-duplicate',
        evidence: { looksLike: `SO-${String(first).padStart(6, '0')}` },
      });
    });

    it('holds an order whose price is not ours', async () => {
      const order = await company.load(
        orderIdOf(
          (await post(company.context, purchase({ lines: [{ sku: 'A', quantity: '1', unitPrice: '9.98' }] })))[0],
        ),
      );
      expect(order).to.include({ status: 'OnHold' });
      expect(order.holds[0]?.reason).to.equal('price');
      expect(order.lines[0]?.unitPrice).to.equal(99_800);
    });

    it('judges a rejected document again when its message comes again', async () => {
      const order = purchase({ sku: 'LATER' });
      const [rejected] = (await post(company.context, order, { messageKey: 'again' })) as [RejectedOutcome];
      expect(rejected.faults[0]?.code).to.equal('unknown-sku');
      await company.addProducts(['LATER']);
      const [created] = await post(company.context, order, { messageKey: 'again' });
      expect(created?.output).to.equal('created');
      const third = await receive(company.context, order, { messageKey: 'again' });
      expect(third).to.deep.include({ replayed: true, documents: [] });
    });

    it('refuses another message under a key, and takes the same order spelled otherwise for the same', async () => {
      const order = purchase();
      const first = await receive(company.context, order, { messageKey: 'key-1' });
      const spelled = await receive(company.context, JSON.stringify(order, null, 2), { messageKey: 'key-1' });
      expect(spelled).to.deep.include({ inboxId: first.inboxId, replayed: true });
      const other = await receive(company.context, purchase(), { messageKey: 'key-1' });
      expect(other.refused?.code).to.equal('idempotency-conflict');
    });

    it('creates one order of a document however often and at once it is asked for', async () => {
      const { documents } = await receive(company.context, purchase());
      const items = documents.map(({ documentId }) => ({ documentId, rules: [] }));
      const outcomes = await Promise.all(Array.from({ length: 8 }, () => createOrders(company.context, items)));
      const flat = outcomes.flat();
      expect(flat.filter(({ output }) => output === 'created')).to.have.length(1);
      expect(new Set(flat.map(orderIdOf)).size).to.equal(1);
    });

    it('takes a CSV of several orders; one bad line rejects its own order only, or the file', async () => {
      const csv = 'poNumber,customer,sku,quantity\nF-1,C-1,A,1\nF-1,C-1,B,2\nF-2,C-1,A,many\nF-3,C-1,B,3\n';
      const file = { channel: 'file', contentType: 'text/csv' } as const;
      const one = await receive(company.context, csv, file);
      expect([one.documents.length, one.rejected.length]).to.deep.equal([2, 1]);
      expect(one.rejected[0]?.faults[0]?.path).to.match(/row 4/);
      const whole = await receive(company.context, csv.replaceAll('F-', 'G-'), { ...file, batchPolicy: 'reject-file' });
      expect([whole.documents.length, whole.rejected.length]).to.deep.equal([0, 3]);
    });

    it('tries a document again after a technical fault, with back-off, then parks it; the same message takes it up', async () => {
      const order = purchase();
      const { documents } = await receive(company.context, order, { messageKey: 'parked' });
      const documentId = documents[0]?.documentId as number;
      const left = () =>
        store
          .read((db) => documentsLeft(db, {}, { before: company.now, now: company.now }, 100))
          .then((all) => all.map((document) => document.documentId));
      expect(await left()).to.include(documentId);
      expect(await postponeAfterFault(company.context, documentId, new Error('the disk is full'))).to.equal('again');
      expect(await left()).not.to.include(documentId);
      company.now = '2026-11-23T10:10:00.000Z';
      expect(await left()).to.include(documentId);
      for (let attempt = 2; attempt < maxAttempts; attempt++)
        await postponeAfterFault(company.context, documentId, new Error('still full'));
      expect(await postponeAfterFault(company.context, documentId, new Error('still full'))).to.equal('parked');
      company.now = '2026-11-24T10:00:00.000Z';
      expect(await left()).not.to.include(documentId);
      const [again] = await post(company.context, order, { messageKey: 'parked' });
      expect(again?.output).to.equal('created');
    });

    it('accounts for every document', async () => {
      const rows = await company.rows<{ state: string; count: number }>(
        'select state, cast(count(*) as bigint) as count from inbox_document group by state',
      );
      const counts = Object.fromEntries(rows.map(({ state, count }) => [state, count]));
      const [orders] = await company.rows<{ count: number }>(
        'select cast(count(*) as bigint) as count from sales_order',
      );
      expect(counts.accepted).to.equal(orders?.count);
      expect(Object.keys(counts)).to.include.members(['accepted', 'duplicate', 'rejected']);
    });
  }));
