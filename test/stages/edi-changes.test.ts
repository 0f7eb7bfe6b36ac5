import { expect } from 'chai';
import { answerForMessage } from '../../lib/answers/inbox-answer';
import { jobResult } from '../../lib/answers/result-file';
import { later } from '../../lib/domain/dates';
import { type Order, salesOrderNumber } from '../../lib/domain/order';
import { readX12 } from '../../lib/intake/edi/x12/read-x12';
import { reconcile } from '../../lib/ops/reconcile';
import { verifyAudit } from '../../lib/ops/verify-audit';
import { actOnOrders } from '../../lib/stages/act-on-order';
import { checkCredit } from '../../lib/stages/check-credit';
import { checkInventory } from '../../lib/stages/check-inventory';
import { checkOverdue } from '../../lib/stages/check-overdue';
import { confirmDeliveries } from '../../lib/stages/confirm-delivery';
import { createOrders } from '../../lib/stages/create-orders';
import { dispatchOrders } from '../../lib/stages/dispatch-orders';
import { reopenOvertaken } from '../../lib/stages/overtaken-changes';
import { confirmSent, takeAnswers } from '../../lib/stages/send-answers';
import type { TagOutcome } from '../../lib/stages/tag-outcome';
import { writeDueAnswers } from '../../lib/stages/write-due-answers';
import type { EdiAnswer } from '../../lib/store/edi-answers';
import { appliedChanges } from '../../lib/store/edi-changes';
import { documentsLeft } from '../../lib/store/left-behind';
import { openStore, type Store } from '../../lib/store/store';
import type { CancelOutcome } from '../../lib/warehouse/shipping';
import { onBothDatabases } from '../support/databases';
import { edifact, purchaseOrder, type SampleInterchange, x12 } from '../support/edi';
import { orderIdOf, post, receive, type SentMessage } from '../support/intake';
import { SampleCompany } from '../support/orders';
import { slipOf } from '../support/slips';

describe('changes by EDI', () =>
  onBothDatabases((_kind, url) => {
    let store: Store;
    let company: SampleCompany;
    let control = 0;

    before(async () => {
      store = await openStore(url());
      company = new SampleCompany(store);
      await company.open(['C-1'], ['A', 'B'], 1000);
      const base = { channels: ['edi'], customers: ['C-1'], edi: { answers: ['order-response'] } };
      await company.master('partners', [
        { ...base, partner: 'ACME', name: 'Acme', ediIds: ['ZZ:ACME'], pricePolicy: 'sent' },
        { ...base, partner: 'EXACT', name: 'Exact', ediIds: ['ZZ:EXACT', '14:EXACT'], pricePolicy: 'tolerance' },
      ]);
    });
    after(() => store.close());

    const asX12: SentMessage = { channel: 'edi', contentType: 'application/edi-x12' };
    const send = (type: string, segments: readonly string[], how: SampleInterchange = {}): Promise<TagOutcome[]> =>
      post(company.context, x12(type, [segments], { control: ++control, ...how }), asX12);
    const oneLine = [['1', '5', 'EA', '8.00', 'VN', 'A']];
    const order = async (poNumber: string, lines = oneLine, how: SampleInterchange = {}): Promise<number> =>
      orderIdOf((await send('850', purchaseOrder(poNumber, 'C-1', lines), how))[0]);
    const changing = (poNumber: string, lines: readonly string[], number = ''): string[] => [
      `BCH*04*SA*${poNumber}**${number}*20261124`,
      ...lines,
      `CTT*${lines.length}`,
    ];
    const change = async (
      poNumber: string,
      lines: readonly string[],
      how: SampleInterchange = {},
    ): Promise<TagOutcome | undefined> => (await send('860', changing(poNumber, lines), how))[0];
    const cancel = async (poNumber: string): Promise<TagOutcome | undefined> =>
      (await send('860', [`BCH*01*SA*${poNumber}**9*20261124`]))[0];
    const firstLine = async (id: number): Promise<Order['lines'][number] | undefined> =>
      (await company.load(id)).lines[0];
    const checked = async (orderId: number): Promise<void> => {
      await checkInventory(company.context, [orderId]);
      await checkCredit(company.context, [orderId]);
      await checkOverdue(company.context, [orderId]);
    };
    const actor = { name: 'ops', role: 'operations' as const, visible: null };
    const hold = (id: number) => ({
      action: 'hold' as const,
      salesOrder: salesOrderNumber(id),
      reason: 'operator',
      note: '',
      actor,
    });
    const act = (action: 'cancel' | 'hold', id: number) => actOnOrders(company.context, [{ ...hold(id), action }]);
    const ship = (orderId: number, cancelled: 'agreed' | 'refused' | 'pending' = 'pending') =>
      dispatchOrders(
        company.context,
        { warehouse: 'MAIN', limit: 5, orderIds: cancelled === 'pending' ? [orderId] : null },
        {
          ship: async (requests) =>
            requests.map(({ key }) => ({ kind: 'acknowledged' as const, key, reference: 'W-1' })),
          cancel: async (): Promise<CancelOutcome> =>
            cancelled === 'refused' ? { kind: cancelled, status: 409, words: 'packed' } : { kind: cancelled },
        },
      );
    const answers = async (): Promise<EdiAnswer[]> => {
      while ((await writeDueAnswers(company.context, 100)) > 0);
      const taken = await takeAnswers(company.context, {}, 1_000);
      await confirmSent(
        company.context,
        taken.map(({ answerId }) => answerId),
      );
      return taken.filter(({ kind }) => kind !== '997');
    };
    const said = ({ bytes }: EdiAnswer, tag: string): string[][] =>
      (readX12(bytes).interchanges[0]?.groups[0]?.messages[0]?.segments ?? [])
        .filter((segment) => segment.tag === tag)
        .map(({ elements }) => elements.map((element) => (element[0] ?? []).join(':')));

    it('are in the audit and known to other processes, also when no check had judged the order', async () => {
      const id = await order('A-1');
      const other = await openStore(url());
      try {
        await actOnOrders({ ...company.context, store: other }, [hold(id)]);
        const before = await store.read((db) =>
          db.all<{ stamp: number }>('select stamp from sales_order_state where order_id = ?', [id]),
        );
        expect(await change('A-1', ['POC*1*QI*7*2*EA'])).to.include({ output: 'changed' });
        const after = await store.read((db) =>
          db.all<{ stamp: number }>('select stamp from sales_order_state where order_id = ?', [id]),
        );
        expect(after[0]?.stamp).not.to.equal(before[0]?.stamp);
        const records = await store.read((db) =>
          db.all("select reason from audit_record where subject_id = ? and reason = 'customer-change'", [
            salesOrderNumber(id),
          ]),
        );
        expect(records).to.have.length(1);
      } finally {
        await other.close();
      }
    });

    it('leave prices that they do not name as they were agreed', async () => {
      const id = await order('B-1');
      expect((await firstLine(id))?.unitPrice).to.equal(80_000);
      await change('B-1', ['POC*1*QI*7*2*EA']);
      expect(await firstLine(id)).to.include({ ordered: 7_000, unitPrice: 80_000 });
    });

    it('leave a price that waits for a person waiting', async () => {
      const lines = [...oneLine, ['2', '1', 'EA', '9.99', 'VN', 'B']];
      const how = { sender: 'EXACT' };
      const id = await order('B-2', lines, how);
      const reasons = async (): Promise<string[]> => (await company.load(id)).holds.map(({ reason }) => reason);
      expect(await reasons()).to.deep.equal(['price']);
      await change('B-2', ['POC*2*QI*2*1*EA'], how);
      expect(await reasons(), 'another line').to.deep.equal(['price']);
      await change('B-2', ['POC*1*PC*5*0*EA*9.99'], how);
      expect(await reasons(), 'the price is ours now').to.deep.equal([]);
    });

    it('may change a line twice, and add several without numbers', async () => {
      const id = await order('C-1');
      await change('C-1', [
        'POC*1*QI*7*2*EA',
        'POC*1*PC*7*0*EA*7.50',
        'POC**AI*1*1*EA*1**VN*A',
        'POC**AI*2*2*EA*1**VN*B',
      ]);
      const { lines } = await company.load(id);
      expect(lines.map(({ line, sku, ordered, unitPrice }) => [line, sku, ordered, unitPrice])).to.deep.equal([
        [1, 'A', 7_000, 75_000],
        [2, 'A', 1_000, 10_000],
        [3, 'B', 2_000, 10_000],
      ]);
    });

    it('come again after another one, when they have no number', async () => {
      const id = await order('D-1');
      for (const quantity of [7, 8, 7]) {
        expect(await change('D-1', [`POC*1*QI*${quantity}*0*EA`])).to.include({ output: 'changed' });
        expect((await firstLine(id))?.ordered).to.equal(quantity * 1_000);
      }
      expect(await change('D-1', ['POC*1*QI*7*0*EA']), 'nothing came between').to.include({ output: 'applied' });
    });

    it('follow one another as the order took them, whatever the time of their transactions', async () => {
      const id = await order('A-9');
      const to = (quantity: number) => [`POC*1*QI*${quantity}*0*EA`];
      const { now } = company;
      company.now = later(now, 1000);
      await change('A-9', to(6));
      company.now = now; // it began before the other one, or in a process whose clock is behind
      await change('A-9', to(7));
      const taken = (await store.read((db) => appliedChanges(db, [id]))).get(id) ?? [];
      expect(taken.map(({ canonical }) => JSON.parse(canonical).lines[0].quantity)).to.deep.equal(['6', '7']);
      expect(await change('A-9', to(7)), 'the latest again').to.include({ output: 'applied' });
      expect(await change('A-9', to(6)), 'meant again').to.include({ output: 'changed' });
      expect((await firstLine(id))?.ordered).to.equal(6000);
    });

    it('are taken in the order in which they came, though a later one is worked first', async () => {
      const id = await order('A-10');
      const came = async (quantity: number): Promise<{ documentId: number; rules: [] }> => {
        const message = x12('860', [changing('A-10', [`POC*1*QI*${quantity}*0*EA`])], { control: ++control });
        const [document] = (await receive(company.context, message, asX12)).documents;
        return { documentId: document?.documentId as number, rules: [] };
      };
      const { now } = company;
      company.now = later(now, 1000);
      const third = await came(8); // its number is of those that its process had taken ahead
      company.now = now;
      const [first, second] = [await came(6), await came(7)];
      const behind = (earlier: readonly { documentId: number }[]) => ({
        output: 'behind',
        earlier: earlier.map(({ documentId }) => documentId),
      });
      expect((await createOrders(company.context, [third]))[0]).to.deep.include(behind([first, second]));
      const [nothing, one] = await createOrders(company.context, [third, first]);
      expect(nothing).to.deep.include(behind([second]));
      expect(one?.output).to.equal('changed');
      expect((await firstLine(id))?.ordered).to.equal(6000);
      for (const next of [second, third])
        expect((await createOrders(company.context, [next]))[0]?.output).to.equal('changed');
      expect((await firstLine(id))?.ordered).to.equal(8000);
    });

    it('that are behind others keep nothing else of the same message from being worked', async () => {
      await order('A-11');
      const other = await order('A-12');
      const came = async (...numbers: string[]) =>
        (
          await receive(
            company.context,
            x12(
              '860',
              numbers.map((number) => changing(number, ['POC*1*QI*6*0*EA'])),
              { control: ++control },
            ),
            asX12,
          )
        ).documents.map(({ documentId }) => ({ documentId, rules: [] }));
      const first = await came('A-11');
      const message = await came('A-11', 'A-12');
      const worked = async (documents: typeof message) =>
        (await createOrders(company.context, documents)).map(({ output }) => output);
      expect(await worked(message)).to.deep.equal(['behind', 'changed']);
      expect((await firstLine(other))?.ordered).to.equal(6000);
      expect(await worked(first)).to.deep.equal(['changed']);
      expect(await worked(message), 'the like of the first').to.deep.equal(['applied', 'applied']);
    });

    it('that are refused are refused each time', async () => {
      await order('D-2');
      const bad = x12('860', [changing('D-2', ['POC*9*QI*7*0*EA']), changing('D-2', ['POC*9*QI*7*0*EA'])], {
        control: ++control,
      });
      const outcomes = await post(company.context, bad, asX12);
      expect(outcomes.map(({ output }) => output)).to.deep.equal(['rejected', 'rejected']);
      const again = await createOrders(
        company.context,
        outcomes.map(({ documentId }) => ({ documentId, rules: [] })),
      );
      expect(
        again.map(({ output }) => output),
        'asked again',
      ).to.deep.equal(['rejected', 'rejected']);
    });

    it('are applied once, however many come at the same moment', async () => {
      const id = await order('D-3');
      const outcomes = await Promise.all(
        Array.from({ length: 10 }, () => change('D-3', ['POC*1*QI*9*4*EA', 'POC*5*AI*1*1*EA*1**VN*B'])),
      );
      expect(outcomes.filter((outcome) => outcome?.output === 'changed')).to.have.length(1);
      expect(outcomes.filter((outcome) => outcome?.output === 'applied')).to.have.length(9);
      expect((await company.load(id)).lines).to.have.length(2);
    });

    describe('under a number that another change of the order has', () => {
      const numbered = async (poNumber: string, quantity: number, number: string): Promise<TagOutcome | undefined> =>
        (await send('860', changing(poNumber, [`POC*1*QI*${quantity}*0*EA`], number)))[0];
      const conflict = { output: 'rejected', code: 'change-conflict' };

      it('are refused in words, and change nothing; the same one again is a repeat', async () => {
        const id = await order('K-1');
        expect(await numbered('K-1', 7, '1')).to.include({ output: 'changed' });
        expect(await numbered('K-1', 8, '2')).to.include({ output: 'changed' });
        const other = await numbered('K-1', 9, '1');
        expect(other).to.include(conflict);
        expect(other?.summary).to.match(/has another change under the number 1; nothing was changed/);
        expect(other).to.have.nested.property('faults[0].path', 'BCH, element 5 (segment 2)');
        expect((await send('860', ['BCH*01*SA*K-1**2*20261124']))[0], 'a cancellation').to.include(conflict);
        expect(await numbered('K-1', 7, '1'), 'the same').to.include({ output: 'applied' });
        const { status, lines } = await company.load(id);
        expect([status, lines[0]?.ordered]).to.deep.equal(['Created', 8_000]);
        expect(await numbered('K-1', 9, '3')).to.include({ output: 'changed' });
      });

      it('are refused also in one message, and when they come at the same moment', async () => {
        const id = await order('K-2');
        const segments = [7, 8].map((quantity) => changing('K-2', [`POC*1*QI*${quantity}*2*EA`], '1'));
        const outcomes = await post(company.context, x12('860', segments, { control: ++control }), asX12);
        expect(outcomes.map(({ output }) => output)).to.deep.equal(['changed', 'rejected']);
        expect((await firstLine(id))?.ordered).to.equal(7_000);
        const racing = await Promise.all([3, 4, 5, 6].map((quantity) => numbered('K-2', quantity, '2')));
        expect(racing.map((outcome) => outcome?.output).sort()).to.deep.equal([
          'changed',
          ...Array(3).fill('rejected'),
        ]);
      });

      it('do not conflict with changes of other orders, and not with one that was refused', async () => {
        await order('K-3');
        const id = await order('K-4');
        expect(await numbered('K-3', 7, '1')).to.include({ output: 'changed' });
        const bad = (await send('860', changing('K-4', ['POC*9*QI*7*0*EA'], '1')))[0];
        expect(bad).to.include({ output: 'rejected', code: 'unknown-line' });
        expect(await numbered('K-4', 6, '1'), 'put right').to.include({ output: 'changed' });
        expect((await firstLine(id))?.ordered).to.equal(6_000);
      });

      it('are refused while the first one waits for a person', async () => {
        const id = await order('K-5');
        await checked(id);
        await ship(id);
        expect(await numbered('K-5', 6, '1')).to.include({ code: 'after-release' });
        expect(await numbered('K-5', 7, '1')).to.include(conflict);
      });

      it('are not so when their number is a zero, which is none', async () => {
        const id = await order('K-0');
        for (const [number, quantity] of [
          ['0', 7],
          ['000', 8],
          ['0', 9],
        ] as const)
          expect(await numbered('K-0', quantity, number)).to.include({ output: 'changed' });
        expect((await firstLine(id))?.ordered).to.equal(9_000);
      });

      it('are not so when they bear only the number of their order', async () => {
        const how = { sender: 'EXACT' };
        const id = await order('K-6', [['1', '5', 'EA', '9.99', 'VN', 'A']], how);
        for (const quantity of [7, 8]) {
          const segments = ['BGM+230+K-6+4', 'LIN+1+3+A:SA', `QTY+21:${quantity}:EA`, 'UNS+S'];
          const message = edifact([{ type: 'ORDCHG', segments }], { ...how, control: ++control });
          const [outcome] = await post(company.context, message, {
            channel: 'edi',
            contentType: 'application/edifact',
          });
          expect(outcome).to.include({ output: 'changed' });
          expect((await firstLine(id))?.ordered).to.equal(quantity * 1_000);
        }
        for (const [quantity, output] of [
          [3, 'changed'],
          [4, 'rejected'],
        ] as const) {
          const segments = ['BGM+230+CHG-1+4', 'RFF+ON:K-6', 'LIN+1+3+A:SA', `QTY+21:${quantity}:EA`, 'UNS+S'];
          const message = edifact([{ type: 'ORDCHG', segments }], { ...how, control: ++control });
          const [outcome] = await post(company.context, message, {
            channel: 'edi',
            contentType: 'application/edifact',
          });
          expect(outcome, String(quantity)).to.include({ output });
        }
        expect((await firstLine(id))?.ordered).to.equal(3_000);
      });
    });

    it('leave the item and price of what was delivered', async () => {
      const id = await order('E-1');
      await checked(id);
      await ship(id);
      await confirmDeliveries(company.context, [slipOf([[id, 1, 2]], { packingSlip: 'E-PS-1' })]);
      await act('hold', id);
      await ship(id, 'agreed');
      expect((await company.load(id)).status).to.equal('OnHold');
      for (const bad of ['POC*1*PC*5*0*EA*7.00', 'POC*1*QI*1*0*EA', 'POC*1*CA*5*0*EA*8.00**VN*B'])
        expect(await change('E-1', [bad]), bad).to.include({ output: 'rejected' });
      expect(await change('E-1', ['POC*1*QI*3*0*EA'])).to.include({ output: 'changed' });
      expect(await firstLine(id)).to.include({ ordered: 3_000, delivered: 2_000, unitPrice: 80_000 });
    });

    it('find their order also when both came at the same moment', async () => {
      expect(await change('E-5', ['POC*1*QI*6*1*EA'])).to.include({ output: 'rejected', code: 'unknown-order' });
      const id = await order('E-5');
      // as if the change had been judged while the order was not there to be seen yet
      await store.transaction((db) =>
        db.run(
          "update inbox_document set state = 'parked', code = 'unknown-order', step_at = ? where state = 'stored' and kind = 'change'",
          [company.now],
        ),
      );
      expect(await reopenOvertaken(company.context)).to.equal(1);
      const left = await store.read((db) => documentsLeft(db, {}, { before: company.now, now: company.now }, 10));
      await createOrders(
        company.context,
        left.map(({ documentId }) => ({ documentId, rules: [] })),
      );
      expect((await firstLine(id))?.ordered).to.equal(6_000);
      expect(await reopenOvertaken(company.context)).to.equal(0);
    });

    it('have one date for all of the order', async () => {
      const id = await order('E-2', [...oneLine, ['2', '1', 'EA', '9.99', 'VN', 'B']]);
      const dated = (line: number) => [`POC*${line}*CT*1*0*EA`, 'DTM*002*20261224'];
      expect(await change('E-2', dated(1))).to.include({ output: 'rejected', code: 'not-supported' });
      expect(await change('E-2', [...dated(1), ...dated(2)])).to.include({ output: 'changed' });
      expect((await company.load(id)).requestedDelivery).to.equal('2026-12-24');
    });

    it('that wait for a person are not answered as done', async () => {
      const id = await order('E-3');
      await checked(id);
      await ship(id);
      const message = x12('860', [changing('E-3', ['POC*1*QI*7*2*EA'])], { control: ++control });
      const { inboxId, documents } = await receive(company.context, message, asX12);
      await createOrders(
        company.context,
        documents.map(({ documentId }) => ({ documentId, rules: [] })),
      );
      const { answer } = await store.read((db) => answerForMessage(db, inboxId, { replayed: false }));
      const body = answer.body as { accepted: number; results: { status: number; problem: { detail: string } }[] };
      expect(body.accepted).to.equal(0);
      expect(body.results[0]?.status).to.equal(409);
      expect(body.results[0]?.problem.detail, 'words for the customer').not.to.include('replay');
    });

    it('that are tests change nothing', async () => {
      const id = await order('E-4');
      await change('E-4', ['POC*1*QI*7*2*EA'], { test: true });
      await send('860', ['BCH*01*SA*E-4**9*20261124'], { test: true });
      expect(await company.load(id)).to.include({ status: 'Created' });
      expect((await firstLine(id))?.ordered).to.equal(5_000);
    });

    describe('are answered', () => {
      before(answers);

      it('when a refused order is taken after all, with that alone', async () => {
        const [refused] = await send('850', purchaseOrder('F-1', 'C-1', [['1', '1', 'EA', '1', 'VN', 'LATE']]));
        await company.addProducts(['LATE']);
        await store.transaction((db) =>
          db.run("update inbox_document set state = 'stored' where document_id = ?", [refused?.documentId]),
        );
        const [taken] = await createOrders(company.context, [{ documentId: refused?.documentId as number, rules: [] }]);
        expect(taken).to.include({ output: 'created' });
        expect(await answers()).to.deep.equal([]);
      });

      it('also when an order cannot be made of what can be read', async () => {
        await send('850', purchaseOrder('F-2', 'C-1', [['1', 'x', 'EA', '1', 'VN', 'A']]));
        const [answer] = await answers();
        expect(answer).to.include({ kind: '855' });
        expect(said(answer as EdiAnswer, 'BAK')[0]?.slice(0, 3)).to.deep.equal(['00', 'RD', 'F-2']);
      });

      it('in the words of the change, before and after', async () => {
        const id = await order('F-7', [
          ['1', '5', 'EA', '8.00', 'VN', 'A'],
          ['7', '1', 'EA', '8.00', 'VN', 'A'],
        ]);
        await change('F-7', ['POC*1*CA*3*0*EA*9.99**VN*B', 'POC*9*AI*1*1*EA*9.99**VN*B']);
        await checked(id);
        const written = await answers();
        expect(written.map(({ kind }) => kind)).to.deep.equal(['855', '865']);
        for (const [tag, answer] of [
          ['PO1', written[0]],
          ['POC', written[1]],
        ] as const)
          expect(
            said(answer as EdiAnswer, tag).map((values) => [values[0], values.at(-1)]),
            tag,
          ).to.deep.equal([
            ['1', 'B'],
            ['7', 'A'],
            ['9', 'B'],
          ]);
        expect(said(written[0] as EdiAnswer, 'PO1').map(([, quantity]) => quantity)).to.deep.equal(['3', '1', '1']);
        expect(said(written[0] as EdiAnswer, 'ACK').map(([code, quantity]) => [code, quantity])).to.deep.equal([
          ['IA', '3'],
          ['IA', '1'],
          ['IA', '1'],
        ]);
      });

      it('again when something is cancelled that was promised', async () => {
        const id = await order('F-3');
        await checked(id);
        expect((await answers()).map(({ kind }) => kind)).to.deep.equal(['855']);
        await act('cancel', id);
        const [answer, more] = await answers();
        expect(answer).to.include({ kind: '865', subject: `order ${id} cancelled 5000` });
        expect(said(answer as EdiAnswer, 'ACK')[0]?.slice(0, 2)).to.deep.equal(['IR', '5']);
        expect(more).to.equal(undefined);
      });

      it('once when it was cancelled before anything was promised', async () => {
        const id = await order('F-4');
        await act('hold', id);
        await act('cancel', id);
        expect((await answers()).map(({ kind }) => kind)).to.deep.equal(['855']);
      });

      it('when the warehouse has its say to a cancellation', async () => {
        for (const [poNumber, word, code] of [
          ['F-5', 'agreed', 'AC'],
          ['F-6', 'refused', 'RD'],
        ] as const) {
          const id = await order(poNumber);
          await checked(id);
          await ship(id);
          await answers();
          expect(await cancel(poNumber)).to.include({ output: 'applied' });
          expect(await answers(), 'nobody knows yet').to.deep.equal([]);
          await ship(id, word);
          const [answer, more] = await answers();
          expect(said(answer as EdiAnswer, 'BCA')[0]?.slice(0, 3), word).to.deep.equal(['00', code, poNumber]);
          expect(more).to.equal(undefined);
        }
      });

      it('and taken whatever number a partner says to have got', async () => {
        for (const number of ['ABC', '99999999999999', '1.5']) {
          const segments = [`UCI+${number}+SELLER:14+EXACT:14+7`];
          const message = edifact([{ type: 'CONTRL', segments }], { control: ++control, sender: 'EXACT' });
          const [outcome] = await post(company.context, message, {
            channel: 'edi',
            contentType: 'application/edifact',
          });
          expect(outcome, number).to.include({ output: 'rejected', code: 'not-found' });
        }
      });

      it('as refused when their number is that of another one', async () => {
        await order('F-8');
        await send('860', changing('F-8', ['POC*1*QI*7*2*EA'], '1'));
        await answers();
        await send('860', changing('F-8', ['POC*1*QI*8*2*EA'], '1'));
        const [answer, more] = await answers();
        expect(said(answer as EdiAnswer, 'BCA')[0]?.slice(0, 3)).to.deep.equal(['00', 'RD', 'F-8']);
        expect(more).to.equal(undefined);
      });

      it('by one of two that write at the same moment, in numbers without gaps', async () => {
        const ids = await Promise.all(Array.from({ length: 6 }, (_, i) => order(`G-${i}`)));
        for (const id of ids) await checked(id);
        await Promise.all(Array.from({ length: 4 }, () => writeDueAnswers(company.context, 3)));
        const written = await answers();
        expect(written.map(({ subject }) => subject).sort()).to.deep.equal(ids.map((id) => `order ${id}`).sort());
      });
    });

    it('of the same interchange posted many times at once become one', async () => {
      const message = x12('850', [purchaseOrder('H-1', 'C-1', oneLine)], { control: ++control });
      const outcomes = await Promise.all(
        Array.from({ length: 50 }, (_, i) => post(company.context, message, { ...asX12, messageKey: `H-${i % 5}` })),
      );
      const ids = outcomes.flat().flatMap((outcome) => ('orderId' in outcome ? [outcome.orderId] : []));
      expect(new Set(ids).size).to.equal(1);
    });

    it('of several partners in one message are seen by who stands for all of them', async () => {
      const of = (sender: string) =>
        x12('850', [purchaseOrder(`I-${sender}`, 'C-1', oneLine)], { control: ++control, sender });
      const { inboxId } = await receive(company.context, of('ACME') + of('EXACT'), { ...asX12, partner: 'ACME' });
      const sees = (...partners: string[]): Promise<boolean> =>
        store.read(async (db) => {
          const visible = Object.fromEntries(partners.map((partner) => [partner, ['*']]));
          return (await jobResult(db, inboxId, visible)) !== undefined;
        });
      expect(await sees('ACME')).to.equal(false);
      expect(await sees('ACME', 'EXACT')).to.equal(true);
    });

    describe('after all of that', () => {
      it('leave sound books', async () => {
        const { checks } = await reconcile(store);
        expect(checks.filter(({ differences }) => differences.length > 0)).to.deep.equal([]);
        expect((await verifyAudit(store)).fault).to.equal(null);
      });
    });
  }));
