import { createHash } from 'node:crypto';
import { expect } from 'chai';
import { answerForMessage } from '../../lib/answers/inbox-answer';
import { inboxMessage, listInbox, listMessages } from '../../lib/answers/inbox-lists';
import { BusinessRejection } from '../../lib/domain/faults';
import { defaultIntakeLimits } from '../../lib/intake/message-content';
import { defaultReading, readingOf } from '../../lib/intake/reading-settings';
import { reconcile } from '../../lib/ops/reconcile';
import { signals } from '../../lib/ops/signals';
import { correctMessage } from '../../lib/stages/correct-message';
import { createOrders } from '../../lib/stages/create-orders';
import { readReception } from '../../lib/stages/read-reception';
import { readRepeat } from '../../lib/stages/read-repeat';
import { type Reception, receiveMessages } from '../../lib/stages/receive-messages';
import { type Replay, replayMessages } from '../../lib/stages/replay-messages';
import { replaySelection, within } from '../../lib/stages/replay-selection';
import { postponeAfterFault } from '../../lib/stages/retry-documents';
import { insertJob } from '../../lib/store/import-jobs';
import { dropBytes, readBytes } from '../../lib/store/inbox-bytes';
import { failedDocumentsOf } from '../../lib/store/inbox-replay';
import { insertKey } from '../../lib/store/keys';
import { documentsLeft } from '../../lib/store/left-behind';
import { openStore, type Store } from '../../lib/store/store';
import { onBothDatabases } from '../support/databases';
import { purchaseOrder, x12 } from '../support/edi';
import { purchase, receive, received, type SentMessage } from '../support/intake';
import { SampleCompany } from '../support/orders';

describe('a selection of messages to work again', () => {
  it('is taken in batches of so many bytes, each of one message at least', () => {
    const messages = [4, 6, 1, 20, 1].map((size, inboxId) => ({ inboxId, size }));
    const idsOf = (from: number) => within(10, messages.slice(from)).map(({ inboxId }) => inboxId);
    expect([idsOf(0), idsOf(2), idsOf(3), idsOf(4), idsOf(5)]).to.deep.equal([[0, 1], [2], [3], [4], []]);
  });
});

describe('working messages again', () =>
  onBothDatabases((_kind, url) => {
    let store: Store;
    let company: SampleCompany;
    let numbers = 0;

    before(async () => {
      store = await openStore(url());
      company = new SampleCompany(store);
      await company.open(['C-1', 'C-2'], ['A', 'B'], 1000);
    });
    after(() => store.close());

    const newSku = (): string => `NEW-${++numbers}`;

    /** What source-tag does with what waits. */
    async function work(): Promise<number> {
      const left = await store.read((db) => documentsLeft(db, {}, { before: company.now, now: company.now }, 1000));
      await createOrders(
        company.context,
        left.map(({ documentId }) => ({ documentId, rules: [] })),
      );
      return left.length;
    }

    async function sent(body: unknown, fields: SentMessage = {}): Promise<number> {
      const { inboxId } = await receive(company.context, body, fields);
      await work();
      return inboxId;
    }

    const statesOf = async (inboxId: number): Promise<string[]> =>
      ((await store.read((db) => inboxMessage(db, inboxId)))?.documents ?? []).map(({ state }) => state);
    const replay = (inboxId: number): Promise<Replay | undefined> =>
      replayMessages(company.context, [{ inboxId, by: 'anna' }]).then(([first]) => first);
    const ordersOf = async (poNumber: string): Promise<number> =>
      (await company.rows<{ n: number }>('select count(*) as n from sales_order where po_number = ?', [poNumber]))[0]
        ?.n ?? 0;
    async function rejectionOf(failing: Promise<unknown>): Promise<BusinessRejection> {
      const error = await failing.then(
        () => undefined,
        (thrown: unknown) => thrown,
      );
      if (!(error instanceof BusinessRejection)) throw new Error(`not rejected: ${String(error)}`);
      return error;
    }
    const expectSoundBooks = async (): Promise<void> => {
      const { checks } = await reconcile(store);
      expect(checks.filter(({ differences }) => differences.length > 0)).to.deep.equal([]);
    };

    it('creates the order of a rejected document when its cause is mended, once, however often it is asked', async () => {
      const sku = newSku();
      const order = purchase({ sku });
      const inboxId = await sent(order);
      expect(await statesOf(inboxId)).to.deep.equal(['rejected']);
      expect((await replay(inboxId))?.reopened).to.have.length(1);
      await work();
      expect(await statesOf(inboxId)).to.deep.equal(['rejected']);
      await company.addProducts([sku]);
      const replays = await Promise.all(Array.from({ length: 8 }, () => replay(inboxId)));
      expect(replays.flatMap((each) => each?.reopened ?? [])).to.have.length(1);
      await Promise.all([work(), work(), work()]);
      expect(await statesOf(inboxId)).to.deep.equal(['accepted']);
      expect(await ordersOf(order.poNumber as string)).to.equal(1);
      expect((await replay(inboxId))?.reopened).to.deep.equal([]);
      await expectSoundBooks();
    });

    it('leaves what was accepted, and takes up everything of a code, a partner, a state or a time', async () => {
      const sku = newSku();
      const mixed = await sent([purchase({ sku }), purchase(), purchase({ customer: 'NOBODY' })]);
      const other = await sent(purchase({ sku, customer: 'C-2' }));
      expect(await statesOf(mixed)).to.deep.equal(['rejected', 'accepted', 'rejected']);
      await company.addProducts([sku]);
      const all: Replay[] = [];
      for await (const some of replaySelection(
        company.context,
        { code: 'unknown-sku', inboxIds: [mixed, other] },
        'anna',
      ))
        all.push(...some);
      expect(all.map(({ inboxId, reopened }) => [inboxId, reopened.length])).to.deep.equal([
        [mixed, 1],
        [other, 1],
      ]);
      await work();
      expect(await statesOf(mixed)).to.deep.equal(['accepted', 'accepted', 'rejected']);
      expect(await statesOf(other)).to.deep.equal(['accepted']);
      for (const [selection, found] of [
        [{ partner: 'NOBODY' }, 0],
        [{ from: '2027-01-01' }, 0],
        [{ until: '2027-01-01', state: 'rejected' }, 1],
        [{ state: 'parked' }, 0],
      ] as const) {
        let count = 0;
        for await (const some of replaySelection(company.context, { ...selection, inboxIds: [mixed] }, 'anna'))
          count += some.length;
        expect(count, JSON.stringify(selection)).to.equal(found);
      }
      await work();
    });

    it('reads what could not be read again from its bytes, with other settings when they are given', async () => {
      const csv = 'Bestellung;Kunde;Artikel;Menge\nR-1;C-1;A;1,5\nR-2;C-1;B;2\n';
      const file = { channel: 'file', contentType: 'text/csv' } as const;
      const inboxId = await sent(csv, file);
      expect(await statesOf(inboxId)).to.deep.equal(['rejected']);
      expect(await replay(inboxId)).to.include({ unreadable: 1 });
      const mapping = { Bestellung: 'poNumber', Kunde: 'customer', Artikel: 'sku', Menge: 'quantity' };
      const reading = { ...defaultReading, csv: { separator: '', decimalMark: ',', mapping } } as const;
      const [again] = await replayMessages(company.context, [{ inboxId, reading, by: 'anna' }]);
      expect(again).to.deep.include({ unreadable: 0 });
      expect(again?.reopened).to.have.length(2);
      await work();
      expect(await statesOf(inboxId)).to.deep.equal(['accepted', 'accepted']);
      const { bytes } = await store.read((db) => readBytes(db, inboxId));
      expect(bytes.toString()).to.equal(csv);
      await expectSoundBooks();
    });

    it('says of what cannot be read again either what it names, as it is known by then', async () => {
      const csv = 'poNumber,customer,sku,quantity\nN-1,C-1,NEW-SKU,many\n';
      const inboxId = await sent(csv, { channel: 'file', contentType: 'text/csv' });
      const faults = async () =>
        (await store.read((db) => failedDocumentsOf(db, [inboxId]))).map((document) =>
          document.faults.map(({ path, code }) => `${path}: ${code}`),
        );
      const form = 'row 2, column quantity: not-a-number';
      expect(await faults()).to.deep.equal([[form, 'row 2, column sku: unknown-sku']]);
      expect(await replay(inboxId)).to.include({ unreadable: 1 });
      expect(await faults()).to.deep.equal([[form, 'row 2, column sku: unknown-sku']]);
      await company.addProducts(['NEW-SKU']);
      expect(await replay(inboxId)).to.include({ unreadable: 1 });
      expect(await faults()).to.deep.equal([[form]]);
    });

    it('makes the rows that could not be read anew, and leaves the others', async () => {
      const csv = 'poNumber,customer,sku,quantity\nQ-1,C-1,A,1\nQ-2,C-1,A,"1,234"\nQ-3,C-1,B,3\n';
      const inboxId = await sent(csv, { channel: 'file', contentType: 'text/csv' });
      expect(await statesOf(inboxId)).to.deep.equal(['accepted', 'rejected', 'accepted']);
      const reading = { ...defaultReading, csv: { ...defaultReading.csv, decimalMark: ',' } } as const;
      const [again] = await replayMessages(company.context, [{ inboxId, reading, by: 'anna' }]);
      expect(again?.reopened).to.have.length(1);
      await work();
      expect(await statesOf(inboxId)).to.deep.equal(['accepted', 'accepted', 'accepted']);
      expect(await ordersOf('Q-1')).to.equal(1);
      await expectSoundBooks();
    });

    it('reads a message that comes again with another mapping, and only then', async () => {
      const csv = 'Nr;customer;sku;quantity\nS-1;C-1;A;1\n';
      const file = { channel: 'file', contentType: 'text/csv' } as const;
      const first = await receive(company.context, csv, file);
      const again = async (mapping: Record<string, string>) => {
        const message = { ...received(company.context, csv, file), csv: { ...defaultReading.csv, mapping } } as const;
        const read = readReception(message as never, defaultIntakeLimits);
        const [reception] = await receiveMessages(company.context, [read]);
        return readRepeat(company.context, message as never, reception as Reception);
      };
      expect(await again({})).to.deep.include({ inboxId: first.inboxId, replayed: true, documents: [] });
      const mapped = await again({ Nr: 'poNumber' });
      expect(mapped.documents).to.have.length(1);
      await work();
      expect(await statesOf(first.inboxId)).to.deep.equal(['accepted']);
    });

    it('keeps how a message was read when that is not as usual', async () => {
      const usual = await receive(company.context, purchase());
      const strict = await receive(company.context, purchase(), { batchPolicy: 'reject-file' });
      const rows = await company.rows<{ reading: string | null }>(
        'select reading from inbox_message where inbox_id in (?, ?) order by inbox_id',
        [usual.inboxId, strict.inboxId],
      );
      expect(rows[0]?.reading).to.equal(null);
      expect(readingOf(rows[1]?.reading ?? null)).to.deep.equal({ ...defaultReading, batchPolicy: 'reject-file' });
      await work();
    });

    it('takes a corrected copy as a message of its own, and keeps the bytes that came first', async () => {
      const wrong = purchase({ sku: 'WRONG' });
      const inboxId = await sent(wrong, { messageKey: 'key of a shop' });
      const failedBefore = (await store.read((db) => signals(db, company.now))).failedImports.count;
      const right = { ...wrong, lines: [{ sku: 'A', quantity: '1' }] };
      const copy = { inboxId, bytes: Buffer.from(JSON.stringify(right)), by: 'anna', reason: 'SKU of last year' };
      const [first, ...others] = await Promise.all(
        Array.from({ length: 5 }, () => correctMessage(company.context, copy)),
      );
      expect(new Set([first, ...others].map((each) => each?.inboxId)).size).to.equal(1);
      expect(first).to.include({ left: 0 });
      await work();
      const correction = first?.inboxId as number;
      expect(await statesOf(inboxId)).to.deep.equal(['replaced']);
      expect(await statesOf(correction)).to.deep.equal(['accepted']);
      expect(await ordersOf(wrong.poNumber as string)).to.equal(1);
      const original = await store.read((db) => inboxMessage(db, inboxId));
      expect(original).to.deep.include({ state: 'replaced', corrections: [String(correction)], correction: null });
      expect(original?.counts).to.include({ rejected: 1, replaced: 1 });
      expect(original?.documents[0]).to.include({
        code: 'unknown-sku',
        replacedBy: String(correction),
        stage: 'source-tag',
      });
      expect(original?.raw.content).to.equal(JSON.stringify(wrong));
      expect(original?.sha256).to.equal(createHash('sha256').update(JSON.stringify(wrong)).digest('hex'));
      const copied = await store.read((db) => inboxMessage(db, correction));
      expect(copied).to.deep.include({
        corrects: String(inboxId),
        correction: { by: 'anna', reason: 'SKU of last year' },
      });
      const { answer } = await store.read((db) => answerForMessage(db, inboxId, { replayed: true }));
      expect(JSON.stringify(answer.body)).to.include(`message ${correction}`);
      expect((await store.read((db) => signals(db, company.now))).failedImports.count).to.equal(failedBefore - 1);
      const [audit] = await company.rows<{ actor: string; evidence: string }>(
        "select actor, evidence from audit_record where subject = 'document' and to_state = 'replaced' and evidence like ?",
        [`%"inboxId":${inboxId},%`],
      );
      expect(audit?.actor).to.equal('anna');
      expect(JSON.parse(audit?.evidence ?? '{}')).to.include({ replacedBy: correction, why: 'SKU of last year' });
      await expectSoundBooks();
    });

    it('does not take up again what a corrected copy replaced, whoever sends it', async () => {
      const sku = newSku();
      const wrong = purchase({ sku });
      const inboxId = await sent(wrong, { messageKey: 'replaced' });
      const right = { ...wrong, poNumber: `${wrong.poNumber}-A`, lines: [{ sku: 'A', quantity: '1' }] };
      await correctMessage(company.context, {
        inboxId,
        bytes: Buffer.from(JSON.stringify(right)),
        by: 'anna',
        reason: null,
      });
      await work();
      await company.addProducts([sku]);
      expect((await receive(company.context, wrong, { messageKey: 'replaced' })).documents).to.deep.equal([]);
      expect((await replay(inboxId))?.reopened).to.deep.equal([]);
      expect(await ordersOf(wrong.poNumber as string)).to.equal(0);
      expect(await ordersOf(right.poNumber)).to.equal(1);
    });

    it('replaces only what the copy has; the rest still waits for somebody', async () => {
      const [one, two, good] = [purchase({ sku: 'X' }), purchase({ sku: 'Y' }), purchase()];
      const inboxId = await sent([one, two, good]);
      const part = Buffer.from(JSON.stringify([{ ...one, lines: [{ sku: 'A', quantity: '1' }] }, good]));
      const outcome = await correctMessage(company.context, { inboxId, bytes: part, by: 'anna', reason: null });
      expect(outcome.left).to.equal(1);
      await work();
      expect(await statesOf(inboxId)).to.deep.equal(['replaced', 'rejected', 'accepted']);
      expect(await statesOf(outcome.inboxId)).to.deep.equal(['accepted', 'duplicate']);
      const broken = await correctMessage(company.context, {
        inboxId,
        bytes: Buffer.from('{"broken'),
        by: 'anna',
        reason: null,
      });
      expect(broken.left).to.equal(1);
      expect(await statesOf(inboxId)).to.deep.equal(['replaced', 'rejected', 'accepted']);
      await expectSoundBooks();
    });

    it('refuses a copy that is none, of nothing, or of what was corrected before', async () => {
      const wrong = purchase({ sku: 'Z' });
      const inboxId = await sent(wrong);
      const fine = await sent(purchase());
      const correct = (id: number, bytes: Buffer, contentType?: string) =>
        rejectionOf(correctMessage(company.context, { inboxId: id, bytes, contentType, by: 'anna', reason: null }));
      const right = (quantity: string) => Buffer.from(JSON.stringify({ ...wrong, lines: [{ sku: 'A', quantity }] }));
      expect((await correct(inboxId, Buffer.from(JSON.stringify(wrong)))).code).to.equal('conflicting-values');
      expect((await correct(fine, right('1'))).code).to.equal('illegal-transition');
      expect((await correct(999_999, right('1'))).code).to.equal('not-found');
      expect((await correct(inboxId, right('1'), 'image/png')).code).to.equal('unsupported-media-type');
      const two = await Promise.allSettled(
        ['1', '2'].map((quantity) =>
          correctMessage(company.context, { inboxId, bytes: right(quantity), by: 'anna', reason: null }),
        ),
      );
      expect(two.map(({ status }) => status).sort()).to.deep.equal(['fulfilled', 'rejected']);
      expect((await correct(inboxId, right('3'))).message).to.match(/was corrected before, by message \d+/);
      await work();
      expect(await ordersOf(wrong.poNumber as string)).to.equal(1);
    });

    it('says what failed technically, and takes a parked document up', async () => {
      const order = purchase();
      const { documents, inboxId } = await receive(company.context, order);
      const documentId = documents[0]?.documentId as number;
      await postponeAfterFault(company.context, documentId, new Error('the disk is full'));
      const shown = await store.read((db) => inboxMessage(db, inboxId));
      expect(shown?.documents[0]).to.include({ state: 'stored', attempts: 1, stage: 'source-tag' });
      expect(shown?.documents[0]?.errors[0]?.message).to.equal('the disk is full');
      expect((shown?.documents[0]?.nextAttemptAt ?? '') > company.now).to.equal(true);
      for (let attempt = 2; attempt <= 10; attempt++)
        await postponeAfterFault(company.context, documentId, new Error('the disk is full'));
      expect(await statesOf(inboxId)).to.deep.equal(['parked']);
      const { failedImports } = await store.read((db) => signals(db, company.now));
      expect(failedImports.channels.find(({ channel }) => channel === 'api')?.parked).to.equal(1);
      expect((await replay(inboxId))?.reopened).to.deep.equal([documentId]);
      await work();
      expect(await statesOf(inboxId)).to.deep.equal(['accepted']);
      expect(await ordersOf(order.poNumber as string)).to.equal(1);
    });

    it('cannot read again what is not there any more, and says so', async () => {
      const inboxId = await sent('nonsense;without;header\n1;2;3\n', { channel: 'file', contentType: 'text/csv' });
      await store.transaction((db) => dropBytes(db, [inboxId], company.now));
      const again = await replay(inboxId);
      expect(again?.refused?.code).to.equal('raw-dropped');
      expect(again?.refused?.message).to.include('2026-11-23');
      await expectSoundBooks();
    });

    it('does not take for an empty message what is dropped meanwhile', async () => {
      const inboxId = await sent('nonsense;without;header\n4;5;6\n', { channel: 'file', contentType: 'text/csv' });
      const failed = () => store.read((db) => failedDocumentsOf(db, [inboxId]));
      const before = await failed();
      const drop = () => store.transaction((db) => dropBytes(db, [inboxId], company.now));
      // dropped as soon as something was read of the message
      const read = async (work: Parameters<Store['read']>[0]) => {
        const found = await store.read(work);
        await drop();
        return found;
      };
      const dropping: Store = Object.create(store, { read: { value: read } });
      const [again] = await replayMessages({ ...company.context, store: dropping }, [{ inboxId, by: 'anna' }]);
      expect(again?.refused?.code).to.equal('raw-dropped');
      expect(await failed()).to.deep.equal(before);
    });

    it('lets nobody speak for a partner that is known by now and is another one', async () => {
      const order = purchaseOrder('EDI-2', 'C-1', [['1', '5', 'EA', '', 'VN', 'A']]);
      const message = x12('850', [order], { control: 8, sender: 'NEWCO' });
      await company.master('partners', [
        { partner: 'RIVAL', name: 'Rival', channels: ['edi'], customers: ['C-1'], ediIds: ['ZZ:RIVAL'] },
      ]);
      await store.transaction((db) =>
        insertKey(db, {
          keyId: 'of-rival',
          hash: 'x',
          role: 'partner',
          partner: 'RIVAL',
          actsFor: [],
          name: 'rival',
          createdAt: company.now,
          createdBy: 'test',
          expiresAt: null,
        }),
      );
      const sender: SentMessage = { partner: 'RIVAL', keyId: 'of-rival', speaksFor: ['RIVAL'] };
      const inboxId = await sent(message, { channel: 'edi', contentType: 'application/edi-x12', ...sender });
      await company.master('partners', [
        { partner: 'NEWCO', name: 'New', channels: ['edi'], customers: ['C-1'], ediIds: ['ZZ:NEWCO'] },
      ]);
      const again = (await replay(inboxId)) as Replay;
      await work();
      expect(await statesOf(again.inboxId)).to.deep.equal(['rejected']);
      expect(await ordersOf('EDI-2')).to.equal(0);
    });

    it('takes EDI in once more when its sender is known by now, and reads nothing of it by itself', async () => {
      const edi: SentMessage = { channel: 'edi', contentType: 'application/edi-x12' };
      const lines = [['1', '5', 'EA', '', 'VN', 'A']];
      const message = x12('850', [purchaseOrder('EDI-1', 'C-1', lines), ['BEG*00*SA']], { control: 7, sender: 'LATE' });
      const inboxId = await sent(message, edi);
      expect(await statesOf(inboxId)).to.deep.equal(['rejected', 'rejected']);
      expect((await replay(inboxId))?.refused?.code).to.equal('not-supported');
      await company.master('partners', [
        { partner: 'LATE', name: 'Late', channels: ['edi'], customers: ['C-1'], ediIds: ['ZZ:LATE'] },
      ]);
      const all = await Promise.all([replay(inboxId), replay(inboxId)]);
      expect(new Set(all.map((each) => each?.inboxId)).size).to.equal(1);
      const again = all.find((each) => each?.reopened.length === 1) as Replay;
      expect(again).to.include({ replaces: inboxId, partner: 'LATE', unreadable: 1 });
      expect(again.reopened).to.have.length(1);
      await work();
      expect(await statesOf(again.inboxId)).to.deep.equal(['accepted', 'rejected']);
      expect((await statesOf(inboxId))[0]).to.equal('replaced');
      expect(await ordersOf('EDI-1')).to.equal(1);
      expect((await replay(again.inboxId))?.refused?.code).to.equal('not-supported');
      const copy = x12('850', [purchaseOrder('EDI-2', 'C-1', lines)], { control: 8, sender: 'LATE' });
      const correction = await correctMessage(company.context, {
        inboxId: again.inboxId,
        bytes: Buffer.from(copy),
        by: 'anna',
        reason: null,
      });
      await work();
      expect(await statesOf(correction.inboxId)).to.deep.equal(['accepted']);
      expect(await statesOf(again.inboxId)).to.deep.equal(['accepted', 'replaced']);
      await expectSoundBooks();
    });

    it('leaves a message alone that is still being read', async () => {
      const file = { channel: 'file', contentType: 'text/csv' } as const;
      const csv = 'poNumber,customer,sku,quantity\nBIG-1,C-1,A,many\n';
      const inboxId = await sent(csv, file);
      await store.transaction((db) => insertJob(db, { inboxId, reader: 'another', limits: '{}' }, company.now));
      expect((await replay(inboxId))?.refused?.code).to.equal('illegal-transition');
      await store.transaction((db) => db.run('delete from import_job').then(() => undefined));
    });

    it('finds messages and documents by a text, in any case', async () => {
      const order = purchase({ poNumber: 'Große_100%-Straße' });
      const inboxId = await sent(order);
      const found = async (text: string) =>
        (await store.read((db) => listInbox(db, { text }))).inbox.map((entry) => Number(entry.inboxId));
      expect(await found('große_100%-str')).to.deep.equal([inboxId]);
      expect(await found('GROßE_100%')).to.deep.equal([inboxId]);
      expect(await found('große_1000')).to.deep.equal([]);
      expect(await found('Große 100')).to.deep.equal([]);
      const { messages } = await store.read((db) => listMessages(db, { text: '_100%' }));
      expect(messages.map(({ poNumber }) => poNumber)).to.deep.equal(['Große_100%-Straße']);
      expect((await found('A TEST')).length).to.be.above(3);
    });
  }));
