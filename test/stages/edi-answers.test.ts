import { expect } from 'chai';
import { listAnswers } from '../../lib/answers/edi-answer-lists';
import { readIncoming } from '../../lib/domain/incoming-money';
import { salesOrderNumber } from '../../lib/domain/order';
import { readEdifact } from '../../lib/intake/edi/edifact/read-edifact';
import type { EdiSegment } from '../../lib/intake/edi/interchange';
import { readX12 } from '../../lib/intake/edi/x12/read-x12';
import { signals } from '../../lib/ops/signals';
import { verifyAudit } from '../../lib/ops/verify-audit';
import { checkCredit } from '../../lib/stages/check-credit';
import { checkInventory } from '../../lib/stages/check-inventory';
import { checkOverdue } from '../../lib/stages/check-overdue';
import { confirmDeliveries } from '../../lib/stages/confirm-delivery';
import { dispatchOrders } from '../../lib/stages/dispatch-orders';
import { postCreditNotes } from '../../lib/stages/post-credit-notes';
import { postInvoices } from '../../lib/stages/post-invoices';
import { confirmSent, sendAnswersAgain, takeAnswers } from '../../lib/stages/send-answers';
import type { TagOutcome } from '../../lib/stages/tag-outcome';
import { writeDueAnswers } from '../../lib/stages/write-due-answers';
import { acknowledgementsOf, type EdiAnswer } from '../../lib/store/edi-answers';
import { openStore, type Store } from '../../lib/store/store';
import { onBothDatabases } from '../support/databases';
import { edifact, inGroups, purchaseOrder, x12 } from '../support/edi';
import { orderIdOf, post, receive, type SentMessage } from '../support/intake';
import { SampleCompany } from '../support/orders';
import { slipOf } from '../support/slips';

const agreed = { answers: ['order-response', 'despatch-advice', 'invoice'] };

describe('answers by EDI', () =>
  onBothDatabases((_kind, url) => {
    let store: Store;
    let company: SampleCompany;
    let control = 0;

    before(async () => {
      store = await openStore(url());
      company = new SampleCompany(store);
      await company.open(['C-1'], ['A', 'B', 'C'], 100);
      await company.count(['C'], 0);
      const base = { channels: ['edi'], customers: ['C-1'] };
      await company.master('partners', [
        { ...base, partner: 'ACME', name: 'Acme', ediIds: ['ZZ:ACME'], edi: agreed },
        { ...base, partner: 'EURO', name: 'Euro', ediIds: ['14:EURO'], edi: agreed },
        { ...base, partner: 'QUIET', name: 'Quiet', ediIds: ['ZZ:QUIET'] },
      ]);
    });
    after(() => store.close());

    const asX12: SentMessage = { channel: 'edi', contentType: 'application/edi-x12' };
    const asEdifact: SentMessage = { channel: 'edi', contentType: 'application/edifact' };
    const send = (type: string, segments: readonly string[], sender = 'ACME'): Promise<TagOutcome[]> =>
      post(company.context, x12(type, [segments], { control: ++control, sender }), asX12);
    const lines = [
      ['1', '5', 'EA', '9.99', 'VN', 'A'],
      ['2', '2', 'EA', '9.99', 'VN', 'C'],
    ];
    const checked = async (orderId: number): Promise<void> => {
      await checkInventory(company.context, [orderId]);
      await checkCredit(company.context, [orderId]);
      await checkOverdue(company.context, [orderId]);
    };
    const due = async (): Promise<EdiAnswer[]> => {
      while ((await writeDueAnswers(company.context, 100)) > 0);
      const answers = await takeAnswers(company.context, {}, 100);
      await confirmSent(
        company.context,
        answers.map(({ answerId }) => answerId),
      );
      return answers;
    };
    const segmentsOf = ({ standard, bytes }: EdiAnswer): readonly EdiSegment[] => {
      const { interchanges, faults } = standard === 'x12' ? readX12(bytes) : readEdifact(bytes);
      const found = interchanges.flatMap((interchange) => [
        ...interchange.faults,
        ...interchange.groups.flatMap((group) => [...group.faults, ...group.messages.flatMap((each) => each.faults)]),
      ]);
      expect([...faults, ...found], `${standard} can be read`).to.deep.equal([]);
      return interchanges[0]?.groups[0]?.messages[0]?.segments ?? [];
    };
    const valuesOf = (answer: EdiAnswer, tag: string): string[][] =>
      segmentsOf(answer)
        .filter((segment) => segment.tag === tag)
        .map(({ elements }) => elements.map((element) => (element[0] ?? []).join(':')));
    const shipped = async (orderId: number, slip: object = {}): Promise<void> => {
      await dispatchOrders(
        company.context,
        { warehouse: 'MAIN', limit: 1, orderIds: [orderId] },
        {
          ship: async (requests) =>
            requests.map(({ key }) => ({ kind: 'acknowledged' as const, key, reference: 'W-1' })),
          cancel: async () => ({ kind: 'pending' as const }),
        },
      );
      const [outcome] = await confirmDeliveries(company.context, [slipOf([[orderId, 1, 5]], slip)]);
      await postInvoices(company.context, { slipIds: [outcome?.slipId as number], limit: 10 });
    };

    it('tell a buyer in X12 of its order from the 997 to the 810, in numbers without gaps', async () => {
      const id = orderIdOf((await send('850', purchaseOrder('H-1', 'C-1', lines)))[0]);
      const [functional] = await due();
      expect(functional).to.include({ kind: '997', partner: 'ACME', interchangeNumber: 1 });
      expect(valuesOf(functional as EdiAnswer, 'AK5')).to.deep.equal([['A']]);
      expect(valuesOf(functional as EdiAnswer, 'AK9')).to.deep.equal([['A', '1', '1', '1']]);
      expect(await due(), 'nothing before the verdict').to.deep.equal([]);
      await checked(id);
      const [response] = await due();
      expect(response).to.include({ kind: '855', subject: `order ${id}`, interchangeNumber: 2 });
      expect(valuesOf(response as EdiAnswer, 'BAK')[0]?.slice(0, 3)).to.deep.equal(['00', 'AC', 'H-1']);
      expect(valuesOf(response as EdiAnswer, 'PO1').map((values) => values.slice(0, 7))).to.deep.equal([
        ['1', '5', 'EA', '9.99', '', 'VN', 'A'],
        ['2', '2', 'EA', '9.99', '', 'VN', 'C'],
      ]);
      expect(valuesOf(response as EdiAnswer, 'ACK').map(([code, quantity]) => [code, quantity])).to.deep.equal([
        ['IA', '5'],
        ['IR', '2'],
      ]);
      await shipped(id, { packingSlip: 'H-PS-1' });
      const [advice, invoice] = await due();
      expect(advice).to.include({ kind: '856', interchangeNumber: 3 });
      expect(valuesOf(advice as EdiAnswer, 'SN1')[0]?.slice(0, 3)).to.deep.equal(['1', '5', 'EA']);
      expect(invoice).to.include({ kind: '810', interchangeNumber: 4 });
      const gross = Math.round(4995 * 1.19);
      expect(valuesOf(invoice as EdiAnswer, 'TDS')[0]?.[0]).to.equal(String(gross));
    });

    it('are told to people by the numbers that they know', async () => {
      const id = orderIdOf((await send('850', purchaseOrder('K-1', 'C-1', lines)))[0]);
      await checked(id);
      await shipped(id, { packingSlip: 'K-PS-1' });
      await due();
      const { answers } = await store.read((db) => listAnswers(db, { limit: '4' }));
      const [{ control_number: control } = { control_number: '' }] = await company.rows<{ control_number: string }>(
        'select control_number from edi_interchange order by interchange_id desc limit 1',
      );
      expect(answers.map(({ kind, answers: about }) => [kind, about]).reverse()).to.deep.equal([
        ['997', `interchange ${control} of ZZ:ACME`],
        ['855', salesOrderNumber(id)],
        ['856', 'packing slip K-PS-1 of MAIN'],
        ['810', `invoice ${await invoiced(id)}`],
      ]);
    });

    it('tell a buyer in EDIFACT of its order from the CONTRL to the INVOIC', async () => {
      const segments = ['BGM+220+J-1+9', 'DTM+137:20261123:102', 'NAD+BY+C-1::92', 'CUX+2:EUR:9'].concat([
        'LIN+1++A:SA',
        'QTY+21:5:EA',
        'PRI+AAA:9.99',
        'UNS+S',
        'CNT+2:1',
      ]);
      const message = edifact([{ type: 'ORDERS', segments }], { control: 7, sender: 'EURO' });
      const id = orderIdOf((await post(company.context, message, asEdifact))[0]);
      await checked(id);
      await shipped(id, { packingSlip: 'J-PS-1' });
      const answers = await due();
      expect(answers.map(({ kind, interchangeNumber }) => [kind, interchangeNumber])).to.deep.equal([
        ['CONTRL', 1],
        ['ORDRSP', 2],
        ['DESADV', 3],
        ['INVOIC', 4],
      ]);
      const [contrl, response, advice, invoice] = answers as [EdiAnswer, EdiAnswer, EdiAnswer, EdiAnswer];
      expect(valuesOf(contrl, 'UCI')[0]?.[3]).to.equal('7');
      expect(valuesOf(response, 'BGM')[0]?.[2]).to.equal('29');
      expect(valuesOf(advice, 'QTY')[0]?.[0]).to.match(/^12:5/);
      expect(valuesOf(invoice, 'BGM')[0]?.[0]).to.equal('380');
      expect(valuesOf(invoice, 'MOA').map(([value]) => value)).to.include('77:59.44');
    });

    const credited = async (invoice: string, note: object = {}): Promise<EdiAnswer[]> => {
      const [read] = readIncoming({ creditNote: `CLAIM ${invoice}`, invoice, reason: 'damaged', ...note });
      if (read?.kind !== 'credit-note' || read.creditNote === undefined) throw new Error(JSON.stringify(read));
      const [outcome] = await postCreditNotes(company.context, [read.creditNote]);
      expect(outcome?.output, JSON.stringify(outcome)).to.equal('applied');
      return due();
    };
    const invoiced = async (orderId: number): Promise<string> => {
      const rows = await company.rows<{ number: string }>('select number from invoice where order_id = ?', [orderId]);
      return rows[0]?.number ?? '';
    };

    it('tell a buyer in X12 of a credit note: a credit memo that names the invoice', async () => {
      const id = orderIdOf((await send('850', purchaseOrder('CM-1', 'C-1', lines)))[0]);
      await checked(id);
      await shipped(id, { packingSlip: 'CM-PS-1' });
      const before = await due();
      const invoice = await invoiced(id);
      const [memo, ...others] = await credited(invoice, { lines: [{ line: 1, quantity: '2' }] });
      expect(others).to.deep.equal([]);
      expect(memo).to.include({
        kind: '810',
        subject: 'credit-note 1',
        interchangeNumber: (before.at(-1)?.interchangeNumber ?? 0) + 1,
      });
      const big = valuesOf(memo as EdiAnswer, 'BIG')[0];
      expect([big?.[1], big?.[3], big?.[6]]).to.deep.equal(['CN-2026-000001', 'CM-1', 'CR']);
      expect(valuesOf(memo as EdiAnswer, 'REF')).to.deep.include(['OI', invoice]);
      expect(valuesOf(memo as EdiAnswer, 'IT1')[0]?.slice(0, 4)).to.deep.equal(['1', '2', 'EA', '9.99']);
      expect(valuesOf(memo as EdiAnswer, 'TDS')[0]?.[0]).to.equal(String(1998 + 380));
      await sendAnswersAgain(company.context, [memo?.answerId as number]);
      const [again] = await due();
      expect(again?.bytes.toString()).to.equal(memo?.bytes.toString());
    });

    it('tell a buyer who reads them so of credit memos below zero', async () => {
      const agreement = { answers: ['invoice'], negativeCredits: true };
      await company.master('partners', [
        {
          partner: 'MINUS',
          name: 'Minus',
          channels: ['edi'],
          customers: ['C-1'],
          ediIds: ['ZZ:MINUS'],
          edi: agreement,
        },
      ]);
      const id = orderIdOf((await send('850', purchaseOrder('CM-2', 'C-1', lines), 'MINUS'))[0]);
      await checked(id);
      await shipped(id, { packingSlip: 'CM-PS-2' });
      const invoice = (await due()).find(({ kind }) => kind === '810') as EdiAnswer;
      expect(valuesOf(invoice, 'TDS')[0]?.[0]).to.equal(String(Math.round(4995 * 1.19)));
      const [memo] = await credited(await invoiced(id));
      expect(valuesOf(memo as EdiAnswer, 'TDS')[0]?.[0]).to.equal(String(-Math.round(4995 * 1.19)));
    });

    it('tell a buyer in EDIFACT of a credit note: 381, with the invoice, lines that add up, and why', async () => {
      const segments = ['BGM+220+CN-1+9', 'NAD+BY+C-1::92', 'LIN+1++A:SA', 'QTY+21:5:EA', 'PRI+AAA:9.99', 'UNS+S'];
      const message = edifact([{ type: 'ORDERS', segments }], { control: 8, sender: 'EURO' });
      const id = orderIdOf((await post(company.context, message, asEdifact))[0]);
      await checked(id);
      await shipped(id, { packingSlip: 'CN-PS-1' });
      await due();
      const invoice = await invoiced(id);
      const [note] = await credited(invoice, { reason: 'price', currency: 'EUR', lines: [{ line: 1, net: '5.00' }] });
      expect(note).to.include({ kind: 'INVOIC' });
      expect(valuesOf(note as EdiAnswer, 'BGM')[0]?.[0]).to.equal('381');
      expect(valuesOf(note as EdiAnswer, 'RFF').map(([value]) => value)).to.include(`IV:${invoice}`);
      expect(valuesOf(note as EdiAnswer, 'FTX')[0]?.at(-1)).to.equal('Price corrected');
      expect(valuesOf(note as EdiAnswer, 'QTY')).to.deep.equal([['47:1:EA']]);
      const amounts = valuesOf(note as EdiAnswer, 'MOA').map(([value]) => value);
      expect(amounts).to.include.members(['203:5.00', '77:5.95', '124:0.95']);
      // of what is left, three of five cost 26.97
      const [rest] = await credited(invoice, { creditNote: 'CLAIM 2', lines: [{ line: 1, quantity: '3' }] });
      expect(valuesOf(rest as EdiAnswer, 'QTY')).to.deep.equal([['47:3:EA']]);
      expect(valuesOf(rest as EdiAnswer, 'PRI')).to.deep.equal([['AAA:8.99']]);
    });

    it('are not given on credit notes to who has not agreed to invoices, and on orders that came otherwise', async () => {
      const id = orderIdOf((await send('850', purchaseOrder('CM-3', 'C-1', lines), 'QUIET'))[0]);
      await checked(id);
      await shipped(id, { packingSlip: 'CM-PS-3' });
      await due();
      expect(await credited(await invoiced(id))).to.deep.equal([]);
      const other = await company.order({ lines: [{ sku: 'A', quantity: 5 }] });
      await shipped(other, { packingSlip: 'CM-PS-4' });
      expect(await credited(await invoiced(other))).to.deep.equal([]);
      expect(await store.read((db) => db.all('select * from edi_due'))).to.deep.equal([]);
    });

    it('are the same again when a message comes again, and TA1 025 when another comes under its number', async () => {
      const message = x12('850', [purchaseOrder('K-1', 'C-1', lines)], { control: ++control });
      const first = await receive(company.context, message, { ...asX12, messageKey: 'K-1' });
      const [sent] = await due();
      await receive(company.context, message, { ...asX12, messageKey: 'K-1' });
      const [again] = await due();
      expect(again?.bytes.toString()).to.equal(sent?.bytes.toString());
      expect(again?.answerId).to.equal(sent?.answerId);
      const known = await store.read((db) => acknowledgementsOf(db, [first.inboxId]));
      expect(known.map(({ kind }) => kind)).to.deep.equal(['997']);
      await receive(company.context, x12('850', [purchaseOrder('K-2', 'C-1', lines)], { control }), asX12);
      const [conflict] = await due();
      expect(conflict).to.include({ kind: 'TA1' });
      expect(conflict?.bytes.toString()).to.match(/TA1\*\d{9}\*\d{6}\*\d{4}\*R\*025/);
    });

    it('leave what a request brought to its own answer, for a moment', async () => {
      const message = x12('850', [purchaseOrder('R-1', 'C-1', lines)], { control: ++control });
      const posted = { ...asX12, messageKey: 'R-1', keyId: 'key' };
      const { inboxId } = await receive(company.context, message, posted);
      const kindsDue = async () => (await due()).map(({ kind }) => kind);
      expect(await kindsDue()).to.deep.equal([]);
      const [own] = await store.read((db) => acknowledgementsOf(db, [inboxId]));
      await confirmSent(company.context, [own?.answerId as number]);
      await receive(company.context, message, posted);
      expect(await kindsDue()).to.deep.equal([]);
      company.now = new Date(Date.parse(company.now) + 5_000).toISOString();
      expect(await kindsDue()).to.deep.equal(['997']);
    });

    it('leave the acknowledgements of all groups to the request, and give all of them again', async () => {
      const orders = ['G-1', 'G-2', 'G-3'].map((poNumber) => purchaseOrder(poNumber, 'C-1', lines));
      const message = inGroups('850', orders, ++control);
      const posted = { ...asX12, messageKey: 'G', keyId: 'key' };
      const { inboxId } = await receive(company.context, message, posted);
      const others = x12('850', [purchaseOrder('G-4', 'C-1', lines)], { control: ++control });
      await receive(company.context, others, { ...posted, messageKey: 'other' });
      expect(await due(), 'left to the requests').to.deep.equal([]);
      const own = await store.read((db) => acknowledgementsOf(db, [inboxId]));
      expect(own.map((answer) => valuesOf(answer, 'AK1')[0]?.[1])).to.deep.equal(['1', '2', '3']);
      await confirmSent(
        company.context,
        own.map(({ answerId }) => answerId),
      );
      await receive(company.context, message, { ...asX12, messageKey: 'G' });
      const again = await due();
      expect(again.map(({ bytes }) => bytes.toString())).to.deep.equal(own.map(({ bytes }) => bytes.toString()));
      company.now = new Date(Date.parse(company.now) + 5_000).toISOString();
      expect(
        (await due()).map(({ kind }) => kind),
        'the other request has not taken its own',
      ).to.deep.equal(['997']);
    });

    it('say why an order was refused, and that a change was taken', async () => {
      await send('850', purchaseOrder('L-1', 'C-1', [['1', '1', 'EA', '', 'VN', 'NO']]));
      const refused = (await due()).find(({ kind }) => kind === '855') as EdiAnswer;
      expect(valuesOf(refused, 'BAK')[0]?.[1]).to.be.oneOf(['RD', 'RJ']);
      const id = orderIdOf((await send('850', purchaseOrder('L-2', 'C-1', [['1', '2', 'EA', '9.99', 'VN', 'A']])))[0]);
      await checked(id);
      await due();
      await send('860', ['BCH*04*SA*L-2**9*20261124', 'POC*1*QI*3*1*EA*9.99**VN*A', 'CTT*1']);
      expect(
        (await due()).map(({ kind }) => kind),
        'the verdict on the change comes with its checks',
      ).to.deep.equal(['997']);
      await checked(id);
      const [answer, more] = await due();
      expect(answer).to.include({ kind: '865' });
      expect(more, 'one answer').to.equal(undefined);
    });

    it('are not given to who has not agreed to them', async () => {
      const id = orderIdOf((await send('850', purchaseOrder('M-1', 'C-1', lines), 'QUIET'))[0]);
      await checked(id);
      expect((await due()).map(({ kind }) => kind)).to.deep.equal(['997']);
      const left = await store.read((db) => db.all('select * from edi_due'));
      expect(left).to.deep.equal([]);
    });

    it('go out again until it is said that they left', async () => {
      await send('850', purchaseOrder('N-1', 'C-1', lines));
      const [taken] = await takeAnswers(company.context, {}, 10);
      expect(await takeAnswers(company.context, {}, 10), 'taken').to.deep.equal([]);
      const now = company.now;
      company.now = new Date(Date.parse(now) + 61_000).toISOString();
      const [again] = await takeAnswers(company.context, {}, 10);
      expect(again?.answerId).to.equal(taken?.answerId);
      await confirmSent(company.context, [again?.answerId as number]);
      await sendAnswersAgain(company.context, [again?.answerId as number]);
      const [resent] = await takeAnswers(company.context, {}, 10);
      expect(resent?.bytes.toString()).to.equal(taken?.bytes.toString());
      await confirmSent(company.context, [again?.answerId as number]);
      company.now = now;
    });

    it('raise a signal when they stay unacknowledged for longer than the partner may take', async () => {
      const at = (hours: number): string => new Date(Date.parse(company.now) + hours * 3_600_000).toISOString();
      const soon = await store.read((db) => signals(db, at(23)));
      expect(soon.unacknowledgedAnswers).to.deep.equal({ count: 0, partners: [] });
      const late = await store.read((db) => signals(db, at(25)));
      expect(late.unacknowledgedAnswers.partners.map(({ partner }) => partner)).to.deep.equal([
        'ACME',
        'EURO',
        'MINUS',
      ]);
      const [waiting] = await store.read((db) =>
        db.all<{ n: number }>(
          "select count(*) as n from edi_answer where state = 'sent' and wants_acknowledgement = 1",
        ),
      );
      expect(late.unacknowledgedAnswers.count).to.equal(waiting?.n);
    });

    it('learn what the partner’s system says of them', async () => {
      const id = orderIdOf((await send('850', purchaseOrder('O-1', 'C-1', [['1', '1', 'EA', '9.99', 'VN', 'A']])))[0]);
      await checked(id);
      const response = (await due()).find(({ kind }) => kind === '855') as EdiAnswer;
      const acknowledge = (number: number | null, code: string): Promise<TagOutcome[]> =>
        send('997', [`AK1*PR*${number}`, 'AK2*855*0001', `AK5*${code}`, `AK9*${code}*1*1*${code === 'A' ? 1 : 0}`]);
      expect((await acknowledge(response.groupNumber, 'R'))[0]).to.include({
        output: 'applied',
        kind: 'acknowledgement',
      });
      const stateOf = async (): Promise<unknown> =>
        (
          await store.read((db) =>
            db.all<{ state: string }>('select state from edi_answer where answer_id = ?', [response.answerId]),
          )
        )[0]?.state;
      expect(await stateOf()).to.equal('rejected');
      const raised = await store.read((db) => db.all("select message from exception where kind = 'answer-rejected'"));
      expect(raised).to.have.length(1);
      expect((await acknowledge(response.groupNumber, 'A'))[0]).to.include({ output: 'applied' });
      expect(await stateOf()).to.equal('acknowledged');
      expect((await acknowledge(4711, 'A'))[0]).to.include({ output: 'rejected', code: 'not-found' });
      expect(await due(), 'acknowledgements are not acknowledged').to.deep.equal([]);
    });

    it('have numbers without gaps, and an audit trail', async () => {
      const rows = await store.read((db) =>
        db.all<{ partner: string; number: number }>(
          'select partner, interchange_number as number from edi_answer order by partner, standard, interchange_number',
        ),
      );
      for (const [partner, ofPartner] of Map.groupBy(rows, (row) => row.partner))
        expect(
          ofPartner.map(({ number }) => number),
          partner,
        ).to.deep.equal(ofPartner.map((_, i) => i + 1));
      expect((await verifyAudit(store)).fault).to.equal(null);
    });
  }));
