import { expect } from 'chai';
import { defaultIntakeLimits } from '../../lib/intake/message-content';
import { createOrders } from '../../lib/stages/create-orders';
import { readReception } from '../../lib/stages/read-reception';
import { receiveMessages } from '../../lib/stages/receive-messages';
import type { RejectedOutcome } from '../../lib/stages/tag-outcome';
import { openStore, type Store } from '../../lib/store/store';
import { onBothDatabases } from '../support/databases';
import { orderIdOf, post, purchase, received } from '../support/intake';
import { SampleCompany } from '../support/orders';

describe('the terms of a partner', () =>
  onBothDatabases((_kind, url) => {
    let store: Store;
    let company: SampleCompany;

    before(async () => {
      store = await openStore(url());
      company = new SampleCompany(store);
      await company.open(['C-1'], ['A', 'B'], 1000);
      await company.master('products', [
        { sku: 'A', gtin: '4006381333931' },
        { sku: 'B', gtin: '036000291452' },
      ]);
      await company.master('partners', [
        {
          partner: 'SHOP',
          name: 'Web shop',
          channels: ['api'],
          customers: ['C-1'],
          skuMap: { 'SHOP-A': 'A' },
          customerMap: { '4711': 'C-1' },
          uomMap: { CS: 'CA' },
        },
      ]);
    });
    after(() => store.close());

    const send = (fields: Parameters<typeof purchase>[0]) =>
      post(company.context, purchase(fields), { partner: 'SHOP' });
    const taken = async (fields: Parameters<typeof purchase>[0]) => company.load(orderIdOf((await send(fields))[0]));
    const refused = async (fields: Parameters<typeof purchase>[0]) =>
      ((await send(fields))[0] as RejectedOutcome).faults.map(({ path, code }) => `${path} ${code}`);
    const partner = (fields: object) => company.master('partners', [{ partner: 'SHOP', ...fields }]);

    it('give their customer numbers and units our names, in the identity of the order too', async () => {
      const order = await taken({
        customer: '4711',
        poNumber: 'MAP-1',
        lines: [{ sku: 'SHOP-A', quantity: '2', uom: 'CS' }],
      });
      expect(order.customer).to.equal('C-1');
      expect(order.lines[0]).to.include({ sku: 'A', uom: 'CA', ordered: 24_000 });
      const same = { customer: 'C-1', poNumber: 'map1', lines: [{ sku: 'SHOP-A', quantity: '2', uom: 'CS' }] };
      expect((await taken({ ...same, poNumber: 'MAP.1' })).holds.map(({ reason }) => reason)).to.deep.equal([
        'possible-duplicate',
      ]);
      expect(await refused({ ...same, poNumber: 'MAP-1' })).to.deep.equal(['/poNumber order-conflict']);
      expect(await refused({ customer: '4712' })).to.deep.equal(['/customer unknown-customer']);
    });

    it('find a product by any of its numbers, if all that are known name the same', async () => {
      const line = (sku: string, ...values: string[]) => ({
        lines: [{ sku, quantity: '1', ids: values.map((value) => ({ qualifier: 'en', value })) }],
      });
      expect((await taken(line('4006381333931'))).lines[0]?.sku).to.equal('A');
      expect((await taken(line('04006381333931'))).lines[0]?.sku).to.equal('A');
      expect((await taken(line('WHAT', '0036000291452', 'EVER'))).lines[0]?.sku).to.equal('B');
      expect((await taken(line('SHOP-A', '4006381333931', 'A'))).lines[0]?.sku).to.equal('A');
      expect(await refused(line('A', '036000291452'))).to.deep.equal(['/lines/0/sku conflicting-ids']);
      expect(await refused(line('WHAT', 'EVER', '4006381333932'))).to.deep.equal(['/lines/0/sku unknown-sku']);
    });

    it('let another number decide when products share a GTIN, and nobody else', async () => {
      await company.addProducts(['B-NEW']);
      await company.master('products', [{ sku: 'B-NEW', gtin: '00036000291452' }]);
      const gtin = { qualifier: 'UP', value: '036000291452' };
      expect((await taken({ lines: [{ sku: 'B-NEW', quantity: '1', ids: [gtin] }] })).lines[0]?.sku).to.equal('B-NEW');
      expect(await refused({ sku: '036000291452' })).to.deep.equal(['/lines/0/sku conflicting-ids']);
      await company.master('products', [{ sku: 'B-NEW', gtin: null }]);
    });

    it('say whose price counts', async () => {
      const priced = async (unitPrice: string) => {
        const { lines, holds } = await taken({ lines: [{ sku: 'A', quantity: '1', unitPrice }] });
        return [lines[0]?.unitPrice, ...holds.map(({ reason }) => reason)];
      };
      expect(await priced('9.98')).to.deep.equal([99_800, 'price']);
      await partner({ pricePolicy: 'own' });
      expect(await priced('1')).to.deep.equal([99_900]);
      await partner({ pricePolicy: 'sent' });
      expect(await priced('1')).to.deep.equal([10_000]);
      await partner({ pricePolicy: 'tolerance', priceTolerance: '10' });
      expect(await priced('8.991')).to.deep.equal([89_910]);
      expect(await priced('8.9909')).to.deep.equal([89_909, 'price']);
    });

    it('send what is doubtful to a person, with the reasons', async () => {
      await partner({ reviewNotes: true });
      const order = await taken({ note: 'Only complete!', requestedDelivery: '2026-10-01', orderDate: '2027-01-01' });
      expect(order.status).to.equal('OnHold');
      expect(order.holds.map(({ reason, evidence }) => [reason, evidence])).to.deep.equal([
        [
          'intake-review',
          {
            review: [
              'The requested delivery 2026-10-01 is more than 30 days ago.',
              'The order date 2027-01-01 is more than 30 days ahead.',
              'The order has a note that may change it: Only complete!',
            ],
          },
        ],
      ]);
      expect((await taken({ requestedDelivery: '2026-10-24', orderDate: '2026-12-23' })).holds).to.deep.equal([]);
      await partner({ reviewNotes: false });
      expect((await taken({ note: 'Thank you' })).holds).to.deep.equal([]);
    });

    it('hold an order that its reading found doubtful, after a restart too', async () => {
      const read = readReception(received(company.context, purchase(), { partner: 'SHOP' }), defaultIntakeLimits);
      const documents = read.content.documents.map((document) => ({ ...document, review: ['The count is off.'] }));
      const [reception] = await receiveMessages(company.context, [
        { ...read, content: { ...read.content, documents } },
      ]);
      const [created] = await createOrders(
        company.context,
        (reception?.documents ?? []).map(({ documentId }) => ({ documentId, rules: [] })),
      );
      const order = await company.load(orderIdOf(created));
      expect(order.holds[0]).to.deep.include({ reason: 'intake-review', evidence: { review: ['The count is off.'] } });
    });
  }));
