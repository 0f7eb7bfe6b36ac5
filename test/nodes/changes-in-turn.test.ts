import { expect } from 'chai';
import { maxAttempts } from '../../lib/domain/circuit-breaker';
import { openStore, type Store } from '../../lib/store/store';
import { onBothDatabases } from '../support/databases';
import { purchaseOrder, x12 } from '../support/edi';
import { orderIdOf, post, receive, type SentMessage } from '../support/intake';
import { SampleCompany } from '../support/orders';
import { FlowUnderTest } from './flow-under-test';

const asX12: SentMessage = { channel: 'edi', contentType: 'application/edi-x12' };
/** With the scope `NOBODY` its sweeps take up nothing: only what a message brings is worked. */
const tag = { id: 'tag', type: 'source-tag', outputs: 4 };
const past = '2026-01-01T00:00:00.000Z';
const future = '2999-01-01T00:00:00.000Z';

interface Kept {
  readonly state: string;
  readonly attempts: number;
  readonly faults: string | null;
  readonly next_attempt_at: string | null;
}

describe('changes by EDI of one order, one after the other', () =>
  onBothDatabases((_kind, url) => {
    let flow: FlowUnderTest;
    let store: Store;
    let company: SampleCompany;
    let control = 0;

    before(async () => {
      store = await openStore(url());
      company = new SampleCompany(store);
      company.now = new Date().toISOString();
      await company.open(['C-1'], ['A'], 1000);
      const partner = { partner: 'ACME', name: 'Acme', channels: ['edi'], customers: ['C-1'] };
      await company.master('partners', [{ ...partner, ediIds: ['ZZ:ACME'], pricePolicy: 'sent' }]);
      flow = new FlowUnderTest();
      await flow.load(url(), [{ ...tag, partner: 'NOBODY' }]);
    });
    after(async () => {
      await flow.end();
      await store.close();
    });
    beforeEach(() => flow.seen.clear());

    const order = async (poNumber: string): Promise<number> => {
      const segments = purchaseOrder(poNumber, 'C-1', [['1', '5', 'EA', '8.00', 'VN', 'A']]);
      return orderIdOf((await post(company.context, x12('850', [segments], { control: ++control }), asX12))[0]);
    };
    /** A change that is stored and not worked: the message that would bring it to the node was lost. */
    const change = async (poNumber: string, quantity: number, line = 1): Promise<number> => {
      const segments = [`BCH*04*SA*${poNumber}****20261124`, `POC*${line}*QI*${quantity}*0*EA`, 'CTT*1'];
      const { documents } = await receive(company.context, x12('860', [segments], { control: ++control }), asX12);
      return documents[0]?.documentId as number;
    };
    const kept = async (documentId: number): Promise<Kept> => {
      const [row] = await company.rows<Kept>(
        `select state, attempts, faults, next_attempt_at from inbox_document where document_id = ${documentId}`,
      );
      return row as Kept;
    };
    const write = (sql: string, values: readonly unknown[]) => store.transaction((db) => db.run(sql, values));
    const breakIt = async (documentId: number): Promise<string> => {
      const [row] = await company.rows<{ canonical: string }>(
        `select canonical from inbox_document where document_id = ${documentId}`,
      );
      await write("update inbox_document set canonical = '{broken' where document_id = ?", [documentId]);
      return row?.canonical as string;
    };
    const arrive = (documentId: number): void => flow.send('tag', { payload: { documentId } });
    const ordered = async (id: number) => (await company.load(id)).lines[0]?.ordered;

    it('the earlier one, taken up because of a later one that is refused, sends its order on to its checks', async () => {
      const id = await order('T-3');
      const earlier = await change('T-3', 6);
      arrive(await change('T-3', 7, 9));
      await flow.until(() => flow.completed.length > 0, 'the later one');
      expect(flow.by('tag', 2)).to.have.length(1);
      const [{ payload } = { payload: {} }] = flow.by('tag', 0);
      expect(payload).to.include({ status: 'Created' });
      expect(payload)
        .to.have.property('summary')
        .that.matches(/changed by its customer/);
      expect(await ordered(id)).to.equal(6000);
      flow.seen.clear();
      arrive(earlier);
      await flow.until(() => flow.completed.length > 0, 'its own message');
      expect(flow.by('tag', 3).map(({ payload }) => payload.summary)).to.have.length(1);
      expect(flow.by('tag', 0)).to.deep.equal([]);
    });

    describe('when the earlier one fails for a technical reason', () => {
      let id: number;
      let earlier: number;
      let later: number;

      const dueAt = (at: string) =>
        write('update inbox_document set next_attempt_at = ? where document_id in (?, ?)', [at, earlier, later]);

      it('that is counted for itself, in its own words; the later one waits with none', async () => {
        id = await order('T-1');
        earlier = await change('T-1', 6);
        later = await change('T-1', 7);
        await breakIt(earlier);
        arrive(later);
        await flow.until(() => flow.completed.length > 0, 'the later one');
        const [first, second] = [await kept(earlier), await kept(later)];
        expect(first).to.include({ state: 'stored', attempts: 1 });
        expect(first.faults).to.include('JSON');
        expect(second).to.include({ state: 'stored', attempts: 0, faults: null });
        expect(second.next_attempt_at, 'comes up with the earlier one').to.equal(first.next_attempt_at);
        expect(flow.caught.map(({ error }) => error.message.includes('JSON'))).to.deep.equal([true]);
        expect([0, 1, 2, 3].flatMap((output) => flow.by('tag', output))).to.deep.equal([]);
      });

      it('and waits to be tried again, it is not tried before its time because of the later one', async () => {
        await dueAt(future);
        const before = await kept(earlier);
        arrive(later);
        await flow.until(() => flow.completed.length > 0, 'the later one');
        expect(await kept(earlier)).to.deep.equal(before);
        expect(await kept(later)).to.include({ state: 'stored', attempts: 0, next_attempt_at: future });
        expect(flow.caught).to.deep.equal([]);
      });

      it('and both come at the same moment, it fails once and the later one has no part in it', async () => {
        const { attempts } = await kept(earlier);
        await dueAt(future);
        arrive(earlier);
        arrive(later);
        await flow.until(() => flow.completed.length + flow.caught.length > 1, 'both');
        expect(await kept(earlier)).to.include({ state: 'stored', attempts: attempts + 1 });
        expect(await kept(later)).to.include({ state: 'stored', attempts: 0, faults: null });
      });

      it('and is parked at last, the later one goes on by itself', async () => {
        await flow.deploy(url(), [tag]);
        await write('update inbox_document set attempts = ? where document_id = ?', [maxAttempts - 1, earlier]);
        await dueAt(past);
        await flow.next('tag', 0);
        expect(await kept(earlier)).to.include({ state: 'parked', attempts: maxAttempts });
        expect(await kept(later)).to.include({ state: 'accepted', attempts: 0 });
        expect(await ordered(id)).to.equal(7000);
      });

      it('and was mended, both are done by themselves, in their order', async () => {
        id = await order('T-2');
        earlier = await change('T-2', 8);
        later = await change('T-2', 9);
        const sound = await breakIt(earlier);
        arrive(later);
        await flow.until(() => flow.completed.length > 0, 'the later one');
        flow.seen.clear();
        await write('update inbox_document set canonical = ? where document_id = ?', [sound, earlier]);
        await dueAt(past);
        await flow.next('tag', 0, 2);
        expect([(await kept(earlier)).state, (await kept(later)).state]).to.deep.equal(['accepted', 'accepted']);
        expect(await ordered(id)).to.equal(9000);
      });
    });
  }));
