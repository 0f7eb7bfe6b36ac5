import { expect } from 'chai';
import { upsertMaster } from '../../lib/stages/upsert-master';
import { openStore, type Store } from '../../lib/store/store';
import { onBothDatabases } from '../support/databases';
import { post, purchase } from '../support/intake';
import { SampleCompany } from '../support/orders';

describe('master data', () =>
  onBothDatabases((_kind, url) => {
    let store: Store;
    let company: SampleCompany;

    before(async () => {
      store = await openStore(url());
      company = new SampleCompany(store);
      await company.open(['C-1'], ['A'], 100);
    });
    after(() => store.close());

    it('keeps both of two changes that come at once', async () => {
      for (let round = 0; round < 15; round++) {
        await Promise.all([
          company.master('products', [{ sku: 'A', price: `${round}.50` }]),
          company.master('products', [{ sku: 'A', cost: `${round}.25` }]),
          company.master('partners', [{ partner: 'DIRECT', name: `Direct ${round}` }]),
          company.master('partners', [{ partner: 'DIRECT', indicator: `I-${round}` }]),
        ]);
        expect(await company.rows("select price, cost from product where sku = 'A'")).to.deep.equal([
          { price: round * 10_000 + 5000, cost: round * 10_000 + 2500 },
        ]);
        expect(await company.rows("select name, indicator from partner where partner = 'DIRECT'")).to.deep.equal([
          { name: `Direct ${round}`, indicator: `I-${round}` },
        ]);
      }
    });

    it('refuses a count whose value is too large, and takes the others', async () => {
      await company.addProducts(['GOLD', 'LEAD']);
      const { upserted, rejected } = await upsertMaster(company.context, 'stock', [
        { sku: 'GOLD', warehouse: 'MAIN', onHand: '9000000000000' },
        { sku: 'LEAD', warehouse: 'MAIN', onHand: '5' },
      ]);
      expect(rejected.map(({ key, faults }) => [key, faults[0]?.path, faults[0]?.code])).to.deep.equal([
        ['GOLD MAIN', '/0/onHand', 'amount-too-large'],
      ]);
      expect(upserted).to.equal(1);
      expect(
        await company.rows("select on_hand from stock_item where sku in ('GOLD', 'LEAD') order by sku"),
      ).to.deep.equal([{ on_hand: 0 }, { on_hand: 5000 }]);
    });

    it('refuses a price that is too large to be kept, instead of failing for ever', async () => {
      await company.master('products', [
        {
          sku: 'STAR',
          name: 'Star',
          baseUom: 'G',
          uoms: { T: 1_000_000 },
          price: '9876543.2101',
          cost: '0',
          taxCode: 'FULL',
        },
      ]);
      const lines = [{ sku: 'STAR', quantity: '0.001', uom: 'T' }];
      const [outcome] = await post(company.context, purchase({ lines }));
      expect(outcome?.output === 'rejected' && outcome.faults.map(({ path, code }) => `${path} ${code}`)).to.deep.equal(
        ['/lines/0/unitPrice amount-too-large'],
      );
    });

    it('may hold a product whose number is a word of the programming language', async () => {
      await company.addProducts(['constructor']);
      const [outcome] = await post(company.context, purchase({ sku: 'constructor' }));
      expect(outcome?.output).to.equal('created');
    });
  }));
