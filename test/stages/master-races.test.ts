import { expect } from 'chai';
import { upsertMaster } from '../../lib/stages/upsert-master';
import {
  createAccounts,
  loadCustomers,
  loadPartners,
  loadProducts,
  saveAccountTerms,
  saveCustomers,
  savePartners,
  saveProducts,
} from '../../lib/store/master';
import { openStore, type Store } from '../../lib/store/store';
import { onBothDatabases } from '../support/databases';
import { post, purchase } from '../support/intake';
import { meet } from '../support/meeting';
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

    it('keeps what another one said of a record that was new to both', async () => {
      const asIn = <Found>(found: ReadonlyMap<string, Found>, key: string): Found => found.get(key) as Found;
      const [unknown, at] = [new Map(), company.now];
      await meet({
        store,
        first: async (db) => {
          const partner = asIn(await loadPartners(db, ['DIRECT']), 'DIRECT');
          await savePartners(db, [{ ...partner, partner: 'NEW', indicator: 'FIRST' }], unknown, at);
        },
        second: () =>
          company.master('partners', [{ partner: 'NEW', name: 'New', channels: ['api'], customers: ['*'] }]),
      });
      expect(await company.rows("select name, indicator from partner where partner = 'NEW'")).to.deep.equal([
        { name: 'New', indicator: 'FIRST' },
      ]);
      await meet({
        store,
        first: async (db) => {
          const product = asIn(await loadProducts(db, ['A']), 'A');
          await saveProducts(db, [{ ...product, sku: 'NEW', gtin: '4006381333931' }], unknown, at);
        },
        second: () =>
          company.master('products', [
            { sku: 'NEW', name: 'New', baseUom: 'EA', price: '1.00', cost: '0.50', taxCode: 'FULL' },
          ]),
      });
      expect(await company.rows("select name, gtin from product where sku = 'NEW'")).to.deep.equal([
        { name: 'New', gtin: '4006381333931' },
      ]);
      await meet({
        store,
        first: async (db) => {
          const customer = asIn(await loadCustomers(db, ['C-1']), 'C-1');
          await createAccounts(db, [{ account: 'NEW', currency: 'EUR' }]);
          await saveAccountTerms(db, [{ account: 'NEW', currency: 'EUR', limit: 100_000 }]);
          await saveCustomers(db, [{ ...customer, customer: 'NEW', creditAccount: 'NEW' }], unknown, at);
        },
        second: () =>
          company.master('customers', [{ customer: 'NEW', name: 'New', currency: 'EUR', paymentTermsDays: 30 }]),
      });
      expect(
        await company.rows(
          "select name, credit_limit from customer join credit_account on account = credit_account where customer = 'NEW'",
        ),
      ).to.deep.equal([{ name: 'New', credit_limit: 100_000 }]);
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
