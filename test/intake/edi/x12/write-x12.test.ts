import { expect } from 'chai';
import fc from 'fast-check';
import type { BusinessRejection } from '../../../../lib/domain/faults';
import type { EdiSegment, SyntaxFault } from '../../../../lib/intake/edi/interchange';
import type { OrderEcho } from '../../../../lib/intake/edi/mapped-message';
import type {
  DespatchAdvice,
  InvoiceMessage,
  OrderAnswer,
  OutgoingEnvelope,
} from '../../../../lib/intake/edi/outgoing';
import { interchangeAcknowledgements } from '../../../../lib/intake/edi/x12/map-acknowledgement';
import {
  type write997,
  writeFunctionalAcknowledgement,
  writeTA1,
} from '../../../../lib/intake/edi/x12/write-acknowledgement';
import { write856 } from '../../../../lib/intake/edi/x12/write-despatch-advice';
import { type OutgoingSegment, writeInterchange } from '../../../../lib/intake/edi/x12/write-interchange';
import { write810 } from '../../../../lib/intake/edi/x12/write-invoice';
import { write855, write865 } from '../../../../lib/intake/edi/x12/write-order-answer';
import { creditNoteMessage } from '../../../support/credit-note-message';
import { faultsOf, mapAll, mapOne, messagesOf, onlyInterchange, plainOrder, readText, x12File } from './files';

const envelope: OutgoingEnvelope = {
  sender: { qualifier: '01', id: 'SELLER' },
  receiver: { qualifier: 'ZZ', id: 'ACME' },
  interchangeNumber: 42,
  groupNumber: 43,
  test: false,
  preparedAt: '2026-11-24T08:30:00.000Z',
  version: '004010',
  acknowledgementRequested: false,
};

function orderEcho(body = plainOrder): OrderEcho {
  const { echo } = mapOne('850', body);
  if (!echo) throw new Error('The order has no echo.');
  return echo;
}

function answer(changes: Partial<OrderAnswer> = {}): OrderAnswer {
  const line = { verdict: 'accepted', backordered: '0', promised: null, reason: null } as const;
  return {
    echo: orderEcho(),
    salesOrder: 'SO-000012',
    verdict: 'accepted',
    date: '2026-11-24',
    currency: 'EUR',
    reason: null,
    lines: [
      { ...line, line: 1, sku: 'WIDGET-1', ordered: '5', accepted: '5', uom: 'EA', unitPrice: '12.50' },
      { ...line, line: 2, sku: 'WIDGET-2', ordered: '2.5', accepted: '2.5', uom: 'KG', unitPrice: '0.75' },
    ],
    ...changes,
  };
}

/** An answer whose first line is changed. */
function answerWith(line: Partial<OrderAnswer['lines'][number]>, changes: Partial<OrderAnswer> = {}): OrderAnswer {
  const { lines } = answer();
  const [first, ...others] = lines;
  if (!first) throw new Error('The answer has no lines.');
  return answer({ verdict: 'changed', ...changes, lines: [{ ...first, ...line }, ...others] });
}

/** The segments of all messages as text, read back without a fault. */
function segmentsIn(text: string): string[] {
  const file = readText(text);
  expect(faultsOf(file)).to.deep.equal([]);
  return messagesOf(file).flatMap(({ segments }) => segments.map(asText));
}

function asText({ tag, elements }: EdiSegment): string {
  return [tag, ...elements.map((element) => element[0]?.join('>'))].join('*');
}

function segmentsOf(text: string, ...tags: string[]): string[] {
  return segmentsIn(text).filter((segment) => tags.includes(segment.split('*')[0] ?? ''));
}

describe('X12 written', () => {
  it('has an ISA of 106 characters, and counts for itself', () => {
    const text = write855([answer(), answer()], envelope);
    expect(text.indexOf('~')).to.equal(105);
    expect(
      text.startsWith(
        'ISA*00*          *00*          *01*SELLER         *ZZ*ACME           *261124*0830*U*00401*000000042*0*P*>~',
      ),
    ).to.equal(true);
    const interchange = onlyInterchange(readText(text));
    expect(interchange.groups[0]).to.include({ functionalId: 'PR', controlNumber: '43', statedMessages: 2 });
    expect(interchange.groups[0]?.messages.map(({ controlNumber }) => controlNumber)).to.deep.equal(['0001', '0002']);
  });

  it('separates repetitions from 00402 on, and says test and wanted answers', () => {
    const text = writeInterchange(
      { ...envelope, version: '005010', test: true, acknowledgementRequested: true },
      'PR',
      [],
    );
    expect(text).to.include('*^*00501*000000042*1*T*>~');
    const old = writeInterchange({ ...envelope, version: '003060' }, 'PR', []);
    expect(old).to.include('GS*PR*SELLER*ACME*261124*0830*43*X*003060~');
  });

  const refused: readonly (readonly [string, () => unknown])[] = [
    ['a separator', () => writeInterchange(envelope, 'PR', [{ type: '855', segments: [['BAK', 'A*B']] }])],
    ['a line break', () => writeInterchange(envelope, 'PR', [{ type: '855', segments: [['BAK', 'A\nB']] }])],
    [
      'a separator in a component',
      () => writeInterchange(envelope, 'PR', [{ type: '855', segments: [['BAK', ['A>B']]] }]),
    ],
    [
      'an id that is too long',
      () =>
        writeTA1(onlyInterchange(readText(x12File([]))), {
          ...envelope,
          sender: { qualifier: '', id: 'X'.repeat(16) },
        }),
    ],
    [
      'control numbers that are none',
      () => writeInterchange({ ...envelope, interchangeNumber: 1_000_000_000 }, 'PR', []),
    ],
    ['a version that is none', () => writeInterchange({ ...envelope, version: 'D:96A:UN' }, 'PR', [])],
    [
      'separators that are equal',
      () =>
        writeInterchange(
          { ...envelope, separators: { element: '*', component: '*', repetition: '', terminator: '~' } },
          'PR',
          [],
        ),
    ],
  ];
  for (const [name, write] of refused) {
    it(`refuses ${name}`, () => {
      expect(write)
        .to.throw()
        .with.property('code', 'out-of-range' satisfies BusinessRejection['code']);
    });
  }

  it('has free text without what separates', () => {
    const [message] = segmentsOf(write855([answer({ reason: 'Price * 2 ~ see\nyou > later ' })], envelope), 'MSG');
    expect(message).to.equal('MSG*Price 2 see you later');
  });

  it('uses the separators of the partner', () => {
    const separators = { element: '|', component: ':', repetition: '', terminator: '\n' };
    const echo = { ...orderEcho(), poNumber: 'PO~1*1>2' };
    const text = write855([answer({ echo })], { ...envelope, separators });
    expect(segmentsIn(text)[1]).to.equal('BAK*00*AD*PO~1*1>2*20261123****SO-000012*20261124');
    expect(() => write855([answer({ echo })], envelope)).to.throw();
  });

  it('is the same when it is read and written again', () => {
    const value = fc
      .stringMatching(/^[ -)+-=?-}]{0,12}$/)
      .filter((each) => each.trim() === each && !each.includes('^'));
    const element = fc.oneof(
      value,
      fc.array(value, { minLength: 2, maxLength: 3 }).filter((parts) => parts.at(-1) !== ''),
    );
    const tag = fc
      .stringMatching(/^[A-Z][A-Z0-9]{1,2}$/)
      .filter((each) => !['ST', 'SE', 'GE', 'GS', 'IEA', 'ISA'].includes(each));
    const segment = fc.tuple(tag, fc.array(element, { minLength: 1, maxLength: 6 }));
    fc.assert(
      fc.property(fc.array(segment, { maxLength: 8 }), (segments) => {
        const outgoing = segments.map(([name, elements]): OutgoingSegment => [name, ...elements]);
        const text = writeInterchange(envelope, 'PR', [{ type: '855', segments: outgoing }]);
        const file = readText(text);
        expect(faultsOf(file)).to.deep.equal([]);
        const read = messagesOf(file)[0]?.segments.slice(1, -1) ?? [];
        const again = read.map(
          ({ tag: name, elements }): OutgoingSegment => [name, ...elements.map((each) => each[0] ?? [])],
        );
        expect(writeInterchange(envelope, 'PR', [{ type: '855', segments: again }])).to.equal(text);
      }),
      { numRuns: 100 },
    );
  });
});

describe('X12 997, 999 and TA1', () => {
  const acknowledged = (text: string, added: Parameters<typeof write997>[3] = {}, version = '004010') => {
    const interchange = onlyInterchange(readText(text));
    const [group] = interchange.groups;
    if (!group) throw new Error('There is no group.');
    return writeFunctionalAcknowledgement(interchange, group, { ...envelope, version }, added) ?? '';
  };
  const file = x12File([{ '850': plainOrder }, { '850': plainOrder }]);

  it('accept a group that is right', () => {
    expect(segmentsIn(acknowledged(file))).to.deep.equal([
      'ST*997*0001',
      'AK1*PO*7',
      'AK2*850*0001',
      'AK5*A',
      'AK2*850*0002',
      'AK5*A',
      'AK9*A*2*2*2',
      'SE*8*0001',
    ]);
  });

  it('name every message, segment and element that is wrong', () => {
    const text = acknowledged(file.replace('SE*13*0001', 'SE*12*0001').replace('CUR*', 'cur*'));
    expect(segmentsOf(text, 'AK3', 'AK5', 'AK9')).to.deep.equal(['AK3*cur*3**1', 'AK5*R*4*5', 'AK5*A', 'AK9*P*2*2*1']);
    const noted = acknowledged(file.replace('~CUR*', '~~CUR*'));
    expect(segmentsOf(noted, 'AK5', 'AK9')).to.deep.equal(['AK5*E*5', 'AK5*A', 'AK9*E*2*2*2']);
  });

  it('reject what the group or the interchange rejects', () => {
    expect(segmentsOf(acknowledged(file.replace('GE*2*7', 'GE*3*8')), 'AK9')).to.deep.equal(['AK9*R*3*2*0*5*4']);
    expect(segmentsOf(acknowledged(file.replace(/IEA.*/, '')), 'AK9')).to.deep.equal(['AK9*R*2*2*0']);
  });

  it('say what the caller has found', () => {
    const fault = (level: SyntaxFault['level'], code: string): SyntaxFault => {
      return { level, code, rejects: true, message: 'It came before.', offset: 0 };
    };
    const element: SyntaxFault = {
      ...fault('element', '7'),
      segment: 'BEG',
      position: 2,
      element: 1,
      dataElement: '353',
      value: 'Z*Z',
    };
    const added = { messages: new Map([[2, [fault('message', '23'), element]]]) };
    expect(segmentsOf(acknowledged(file, added), 'AK3', 'AK4', 'AK5', 'AK9')).to.deep.equal([
      'AK5*A',
      'AK3*BEG*2**8',
      'AK4*1*353*7*Z Z',
      'AK5*R*23*5',
      'AK9*P*2*2*1',
    ]);
    expect(segmentsOf(acknowledged(file, { group: [fault('group', '6')] }), 'AK9')).to.deep.equal(['AK9*R*2*2*0*6']);
  });

  it('are a 999 from 005010 on', () => {
    const newer = x12File([{ '850': plainOrder }], { version: '005010', interchangeVersion: '00501', repetition: '^' });
    expect(segmentsIn(acknowledged(newer, {}, '005010X231A1'))).to.deep.equal([
      'ST*999*0001*005010X231A1',
      'AK1*PO*7*005010',
      'AK2*850*0001',
      'IK5*A',
      'AK9*A*1*1*1',
      'SE*6*0001',
    ]);
  });

  it('are never given for acknowledgements', () => {
    expect(acknowledged(x12File([{ '997': 'AK1*IN*1\nAK9*A*1*1*1' }], { functionalId: 'FA' }))).to.equal('');
  });

  it('are understood by ourselves', () => {
    const [mapped] = mapAll(readText(acknowledged(file.replace('SE*13*0002', 'SE*12*0002'))));
    expect(mapped?.acknowledgements).to.deep.equal([
      {
        of: 'group',
        controlNumber: '7',
        outcome: 'partly-rejected',
        messages: [{ controlNumber: '0002', outcome: 'rejected', codes: ['AK5 4'] }],
        codes: [],
      },
    ]);
  });

  it('answer an interchange as a whole', () => {
    const ta1 = (text: string, added: SyntaxFault[] = []) => {
      const written = writeTA1(onlyInterchange(readText(text)), envelope, added);
      const interchange = onlyInterchange(readText(written));
      expect(interchange.faults).to.deep.equal([]);
      expect(interchangeAcknowledgements(interchange)).to.have.length(1);
      return asText(interchange.segments?.[0] as EdiSegment);
    };
    expect(ta1(file)).to.equal('TA1*000000001*261120*1205*A*000');
    expect(ta1(file.replace('IEA*1*', 'IEA*2*'))).to.equal('TA1*000000001*261120*1205*E*021');
    expect(ta1(file.replace(/IEA.*/, ''))).to.equal('TA1*000000001*261120*1205*R*023');
    const duplicate: SyntaxFault = {
      level: 'interchange',
      code: '025',
      rejects: true,
      message: 'It came before.',
      offset: 0,
    };
    expect(ta1(file, [duplicate])).to.equal('TA1*000000001*261120*1205*R*025');
  });
});

describe('X12 855 and 865', () => {
  const parts = (given: OrderAnswer) =>
    segmentsOf(write855([given], envelope), 'BAK', 'CTP', 'ACK').map((each) =>
      each.replace('PO-1001*20261123****SO-000012*20261124', ''),
    );

  it('say the order back as it was sent', () => {
    const body = plainOrder.replace('CUR*', 'REF*DP*038\nFOB*PP\nCUR*').replace('PO1*2*', 'PO1**');
    const echo = orderEcho(body.replace('PID*F', 'REF*LI*7\nPID*F'));
    expect(segmentsIn(write855([answer({ echo })], envelope))).to.deep.equal([
      'ST*855*0001',
      'BAK*00*AD*PO-1001*20261123****SO-000012*20261124',
      'CUR*SE*EUR',
      'REF*DP*038',
      'N1*BY*ACME STORES*92*C-1001',
      'N1*ST*ACME STORE 7*92*0007',
      'PO1*1*5*EA*12.50*PE*VN*WIDGET-1*UP*012345678905',
      'REF*LI*7',
      'ACK*IA*5*EA',
      'PO1**2.5*KG*.75**VN*WIDGET-2',
      'ACK*IA*2.5*KG',
      'CTT*2',
      'SE*13*0001',
    ]);
  });

  it('have parts that add up to what was ordered', () => {
    expect(parts(answerWith({ accepted: '3', verdict: 'changed' })).slice(0, 3)).to.deep.equal([
      'BAK*00*AC*',
      'ACK*IQ*3*EA',
      'ACK*IR*2*EA',
    ]);
    const backordered = { accepted: '3', backordered: '2', verdict: 'backordered', promised: '2026-12-01' } as const;
    expect(parts(answerWith(backordered)).slice(1, 3)).to.deep.equal([
      'ACK*BP*3*EA*068*20261201',
      'ACK*IB*2*EA*068*20261201',
    ]);
    expect(parts(answerWith({ accepted: '0', verdict: 'rejected' }))[1]).to.equal('ACK*IR*5*EA');
  });

  it('name another price', () => {
    expect(parts(answerWith({ unitPrice: '13' })).slice(0, 3)).to.deep.equal([
      'BAK*00*AC*',
      'CTP**NET*13',
      'ACK*IP*5*EA',
    ]);
    const perHundred = orderEcho(plainOrder.replace('12.50*PE', '1250*HP'));
    expect(parts(answer({ echo: perHundred }))[0]).to.equal('BAK*00*AD*');
  });

  it('reject, and hold', () => {
    expect(parts(answerWith({ accepted: '0', verdict: 'rejected' }, { verdict: 'rejected' }))[0]).to.equal(
      'BAK*00*RD*',
    );
    expect(parts(answer({ verdict: 'rejected', lines: [] }))[0]).to.equal('BAK*00*RJ*');
    expect(parts(answer({ verdict: 'held' })).slice(0, 2)).to.deep.equal(['BAK*00*AH*', 'ACK*IH*5*EA']);
  });

  it('tell why', () => {
    const text = write855(
      [answerWith({ accepted: '0', verdict: 'rejected', reason: 'Sold out' }, { reason: 'Partly' })],
      envelope,
    );
    expect(segmentsOf(text, 'N9', 'MSG')).to.deep.equal(['N9*ZZ*SO-000012', 'MSG*Partly', 'MSG*Line 1: Sold out']);
  });

  it('answer a change', () => {
    const text = write865([answerWith({ accepted: '3', verdict: 'changed' }, { answersChange: '3' })], envelope);
    expect(segmentsOf(text, 'BCA', 'POC', 'ACK')).to.deep.equal([
      'BCA*00*AC*PO-1001**3*20261123***SO-000012*20261124',
      'POC*1*CA*5*3*EA*12.50**VN*WIDGET-1*UP*012345678905',
      'ACK*IQ*3*EA',
      'ACK*IR*2*EA',
      'POC*2*NC*2.5*2.5*KG*0.75**VN*WIDGET-2',
      'ACK*IA*2.5*KG',
    ]);
  });
});

describe('X12 856', () => {
  const advice = (): DespatchAdvice => ({
    number: 'PS-1',
    shippedAt: '2026-11-25T10:15:00.000Z',
    final: true,
    orders: [
      {
        echo: orderEcho(),
        salesOrder: 'SO-000012',
        shipTo: {
          name: 'ACME STORE 7',
          address: 'MAIN STREET 1\nDOCK 2\nGATE 3',
          city: 'COLUMBUS, OH',
          postalCode: '43228',
          country: 'US',
        },
        lines: [
          { line: 1, sku: 'WIDGET-1', shipped: '5', uom: 'EA', lot: 'L1', serials: ['S1', 'S2'] },
          { line: 2, sku: 'WIDGET-2', shipped: '2.5', uom: 'KG', lot: null, serials: [] },
        ],
      },
    ],
  });

  it('says what was shipped for which order', () => {
    expect(segmentsIn(write856([advice()], envelope))).to.deep.equal([
      'ST*856*0001',
      'BSN*00*PS-1*20261125*1015*0004',
      'HL*1**S*1',
      'REF*PK*PS-1',
      'DTM*011*20261125*1015',
      'N1*ST*ACME STORE 7',
      'N3*MAIN STREET 1*DOCK 2',
      'N3*GATE 3',
      'N4*COLUMBUS*OH*43228*US',
      'HL*2*1*O*1',
      'PRF*PO-1001***20261123',
      'REF*VN*SO-000012',
      'HL*3*2*I*0',
      'LIN*1*VN*WIDGET-1*UP*012345678905',
      'SN1*1*5*EA**5*EA',
      'REF*LT*L1',
      'REF*SE*S1',
      'REF*SE*S2',
      'HL*4*2*I*0',
      'LIN*2*VN*WIDGET-2',
      'SN1*2*2.5*KG**2.5*KG',
      'CTT*4',
      'SE*23*0001',
    ]);
  });
});

describe('X12 810', () => {
  const invoice = (changes: Partial<InvoiceMessage> = {}): InvoiceMessage => ({
    number: 'INV-1',
    type: 'invoice',
    date: '2026-11-26',
    dueDate: '2026-12-26',
    currency: 'EUR',
    echo: orderEcho(plainOrder.replace('CUR*', 'REF*DP*038\nCUR*')),
    salesOrder: 'SO-000012',
    packingSlip: 'PS-1',
    corrects: null,
    paymentTermsDays: 30,
    net: '62.50',
    tax: '11.88',
    gross: '74.38',
    taxes: [{ taxCode: 'DE19', percent: '19', net: '62.50', tax: '11.88' }],
    lines: [
      {
        line: 1,
        sku: 'WIDGET-1',
        name: 'A widget',
        quantity: '5',
        uom: 'EA',
        unitPrice: '12.50',
        net: '62.50',
        taxCode: 'DE19',
      },
    ],
    ...changes,
  });

  it('says what is to be paid, its total with two implied decimals', () => {
    expect(segmentsIn(write810([invoice()], envelope))).to.deep.equal([
      'ST*810*0001',
      'BIG*20261126*INV-1*20261123*PO-1001***DI',
      'CUR*SE*EUR',
      'REF*VN*SO-000012',
      'REF*PK*PS-1',
      'REF*DP*038',
      'N1*BY*ACME STORES*92*C-1001',
      'N1*ST*ACME STORE 7*92*0007',
      'ITD*01*3****20261226*30',
      'IT1*1*5*EA*12.50*PE*VN*WIDGET-1*UP*012345678905',
      'PID*F****A widget',
      'TDS*7438',
      'TXI*TX*11.88*19',
      'CTT*1',
      'SE*15*0001',
    ]);
  });

  it('credits: the type says so, the invoice is named, and nothing is to be paid', () => {
    expect(segmentsIn(write810([creditNoteMessage], envelope))).to.deep.equal([
      'ST*810*0001',
      'BIG*20261130*CN-2026-000001*20261123*PO-1***CR',
      'NTE*GEN*Goods damaged',
      'CUR*SE*EUR',
      'REF*VN*SO-000012',
      'REF*OI*INV-2026-000007',
      'N1*BY*Acme*9*4012345000009',
      'IT1*10*2*EA*9.99*PE*SA*WIDGET-1',
      'PID*F****Widget',
      'IT1*2*1*MTR*3.00*PE*VN*ROPE',
      'PID*F****Rope',
      'TDS*2699',
      'TXI*TX*3.80*19',
      'TXI*TX*0.21*7',
      'CTT*2',
      'SE*16*0001',
    ]);
  });

  it('credits below zero for a partner that reads it so, and never invoices', () => {
    const negative = { negativeCredits: true };
    const text = write810([creditNoteMessage], envelope, negative);
    expect(segmentsOf(text, 'IT1', 'TDS', 'TXI')).to.deep.equal([
      'IT1*10*-2*EA*9.99*PE*SA*WIDGET-1',
      'IT1*2*-1*MTR*3.00*PE*VN*ROPE',
      'TDS*-2699',
      'TXI*TX*-3.80*19',
      'TXI*TX*-0.21*7',
    ]);
    const free = { ...creditNoteMessage, taxes: [{ taxCode: 'NO', percent: '0', net: '22.98', tax: '0.00' }] };
    expect(segmentsOf(write810([free], envelope, negative), 'TXI')).to.deep.equal(['TXI*TX*0.00*0']);
    expect(write810([invoice()], envelope, negative)).to.equal(write810([invoice()], envelope));
  });

  it('has whole amounts with two decimals too, and refuses three', () => {
    expect(segmentsOf(write810([invoice({ gross: '74' })], envelope), 'TDS')).to.deep.equal(['TDS*7400']);
    expect(() => write810([invoice({ gross: '74.385' })], envelope))
      .to.throw()
      .with.property('code', 'not-supported');
  });
});
