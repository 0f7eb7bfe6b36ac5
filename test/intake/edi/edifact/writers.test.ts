import { expect } from 'chai';
import { readEdifact } from '../../../../lib/intake/edi/edifact/read-edifact';
import { writeInterchange } from '../../../../lib/intake/edi/edifact/segment-writer';
import { type SyntaxAnswer, writeContrl } from '../../../../lib/intake/edi/edifact/write-contrl';
import { writeDesadv } from '../../../../lib/intake/edi/edifact/write-desadv';
import { writeInvoic } from '../../../../lib/intake/edi/edifact/write-invoic';
import { writeOrdrsp } from '../../../../lib/intake/edi/edifact/write-ordrsp';
import type { OrderEcho } from '../../../../lib/intake/edi/mapped-message';
import type {
  DespatchAdvice,
  InvoiceMessage,
  OrderAnswer,
  OutgoingEnvelope,
} from '../../../../lib/intake/edi/outgoing';
import { creditNoteMessage } from '../../../support/credit-note-message';
import { allFaults, interchange, mapOne, message, messagesOf, readText } from './fixtures';

const envelope: OutgoingEnvelope = {
  sender: { qualifier: '14', id: '4098765000003' },
  receiver: { qualifier: '14', id: '4012345000009' },
  interchangeNumber: 42,
  groupNumber: 7,
  test: false,
  preparedAt: '2026-11-24T08:30:00.000Z',
  version: 'D:96A:UN',
  acknowledgementRequested: true,
};

const echo: OrderEcho = {
  poNumber: 'PO-1',
  release: '',
  poDate: '2026-11-23',
  orderType: '220',
  parties: [
    { code: 'BY', qualifier: '9', id: '4012345000009', name: 'Acme' },
    { code: 'DP', qualifier: '9', id: '4012345000016', name: 'Depot' },
  ],
  references: [],
  currency: 'EUR',
  lines: [
    {
      line: 1,
      reference: '000010',
      quantity: '5',
      uom: 'PCE',
      unitPrice: '12,50',
      basis: '',
      ids: [
        { qualifier: 'SA', value: 'WIDGET-1' },
        { qualifier: 'EN', value: '4012345678901' },
        { qualifier: 'IN', value: "KD+7'" },
      ],
    },
    {
      line: 2,
      reference: '',
      quantity: '3',
      uom: '',
      unitPrice: '',
      basis: '',
      ids: [{ qualifier: 'IN', value: 'KD-8' }],
    },
  ],
};

const textOf = (bytes: Uint8Array | null): string => Buffer.from(bytes ?? []).toString('latin1');
/** The segments between header and trailer, one a string. */
const bodyOf = (bytes: Uint8Array | null): string[] =>
  textOf(bytes)
    .split(/(?<!\?)'/)
    .slice(3, -3);

describe('writing EDIFACT', () => {
  it('makes an envelope that its own reader finds right', () => {
    const bytes = writeInterchange({ ...envelope, test: true }, 'ORDRSP', (segments) =>
      segments.write('BGM', '231', 'A', '29'),
    );
    expect(textOf(bytes)).to.equal(
      "UNA:+.? 'UNB+UNOC:3+4098765000003:14+4012345000009:14+261124:0830+42++++1++1'UNH+1+ORDRSP:D:96A:UN'BGM+231+A+29'UNT+3+1'UNZ+1+42'",
    );
    const file = readEdifact(bytes);
    expect(allFaults(file)).to.deep.equal([]);
    expect(file.warnings).to.deep.equal([]);
    expect(file.interchanges[0]).to.include({
      test: true,
      acknowledgementRequested: true,
      preparedAt: '2026-11-24T08:30',
    });
  });

  it('writes dates of syntax 4 with their century', () => {
    expect(textOf(writeInterchange({ ...envelope, syntax: 'UNOC:4' }, 'X', () => {}))).to.contain('+20261124:0830+');
  });

  it('writes what its characters can, and the nearest for what they cannot', () => {
    const written = (text: string, syntax: string) => {
      const bytes = writeInterchange({ ...envelope, syntax }, 'X', (segments) => segments.write('FTX', text));
      return messagesOf(readEdifact(bytes))[0]?.segments[1]?.elements[0]?.[0]?.[0];
    };
    expect(written('Łódź – 5 € it’s\nа', 'UNOC:3')).to.equal("?ódz - 5 EUR it's ?");
    expect(written('Grüße', 'UNOA:3')).to.equal('GRUSSE');
    expect(written('Grüße', 'UNOB:3')).to.equal('Grusse');
    expect(written('Łódź – 5 €', 'UNOY:4')).to.equal('Łódź – 5 €');
    expect(() => written('x', 'UNOD:3')).to.throw('UNOD');
  });

  describe('CONTRL', () => {
    const contrlEnvelope = { ...envelope, version: 'D:3:UN' };
    const good = interchange([
      message('ORDERS:D:96A:UN', ['BGM+220+PO-1+9']),
      message('ORDERS:D:96A:UN', ['BGM+220+PO-2+9'], '2'),
    ]);
    const answer = (text: string, more: Partial<SyntaxAnswer> = {}) => {
      const subject = readText(text).interchanges[0];
      if (!subject) throw new Error('there is no interchange');
      return writeContrl({ interchange: subject, ...more }, contrlEnvelope);
    };
    const uci = 'UCI+77+4012345000009:14+4098765000003:14';

    it('acknowledges an interchange, and asks for nothing itself', () => {
      const bytes = answer(good);
      expect(textOf(bytes)).to.contain("UNH+1+CONTRL:D:3:UN'").and.contain("+42'UNH");
      expect(bodyOf(bytes)).to.deep.equal([`${uci}+7`]);
      expect(bodyOf(answer(good, { receiptOnly: true }))).to.deep.equal([`${uci}+8`]);
    });

    for (const version of ['D:3:UN', '2:2:UN', '4:1:UN']) {
      it(`is one of the version ${version}, as it is read here too`, () => {
        const subject = readText(good).interchanges[0];
        const bytes = subject ? writeContrl({ interchange: subject }, { ...envelope, version }) : null;
        const mapped = mapOne(textOf(bytes));
        expect(mapped).to.deep.include({ faults: [], warnings: [] });
        expect(mapped.acknowledgements?.[0]).to.include({ controlNumber: '77', outcome: 'accepted' });
      });
    }

    it('refuses an interchange for what is wrong with it, or for what the caller knows', () => {
      expect(bodyOf(answer(good.replace('UNZ+2', 'UNZ+3')))).to.deep.equal([`${uci}+4+29+UNZ+2`]);
      expect(bodyOf(answer(good.replace('UNZ+2+77', 'UNZ+2+78')))).to.deep.equal([`${uci}+4+28+UNZ+3`]);
      expect(bodyOf(answer(good, { refusal: '26' }))).to.deep.equal([`${uci}+4+26`]);
      expect(bodyOf(answer(good, { refusal: '23' }))).to.deep.equal([`${uci}+4+23`]);
    });

    it('refuses single messages', () => {
      expect(bodyOf(answer(good.replace('UNT+3+2', 'UNT+4+2')))).to.deep.equal([
        `${uci}+7`,
        'UCM+2+ORDERS:D:96A:UN+4+29+UNT+2',
      ]);
      expect(bodyOf(answer(good.replace('BGM+220+PO-2', 'bgm+220+PO-2')))).to.deep.equal([
        `${uci}+7`,
        'UCM+2+ORDERS:D:96A:UN+4',
        'UCS+2+12',
      ]);
      const refusedMessages = [{ group: '', controlNumber: '1', code: '14' }];
      expect(bodyOf(answer(good, { refusedMessages }))).to.deep.equal([`${uci}+7`, 'UCM+1+ORDERS:D:96A:UN+4+14']);
    });

    it('speaks of groups where there are some', () => {
      const grouped = interchange([
        `UNG+ORDERS+S+R+261123:1015+5+UN+D:96A'${message('ORDERS:D:96A:UN', ['BGM+220+PO-1+9'])}UNE+2+5'`,
        `UNG+ORDERS+S+R+261123:1015+6+UN+D:96A'${message('ORDERS:D:96A:UN', ['BGM+220+PO-1+9']).replace('UNT+3', 'UNT+2')}UNE+1+6'`,
      ]);
      expect(bodyOf(answer(grouped))).to.deep.equal([
        `${uci}+7`,
        'UCF+5+S+R+4+29+UNE+2',
        'UCF+6+S+R+7',
        'UCM+1+ORDERS:D:96A:UN+4+29+UNT+2',
      ]);
    });

    it('is never answered by one', () => {
      expect(answer(textOf(answer(good)))).to.equal(null);
    });
  });

  const order: OrderAnswer = {
    echo,
    salesOrder: 'SO-000001',
    verdict: 'changed',
    date: '2026-11-24',
    currency: 'EUR',
    reason: null,
    lines: [
      {
        line: 1,
        verdict: 'accepted',
        sku: 'WIDGET-1',
        ordered: '5',
        accepted: '5',
        backordered: '0',
        uom: 'PCE',
        unitPrice: '12.50',
        promised: '2026-11-30',
        reason: null,
      },
      {
        line: 2,
        verdict: 'backordered',
        sku: 'WIDGET-2',
        ordered: '3',
        accepted: '1',
        backordered: '2',
        uom: 'PCE',
        unitPrice: '1',
        promised: '2026-12-10',
        reason: 'Two are on their way to us.',
      },
    ],
  };

  describe('ORDRSP', () => {
    it('says what became of each line, with the numbers and ids of the partner', () => {
      expect(bodyOf(writeOrdrsp(order, envelope))).to.deep.equal([
        'BGM+231+SO-000001+4',
        'DTM+137:20261124:102',
        'RFF+ON:PO-1',
        'DTM+171:20261123:102',
        'RFF+VN:SO-000001',
        'NAD+BY+4012345000009::9',
        'NAD+SU+4098765000003::9',
        'NAD+DP+4012345000016::9',
        'CUX+2:EUR:9',
        'LIN+000010+5+4012345678901:EN',
        "PIA+1+WIDGET-1:SA+KD?+7?':IN",
        'QTY+21:5:PCE',
        'DTM+69:20261130:102',
        'PRI+AAA:12.50',
        'LIN+2+3+KD-8:IN',
        'QTY+21:3:PCE',
        'QTY+113:1:PCE',
        'QTY+83:2:PCE',
        'DTM+67:20261210:102',
        'FTX+AAI+++Two are on their way to us.',
        'PRI+AAA:1',
        'UNS+S',
        'CNT+2:2',
      ]);
    });

    it('has a function for each verdict, an action for each line', () => {
      const functions = (['accepted', 'changed', 'rejected', 'held'] as const).map(
        (verdict) => bodyOf(writeOrdrsp({ ...order, verdict }, envelope))[0]?.split('+')[3],
      );
      expect(functions).to.deep.equal(['29', '4', '27', '23']);
      const actions = (version: string) =>
        (['accepted', 'changed', 'backordered', 'rejected'] as const).map((verdict) => {
          const lines = order.lines.slice(0, 1).map((line) => ({ ...line, verdict }));
          const body = bodyOf(writeOrdrsp({ ...order, lines }, { ...envelope, version }));
          return body.find((segment) => segment.startsWith('LIN'))?.split('+')[2];
        });
      expect(actions('D:96A:UN')).to.deep.equal(['5', '3', '3', '7']);
      expect(actions('D:01B:UN:EAN010')).to.deep.equal(['5', '3', '6', '7']);
    });

    it('gives a changed line its new quantity and a refused one no date', () => {
      const lines = order.lines.map((line) => ({
        ...line,
        verdict: 'changed' as const,
        accepted: '2',
        backordered: '0',
      }));
      expect(bodyOf(writeOrdrsp({ ...order, lines }, envelope))).to.include('QTY+21:2:PCE');
      const refused = order.lines.map((line) => ({
        ...line,
        verdict: 'rejected' as const,
        accepted: '0',
        backordered: '0',
      }));
      expect(
        bodyOf(writeOrdrsp({ ...order, lines: refused }, envelope)).filter((each) => /^DTM\+6[79]/.test(each)),
      ).to.deep.equal([]);
    });

    it('names the change that it answers, and cuts a long reason into lines', () => {
      const body = bodyOf(writeOrdrsp({ ...order, answersChange: 'CH-1', reason: 'word '.repeat(100) }, envelope));
      expect(body).to.include('RFF+PP:CH-1');
      const texts = body.filter((segment) => segment.startsWith('FTX+AAI+++word'));
      expect(texts).to.have.length(2);
      for (const part of texts.flatMap((text) => text.slice(10).split(':'))) expect(part.length).to.be.at.most(70);
    });
  });

  it('DESADV says what was shipped of which order', () => {
    const advice: DespatchAdvice = {
      number: 'PS-1',
      shippedAt: '2026-11-29T16:00:00.000Z',
      final: true,
      orders: [
        {
          echo,
          salesOrder: 'SO-000001',
          shipTo: { name: 'Depot Nord', address: 'Way 1\nGate 4', city: 'Hamburg', postalCode: '20457', country: 'DE' },
          lines: [
            { line: 1, sku: 'WIDGET-1', shipped: '4', uom: 'PCE', lot: 'L-7', serials: ['1', '2', '3', '4', '5', '6'] },
            { line: 2, sku: 'WIDGET-2', shipped: '3', uom: 'PCE', lot: null, serials: [] },
          ],
        },
      ],
    };
    expect(bodyOf(writeDesadv(advice, envelope))).to.deep.equal([
      'BGM+351+PS-1+9',
      'DTM+137:20261129:102',
      'DTM+11:20261129:102',
      'RFF+ON:PO-1',
      'DTM+171:20261123:102',
      'RFF+VN:SO-000001',
      'NAD+BY+4012345000009::9',
      'NAD+SU+4098765000003::9',
      'NAD+DP+4012345000016::9++Depot Nord+Way 1 Gate 4+Hamburg++20457+DE',
      'CPS+1',
      'LIN+000010++4012345678901:EN',
      "PIA+1+WIDGET-1:SA+KD?+7?':IN",
      'QTY+12:4:PCE',
      'GIN+BX+L-7',
      'GIN+BN+1+2+3+4+5',
      'GIN+BN+6',
      'RFF+ON:PO-1:000010',
      'LIN+2++KD-8:IN',
      'QTY+12:3:PCE',
      'RFF+ON:PO-1:2',
      'CNT+2:2',
    ]);
  });

  describe('INVOIC', () => {
    const invoice: InvoiceMessage = {
      number: 'INV-1',
      type: 'invoice',
      date: '2026-11-30',
      dueDate: '2026-12-30',
      currency: 'EUR',
      echo,
      salesOrder: 'SO-000001',
      packingSlip: 'PS-1',
      corrects: null,
      paymentTermsDays: 30,
      net: '53.00',
      tax: '9.71',
      gross: '62.71',
      taxes: [
        { taxCode: 'STD', percent: '19', net: '50.00', tax: '9.50' },
        { taxCode: 'RED', percent: '7', net: '3.00', tax: '0.21' },
      ],
      lines: [
        {
          line: 1,
          sku: 'WIDGET-1',
          name: 'A widget with a name that is longer than thirty-five characters',
          quantity: '4',
          uom: 'PCE',
          unitPrice: '12.50',
          net: '50.00',
          taxCode: 'STD',
        },
        {
          line: 2,
          sku: 'WIDGET-2',
          name: 'Widget',
          quantity: '3',
          uom: 'PCE',
          unitPrice: '1',
          net: '3.00',
          taxCode: 'RED',
        },
      ],
    };

    it('adds up to the cent', () => {
      expect(bodyOf(writeInvoic(invoice, envelope))).to.deep.equal([
        'BGM+380+INV-1+9',
        'DTM+137:20261130:102',
        'RFF+ON:PO-1',
        'DTM+171:20261123:102',
        'RFF+VN:SO-000001',
        'RFF+DQ:PS-1',
        'NAD+BY+4012345000009::9',
        'NAD+SU+4098765000003::9',
        'NAD+DP+4012345000016::9',
        'CUX+2:EUR:4',
        'PAT+1++5:3:D:30',
        'DTM+13:20261230:102',
        'LIN+000010++4012345678901:EN',
        "PIA+1+WIDGET-1:SA+KD?+7?':IN",
        'IMD+F++:::A widget with a name that is longer:than thirty-five characters',
        'QTY+47:4:PCE',
        'MOA+203:50.00',
        'PRI+AAA:12.50',
        'TAX+7+VAT+++:::19+S',
        'LIN+2++KD-8:IN',
        'IMD+F++:::Widget',
        'QTY+47:3:PCE',
        'MOA+203:3.00',
        'PRI+AAA:1',
        'TAX+7+VAT+++:::7+S',
        'UNS+S',
        'CNT+2:2',
        'MOA+77:62.71',
        'MOA+79:53.00',
        'MOA+125:53.00',
        'MOA+176:9.71',
        'TAX+7+VAT+++:::19+S',
        'MOA+125:50.00',
        'MOA+124:9.50',
        'TAX+7+VAT+++:::7+S',
        'MOA+125:3.00',
        'MOA+124:0.21',
      ]);
    });

    it('is refused when it does not', () => {
      expect(() => writeInvoic({ ...invoice, gross: '62.70' }, envelope)).to.throw('62.70');
      expect(() => writeInvoic({ ...invoice, net: '53.01', gross: '62.72' }, envelope)).to.throw('53.01');
      expect(() => writeInvoic({ ...invoice, taxes: [] }, envelope)).to.throw('tax');
    });

    it('of a credit note says why and of which invoice, with amounts above zero and no terms of payment', () => {
      expect(bodyOf(writeInvoic(creditNoteMessage, envelope))).to.deep.equal([
        'BGM+381+CN-2026-000001+9',
        'DTM+137:20261130:102',
        'FTX+AAI+++Goods damaged',
        'RFF+ON:PO-1',
        'DTM+171:20261123:102',
        'RFF+VN:SO-000012',
        'RFF+IV:INV-2026-000007',
        'NAD+BY+4012345000009::9',
        'NAD+SU+4098765000003::9',
        'CUX+2:EUR:4',
        'LIN+10++WIDGET-1:SA',
        'IMD+F++:::Widget',
        'QTY+47:2:EA',
        'MOA+203:19.98',
        'PRI+AAA:9.99',
        'TAX+7+VAT+++:::19+S',
        'LIN+2++ROPE:SA',
        'IMD+F++:::Rope',
        'QTY+47:1:MTR',
        'MOA+203:3.00',
        'PRI+AAA:3.00',
        'TAX+7+VAT+++:::7+S',
        'UNS+S',
        'CNT+2:2',
        'MOA+77:26.99',
        'MOA+79:22.98',
        'MOA+125:22.98',
        'MOA+176:4.01',
        'TAX+7+VAT+++:::19+S',
        'MOA+125:19.98',
        'MOA+124:3.80',
        'TAX+7+VAT+++:::7+S',
        'MOA+125:3.00',
        'MOA+124:0.21',
      ]);
    });
  });
});
