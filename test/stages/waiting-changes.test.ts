import { expect } from 'chai';
import { answerForMessage } from '../../lib/answers/inbox-answer';
import { later } from '../../lib/domain/dates';
import { salesOrderNumber } from '../../lib/domain/order';
import { reconcile } from '../../lib/ops/reconcile';
import { actOnOrders } from '../../lib/stages/act-on-order';
import { checkCredit } from '../../lib/stages/check-credit';
import { checkInventory } from '../../lib/stages/check-inventory';
import { checkOverdue } from '../../lib/stages/check-overdue';
import { createOrders } from '../../lib/stages/create-orders';
import { decideOnException } from '../../lib/stages/decide-exception';
import { dispatchOrders } from '../../lib/stages/dispatch-orders';
import { replayMessages } from '../../lib/stages/replay-messages';
import type { TagOutcome } from '../../lib/stages/tag-outcome';
import { reopenChanges } from '../../lib/store/edi-changes';
import { type ExceptionEntry, findExceptions } from '../../lib/store/exceptions';
import { loadDocuments } from '../../lib/store/inbox-documents';
import { openStore, type Store } from '../../lib/store/store';
import { onBothDatabases } from '../support/databases';
import { purchaseOrder, x12 } from '../support/edi';
import { orderIdOf, post, receive, type SentMessage } from '../support/intake';
import { SampleCompany } from '../support/orders';

describe('a change that waits for a person', () =>
  onBothDatabases((_kind, url) => {
    let store: Store;
    let company: SampleCompany;
    let control = 0;

    before(async () => {
      store = await openStore(url());
      company = new SampleCompany(store);
      await company.open(['C-1'], ['A'], 1000);
      const partner = { partner: 'ACME', name: 'Acme', channels: ['edi'], customers: ['C-1'] };
      await company.master('partners', [{ ...partner, ediIds: ['ZZ:ACME'], pricePolicy: 'sent' }]);
    });
    after(() => store.close());

    const asX12: SentMessage = { channel: 'edi', contentType: 'application/edi-x12' };
    const actor = { name: 'ops', role: 'operations' as const, visible: null };
    const bytesOf = (type: string, messages: string[][]): string => x12(type, messages, { control: ++control });
    const changeTo = (quantity: number, poNumber: string, number: string): string[] => [
      `BCH*04*SA*${poNumber}**${number}*20261124`,
      `POC*1*QI*${quantity}*0*EA`,
      'CTT*1',
    ];
    const change = async (poNumber: string, quantity: number, number: string): Promise<TagOutcome | undefined> =>
      (await post(company.context, bytesOf('860', [changeTo(quantity, poNumber, number)]), asX12))[0];
    const dispatch = (cancel: 'agreed' | 'refused') =>
      dispatchOrders(
        company.context,
        { warehouse: 'MAIN', limit: 50, orderIds: null },
        {
          ship: async (requests) => requests.map(({ key }) => ({ kind: 'acknowledged', key, reference: 'W-1' })),
          cancel: async () => (cancel === 'agreed' ? { kind: cancel } : { kind: cancel, status: 409, words: 'packed' }),
        },
      );
    const atWarehouse = async (poNumber: string): Promise<number> => {
      const lines = [['1', '5', 'EA', '8.00', 'VN', 'A']];
      const [created] = await post(company.context, bytesOf('850', [purchaseOrder(poNumber, 'C-1', lines)]), asX12);
      const id = orderIdOf(created);
      await checkInventory(company.context, [id]);
      await checkCredit(company.context, [id]);
      await checkOverdue(company.context, [id]);
      await dispatch('refused');
      return id;
    };
    const raisedFor = async (poNumber: string, isOpen = true): Promise<ExceptionEntry[]> => {
      const found = await store.read((db) => findExceptions(db, { isOpen, kind: 'change-request' }, 100));
      return found.filter(({ evidence }) => evidence.poNumber === poNumber);
    };
    const ordered = async (id: number) => (await company.load(id)).lines[0]?.ordered;
    const inboxOf = (outcome: TagOutcome | undefined): number =>
      outcome !== undefined && 'inboxId' in outcome ? outcome.inboxId : 0;
    const waits = { output: 'rejected', code: 'after-release' };

    it('and comes again, under whatever control number: one exception', async () => {
      const id = await atWarehouse('W-1');
      for (let time = 1; time <= 3; time += 1) expect(await change('W-1', 6, '1'), `time ${time}`).to.include(waits);
      const [exception, ...others] = await raisedFor('W-1');
      expect(exception?.message).to.include(salesOrderNumber(id));
      expect(others).to.deep.equal([]);
    });

    it('and comes twice in a message, and many times at the same moment: one exception', async () => {
      await atWarehouse('W-2');
      const twice = bytesOf('860', [changeTo(6, 'W-2', '1'), changeTo(6, 'W-2', '1')]);
      for (const outcome of await post(company.context, twice, asX12)) expect(outcome).to.include(waits);
      expect(await raisedFor('W-2')).to.have.length(1);
      await atWarehouse('W-3');
      await Promise.all(Array.from({ length: 8 }, () => change('W-3', 6, '1')));
      expect(await raisedFor('W-3')).to.have.length(1);
    });

    for (const [number, poNumber] of [
      ['1', 'W-9'],
      ['', 'W-10'],
    ] as const)
      it(`and comes twice, ${number === '' ? 'without' : 'with'} a number, the later one worked first: one exception`, async () => {
        await atWarehouse(poNumber);
        const body = bytesOf('860', [changeTo(6, poNumber, number), changeTo(6, poNumber, number)]);
        const { documents } = await receive(company.context, body, asX12);
        expect(documents).to.have.length(2);
        const work = async (document: { documentId: number } | undefined) =>
          (await createOrders(company.context, [{ documentId: document?.documentId as number, rules: [] }]))[0];
        expect((await work(documents[1]))?.output).to.equal('behind');
        for (const document of documents) expect(await work(document)).to.include(waits);
        expect(await raisedFor(poNumber)).to.have.length(1);
      });

    it('comes again after another one, without a number, to a process with lower numbers: it is meant again', async () => {
      await atWarehouse('W-12');
      const { now } = company;
      const came = async (quantity: number) =>
        (await receive(company.context, bytesOf('860', [changeTo(quantity, 'W-12', '')]), asX12)).documents.map(
          ({ documentId }) => ({ documentId, rules: [] }),
        );
      company.now = later(now, 1000);
      const last = await came(6);
      company.now = now;
      for (const quantity of [6, 7]) await createOrders(company.context, await came(quantity));
      await createOrders(company.context, last);
      expect(await raisedFor('W-12')).to.have.length(3);
    });

    it('is not taken up by who has seen it wait for its order before', async () => {
      await atWarehouse('W-11');
      const waiting = (await change('W-11', 6, '1'))?.documentId as number;
      await store.transaction((db) => reopenChanges(db, [waiting]));
      const [document] = await store.read((db) => loadDocuments(db, [waiting]));
      expect(document).to.include({ state: 'parked', code: 'after-release' });
    });

    it('and comes again: the answer is not that of something done', async () => {
      const id = await atWarehouse('W-4');
      await change('W-4', 6, '1');
      const { inboxId, documents } = await receive(company.context, bytesOf('860', [changeTo(6, 'W-4', '1')]), asX12);
      await createOrders(
        company.context,
        documents.map(({ documentId }) => ({ documentId, rules: [] })),
      );
      const { answer } = await store.read((db) => answerForMessage(db, inboxId, { replayed: false }));
      const { results } = answer.body as { results: { status: number; salesOrder: string; problem?: object }[] };
      expect(results).to.have.length(1);
      expect(results[0]).to.include({ status: 409, salesOrder: salesOrderNumber(id) });
      expect(results[0]).to.have.nested.property('problem.code', 'after-release');
    });

    it('and comes again after another one, when they have no number: it may be meant again', async () => {
      await atWarehouse('W-5');
      for (const quantity of [6, 7, 6]) expect(await change('W-5', quantity, '')).to.include(waits);
      expect(await raisedFor('W-5')).to.have.length(3);
      await change('W-5', 6, '');
      expect(await raisedFor('W-5'), 'nothing came between').to.have.length(3);
    });

    it('and comes again: it is applied once, when the warehouse has given the order back', async () => {
      const id = await atWarehouse('W-6');
      const first = await change('W-6', 6, '1');
      await change('W-6', 6, '1');
      await actOnOrders(company.context, [
        { action: 'hold', salesOrder: salesOrderNumber(id), reason: 'operator', note: '', actor },
      ]);
      await dispatch('agreed');
      expect(await ordered(id)).to.equal(5_000);
      await replayMessages(company.context, [{ inboxId: inboxOf(first), by: 'ops' }]);
      const replayed = { documentId: first?.documentId ?? 0, rules: [] };
      expect(await createOrders(company.context, [replayed])).to.have.nested.property('[0].output', 'changed');
      expect(await ordered(id)).to.equal(6_000);
      expect(await raisedFor('W-6')).to.deep.equal([]);
      expect(await change('W-6', 6, '1'), 'once more').to.include({ output: 'applied' });
    });

    it('and comes again when the warehouse has given the order back: that one is applied, and nobody decides on the first', async () => {
      const id = await atWarehouse('W-8');
      const first = await change('W-8', 6, '1');
      await actOnOrders(company.context, [
        { action: 'hold', salesOrder: salesOrderNumber(id), reason: 'operator', note: '', actor },
      ]);
      await dispatch('agreed');
      expect(await change('W-8', 6, '1')).to.include({ output: 'changed' });
      expect(await ordered(id)).to.equal(6_000);
      expect(await raisedFor('W-8')).to.deep.equal([]);
      const [document] = await store.read((db) => loadDocuments(db, [first?.documentId ?? 0]));
      expect(document).to.include({ state: 'duplicate', orderId: id });
    });

    it('and was rejected is judged again when it comes again', async () => {
      await atWarehouse('W-7');
      await change('W-7', 6, '1');
      await change('W-7', 6, '1');
      const [exception] = await raisedFor('W-7');
      const decision = { action: 'reject' as const, exceptionId: exception?.exceptionId ?? 0, note: 'has left', actor };
      expect(await decideOnException(company.context, decision)).to.include({ output: 'done' });
      expect(await raisedFor('W-7')).to.deep.equal([]);
      expect(await change('W-7', 6, '1')).to.include(waits);
      expect(await raisedFor('W-7')).to.have.length(1);
    });

    it('leaves sound books', async () => {
      expect((await reconcile(store)).checks.flatMap(({ differences }) => differences)).to.deep.equal([]);
    });
  }));
