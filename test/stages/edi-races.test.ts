import { expect } from 'chai';
import { salesOrderNumber } from '../../lib/domain/order';
import { reconcile } from '../../lib/ops/reconcile';
import { verifyAudit } from '../../lib/ops/verify-audit';
import { actOnOrders } from '../../lib/stages/act-on-order';
import { checkCredit } from '../../lib/stages/check-credit';
import { checkInventory } from '../../lib/stages/check-inventory';
import { checkOverdue } from '../../lib/stages/check-overdue';
import { confirmDeliveries } from '../../lib/stages/confirm-delivery';
import { dispatchOrders, type Shipper } from '../../lib/stages/dispatch-orders';
import { postInvoices } from '../../lib/stages/post-invoices';
import { writeDueAnswers } from '../../lib/stages/write-due-answers';
import { openStore, type Store } from '../../lib/store/store';
import { onBothDatabases } from '../support/databases';
import { purchaseOrder, x12 } from '../support/edi';
import { orderIdOf, post, type SentMessage } from '../support/intake';
import { SampleCompany } from '../support/orders';
import { slipOf } from '../support/slips';

const asX12: SentMessage = { channel: 'edi', contentType: 'application/edi-x12' };
const orders = 12;

describe('changes by EDI while orders are under way', () =>
  onBothDatabases((_kind, url) => {
    let store: Store;
    let company: SampleCompany;
    let control = 0;

    before(async () => {
      store = await openStore(url());
      company = new SampleCompany(store);
      await company.open(['C-1'], ['A', 'B'], 200);
      const edi = { answers: ['order-response', 'despatch-advice', 'invoice'] };
      const acme = { partner: 'ACME', name: 'Acme', channels: ['edi'], customers: ['C-1'], ediIds: ['ZZ:ACME'], edi };
      await company.master('partners', [acme]);
    });
    after(() => store.close());

    const send = (type: string, segments: readonly string[]) =>
      post(company.context, x12(type, [segments], { control: ++control }), asX12);
    const shipper: Shipper = {
      ship: async (requests) => requests.map(({ key }) => ({ kind: 'acknowledged' as const, key, reference: 'W' })),
      cancel: async () => ({ kind: 'agreed' as const }),
    };
    const steps = (id: number, poNumber: string): (() => Promise<unknown>)[] => [
      () => checkInventory(company.context, [id]),
      () => checkCredit(company.context, [id]),
      () => checkOverdue(company.context, [id]),
      () => dispatchOrders(company.context, { warehouse: 'MAIN', limit: 20, orderIds: [id] }, shipper),
      () => dispatchOrders(company.context, { warehouse: 'MAIN', limit: 20, orderIds: null }, shipper),
      () => confirmDeliveries(company.context, [slipOf([[id, 1, 1]])]),
      () => postInvoices(company.context, { limit: 50 }),
      () => writeDueAnswers(company.context, 5),
      () =>
        actOnOrders(company.context, [
          {
            action: 'hold',
            salesOrder: salesOrderNumber(id),
            reason: 'operator',
            note: '',
            actor: { name: 'ops', role: 'operations', visible: null },
          },
        ]),
      () =>
        actOnOrders(company.context, [
          {
            action: 'release',
            salesOrder: salesOrderNumber(id),
            reason: 'operator',
            note: 'ok',
            actor: { name: 'ops', role: 'operations', visible: null },
          },
        ]),
      () => send('860', [`BCH*04*SA*${poNumber}****20261124`, `POC*1*QI*${2 + (control % 5)}*0*EA`, 'CTT*1']),
      () => send('860', [`BCH*04*SA*${poNumber}****20261124`, 'POC*2*DI*1*0*EA', 'POC**AI*2*2*EA*9.99**VN*B', 'CTT*2']),
      () => (control % 9 === 0 ? send('860', [`BCH*01*SA*${poNumber}***20261124`]) : Promise.resolve()),
    ];

    it('leave sound books, whatever meets', async () => {
      const lines = [
        ['1', '5', 'EA', '9.99', 'VN', 'A'],
        ['2', '1', 'EA', '9.99', 'VN', 'B'],
      ];
      const running: Promise<unknown>[] = [];
      for (let i = 0; i < orders; i++) {
        const id = orderIdOf((await send('850', purchaseOrder(`R-${i}`, 'C-1', lines)))[0]);
        const all = steps(id, `R-${i}`);
        // half of them are ready for the warehouse when it begins, and some have left in part
        if (i % 2 === 0) for (const step of all.slice(0, i % 4 === 0 ? 6 : 3)) await step();
        // a fixed order of its own for each: the moments in which they meet are the databases'
        for (let step = 0; step < all.length; step++)
          running.push((all[(step * (2 * i + 1)) % all.length] as () => Promise<unknown>)());
        if (i % 3 === 2) await Promise.all(running.splice(0));
      }
      await Promise.all(running);
      const rows = await store.read((db) => db.all<{ status: string }>('select distinct status from sales_order'));
      expect(rows.length, 'orders got to different places').to.be.greaterThan(1);
      while ((await writeDueAnswers(company.context, 50)) > 0);
      const { checks } = await reconcile(store);
      expect(checks.filter(({ differences }) => differences.length > 0)).to.deep.equal([]);
      expect((await verifyAudit(store)).fault).to.equal(null);
    });
  }));
