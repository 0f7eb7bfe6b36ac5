import { expect } from 'chai';
import { answerForMessage, type DocumentResult, decidedInbox } from '../../lib/answers/inbox-answer';
import { inboxMessage, listInbox, listMessages } from '../../lib/answers/inbox-lists';
import type { OrderOut } from '../../lib/answers/order-out';
import type { Fault } from '../../lib/domain/faults';
import type { Database } from '../../lib/store/database';
import { openStore, type Store } from '../../lib/store/store';
import { onBothDatabases } from '../support/databases';
import { expectAnswer } from '../support/openapi';
import { aMessage, anOrder, counted, storeMessage, storeOrders } from './stored-orders';

const unknownSku: Fault = { path: '/lines/0/sku', code: 'unknown-sku', message: 'The SKU X is not known.', value: 'X' };
const badDate: Fault = { path: '/orderDate', code: 'bad-date', message: 'The date is none.' };
const conflict: Fault = {
  path: '/poNumber',
  code: 'order-conflict',
  message: 'SO-000001 has this PO number with other content.',
};
const broken: Fault = { path: '', code: 'unreadable', message: 'The JSON is broken.' };

const message = {
  waiting: 1,
  created: 2,
  accepted: 3,
  duplicate: 4,
  rejected: 5,
  conflict: 6,
  broken: 7,
  parked: 8,
  list: 9,
  openList: 10,
  hundreds: 11,
};
const notText = Buffer.from([0x50, 0x4b, 3, 4, 0xff, 0]);

describe('answers about messages', () => {
  onBothDatabases((_, url) => {
    let store: Store;
    const read = <T>(work: (db: Database) => Promise<T>): Promise<T> => store.read(work);

    before(async () => {
      store = await openStore(url());
      await store.transaction(async (db) => {
        await storeOrders(db, [
          anOrder(1, { status: 'ReadyForDelivery' }),
          anOrder(2),
          anOrder(3, { status: 'Cancelled' }),
        ]);
        await storeMessage(db, aMessage(message.waiting), 10, [{ state: 'stored' }]);
        await storeMessage(db, aMessage(message.created), 20, [{ state: 'accepted', orderId: 2 }]);
        await storeMessage(db, aMessage(message.accepted), 30, [{ state: 'accepted', orderId: 1 }]);
        await storeMessage(db, aMessage(message.duplicate), 40, [{ state: 'duplicate', orderId: 1 }]);
        await storeMessage(db, aMessage(message.rejected, { bytes: Buffer.alloc(70_000, 'ä') }), 50, [
          { state: 'rejected', faults: [unknownSku, badDate] },
        ]);
        await storeMessage(db, aMessage(message.conflict), 60, [{ state: 'rejected', faults: [conflict] }]);
        await storeMessage(db, aMessage(message.broken, { single: false, bytes: notText }), 70, [
          { state: 'rejected', kind: 'unreadable', faults: [broken] },
        ]);
        await storeMessage(db, aMessage(message.parked), 80, [{ state: 'parked' }]);
        await storeMessage(db, aMessage(message.list, { single: false, channel: 'file' }), 90, [
          { state: 'accepted', orderId: 1 },
          { state: 'rejected', faults: [unknownSku] },
          { state: 'duplicate', orderId: 3 },
          { state: 'accepted', orderId: 3 },
        ]);
        await storeMessage(db, aMessage(message.openList, { single: false, partner: 'AGENT' }), 100, [
          { state: 'rejected', faults: [badDate] },
          { state: 'stored' },
        ]);
      });
    });
    after(() => store.close());

    async function answer(inboxId: number, options: { replayed?: boolean; reopened?: number[] } = {}) {
      const given = await read((db) => answerForMessage(db, inboxId, { replayed: false, ...options }));
      expectAnswer(
        'POST',
        '/o2c/orders',
        given.answer.statusCode,
        given.answer.headers['content-type'] ?? '',
        given.answer.body,
      );
      return given;
    }

    it('waits until every document is decided and every order past its checks', async () => {
      const decided = await read((db) => decidedInbox(db, [...Object.values(message), 99]));
      expect([...decided].sort((a, b) => a - b)).to.deep.equal([3, 4, 5, 6, 7, 8, 9]);
      expect(await read((db) => decidedInbox(db, []))).to.deep.equal(new Set());
      for (const [inboxId, state] of [
        [message.waiting, 'stored'],
        [message.created, 'accepted'],
        [message.openList, 'stored'],
      ] as const) {
        const given = await answer(inboxId);
        expect(given.decided).to.equal(false);
        expect(given.answer).to.deep.include({ statusCode: 202, body: { inboxId: String(inboxId), state } });
        expect(given.answer.headers.location).to.equal(`/o2c/inbox/${inboxId}`);
      }
    });

    it('answers one new order with 201, its repeats with 200 and the same order', async () => {
      const created = (await answer(message.accepted)).answer;
      expect(created.statusCode).to.equal(201);
      expect(created.headers.location).to.equal('/o2c/orders/SO-000001');
      const repeats = [
        (await answer(message.accepted, { replayed: true })).answer,
        (await answer(message.duplicate)).answer,
      ];
      for (const repeat of repeats) {
        expect(repeat.statusCode).to.equal(200);
        expect(repeat.body).to.deep.equal({ ...(created.body as OrderOut), replayed: true });
      }
    });

    it('answers what a repeat of a rejected message has become as new', async () => {
      expect((await answer(message.accepted, { replayed: true, reopened: [30] })).answer.statusCode).to.equal(201);
    });

    it('answers rejections with every fault', async () => {
      const { answer: rejected } = await answer(message.rejected);
      expect(rejected.statusCode).to.equal(422);
      expect(rejected.headers['content-type']).to.match(/^application\/problem\+json/);
      expect(rejected.body).to.deep.include({ status: 422, code: 'unknown-sku', errors: [unknownSku, badDate] });
      expect((await answer(message.conflict)).answer.statusCode).to.equal(409);
      expect((await answer(message.parked)).answer).to.deep.include({ statusCode: 500 });
      expect((await read((db) => answerForMessage(db, 99, { replayed: false }))).answer.statusCode).to.equal(404);
    });

    it('answers what cannot be read with 400, whatever it should have held', async () => {
      const { answer: unreadable } = await answer(message.broken);
      expect(unreadable.statusCode).to.equal(400);
      expect(unreadable.body).to.deep.include({ code: 'unreadable', errors: [broken] });
    });

    it('answers several with a result each, in order', async () => {
      const { statusCode, body } = (await answer(message.list)).answer;
      expect(statusCode).to.equal(207);
      const { results, ...counts } = body as { results: DocumentResult[] };
      expect(counts).to.deep.equal({ inboxId: '9', accepted: 2, rejected: 1, replayed: 1 });
      expect(results.map(({ status, place, salesOrder }) => [status, place, salesOrder])).to.deep.equal([
        [201, '/0', 'SO-000001'],
        [422, '/1', null],
        [200, '/2', 'SO-000003'],
        [201, '/3', 'SO-000003'],
      ]);
      expect(results[1]?.problem?.errors).to.deep.equal([unknownSku]);
      const again = (await answer(message.list, { replayed: true })).answer.body;
      expect(again).to.deep.include({ accepted: 0, rejected: 1, replayed: 3 });
    });

    it('needs as many statements for many documents as for one', async () => {
      const statements = (inboxId: number) =>
        read(async (connection) => {
          const { db, statements: count } = counted(connection);
          await answerForMessage(db, inboxId, { replayed: false });
          return count();
        });
      // a list is counted first, to be told in pieces when it is long
      expect(await statements(message.list)).to.be.at.most((await statements(message.accepted)) + 1);
    });

    it('lists messages by state, newest first', async () => {
      const ids = async (query: Record<string, unknown>) => {
        const list = await read((db) => listInbox(db, query));
        expectAnswer('GET', '/o2c/inbox', 200, 'application/json', list);
        return list.inbox.map(({ inboxId }) => Number(inboxId));
      };
      expect(await ids({})).to.deep.equal([10, 9, 8, 7, 6, 5, 4, 3, 2, 1]);
      expect(await ids({ state: 'rejected' })).to.deep.equal([10, 9, 7, 6, 5]);
      expect(await ids({ state: 'rejected', code: 'unknown-sku' })).to.deep.equal([9, 5]);
      expect(await ids({ channel: 'file' })).to.deep.equal([9]);
      expect(await ids({ partner: 'AGENT', from: '2026-11-23', to: '2026-11-23' })).to.deep.equal([10]);
      const { inbox, next } = await read((db) => listInbox(db, { limit: 2 }));
      expect(inbox.map(({ state, counts }) => [state, counts.rejected])).to.deep.equal([
        ['stored', 1],
        ['rejected', 1],
      ]);
      expect(
        (await read((db) => listInbox(db, { limit: 2, cursor: next }))).inbox.map(({ inboxId }) => inboxId),
      ).to.deep.equal(['8', '7']);
    });

    it('shows a message with its documents as it came in', async () => {
      const shown = await read((db) => inboxMessage(db, message.rejected));
      expectAnswer('GET', `/o2c/inbox/${message.rejected}`, 200, 'application/json', shown);
      expect(shown?.documents[0]).to.deep.include({
        state: 'rejected',
        code: 'unknown-sku',
        errors: [unknownSku, badDate],
        salesOrder: null,
      });
      expect(shown?.raw).to.deep.include({ encoding: 'text', truncated: true });
      expect(shown?.raw.content).to.match(/^ä+$/);
      expect(shown?.raw.content.length).to.equal(65_536 / 2);
      const binary = await read((db) => inboxMessage(db, message.broken));
      expect(binary?.raw).to.deep.equal({ encoding: 'base64', content: notText.toString('base64'), truncated: false });
      const first = await read((db) => inboxMessage(db, message.list, { limit: 3 }));
      expect(first?.documents.map(({ ordinal }) => ordinal)).to.deep.equal([0, 1, 2]);
      const rest = await read((db) => inboxMessage(db, message.list, { limit: 3, cursor: first?.next }));
      expect(rest?.documents.map(({ ordinal, salesOrder }) => [ordinal, salesOrder])).to.deep.equal([[3, 'SO-000003']]);
      expect(await read((db) => inboxMessage(db, 99))).to.equal(undefined);
    });

    it('finds the documents of an order, and the orders of a message', async () => {
      await store.transaction((db) =>
        db.update('sales_order_terms', ['order_id'], [{ order_id: 1, document_id: 30 }]).then(() => undefined),
      );
      const found = await read((db) => listMessages(db, { salesOrder: 'SO-000001' }));
      expectAnswer('GET', '/o2c/messages', 200, 'application/json', found);
      expect(found.messages.map(({ inboxId }) => inboxId)).to.deep.equal(['9', '4', '3']);
      const ofMessage = await read((db) => listMessages(db, { inboxId: '9', state: 'accepted', limit: 1 }));
      expect(ofMessage.messages.map(({ salesOrder }) => salesOrder)).to.deep.equal(['SO-000003']);
      const rest = await read((db) =>
        listMessages(db, { inboxId: '9', state: 'accepted', limit: 1, cursor: ofMessage.next }),
      );
      expect(rest).to.deep.include({ next: null });
      expect(rest.messages.map(({ salesOrder }) => salesOrder)).to.deep.equal(['SO-000001']);
    });

    it('answers very many in pieces, which are the same list', async () => {
      await store.transaction((db) =>
        storeMessage(
          db,
          aMessage(message.hundreds, { single: false }),
          1000,
          Array.from({ length: 620 }, (_, i) =>
            i % 3 === 0
              ? { state: 'rejected' as const, faults: [unknownSku] }
              : { state: i % 3 === 1 ? ('accepted' as const) : ('duplicate' as const), orderId: 1 },
          ),
        ),
      );
      const listOf = async (options: { replayed: boolean; reopened?: number[] }) => {
        const { answer: given } = await read((db) => answerForMessage(db, message.hundreds, options));
        const pieces: string[] = [];
        for await (const piece of given.pieces?.(read) ?? []) pieces.push(piece);
        expect(pieces.length).to.equal(5);
        const body = JSON.parse(pieces.join('')) as { results: DocumentResult[] };
        expectAnswer('POST', '/o2c/orders', given.statusCode, given.headers['content-type'] ?? '', body);
        return body;
      };
      const { results, ...counts } = await listOf({ replayed: false });
      expect(counts).to.deep.equal({ inboxId: '11', accepted: 207, rejected: 207, replayed: 206 });
      expect(results.map(({ place }) => place)).to.deep.equal(Array.from({ length: 620 }, (_, i) => `/${i}`));
      const tally = (all: DocumentResult[]) =>
        [201, 422, 200].map((code) => all.filter(({ status }) => status === code).length);
      expect(tally(results)).to.deep.equal([207, 207, 206]);
      const again = await listOf({ replayed: true, reopened: [1001, 1004] });
      expect(again).to.deep.include({ accepted: 2, rejected: 207, replayed: 411 });
      expect(tally(again.results)).to.deep.equal([2, 207, 411]);
    });
  });
});
