import { expect } from 'chai';
import { loosePoKey } from '../../lib/intake/canonical-order';
import { reconcile } from '../../lib/ops/reconcile';
import { verifyAudit } from '../../lib/ops/verify-audit';
import { actOnOrders } from '../../lib/stages/act-on-order';
import { checkCredit } from '../../lib/stages/check-credit';
import { checkInventory } from '../../lib/stages/check-inventory';
import { checkOverdue } from '../../lib/stages/check-overdue';
import { createOrders } from '../../lib/stages/create-orders';
import { dispatchOrders } from '../../lib/stages/dispatch-orders';
import type { TagOutcome } from '../../lib/stages/tag-outcome';
import { documentsLeft } from '../../lib/store/left-behind';
import { openStore, type Store } from '../../lib/store/store';
import { onBothDatabases } from '../support/databases';
import { edifact, purchaseOrder, type SampleInterchange, x12 } from '../support/edi';
import { orderIdOf, post, receive, type SentMessage } from '../support/intake';
import { SampleCompany } from '../support/orders';

describe('orders by EDI', () =>
  onBothDatabases((_kind, url) => {
    let store: Store;
    let company: SampleCompany;
    let control = 100;

    before(async () => {
      store = await openStore(url());
      company = new SampleCompany(store);
      await company.open(['C-1', 'C-2'], ['A', 'B', 'C'], 1000);
      await company.master('partners', [
        {
          partner: 'ACME',
          name: 'Acme',
          channels: ['edi'],
          customers: ['C-1'],
          ediIds: ['ZZ:ACME', '14:ACME'],
          edi: { answers: ['order-response', 'despatch-advice', 'invoice'] },
        },
        { partner: 'OTHER', name: 'Other', channels: ['edi'], customers: ['*'], ediIds: ['ZZ:OTHER'] },
      ]);
    });
    after(() => store.close());

    const asX12: SentMessage = { channel: 'edi', contentType: 'application/edi-x12' };
    const asEdifact: SentMessage = { channel: 'edi', contentType: 'application/edifact' };
    const next = (): { control: number } => ({ control: ++control });
    const send = (type: string, segments: readonly string[], how: SampleInterchange = {}): Promise<TagOutcome[]> =>
      post(company.context, x12(type, [segments], { ...next(), ...how }), asX12);
    const order = (poNumber: string, lines = [['1', '5', 'EA', '9.99', 'VN', 'A']]): Promise<TagOutcome[]> =>
      send('850', purchaseOrder(poNumber, 'C-1', lines));
    const change = (poNumber: string, lines: readonly string[], number = '1', purpose = '04'): Promise<TagOutcome[]> =>
      send('860', [`BCH*${purpose}*SA*${poNumber}**${number}*20261124`, ...lines, `CTT*${lines.length}`]);
    const checked = async (orderId: number): Promise<void> => {
      await checkInventory(company.context, [orderId]);
      await checkCredit(company.context, [orderId]);
      await checkOverdue(company.context, [orderId]);
    };
    const states = (): Promise<{ kind: string; state: string; code: string | null }[]> =>
      store.read((db) => db.all('select kind, state, code from inbox_document order by document_id desc limit 1'));

    it('are those of the sender’s partner, whoever brings them', async () => {
      const loaded = await company.load(orderIdOf((await order('E-1'))[0]));
      expect(loaded).to.include({ partner: 'ACME', customer: 'C-1', channel: 'edi', currency: 'EUR' });
      expect(loaded.lines[0]).to.include({ sku: 'A', ordered: 5_000 });
      const [stranger] = await send('850', purchaseOrder('E-2', 'C-1', [['1', '1', 'EA', '', 'VN', 'A']]), {
        sender: 'NOBODY',
      });
      expect(stranger).to.equal(undefined);
      expect((await states())[0]).to.include({ state: 'rejected', code: 'unknown-sender' });
    });

    it('are refused when a partner speaks for another one', async () => {
      const message = x12('850', [purchaseOrder('E-3', 'C-1', [['1', '1', 'EA', '', 'VN', 'A']])], {
        ...next(),
        sender: 'OTHER',
      });
      const reception = await receive(company.context, message, { ...asX12, partner: 'ACME', speaksFor: ['ACME'] });
      expect(reception.documents).to.deep.equal([]);
      expect(reception.rejected[0]?.faults[0]?.code).to.equal('source-refused');
    });

    it('come once, whatever number the interchange has', async () => {
      const numbers = { control: ++control };
      const first = orderIdOf(
        (await send('850', purchaseOrder('E-4', 'C-1', [['1', '2', 'EA', '', 'VN', 'A']]), numbers))[0],
      );
      const sameAgain = x12('850', [purchaseOrder('E-4', 'C-1', [['1', '2', 'EA', '', 'VN', 'A']])], numbers);
      expect(await post(company.context, sameAgain, asX12), 'the same message').to.deep.equal([]);
      const again = await post(company.context, `${sameAgain}\n`, asX12);
      expect(again[0]).to.include({ output: 'replayed', orderId: first });
      const resent = await send('850', purchaseOrder('E-4', 'C-1', [['1', '2', 'EA', '', 'VN', 'A']]));
      expect(resent[0]).to.include({ output: 'replayed', orderId: first });
      const other = await send('850', purchaseOrder('E-5', 'C-1', [['1', '2', 'EA', '', 'VN', 'A']]), numbers);
      expect(other).to.deep.equal([]);
      expect((await states())[0]).to.include({ state: 'rejected', code: 'interchange-conflict' });
    });

    it('of a test never become orders, and are judged', async () => {
      const good = await send('850', purchaseOrder('E-6', 'C-1', [['1', '2', 'EA', '', 'VN', 'A']]), { test: true });
      expect(good[0]).to.include({ output: 'applied', kind: 'test', orderId: null });
      const bad = await send('850', purchaseOrder('E-7', 'C-1', [['1', '2', 'EA', '', 'VN', 'NO']]), { test: true });
      expect(bad[0]).to.include({ output: 'rejected', code: 'unknown-sku' });
      const rows = await store.read((db) =>
        db.all('select order_id from sales_order where loose_po_key = ?', [loosePoKey('E-6')]),
      );
      expect(rows).to.deep.equal([]);
    });

    it('that are copies create nothing', async () => {
      const lines = [['1', '1', 'EA', '9.99', 'VN', 'A']];
      const [copy] = await send('850', purchaseOrder('E-8', 'C-1', lines, { purpose: '07' }));
      expect(copy).to.include({ output: 'rejected', code: 'unknown-order' });
      const original = orderIdOf((await order('E-8', lines))[0]);
      const [later] = await send('850', purchaseOrder('E-8', 'C-1', lines, { purpose: '07' }));
      expect(later).to.include({ output: 'replayed', orderId: original });
    });

    it('are equal from X12 and EDIFACT', async () => {
      const inX12 = await company.load(
        orderIdOf(
          (
            await order('E-9', [
              ['1', '5', 'EA', '9.99', 'VN', 'A'],
              ['2', '1', 'CA', '119.88', 'VN', 'B'],
            ])
          )[0],
        ),
      );
      const segments = [
        'BGM+220+E-10+9',
        'DTM+137:20261123:102',
        'NAD+BY+C-1::92',
        'CUX+2:EUR:9',
        'LIN+1++A:SA',
        'QTY+21:5:EA',
        'PRI+AAA:9.99',
        'LIN+2++B:SA',
        'QTY+21:1:CA',
        'PRI+AAA:119.88',
        'UNS+S',
        'CNT+2:2',
      ];
      const [tagged] = await post(company.context, edifact([{ type: 'ORDERS', segments }], next()), asEdifact);
      const inEdifact = await company.load(orderIdOf(tagged));
      expect(inEdifact.lines).to.deep.equal(inX12.lines);
      expect(inEdifact.partner).to.equal('ACME');
    });

    describe('that are changed', () => {
      it('take quantities, prices, new and deleted lines, and are checked anew', async () => {
        const id = orderIdOf(
          (
            await order('F-1', [
              ['1', '5', 'EA', '9.99', 'VN', 'A'],
              ['2', '3', 'EA', '9.99', 'VN', 'B'],
            ])
          )[0],
        );
        await checked(id);
        expect((await company.load(id)).status).to.equal('ReadyForDelivery');
        const [outcome] = await change('F-1', [
          'POC*1*QI*7*2*EA*9.99**VN*A',
          'POC*2*DI*3*0*EA',
          'POC*3*AI*4*4*EA*9.99**VN*C',
        ]);
        expect(outcome).to.include({ output: 'changed', orderId: id });
        const changed = await company.load(id);
        expect(changed).to.include({ status: 'Created', checksJudged: 0, approvedGross: 0 });
        expect(
          changed.lines.map(({ line, sku, ordered, reserved, cancelled }) => [line, sku, ordered, reserved, cancelled]),
        ).to.deep.equal([
          [1, 'A', 7_000, 0, 0],
          [2, 'B', 3_000, 0, 3_000],
          [3, 'C', 4_000, 0, 0],
        ]);
        await checked(id);
        expect((await company.load(id)).status).to.equal('ReadyForDelivery');
        const [terms] = await store.read((db) =>
          db.all<{ net: number }>('select net from sales_order where order_id = ?', [id]),
        );
        expect(terms?.net).to.equal(11 * 999);
      });

      it('once, however often the change comes', async () => {
        const id = orderIdOf((await order('F-2'))[0]);
        expect((await change('F-2', ['POC*1*QI*8*3*EA*9.99**VN*A'], '7'))[0]).to.include({ output: 'changed' });
        expect((await change('F-2', ['POC*1*QI*8*3*EA*9.99**VN*A'], '7'))[0]).to.include({
          output: 'applied',
          orderId: id,
        });
        expect((await states())[0]).to.include({ state: 'duplicate' });
        expect((await company.load(id)).lines[0]?.ordered).to.equal(8_000);
      });

      it('when the order comes after its change', async () => {
        expect((await change('F-3', ['POC*1*QI*9*4*EA*9.99**VN*A']))[0]).to.include({
          output: 'rejected',
          code: 'unknown-order',
        });
        expect((await states())[0]).to.include({ kind: 'change', state: 'parked' });
        const id = orderIdOf((await order('F-3'))[0]);
        const left = await store.read((db) => documentsLeft(db, {}, { before: company.now, now: company.now }, 10));
        expect(left).to.have.length(1);
        const [outcome] = await createOrders(
          company.context,
          left.map(({ documentId }) => ({ documentId, rules: [] })),
        );
        expect(outcome).to.include({ output: 'changed', orderId: id });
        expect((await company.load(id)).lines[0]?.ordered).to.equal(9_000);
      });

      it('not to what they cannot be', async () => {
        const id = orderIdOf((await order('F-4'))[0]);
        const [outcome] = await change('F-4', ['POC*9*QI*8*3*EA*9.99**VN*A', 'POC*1*QI*8*3*EA*9.99**VN*NO']);
        expect(outcome).to.include({ output: 'rejected', code: 'unknown-line' });
        expect(outcome?.output === 'rejected' && outcome.faults.map(({ code }) => code)).to.deep.equal([
          'unknown-line',
          'unknown-sku',
        ]);
        expect((await company.load(id)).lines[0]?.ordered).to.equal(5_000);
      });

      it('by a person once a warehouse was asked to ship', async () => {
        const id = orderIdOf((await order('F-5'))[0]);
        await checked(id);
        await ship(id);
        const [outcome] = await change('F-5', ['POC*1*QI*8*3*EA*9.99**VN*A']);
        expect(outcome).to.include({ output: 'rejected', code: 'after-release' });
        expect((await states())[0]).to.include({ state: 'parked', code: 'after-release' });
        const exceptions = await store.read((db) =>
          db.all("select kind from exception where kind = 'change-request' and closed_at is null"),
        );
        expect(exceptions).to.have.length(1);
        expect((await company.load(id)).lines[0]?.ordered).to.equal(5_000);
      });

      it('as a whole when they are replaced', async () => {
        const id = orderIdOf(
          (
            await order('F-6', [
              ['1', '5', 'EA', '', 'VN', 'A'],
              ['2', '5', 'EA', '', 'VN', 'B'],
            ])
          )[0],
        );
        const [outcome] = await send(
          '850',
          purchaseOrder(
            'F-6',
            'C-1',
            [
              ['1', '6', 'EA', '', 'VN', 'A'],
              ['3', '1', 'EA', '', 'VN', 'C'],
            ],
            { purpose: '05' },
          ),
        );
        expect(outcome).to.include({ output: 'changed', orderId: id });
        const { lines } = await company.load(id);
        expect(lines.map(({ line, ordered, cancelled }) => [line, ordered, cancelled])).to.deep.equal([
          [1, 6_000, 0],
          [2, 5_000, 5_000],
          [3, 1_000, 0],
        ]);
      });
    });

    describe('that are cancelled', () => {
      const cancel = (poNumber: string): Promise<TagOutcome[]> => send('860', [`BCH*01*SA*${poNumber}**1*20261124`]);

      it('are cancelled at once before a warehouse was asked', async () => {
        const id = orderIdOf((await order('G-1'))[0]);
        await checked(id);
        expect((await cancel('G-1'))[0]).to.include({ output: 'applied', orderId: id });
        const cancelled = await company.load(id);
        expect(cancelled).to.include({ status: 'Cancelled', reason: 'customer-request', approvedGross: 0 });
        expect(cancelled.lines[0]).to.include({ reserved: 0, cancelled: 5_000 });
      });

      it('wait for the warehouse’s word after that', async () => {
        const id = orderIdOf((await order('G-2'))[0]);
        await checked(id);
        await ship(id);
        expect((await cancel('G-2'))[0]).to.include({ output: 'applied', orderId: id });
        expect((await company.load(id)).status).to.equal('CancelRequested');
      });

      it('not when they are finished', async () => {
        const id = orderIdOf((await order('G-3'))[0]);
        const actor = { name: 'ops', role: 'operations' as const, visible: null };
        await actOnOrders(company.context, [
          { action: 'cancel', salesOrder: `SO-${String(id).padStart(6, '0')}`, reason: 'x', note: '', actor },
        ]);
        expect((await cancel('G-3'))[0]).to.include({ output: 'rejected', code: 'illegal-transition' });
      });
    });

    // a describe of its own: mocha runs what stands in nested ones after all tests beside them
    describe('after all of that', () => {
      it('leave sound books', async () => {
        const { checks } = await reconcile(store);
        expect(checks.filter(({ differences }) => differences.length > 0)).to.deep.equal([]);
        expect((await verifyAudit(store)).fault).to.equal(null);
      });
    });

    async function ship(orderId: number): Promise<void> {
      await dispatchOrders(
        company.context,
        { warehouse: 'MAIN', limit: 1, orderIds: [orderId] },
        {
          ship: async (requests) =>
            requests.map(({ key }) => ({ kind: 'acknowledged' as const, key, reference: 'W-1' })),
          cancel: async () => ({ kind: 'pending' as const }),
        },
      );
      expect((await company.load(orderId)).status).to.equal('SentToWarehouse');
    }
  }));
