import { expect } from 'chai';
import { confirmDeliveries } from '../../lib/stages/confirm-delivery';
import { postInvoices } from '../../lib/stages/post-invoices';
import { postPayments } from '../../lib/stages/post-payments';
import type { StageContext } from '../../lib/stages/work';
import { openStore, type Store } from '../../lib/store/store';
import { onBothDatabases } from '../support/databases';
import { SampleCompany } from '../support/orders';
import { expectBooksToAgree } from '../support/reconciliation';
import { type SlipLine, slipOf } from '../support/slips';

/** A store that fails once all of a transaction is written. */
const failing = (store: Store): Store =>
  Object.create(store, {
    transaction: {
      value: (work: Parameters<Store['transaction']>[0]) =>
        store.transaction(async (db, last) => {
          await work(db, last);
          throw new Error('the power went');
        }),
    },
  }) as Store;

describe('packing slips that a process remembers', () =>
  onBothDatabases((kind, url) => {
    let store: Store;
    /** Of another process on PostgreSQL; SQLite has one only. */
    let other: Store;
    let company: SampleCompany;

    before(async () => {
      store = await openStore(url());
      other = kind === 'sqlite' ? store : await openStore(url());
      company = new SampleCompany(store);
      await company.open(['C-1'], ['A', 'B'], 100_000);
    });
    after(async () => {
      await store.close();
      if (other !== store) await other.close();
    });
    afterEach(() => expectBooksToAgree(company));

    const place = () =>
      company.order({
        lines: [
          { sku: 'A', quantity: 5 },
          { sku: 'B', quantity: 3, taxCode: 'LOW' },
        ],
      });
    const contextOf = (its: Store): StageContext => ({ ...company.context, store: its });
    const deliver = async (lines: readonly SlipLine[], its = store): Promise<number> => {
      const [outcome] = await confirmDeliveries(contextOf(its), [slipOf(lines)]);
      expect(outcome?.output, outcome?.summary).to.be.oneOf(['delivered', 'partly']);
      return outcome?.slipId as number;
    };
    const invoice = async (slipIds: readonly number[], its = store) =>
      (await postInvoices(contextOf(its), { slipIds, limit: 500 })).map(
        ({ output, slipId, orderId, replayed, summary }) => ({
          said: `${output} ${slipId} ${orderId}${replayed ? ' again' : ''}`,
          gross: 'gross' in summary ? summary.gross : undefined,
        }),
      );
    const said = async (slipIds: readonly number[], its = store) =>
      (await invoice(slipIds, its)).map((one) => one.said);
    const forget = () => store.orders.slips.take(Array.from({ length: 1000 }, (_, i) => i));

    it('are invoiced as those that are read', async () => {
      const amounts = [];
      for (const remembered of [true, false]) {
        const [first, second] = [await place(), await place()];
        const slips = [
          await deliver([
            [second, 2, 1],
            [first, 1, 2],
            [second, 1, 4],
          ]),
          await deliver([
            [first, 2, 3],
            [first, 1, 3],
          ]),
        ];
        if (!remembered) forget();
        amounts.push((await invoice([...slips, ...slips.toReversed()])).map(({ gross }) => gross));
        expect(await said(slips)).to.deep.equal([
          `posted ${slips[0]} ${first} again`,
          `posted ${slips[0]} ${second} again`,
          `posted ${slips[1]} ${first} again`,
        ]);
      }
      expect(amounts[0]).to.have.length(3);
      expect(amounts[0]).to.deep.equal(amounts[1]);
    });

    it('are taken without reading their lines', async () => {
      const id = await place();
      const slipId = await deliver([[id, 1, 5]]);
      const asked: string[] = [];
      const watched = Object.create(store, {
        transaction: {
          value: (work: Parameters<Store['transaction']>[0]) =>
            store.transaction((db, last) => {
              const all = db.all.bind(db);
              db.all = (sql, values) => {
                asked.push(sql);
                return all(sql, values);
              };
              return work(db, last);
            }),
        },
      }) as Store;
      const ofLines = () => asked.filter((sql) => sql.includes('packing_slip_line'));
      expect(await said([slipId], watched)).to.deep.equal([`posted ${slipId} ${id}`]);
      expect(ofLines()).to.deep.equal([]);
      expect(await said([slipId], watched)).to.deep.equal([`posted ${slipId} ${id} again`]);
      expect(ofLines()).not.to.deep.equal([]);
    });

    it('are invoiced once when another process was first', async () => {
      const [id, next] = [await place(), await place()];
      const slipId = await deliver([
        [id, 1, 5],
        [next, 1, 1],
      ]);
      expect(await said([slipId], other)).to.deep.equal([`posted ${slipId} ${id}`, `posted ${slipId} ${next}`]);
      expect(await said([slipId])).to.deep.equal([`posted ${slipId} ${id} again`, `posted ${slipId} ${next} again`]);
    });

    it('are invoiced once when several ask at once', async () => {
      const id = await place();
      const slipId = await deliver([[id, 1, 5]]);
      const outcomes = await Promise.all([store, other, store, other].map((its) => said([slipId], its)));
      expect(outcomes.flat().sort()).to.deep.equal([
        `posted ${slipId} ${id}`,
        ...Array.from({ length: 3 }, () => `posted ${slipId} ${id} again`),
      ]);
    });

    it('are read when something has happened to their orders since', async () => {
      const id = await place();
      const first = await deliver([[id, 1, 2]]);
      const second = await deliver([[id, 1, 3]], other);
      await postPayments(company.context, [
        {
          reference: `P-${id}`,
          customer: 'C-1',
          amount: 100,
          currency: 'EUR',
          receivedAt: null,
          invoice: null,
          salesOrder: `SO-${String(id).padStart(6, '0')}`,
        },
      ]);
      expect(await said([second, first])).to.deep.equal([`posted ${first} ${id}`, `posted ${second} ${id}`]);
    });

    it('are not believed when the database has lost them', async () => {
      const id = await place();
      const slipId = await deliver([[id, 1, 5]]);
      const kept = store.orders.slips.take([slipId]);
      expect(kept).to.have.length(1);
      const [slip] = kept as NonNullable<typeof kept>;
      expect(await said([slipId])).to.deep.equal([`posted ${slipId} ${id}`]);
      const lost = await place();
      store.orders.slips.keep(999_999, {
        stamp: slip?.stamp as number,
        lines: (slip?.lines ?? []).map((line) => ({ ...line, slipId: 999_999, orderId: lost })),
      });
      expect(await said([999_999])).to.deep.equal([]);
      expect((await company.load(lost)).status).to.equal('SentToWarehouse');
    });

    it('are not remembered before they are committed', async () => {
      const id = await place();
      const slip = slipOf([[id, 1, 5]]);
      const kept: number[] = [];
      const keep = store.orders.slips.keep.bind(store.orders.slips);
      store.orders.slips.keep = (slipId, stamped) => {
        kept.push(slipId);
        keep(slipId, stamped);
      };
      await confirmDeliveries(contextOf(failing(store)), [slip]).catch((error: Error) =>
        expect(error.message).to.equal('the power went'),
      );
      expect(kept).to.deep.equal([]);
      const [outcome] = await confirmDeliveries(company.context, [slip]);
      const slipId = outcome?.slipId as number;
      expect(kept).to.deep.equal([slipId]);
      store.orders.slips.keep = keep;
      await postInvoices(contextOf(failing(store)), { slipIds: [slipId], limit: 500 }).catch((error: Error) =>
        expect(error.message).to.equal('the power went'),
      );
      expect(await said([slipId])).to.deep.equal([`posted ${slipId} ${id}`]);
    });

    it('are not invoiced while they are exceptions', async () => {
      const id = await place();
      const [outcome] = await confirmDeliveries(company.context, [slipOf([[id, 1, 6]])]);
      expect(outcome?.output).to.equal('exception');
      const good = await deliver([[id, 2, 3]]);
      expect(await said([outcome?.slipId as number, good])).to.deep.equal([`posted ${good} ${id}`]);
    });
  }));
