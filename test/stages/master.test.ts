import { expect } from 'chai';
import { defaultEdiSettings } from '../../lib/domain/edi-settings';
import { checkBits, type Order } from '../../lib/domain/order';
import { NumberText } from '../../lib/intake/number-text';
import { reconcile } from '../../lib/ops/reconcile';
import { checkInventory } from '../../lib/stages/check-inventory';
import { changeCompanySettings, readSettings } from '../../lib/stages/company-settings';
import { upsertMaster } from '../../lib/stages/upsert-master';
import type { StageContext } from '../../lib/stages/work';
import { loadCustomers, loadPartners, loadProducts, loadTaxRates } from '../../lib/store/master';
import type { NewOrder } from '../../lib/store/order-rows';
import { insertOrders, loadOrders } from '../../lib/store/orders';
import { openStore, type Store } from '../../lib/store/store';
import { loadWarehouses } from '../../lib/store/warehouses';
import { onBothDatabases } from '../support/databases';
import { orderOf, SampleCompany } from '../support/orders';

/** An order of ten widgets as its creation writes it, with what a test wants otherwise. */
function sampleOrder(changes: Partial<Order> & { readonly id: number }): NewOrder {
  const order = {
    ...orderOf(changes.id, { lines: [{ sku: 'WIDGET', quantity: 10 }] }, '2026-11-23T09:00:00.000Z'),
    ...changes,
  };
  return {
    order,
    poKey: order.poNumber,
    loosePoKey: order.poNumber,
    alike: 0,
    fingerprint: order.poNumber,
    net: 0,
    tax: 0,
    gross: 0,
  };
}

const customer = { customer: 'C-1', name: 'Northwind', currency: 'EUR', creditLimit: '5000.00', paymentTermsDays: 30 };
const product = {
  sku: 'WIDGET',
  name: 'Widget',
  baseUom: 'EA',
  uoms: { CA: 12 },
  price: '12.50',
  cost: '7.10',
  taxCode: 'STD',
};

describe('master data', () => {
  onBothDatabases((_, url) => {
    let store: Store;
    let context: StageContext;
    let now = '2026-11-23T10:00:00.000Z';

    before(async () => {
      store = await openStore(url());
      context = { store, actor: 'tester', clock: () => now };
    });
    after(() => store.close());

    const all = <T>(sql: string, values: unknown[] = []) => store.read((db) => db.all<T>(sql, values));
    const faultsOf = async (kind: string, records: unknown) =>
      (await upsertMaster(context, kind, records)).rejected.flatMap(({ faults }) =>
        faults.map(({ path, code }) => `${path} ${code}`),
      );
    const account = async (name: string) =>
      (
        await all<Record<string, number | string | null>>(
          'select currency, credit_limit, due_mark from credit_account where account = ?',
          [name],
        )
      )[0];

    describe('partners', () => {
      it('have DIRECT among them from the start', async () => {
        const direct = (await store.read((db) => loadPartners(db, ['DIRECT']))).get('DIRECT');
        expect(direct).to.deep.include({
          channels: ['file', 'api', 'edi'],
          customers: ['*'],
          priority: 5,
          pricePolicy: 'tolerance',
        });
      });

      it('are added with defaults, and keep what a later record leaves out', async () => {
        await upsertMaster(context, 'partners', {
          partner: 'SHOP',
          name: 'Shop',
          channels: ['api'],
          skuMap: { 'W-1': 'WIDGET' },
          priority: 2,
        });
        await upsertMaster(context, 'partners', [{ partner: 'SHOP', customers: ['*'] }]);
        expect((await store.read((db) => loadPartners(db, ['SHOP', 'NONE']))).get('SHOP')).to.deep.equal({
          partner: 'SHOP',
          name: 'Shop',
          channels: ['api'],
          customers: ['*'],
          ediIds: [],
          edi: defaultEdiSettings,
          skuMap: { 'W-1': 'WIDGET' },
          customerMap: {},
          uomMap: {},
          pricePolicy: 'tolerance',
          priceTolerance: 0,
          reviewNotes: false,
          requestsPerMinute: null,
          ordersPerMinute: null,
          shortagePolicy: null,
          indicator: null,
          priority: 2,
        });
      });

      it('are refused with what is planned and not built, by name', async () => {
        const record = {
          partner: 'P',
          name: 'P',
          channels: ['api', 'fax'],
          pricePolicy: 'list',
          priceTolerance: '-1',
          reviewNotes: 'perhaps',
          shortagePolicy: 'backorder',
          priority: 10,
        };
        expect(await faultsOf('partners', record)).to.deep.equal([
          '/channels/1 out-of-range',
          '/pricePolicy out-of-range',
          '/priceTolerance out-of-range',
          '/reviewNotes wrong-type',
          '/shortagePolicy not-supported',
          '/priority out-of-range',
        ]);
        expect(await faultsOf('partners', [{ partner: '../x', name: 'P', channels: [] }])).to.deep.equal([
          '/0/partner out-of-range',
        ]);
      });
    });

    describe('customers', () => {
      it('come with a credit account of their own', async () => {
        const result = await upsertMaster(context, 'customers', [
          customer,
          { ...customer, customer: 'C-2', creditLimit: null },
          { ...customer, customer: 'C-3', creditLimit: undefined },
        ]);
        expect(result).to.deep.equal({ kind: 'customers', upserted: 3, rejected: [], summary: '3 customers taken' });
        expect(await account('C-1')).to.deep.include({ currency: 'EUR', credit_limit: 500_000 });
        expect(await account('C-2')).to.deep.include({ credit_limit: null });
        expect(await account('C-3')).to.deep.include({ credit_limit: 0 });
        expect((await store.read((db) => loadCustomers(db, ['C-1']))).get('C-1')).to.deep.equal({
          customer: 'C-1',
          name: 'Northwind',
          currency: 'EUR',
          creditAccount: 'C-1',
          paymentTermsDays: 30,
          taxCode: null,
          shipTo: null,
        });
      });

      it('keep their limit when a record says nothing of it, and are due when it changes', async () => {
        const before = await account('C-1');
        await upsertMaster(context, 'customers', {
          customer: 'C-1',
          name: 'Northwind Ltd',
          shipTo: { city: 'Bonn', country: 'DE' },
        });
        expect(await account('C-1')).to.deep.equal(before);
        await upsertMaster(context, 'customers', { customer: 'C-1', creditLimit: 6000 });
        expect(await account('C-1')).to.deep.equal({
          ...before,
          credit_limit: 600_000,
          due_mark: Number(before?.due_mark) + 1,
        });
        expect((await store.read((db) => loadCustomers(db, ['C-1']))).get('C-1')).to.include({
          name: 'Northwind Ltd',
          shipTo: '{"city":"Bonn","country":"DE"}',
        });
      });

      it('write no audit record when nothing changes, and name the fields that do', async () => {
        const records = () =>
          all<{ evidence: string }>(
            "select evidence from audit_record where subject = 'master' and subject_id = 'customer C-1' order by batch",
          );
        const before = (await records()).length;
        await upsertMaster(context, 'customers', { customer: 'C-1', creditLimit: '6000.00' });
        expect((await records()).length).to.equal(before);
        await upsertMaster(context, 'customers', { customer: 'C-1', creditLimit: '6000.01', taxCode: 'EXPORT' });
        expect(JSON.parse((await records()).at(-1)?.evidence ?? '')).to.deep.equal({
          taxCode: { from: null, to: 'EXPORT' },
          creditLimit: { from: '6000.00', to: '6000.01' },
        });
      });

      it('change their currency only before anything happened in it, and state the limit anew', async () => {
        await upsertMaster(context, 'customers', { ...customer, customer: 'C-4' });
        expect(await faultsOf('customers', { customer: 'C-4', currency: 'JPY' })).to.deep.equal([
          '/creditLimit missing-field',
        ]);
        expect(await faultsOf('customers', { customer: 'C-4', currency: 'JPY', creditLimit: '1.5' })).to.deep.equal([
          '/creditLimit inexact-number',
        ]);
        expect(await faultsOf('customers', { customer: 'C-4', currency: 'JPY', creditLimit: '1000' })).to.deep.equal(
          [],
        );
        expect(await account('C-4')).to.deep.include({ currency: 'JPY', credit_limit: 1000 });
        await store.transaction((db) =>
          insertOrders(db, [sampleOrder({ id: 901, customer: 'C-4', creditAccount: 'C-4', currency: 'JPY' })]),
        );
        expect(await faultsOf('customers', { customer: 'C-4', currency: 'EUR', creditLimit: '1' })).to.deep.equal([
          '/currency currency-mismatch',
        ]);
      });

      it('are rejected one by one with every fault, and the good ones are taken', async () => {
        const result = await upsertMaster(context, 'customers', [
          {
            customer: 'C-5',
            name: '',
            currency: 'XXX',
            creditLimit: 'lots',
            paymentTermsDays: -1,
            creditGroup: 'G',
            colour: 'red',
          },
          { ...customer, customer: 'C-6' },
          { name: 'nobody' },
          'C-7',
          { ...customer, customer: 'C-6', name: 'again' },
          { ...customer, customer: 'C-8', creditLimit: '-1' },
          { customer: 'C-9' },
        ]);
        expect(result.upserted).to.equal(1);
        expect(
          result.rejected.map(({ index, key, faults }) => [
            index,
            key,
            faults.map(({ path, code }) => `${path} ${code}`),
          ]),
        ).to.deep.equal([
          [
            0,
            'C-5',
            [
              '/0/name missing-field',
              '/0/currency unknown-currency',
              '/0/creditLimit not-a-number',
              '/0/paymentTermsDays out-of-range',
              '/0/creditGroup not-supported',
              '/0/colour unknown-field',
            ],
          ],
          [2, null, ['/2/customer missing-field']],
          [3, null, ['/3 wrong-type']],
          [4, 'C-6', ['/4 duplicate-key']],
          [5, 'C-8', ['/5/creditLimit out-of-range']],
          [6, 'C-9', ['/6/name missing-field', '/6/currency missing-field', '/6/paymentTermsDays missing-field']],
        ]);
        expect([...(await store.read((db) => loadCustomers(db, ['C-5', 'C-6', 'C-8']))).keys()]).to.deep.equal(['C-6']);
      });
    });

    it('country codes of addresses are those of orders', async () => {
      const record = (country: string) => ({ ...customer, customer: 'C-20', shipTo: { country } });
      for (const country of ['-1', '😀', 'ß', 'Germany', 'D'])
        expect(await faultsOf('customers', record(country)), country).to.deep.equal(['/shipTo/country out-of-range']);
      await upsertMaster(context, 'customers', record('de'));
      expect((await store.read((db) => loadCustomers(db, ['C-20']))).get('C-20')?.shipTo).to.equal('{"country":"DE"}');
    });

    describe('products', () => {
      it('keep units as exact ratios and prices as price units', async () => {
        await upsertMaster(
          context,
          'products',
          [{ ...product, uoms: { CA: 12, HALF: '0.5', THIRD: '1/3', BIG: new NumberText('1e3') } }, product].slice(1),
        );
        await upsertMaster(context, 'products', {
          ...product,
          uoms: { CA: 12, HALF: '0.50', THIRD: '2/6', TON: new NumberText('1000.0') },
          price: 12.5,
          cost: new NumberText('7.1001'),
        });
        expect((await store.read((db) => loadProducts(db, ['WIDGET']))).get('WIDGET')).to.deep.equal({
          sku: 'WIDGET',
          name: 'Widget',
          baseUom: 'EA',
          uoms: {
            CA: { numerator: 12, denominator: 1 },
            HALF: { numerator: 1, denominator: 2 },
            THIRD: { numerator: 1, denominator: 3 },
            TON: { numerator: 1000, denominator: 1 },
          },
          price: 125_000,
          cost: 71_001,
          taxCode: 'STD',
          gtin: null,
        });
      });

      it('take a GTIN with its check digit, and nothing else for one', async () => {
        const record = (gtin: unknown) => ({ ...product, sku: 'W-3', gtin });
        for (const gtin of ['=1+1', '😀', '4006381333932', '123456789', 'ABCDEFGH'])
          expect(await faultsOf('products', record(gtin)), gtin).to.deep.equal(['/gtin out-of-range']);
        for (const gtin of ['96385074', '036000291452', '4006381333931', '04006381333931', null]) {
          const { rejected } = await upsertMaster(context, 'products', record(gtin));
          expect(rejected).to.deep.equal([]);
          expect((await store.read((db) => loadProducts(db, ['W-3']))).get('W-3')?.gtin).to.equal(gtin);
        }
      });

      it('refuse inexact prices, units without a ratio, and a ratio of the base unit to itself', async () => {
        const record = { ...product, sku: 'W-2', price: '1.00001', cost: -1, uoms: { CA: 0, EA: 2, B: '1,5' } };
        expect(await faultsOf('products', record)).to.deep.equal([
          '/uoms/CA not-a-number',
          '/uoms/B not-a-number',
          '/price inexact-number',
          '/cost out-of-range',
        ]);
        expect(await faultsOf('products', { ...product, sku: 'W-2', uoms: { EA: 2 } })).to.deep.equal([
          '/uoms/EA conflicting-values',
        ]);
        expect(await faultsOf('products', { ...product, sku: 'W-2', price: 0.1 + 0.2 })).to.deep.equal([
          '/price inexact-number',
        ]);
      });
    });

    it('taxes are in percent, with a date from which they hold', async () => {
      await upsertMaster(context, 'taxes', [
        { taxCode: 'STD', rate: '19' },
        { taxCode: 'STD', rate: 20.5, validFrom: '2027-01-01' },
        { taxCode: 'ZERO', rate: '0' },
      ]);
      expect((await store.read((db) => loadTaxRates(db, ['STD']))).get('STD')).to.deep.equal([
        { taxCode: 'STD', validFrom: '0001-01-01', rate: 1900 },
        { taxCode: 'STD', validFrom: '2027-01-01', rate: 2050 },
      ]);
      expect(
        await faultsOf('taxes', [
          { taxCode: 'A', rate: '0.19' },
          { taxCode: 'A', rate: '19', validFrom: '2026-02-30' },
        ]),
      ).to.deep.equal(['/0/rate ambiguous-number', '/1/validFrom bad-date']);
    });

    it('kinds that are not built are rejected, unknown ones refused', async () => {
      expect(await faultsOf('creditGroups', [{ creditGroup: 'G' }])).to.deep.equal([' not-supported']);
      const refused = await upsertMaster(context, 'planets', []).catch((error: Error) => error);
      expect(refused).to.be.an('error').with.property('code', 'not-found');
      expect(await upsertMaster(context, 'taxes', [])).to.include({ upserted: 0, summary: '0 taxes taken' });
    });

    it('takes thousands of records', async () => {
      const many = Array.from({ length: 2_001 }, (_, i) => ({ ...product, sku: `MANY-${i}` }));
      expect(await upsertMaster(context, 'products', many)).to.include({ upserted: 2_001 });
      const [counted] = await all<{ n: number }>("select count(*) as n from product where sku like 'MANY-%'");
      expect(counted?.n).to.equal(2_001);
    });

    describe('stock counts', () => {
      const item = async (sku: string) =>
        (
          await all<Record<string, number>>(
            'select on_hand, reserved, safety_stock, deficit from stock_item where sku = ?',
            [sku],
          )
        )[0];
      const postings = (sku: string) =>
        all<Record<string, unknown>>(
          "select debit, credit, amount, currency from posting where document_type = 'count' and document = ? order by posting",
          [`${sku} in MAIN`],
        );
      const count = (sku: string, onHand: string, more: object = {}) =>
        upsertMaster(context, 'stock', { sku, warehouse: 'MAIN', onHand, ...more });

      before(() =>
        upsertMaster(
          context,
          'products',
          ['A', 'B', 'C', 'D', 'E'].map((sku) => ({ ...product, sku })),
        ),
      );
      beforeEach(() => {
        now = new Date(Date.parse(now) + 60_000).toISOString();
      });

      it('write the difference as a movement and post it at cost', async () => {
        await count('A', '20', { safetyStock: '2.5' });
        await count('A', '12.5');
        await count('A', '12.5');
        expect(await item('A')).to.deep.equal({ on_hand: 12_500, reserved: 0, safety_stock: 2_500, deficit: 0 });
        const movements = await all<{ quantity: number }>(
          "select quantity from stock_movement where sku = 'A' order by movement",
        );
        expect(movements.map(({ quantity }) => quantity)).to.deep.equal([20_000, -7_500]);
        expect(await postings('A')).to.deep.equal([
          { debit: 'inventory', credit: 'stock-clearing', amount: 14_200, currency: 'EUR' },
          { debit: 'stock-clearing', credit: 'inventory', amount: 5_325, currency: 'EUR' },
        ]);
        expect(await store.read(loadWarehouses)).to.include('MAIN');
      });

      it('of an earlier time leave what moved since alone; an older one than the last is refused', async () => {
        await count('B', '10', { countedAt: '2026-11-23T08:00:00Z' });
        await store.transaction(async (db) => {
          await db.run("update stock_item set on_hand = on_hand - 3000 where sku = 'B'");
          await db.run(
            "insert into stock_movement (sku, warehouse, kind, quantity, reference, at) values ('B', 'MAIN', 'delivery', -3000, 'slip', '2026-11-23T09:00:00.000Z')",
          );
        });
        await count('B', '11', { countedAt: '2026-11-23T08:30:00+00:00' });
        expect(await item('B')).to.include({ on_hand: 8_000 });
        await count('B', '11', { countedAt: '2026-11-23T08:30:00Z' });
        expect(await item('B')).to.include({ on_hand: 8_000 });
        expect(
          await faultsOf('stock', { sku: 'B', warehouse: 'MAIN', onHand: '5', countedAt: '2026-11-23T08:10:00Z' }),
        ).to.deep.equal(['/countedAt conflicting-values']);
      });

      it('refuse unknown products, negative quantities and times to come', async () => {
        const records = [
          { sku: 'NONE', warehouse: 'MAIN', onHand: '1' },
          { sku: 'A', warehouse: 'MAIN', onHand: '-1', countedAt: '2026-11-23' },
          { sku: 'B', warehouse: 'MAIN', onHand: '1', countedAt: '2027-01-01T00:00:00Z' },
        ];
        expect(await faultsOf('stock', records)).to.deep.equal([
          '/0/sku unknown-sku',
          '/1/onHand out-of-range',
          '/1/countedAt bad-date',
          '/2/countedAt out-of-range',
        ]);
      });

      const place = (order: Partial<Order> & { id: number }, sku: string, reserved: number) =>
        store.transaction(async (db) => {
          await insertOrders(db, [
            sampleOrder({
              ...order,
              lines: [
                { ...(sampleOrder({ id: 1 }).order.lines[0] as Order['lines'][0]), sku, ordered: reserved, reserved },
              ],
            }),
          ]);
          await db.run('update stock_item set reserved = reserved + ? where sku = ?', [reserved, sku]);
        });
      const ready = { status: 'ReadyForDelivery', checksJudged: 7, checksPassed: 7 } as const;

      it('that find less than is reserved take it from the youngest orders that no warehouse was asked to ship', async () => {
        await count('C', '30');
        await place({ id: 911, ...ready }, 'C', 10_000);
        await place({ id: 912, ...ready }, 'C', 10_000);
        const released = {
          release: 1,
          warehouse: 'MAIN',
          status: 'Claimed',
          key: 'k',
          lines: [[1, 10_000]],
          attempts: 0,
          nextAttemptAt: null,
          parked: false,
          reference: null,
          words: null,
          cancelReason: null,
          claimedAt: now,
        } as const;
        await place({ id: 913, ...ready, releases: [released] }, 'C', 10_000);
        await store.transaction((db) =>
          db.run(
            "insert into warehouse_release (order_id, release, warehouse, status, idempotency_key, lines, attempts, parked, claimed_at) values (13, 1, 'MAIN', 'Claimed', 'k', '[[1,10000]]', 0, 0, ?)",
            [now],
          ),
        );
        await count('C', '25');
        expect(await item('C')).to.deep.equal({ on_hand: 25_000, reserved: 20_000, safety_stock: 0, deficit: 0 });
        const [first, second, third] = await store.read((db) => loadOrders(db, [911, 912, 913]));
        expect([first?.lines[0]?.reserved, second?.lines[0]?.reserved, third?.lines[0]?.reserved]).to.deep.equal([
          10_000, 0, 10_000,
        ]);
        expect(second).to.include({
          status: 'Created',
          checksJudged: 7 & ~checkBits.inventory,
          checksPassed: 7 & ~checkBits.inventory,
        });
        expect(first).to.include({ status: 'ReadyForDelivery', checksJudged: 7 });
        expect(third).to.include({ status: 'ReadyForDelivery', checksJudged: 7 });
        const [record] = await all<Record<string, string>>(
          "select from_state, to_state, reason from audit_record where subject_id = 'SO-000912' order by batch desc limit 1",
        );
        expect(record).to.deep.equal({
          from_state: 'ReadyForDelivery',
          to_state: 'Created',
          reason: 'stock-taken-back',
        });
      });

      it('record a deficit when only claimed goods are left, and close it when they are found', async () => {
        await count('C', '4');
        expect(await item('C')).to.deep.equal({ on_hand: 10_000, reserved: 10_000, safety_stock: 0, deficit: 6_000 });
        const open = () => all("select subject from exception where kind = 'stock-deficit' and closed_at is null");
        expect(await open()).to.deep.equal([{ subject: 'C in MAIN' }]);
        await count('C', '40');
        expect(await item('C')).to.deep.equal({ on_hand: 40_000, reserved: 10_000, safety_stock: 0, deficit: 0 });
        expect(await open()).to.deep.equal([]);
      });

      it('that find more make the accounts due whose orders await it', async () => {
        await count('D', '1');
        await store.transaction(async (db) => {
          const order = sampleOrder({
            id: 921,
            creditAccount: 'C-1',
            customer: 'C-1',
            status: 'OnHold',
            holds: [{ reason: 'awaiting-stock', rule: 'inventory', evidence: {}, since: now, by: 't', forced: false }],
          });
          await insertOrders(db, [
            { ...order, order: { ...order.order, lines: order.order.lines.map((line) => ({ ...line, sku: 'D' })) } },
          ]);
        });
        const due = async () => Number((await account('C-1'))?.due_mark);
        const before = await due();
        await count('D', '0.5');
        expect(await due()).to.equal(before);
        await count('D', '5');
        expect(await due()).to.equal(before + 1);
      });

      it('race with reservations and never promise more than is there', async () => {
        const company = new SampleCompany(store);
        await company.addProducts(['RACE']);
        await company.addCustomers(['C-RACE']);
        await company.count(['RACE'], 40);
        const ids: number[] = [];
        for (let i = 0; i < 40; i++) {
          ids.push(
            await company.order({ customer: 'C-RACE', lines: [{ sku: 'RACE', quantity: 1 }], state: 'Created' }),
          );
        }
        const batches = [0, 1, 2, 3].map((batch) => ids.filter((_, i) => i % 4 === batch));
        await Promise.all([
          ...batches.map((batch) => checkInventory(company.context, batch)),
          ...[30, 12, 7].map((onHand) => company.count(['RACE'], onHand)),
        ]);
        const { on_hand, reserved, deficit } = (await item('RACE')) ?? {};
        expect({ deficit, fits: Number(reserved) <= Number(on_hand) }).to.deep.equal({ deficit: 0, fits: true });
        const { checks } = await reconcile(store);
        const stock = checks.filter(({ name }) => ['reservations', 'stock', 'order statuses'].includes(name));
        const ofRace = stock.flatMap(({ differences }) =>
          differences.filter(({ subject }) => subject.includes('RACE')),
        );
        expect(ofRace).to.deep.equal([]);
      });

      it('of one item at the same moment add up', async () => {
        await Promise.all(
          ['1', '2', '3', '4'].map((onHand, i) =>
            upsertMaster(context, 'stock', { sku: 'E', warehouse: `W-${i % 2}`, onHand }),
          ),
        );
        const rows = await all<{ on_hand: number; moved: number }>(
          "select s.on_hand, cast(sum(m.quantity) as bigint) as moved from stock_item s join stock_movement m on m.sku = s.sku and m.warehouse = s.warehouse where s.sku = 'E' group by s.warehouse, s.on_hand",
        );
        expect(rows).to.have.length(2);
        for (const row of rows) expect(row.moved).to.equal(row.on_hand);
      });
    });

    describe('company settings', () => {
      it('are changed on the version that was read, and audited', async () => {
        const { version } = await readSettings(context);
        const written = await changeCompanySettings(context, version, { overdue: { graceDays: 5 } });
        expect(written).to.deep.include({ version: version + 1, createdBy: 'tester' });
        expect((await readSettings(context)).settings.overdue).to.deep.equal({ graceDays: 5, minimumAmount: '0.01' });
        const late = await changeCompanySettings(context, version, { overdue: { graceDays: 9 } }).catch(
          (error: Error) => error,
        );
        expect(late).to.be.an('error').with.property('code', 'settings-conflict');
        const [record] = await all<Record<string, string>>(
          "select to_state, evidence from audit_record where subject = 'settings'",
        );
        expect(record).to.deep.equal({
          to_state: String(version + 1),
          evidence: '{"changes":{"overdue":{"graceDays":5}}}',
        });
      });
    });
  });
});
