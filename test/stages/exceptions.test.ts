import { expect } from 'chai';
import { listExceptions } from '../../lib/answers/exception-lists';
import { salesOrderNumber } from '../../lib/domain/order';
import { readX12 } from '../../lib/intake/edi/x12/read-x12';
import { reconcile } from '../../lib/ops/reconcile';
import { verifyAudit } from '../../lib/ops/verify-audit';
import { actOnOrders } from '../../lib/stages/act-on-order';
import { checkCredit } from '../../lib/stages/check-credit';
import { checkInventory } from '../../lib/stages/check-inventory';
import { checkOverdue } from '../../lib/stages/check-overdue';
import { correctMessage } from '../../lib/stages/correct-message';
import { createOrders } from '../../lib/stages/create-orders';
import { decideOnException, type ExceptionActionName } from '../../lib/stages/decide-exception';
import { dispatchOrders } from '../../lib/stages/dispatch-orders';
import { replayMessages } from '../../lib/stages/replay-messages';
import { takeAnswers } from '../../lib/stages/send-answers';
import { writeDueAnswers } from '../../lib/stages/write-due-answers';
import { documentsLeft } from '../../lib/store/left-behind';
import { openStore, type Store } from '../../lib/store/store';
import { onBothDatabases } from '../support/databases';
import { purchaseOrder, x12 } from '../support/edi';
import { orderIdOf, post, type SentMessage } from '../support/intake';
import { SampleCompany } from '../support/orders';

describe('exceptions', () =>
  onBothDatabases((_kind, url) => {
    let store: Store;
    let company: SampleCompany;
    let control = 0;

    before(async () => {
      store = await openStore(url());
      company = new SampleCompany(store);
      await company.open(['C-1'], ['A', 'B'], 1000);
      const acme = { partner: 'ACME', name: 'Acme', channels: ['edi'], customers: ['C-1'], ediIds: ['ZZ:ACME'] };
      await company.master('partners', [{ ...acme, pricePolicy: 'sent', edi: { answers: ['order-response'] } }]);
    });
    after(() => store.close());

    const asX12: SentMessage = { channel: 'edi', contentType: 'application/edi-x12' };
    const send = (type: string, segments: readonly string[], number = ++control) =>
      post(company.context, x12(type, [segments], { control: number }), asX12);
    const order = async (poNumber: string): Promise<number> =>
      orderIdOf((await send('850', purchaseOrder(poNumber, 'C-1', [['1', '5', 'EA', '8.00', 'VN', 'A']])))[0]);
    const change = async (poNumber: string, quantity: number) =>
      (await send('860', [`BCH*04*SA*${poNumber}**1*20261124`, `POC*1*QI*${quantity}*2*EA`, 'CTT*1']))[0];
    const shipped = async (poNumber: string): Promise<number> => {
      const id = await order(poNumber);
      await checkInventory(company.context, [id]);
      await checkCredit(company.context, [id]);
      await checkOverdue(company.context, [id]);
      await dispatch(id);
      return id;
    };
    const dispatch = (id: number) =>
      dispatchOrders(
        company.context,
        { warehouse: 'MAIN', limit: 5, orderIds: [id] },
        {
          ship: async (requests) =>
            requests.map(({ key }) => ({ kind: 'acknowledged' as const, key, reference: 'W-1' })),
          cancel: async () => ({ kind: 'agreed' as const }),
        },
      );
    const open = async (kind: string) => (await store.read((db) => listExceptions(db, { kind }))).exceptions;
    const decide = (
      action: ExceptionActionName,
      exception: string | undefined,
      { note = 'seen to', role = 'operations' as 'operations' | 'finance' } = {},
    ) =>
      decideOnException(company.context, {
        action,
        exceptionId: Number(exception),
        note,
        actor: { name: 'Ms Keller', role, visible: null },
      });
    const code = (outcome: Awaited<ReturnType<typeof decide>>) =>
      outcome.output === 'refused' ? outcome.rejection.code : 'done';
    const stateOf = async (documentId: number | undefined) =>
      (
        await company.rows<{ state: string; code: string | null }>(
          'select state, code from inbox_document where document_id = ?',
          [documentId],
        )
      )[0];

    it('of two interchanges under one number are closed by a person, with a note', async () => {
      const number = ++control;
      for (const sku of ['A', 'B'])
        await send('850', purchaseOrder('P-1', 'C-1', [['1', '5', 'EA', '8.00', 'VN', sku]]), number);
      const [conflict] = await open('interchange-conflict');
      expect(conflict).to.include({ closedAt: null }).and.have.deep.property('actions', ['close']);
      expect(code(await decide('close', conflict?.exception, { role: 'finance' }))).to.equal('forbidden');
      expect(code(await decide('close', conflict?.exception, { note: '' }))).to.equal('missing-field');
      expect(code(await decide('reject', conflict?.exception))).to.equal('illegal-transition');
      expect(code(await decide('close', '4711'))).to.equal('not-found');
      expect(await open('interchange-conflict')).to.have.length(1);
      expect(code(await decide('close', conflict?.exception))).to.equal('done');
      expect(await open('interchange-conflict')).to.deep.equal([]);
      const { exceptions } = await store.read((db) => listExceptions(db, { state: 'closed' }));
      expect(exceptions[0]).to.include({ closedBy: 'Ms Keller', resolution: 'close: seen to' });
      expect(code(await decide('close', conflict?.exception))).to.equal('illegal-transition');
      const audited = await company.rows<{ actor: string; reason: string; to_state: string | null }>(
        "select actor, reason, to_state from audit_record where subject = 'exception' and subject_id = ? order by batch",
        [conflict?.exception],
      );
      expect(audited.map(({ reason, to_state }) => [reason, to_state])).to.deep.equal([
        ['forbidden', null],
        ['missing-field', null],
        ['illegal-transition', null],
        ['close', 'closed'],
        ['illegal-transition', null],
      ]);
      expect(new Set(audited.map(({ actor }) => actor))).to.deep.equal(new Set(['Ms Keller']));
    });

    it('of an answer that cannot be written are closed when the partner was told', async () => {
      const lines = [['1', '5', 'EA', '8.00', 'VN', 'A']];
      const message = x12('850', [purchaseOrder('P-2', 'C-1', lines)], { control: ++control });
      // data that is what ends a segment in our answers, but not in the partner's interchange
      const tricky = message.replaceAll('~', '!').replaceAll('P-2', 'P~2');
      const id = orderIdOf((await post(company.context, tricky, asX12))[0]);
      await checkInventory(company.context, [id]);
      await checkCredit(company.context, [id]);
      await checkOverdue(company.context, [id]);
      while ((await writeDueAnswers(company.context, 100)) > 0);
      const [unwritable] = await open('answer-unwritable');
      expect(unwritable?.message).to.match(/cannot be written: .*then close this exception\.$/);
      expect(code(await decide('close', unwritable?.exception))).to.equal('done');
      expect(await open('answer-unwritable')).to.deep.equal([]);
    });

    it('of a change after the release are rejected: the order stays, and the partner is told', async () => {
      const id = await shipped('P-3');
      const late = await change('P-3', 7);
      expect(late).to.include({ code: 'after-release' });
      const [request] = await open('change-request');
      expect(request?.actions).to.deep.equal(['reject']);
      expect(code(await decide('close', request?.exception))).to.equal('illegal-transition');
      expect(await stateOf(late?.documentId)).to.deep.equal({ state: 'parked', code: 'after-release' });
      while ((await writeDueAnswers(company.context, 100)) > 0);
      await takeAnswers(company.context, {}, 100);
      const outcomes = await Promise.all(
        [1, 2, 3].map(() => decide('reject', request?.exception, { note: 'has left' })),
      );
      expect(outcomes.map(code).sort()).to.deep.equal(['done', 'illegal-transition', 'illegal-transition']);
      expect(await open('change-request')).to.deep.equal([]);
      expect(await stateOf(late?.documentId)).to.deep.equal({ state: 'rejected', code: 'change-refused' });
      const { status, lines } = await company.load(id);
      expect([status, lines[0]?.ordered]).to.deep.equal(['SentToWarehouse', 5_000]);
      while ((await writeDueAnswers(company.context, 100)) > 0);
      const answers = await takeAnswers(company.context, { kinds: ['865'] }, 100);
      expect(answers.map(({ subject }) => subject)).to.deep.equal([`document ${late?.documentId} refused`]);
      const segments = readX12(answers[0]?.bytes as Buffer).interchanges[0]?.groups[0]?.messages[0]?.segments ?? [];
      const bca = segments.find(({ tag }) => tag === 'BCA')?.elements.map((element) => element[0]?.join(':'));
      expect(bca?.slice(0, 3)).to.deep.equal(['00', 'RD', 'P-3']);
      expect(answers[0]?.bytes.toString()).not.to.include('has left');
      expect(await change('P-3', 8), 'its number is free again').to.include({ code: 'after-release' });
    });

    it('of a change that is being worked again are left to that', async () => {
      const id = await shipped('P-4');
      const late = await change('P-4', 7);
      const [request] = await open('change-request');
      const actor = { name: 'ops', role: 'operations' as const, visible: null };
      const hold = { action: 'hold' as const, salesOrder: salesOrderNumber(id), reason: 'operator', note: '', actor };
      await actOnOrders(company.context, [hold]);
      await dispatchOrders(
        company.context,
        { warehouse: 'MAIN', limit: 5, orderIds: null },
        { ship: async () => [], cancel: async () => ({ kind: 'agreed' as const }) },
      );
      const inboxId = late?.output === 'rejected' ? late.inboxId : 0;
      await replayMessages(company.context, [{ inboxId, by: 'ops' }]);
      expect(await stateOf(late?.documentId)).to.include({ state: 'stored' });
      expect(code(await decide('reject', request?.exception))).to.equal('illegal-transition');
      const left = await store.read((db) => documentsLeft(db, {}, { before: company.now, now: company.now }, 10));
      await createOrders(
        company.context,
        left.map(({ documentId }) => ({ documentId, rules: [] })),
      );
      expect((await company.load(id)).lines[0]?.ordered).to.equal(7_000);
      expect((await open('change-request')).map(({ exception }) => exception)).not.to.include(request?.exception);
    });

    it('of a change that was corrected need nobody any more', async () => {
      await shipped('P-5');
      const late = await change('P-5', 7);
      const [request] = await open('change-request');
      expect(request?.subject).to.equal(`document ${late?.documentId}`);
      const inboxId = late?.output === 'rejected' ? late.inboxId : 0;
      const copy = x12('860', [['BCH*04*SA*P-5**1*20261124', 'POC*1*QI*6*2*EA', 'CTT*1']], { control: ++control });
      const reason = 'seven was a slip of the pen';
      await correctMessage(company.context, { inboxId, bytes: Buffer.from(copy), by: 'Ms Keller', reason });
      expect((await open('change-request')).map(({ subject }) => subject)).not.to.include(request?.subject);
      const closed = await company.rows<{ closed_by: string; resolution: string }>(
        `select closed_by, resolution from exception where subject = '${request?.subject}'`,
      );
      expect(closed).to.deep.equal([{ closed_by: 'Ms Keller', resolution: 'corrected' }]);
    });

    it('leave sound books', async () => {
      const { checks } = await reconcile(store);
      expect(checks.filter(({ differences }) => differences.length > 0)).to.deep.equal([]);
      expect((await verifyAudit(store)).fault).to.equal(null);
    });
  }));
