import { expect } from 'chai';
import { interchangeAcknowledgements } from '../../../../lib/intake/edi/x12/map-acknowledgement';
import { mapOne, onlyInterchange, readText, x12File } from './files';

const header = 'BCH*04*SA*PO-1001*R1*3*20261123*****20261126\nN1*BY**92*C-1001';

function change(segments: string, head = header) {
  return mapOne('860', `${head}\n${segments}`, {}, { functionalId: 'PC' });
}

function faultsOf(segments: string, head = header): string[] {
  return change(segments, head).faults.map(({ path, code }) => `${path}: ${code}`);
}

describe('X12 860', () => {
  it('says what is to be changed, line by line', () => {
    const message = change(`
      DTM*002*20261210
      POC*1*QI*8*8*EA*12.5*PE*VN*WIDGET-1*UP*012345678905
      POC*2*DI
      POC*3*AI*1*1*KG*.5**VN*WIDGET-3
      POC*04*NC*5*5*EA
      POC*5*CT
      DTM*002*20261212
      POC*6*PC*2*2*EA*130*HP
      POC**QD*1*1*EA***BP*B-9
      MSG*hurry
      CTT*7`);
    expect([message.faults, message.review, message.purpose]).to.deep.equal([[], [], 'change']);
    expect(message.change).to.deep.equal({
      poNumber: 'PO-1001',
      release: 'R1',
      customer: 'C-1001',
      changeNumber: '3',
      changeDate: '2026-11-26',
      requestedDelivery: '2026-12-10',
      note: 'Line B-9: hurry',
      lines: [
        {
          action: 'change',
          line: 1,
          reference: '1',
          sku: 'WIDGET-1',
          ids: [{ qualifier: 'UP', value: '012345678905' }],
          quantity: '8',
          uom: 'EA',
          unitPrice: '12.5',
        },
        { action: 'delete', line: 2, reference: '2' },
        { action: 'add', line: 3, reference: '3', sku: 'WIDGET-3', quantity: '1', uom: 'KG', unitPrice: '0.5' },
        { action: 'none', line: 4, reference: '04', quantity: '5', uom: 'EA' },
        { action: 'change', line: 5, reference: '5', requestedDelivery: '2026-12-12' },
        { action: 'change', line: 6, reference: '6', quantity: '2', uom: 'EA', unitPrice: '1.3' },
        { action: 'change', sku: 'B-9', quantity: '1', uom: 'EA' },
      ],
    });
  });

  it('cancels the whole order', () => {
    const cancel = change('POC*1*DI', header.replace('*04*', '*01*'));
    expect([cancel.purpose, cancel.change?.lines]).to.deep.equal(['cancel', []]);
  });

  it('does not replace the whole order, for it says changes of lines and no lines', () => {
    const message = change('POC*1*RZ*4*4*EA', header.replace('*04*', '*05*'));
    expect([message.purpose, message.change]).to.deep.equal(['unsupported', undefined]);
    expect(message.faults[0]?.message).to.contain('the whole order as an 850 with 05');
  });

  it('is refused by name where it is not supported', () => {
    expect(faultsOf('', header.replace('*04*', '*00*'))).to.deep.equal(['BCH, element 1 (segment 2): not-supported']);
    expect(faultsOf('POC*1*TI*1*1*EA')).to.deep.equal(['POC, element 2 (segment 4): not-supported']);
    expect(faultsOf('POC*1*QI*9*9*EA\nSDQ*EA*92*1*9')).to.deep.equal(['SDQ (segment 5): not-supported']);
    expect(faultsOf('POC*1*QI*9*9*EA', '')).to.deep.equal(['860 0001: missing-field']);
  });

  it('is refused where something is missing', () => {
    expect(faultsOf('POC*1*QI\nPOC*2*PC\nPOC*3*CT\nPOC**QD*1*1*EA')).to.deep.equal([
      'POC 1, element 3 (segment 4): missing-field',
      'POC 2, element 6 (segment 5): missing-field',
      'POC 3 (segment 6): missing-field',
      'POC 4, element 1 (segment 7): missing-field',
    ]);
    expect(faultsOf('', header.replace('PO-1001', ''))).to.deep.equal(['BCH, element 3 (segment 2): missing-field']);
  });

  it('takes the earliest of several dates, whose quantities add up', () => {
    const message = change('POC*1*RS*5*5*EA\nSCH*2*EA***002*20261208\nSCH*3*EA***002*20261201');
    expect(message.change?.lines[0]).to.include({ quantity: '5', requestedDelivery: '2026-12-01' });
    expect(message.change?.note).to.equal('Line 1: 2 on 2026-12-08, 3 on 2026-12-01');
    expect(message.review).to.have.length(1);
    expect(faultsOf('POC*1*RS*5*5*EA\nSCH*2*EA***002*20261208')).to.deep.equal([
      'SCH, element 1 (segment 5): conflicting-values',
    ]);
  });

  it('shows what it does not take', () => {
    expect(change('N1*ST*X\nN3*NEW ROAD 1\nSAC*C*D240***500\nXYZ*1\nPOC*1*NC').review).to.have.length(3);
  });
});

describe('X12 997 and 999', () => {
  it('say what became of our messages', () => {
    const body = `
      AK1*IN*905
      AK2*810*0001
      AK5*A
      AK2*810*0002
      AK3*IT1*8**8
      AK4*2:1*330*6*x
      AK5*R*5
      AK2*810*0003
      AK5*E*5
      AK9*P*3*3*2`;
    const options = { functionalId: 'FA', component: ':' };
    expect(mapOne('997', body, {}, options).acknowledgements).to.deep.equal([
      {
        of: 'group',
        controlNumber: '905',
        outcome: 'partly-rejected',
        messages: [
          { controlNumber: '0002', outcome: 'rejected', codes: ['AK3 IT1 8 8', 'AK4 2:1 6', 'AK5 5'] },
          { controlNumber: '0003', outcome: 'accepted-with-errors', codes: ['AK5 5'] },
        ],
        codes: [],
      },
    ]);
    const newer = body.replaceAll(/AK([345])/g, 'IK$1');
    const [of999] = mapOne('999', newer, {}, options).acknowledgements ?? [];
    expect(of999?.messages.map(({ controlNumber }) => controlNumber)).to.deep.equal(['0002', '0003']);
  });

  for (const [code, outcome] of [
    ['A', 'accepted'],
    ['E', 'accepted-with-errors'],
    ['R', 'rejected'],
    ['X', 'rejected'],
  ]) {
    it(`with ${code} is ${outcome}`, () => {
      const [acknowledgement] = mapOne('997', `AK1*IN*905\nAK9*${code}*1*1*1*5`).acknowledgements ?? [];
      expect(acknowledgement).to.deep.include({ outcome, codes: ['AK9 5'] });
    });
  }

  it('without a group or a verdict are faulty', () => {
    expect(mapOne('997', '').faults).to.have.length(2);
    expect(mapOne('997', 'AK1*IN*905').acknowledgements).to.equal(undefined);
  });
});

describe('X12 TA1', () => {
  it('says what became of our interchange', () => {
    const file = x12File([]).replace('GS*', 'TA1*000000905*261101*1200*A*000~TA1*000000906*261101*1200*R*025~GS*');
    expect(interchangeAcknowledgements(onlyInterchange(readText(file)))).to.deep.equal([
      { of: 'interchange', controlNumber: '000000905', outcome: 'accepted', messages: [], codes: [] },
      { of: 'interchange', controlNumber: '000000906', outcome: 'rejected', messages: [], codes: ['TA105 025'] },
    ]);
  });
});
