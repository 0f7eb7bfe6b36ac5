import { expect } from 'chai';
import fc from 'fast-check';
import { type CanonicalOrder, fingerprintOf } from '../../../../lib/intake/canonical-order';
import type { MappedMessage } from '../../../../lib/intake/edi/mapped-message';
import { normalizeOrder } from '../../../../lib/intake/normalize-order';
import { changedOrder, mapAll, mapOne, plainOrder, readText, x12File } from './files';

/** The canonical order of a message; ids besides the article number are a matter of their own. */
function canonical(message: MappedMessage): CanonicalOrder | undefined {
  const plain = { ...message.order, lines: linesOf(message).map(({ ids: _, ...line }) => line) };
  return normalizeOrder(plain, { linesPerOrder: 1000 }).order;
}

function mapped(changes: Record<string, string> = {}, reading: Parameters<typeof mapOne>[2] = {}): MappedMessage {
  return mapOne('850', changedOrder(changes), reading);
}

function linesOf({ order }: MappedMessage): Record<string, unknown>[] {
  return (order?.lines ?? []) as Record<string, unknown>[];
}

/** Place and code of every fault. */
function faultsOf({ faults }: MappedMessage): string[] {
  return faults.map(({ path, code }) => `${path}: ${code}`);
}

/** Fields of the only line of an order with this PO1. */
function lineOf(segment: string): Record<string, unknown> | undefined {
  return linesOf(mapOne('850', `BEG*00*SA*PO-1**20261123\nN1*BY**92*C-1\n${segment}`))[0];
}

describe('X12 850', () => {
  it('is the order that is sent as JSON', () => {
    const sent = {
      poNumber: 'PO-1001',
      customer: 'C-1001',
      currency: 'EUR',
      orderDate: '2026-11-23',
      requestedDelivery: '2026-11-30',
      shipTo: {
        name: 'ACME STORE 7',
        address: 'MAIN STREET 1',
        city: 'COLUMBUS, OH',
        postalCode: '43228',
        country: 'US',
      },
      lines: [
        { line: 1, sku: 'WIDGET-1', quantity: 5, uom: 'EA', unitPrice: '12.5' },
        { line: 2, sku: 'WIDGET-2', quantity: '2.5', uom: 'KG', unitPrice: '0.75' },
      ],
    };
    const message = mapped();
    expect(message).to.include({ purpose: 'original', place: '850 0001' });
    expect([message.faults, message.review, message.warnings]).to.deep.equal([[], [], []]);
    const order = canonical(message);
    const ofJson = normalizeOrder(sent, { linesPerOrder: 10 }).order;
    expect(order).to.deep.equal(ofJson);
    expect(order && fingerprintOf(order)).to.equal(ofJson && fingerprintOf(ofJson));
  });

  it('says back what its answers need', () => {
    const message = mapped({ CUR: 'CUR*BY*EUR\nREF*DP*038\nREF*IA**VENDOR 7\nFOB*PP\nTD5*A*92*P3' });
    const { echo } = message;
    expect(echo).to.include({
      poNumber: 'PO-1001',
      release: '',
      poDate: '2026-11-23',
      orderType: 'SA',
      currency: 'EUR',
    });
    expect(echo?.parties).to.deep.equal([
      { code: 'BY', qualifier: '92', id: 'C-1001', name: 'ACME STORES' },
      { code: 'ST', qualifier: '92', id: '0007', name: 'ACME STORE 7' },
    ]);
    expect(echo?.references).to.deep.equal([
      { qualifier: 'DP', value: '038' },
      { qualifier: 'IA', value: 'VENDOR 7' },
      { qualifier: 'FOB segment', value: 'PP' },
      { qualifier: 'TD5 segment', value: 'A*92*P3' },
      { qualifier: 'DTM 002', value: '2026-11-30' },
      { qualifier: 'ST N3 segment', value: 'MAIN STREET 1' },
      { qualifier: 'ST N4 segment', value: 'COLUMBUS*OH*43228*US' },
      { qualifier: 'line 1 PID segment', value: 'F****A WIDGET' },
    ]);
    expect(echo?.lines[0]).to.deep.equal({
      line: 1,
      reference: '1',
      quantity: '5',
      uom: 'EA',
      unitPrice: '12.50',
      basis: 'PE',
      ids: [
        { qualifier: 'VN', value: 'WIDGET-1' },
        { qualifier: 'UP', value: '012345678905' },
      ],
    });
    expect(linesOf(message)[0]?.ids).to.deep.equal([{ qualifier: 'UP', value: '012345678905' }]);
    expect(linesOf(message)[1]).not.to.have.property('ids');
  });

  it('keeps the references of a line with the line', () => {
    const { echo } = mapped({ 'PID*F': 'REF*LI*7\nREF*ZZ**TEXT' });
    expect(echo?.lines[0]?.references).to.deep.equal([
      { qualifier: 'LI', value: '7' },
      { qualifier: 'ZZ', value: 'TEXT' },
    ]);
    expect(echo?.lines[1]).not.to.have.property('references');
  });

  it('leads faults of the order back to its elements', () => {
    const message = mapped({ 'PO1*1': 'PO1*1*0*EA*1x*PE*VN*WIDGET-1' });
    const { faults } = normalizeOrder(message.order, { linesPerOrder: 10 });
    expect(faults.map(({ path }) => message.placeOf(path))).to.deep.equal([
      'PO1 1, element 2 (segment 9)',
      'PO1 1, element 4 (segment 9)',
    ]);
    expect(message.placeOf('/lines/1/sku')).to.equal('PO1 2, element 7 (segment 11)');
    expect(message.placeOf('/lines/1/unknown')).to.equal('PO1 2 (segment 11)');
    expect(message.placeOf('/poNumber')).to.equal('BEG, element 3 (segment 2)');
    expect(message.placeOf('/customer')).to.equal('N1 1, element 4 (segment 5)');
    expect(message.placeOf('')).to.equal('850 0001');
  });

  describe('by its purpose', () => {
    for (const [code, purpose] of [
      ['05', 'replace'],
      ['06', 'confirmation'],
      ['07', 'duplicate'],
      ['22', 'copy'],
    ] as const) {
      it(`${code} is a ${purpose}`, () => {
        expect(mapped({ BEG: `BEG*${code}*SA*PO-1**20261123` })).to.include({ purpose });
      });
    }

    it('01 is a cancellation', () => {
      const { purpose, order, change } = mapped({ BEG: 'BEG*01*SA*PO-1*R2*20261123' });
      expect([purpose, order]).to.deep.equal(['cancel', undefined]);
      expect(change).to.deep.equal({
        poNumber: 'PO-1',
        release: 'R2',
        customer: 'C-1001',
        changeNumber: '',
        lines: [],
      });
    });

    for (const code of ['', '02', '04', '15', '18', 'ZZ', 'XX']) {
      it(`"${code}" is refused by name`, () => {
        const message = mapped({ BEG: `BEG*${code}*SA*PO-1**20261123` });
        expect([message.purpose, message.order, message.change]).to.deep.equal(['unsupported', undefined, undefined]);
        expect(faultsOf(message)).to.deep.equal(['BEG, element 1 (segment 2): not-supported']);
        expect(message.faults[0]?.message).to.include(code || 'missing');
        expect(message.echo?.poNumber).to.equal('PO-1');
      });
    }

    it('is looked at by a person when it is a blanket order', () => {
      expect(mapped({ BEG: 'BEG*00*BK*PO-1**20261123' }).review).to.have.length(1);
    });
  });

  describe('in its header', () => {
    it('keeps the release apart', () => {
      expect(mapped({ BEG: 'BEG*00*RL*PO-1*007*20261123' }).order).to.include({ poNumber: 'PO-1', release: '007' });
    });

    it('reads dates of six digits, and the century of old releases', () => {
      const dates = (beg: string, dtm: string) => {
        const { order } = mapped({ BEG: `BEG*00*SA*PO-1**${beg}`, DTM: `DTM*${dtm}` });
        return [order?.orderDate, order?.requestedDelivery];
      };
      expect(dates('261123', '002*261130')).to.deep.equal(['2026-11-23', '2026-11-30']);
      expect(dates('691231', '002*700101')).to.deep.equal(['2069-12-31', '1970-01-01']);
      expect(dates('20261123', '002*981130***19')).to.deep.equal(['2026-11-23', '1998-11-30']);
      expect(dates('20261123', '002****D8*20261201')).to.deep.equal(['2026-11-23', '2026-12-01']);
    });

    it('refuses what is no date', () => {
      expect(faultsOf(mapped({ BEG: 'BEG*00*SA*PO-1**20261331', DTM: 'DTM*002*20260230' }))).to.deep.equal([
        'BEG, element 5 (segment 2): bad-date',
        'DTM, element 2 (segment 4): bad-date',
      ]);
    });

    it('takes the best date for the delivery, and notes what whoever ships must know', () => {
      const { order } = mapped({ DTM: 'DTM*001*20261224\nDTM*010*20261125\nDTM*106*20261202\nDTM*999*20261203' });
      expect(order?.requestedDelivery).to.equal('2026-12-02');
      expect(order?.note).to.equal('Cancel after 2026-12-24\nRequested ship date 2026-11-25');
      expect(mapped({ DTM: 'DTM*010*20261125' }).order?.requestedDelivery).to.equal('2026-11-25');
    });

    it('has no currency when none is sent, and one of its lines when all agree', () => {
      expect(mapped({ CUR: '' }).order).not.to.have.property('currency');
      const ofLine = mapped({ CUR: '', 'PO1*1': 'PO1*1*5*EA*1**VN*A\nCUR*BY*USD' });
      expect(ofLine.order?.currency).to.equal('USD');
      expect(faultsOf(mapped({ 'PO1*1': 'PO1*1*5*EA*1**VN*A\nCUR*BY*USD' }))).to.deep.equal([
        'PO1 1 (segment 9): currency-mismatch',
      ]);
    });

    it('needs a number and a buyer', () => {
      expect(faultsOf(mapOne('850', 'BEG*00*SA***20261123\nPO1*1*1*EA**VN*A'))).to.deep.equal([
        'BEG, element 3 (segment 2): missing-field',
        'N1: missing-field',
      ]);
      const named = mapOne('850', 'BEG*00*SA*P**20261123\nPO1*1*1*EA**VN*A', { customer: 'C-9' });
      expect(named.order?.customer).to.equal('C-9');
      expect(faultsOf(mapOne('850', 'N1*BY**92*C-1'))).to.deep.equal(['850 0001: missing-field']);
    });

    it('takes the bill-to or the ship-to where there is no buyer', () => {
      expect(mapped({ 'N1*BY': 'N1*BT**92*B-1' }).order?.customer).to.equal('B-1');
      expect(mapped({ 'N1*BY': 'N1*BY*ONLY A NAME' }).order?.customer).to.equal('0007');
    });

    it('ships to the consumer, or to the address of the buyer', () => {
      const shipTo = (parties: string) =>
        mapOne('850', `BEG*00*DS*P**20261123\n${parties}\nPO1*1*1*EA**VN*A`).order?.shipTo;
      expect(
        shipTo('N1*BY**92*C-1\nN1*ST*JO*ZZ\nN2*C/O SAM\nN3*FLAT 2*ROAD 3\nN3*BACK\nN4*LONDON**E1 1AA*GB'),
      ).to.deep.equal({
        name: 'JO, C/O SAM',
        address: 'FLAT 2\nROAD 3\nBACK',
        city: 'LONDON',
        postalCode: 'E1 1AA',
        country: 'GB',
      });
      expect(shipTo('N1*BY*ACME*92*C-1\nN3*ROAD 3')).to.deep.equal({ name: 'ACME', address: 'ROAD 3' });
      expect(shipTo('N1*BY*ACME*92*C-1')).to.equal(undefined);
      expect(shipTo('N1*BY*ACME*92*C-1\nN1*ST**92*0118')).to.deep.equal({ name: '0118' });
    });

    it('keeps free text as it is, and shows it when the partner is read so', () => {
      const text = 'CUR*BY*EUR\nN9*L1*X*SEE BELOW\nMSG*Ship > complete only\nMSG*no backorder\nNTE*GEN*Call 1>2';
      expect(mapped({ CUR: text }).order?.note).to.equal('SEE BELOW\nShip > complete only\nno backorder\nCall 1>2');
      expect(mapped({ CUR: text }).review).to.deep.equal([]);
      expect(mapped({ CUR: text }, { reviewText: true }).review).to.have.length(4);
      expect(mapped({ 'PID*F': 'MTX**Fragile' }).order?.note).to.equal('Line 1: Fragile');
    });

    it('shows charges and allowances, whose amount has two implied decimals', () => {
      const { review, order } = mapped({ CUR: 'CUR*BY*EUR\nSAC*C*D240***1000\nSAC*A*C310****3*2.5\nSAC*N*F050' });
      expect(order).not.to.equal(undefined);
      expect(review).to.have.length(2);
      expect(review[0]).to.include('a charge of 10.00 (D240)');
      expect(review[1]).to.include('an allowance of 2.5 percent (C310)');
    });

    it('takes no segment that it does not know', () => {
      expect(mapped({ CUR: 'XYZ*1' }).review).to.have.length(1);
      expect(faultsOf(mapped({ CUR: 'XYZ*1' }, { strict: true }))).to.deep.equal(['XYZ (segment 3): not-supported']);
    });

    it('refuses a second BEG', () => {
      expect(faultsOf(mapped({ CUR: 'BEG*00*SA*PO-2**20261123' }))).to.deep.equal([
        'BEG 2 (segment 3): conflicting-values',
      ]);
    });
  });

  describe('in its lines', () => {
    it('counts lines without a number, and remembers that they had none', () => {
      const message = mapOne(
        '850',
        'BEG*00*SA*P**20261123\nN1*BY**92*C\nPO1**1*EA**VN*A\nPO1*A2*1*EA**VN*B\nPO1*2*1*EA**VN*C\nPO1*0030*1*EA**VN*D',
      );
      const { echo } = message;
      expect(linesOf(message).map(({ line }) => line)).to.deep.equal(['1', '31', '2', '30']);
      expect(echo?.lines.map(({ line, reference }) => [line, reference])).to.deep.equal([
        [1, ''],
        [31, 'A2'],
        [2, '2'],
        [30, '0030'],
      ]);
    });

    it('take the number of the seller, then the GTIN, then that of the buyer', () => {
      const ids = (pairs: string) => {
        const { sku, ids: others } = lineOf(`PO1*1*1*EA*1*PE*${pairs}`) ?? {};
        return [sku, (others as { value: string }[] | undefined)?.map(({ value }) => value)];
      };
      expect(ids('UP*0001*BP*B1*VN*V1')).to.deep.equal(['V1', ['0001', 'B1']]);
      expect(ids('BP*B1*EN*4006381333931')).to.deep.equal(['4006381333931', ['B1']]);
      expect(ids('MG*M1*BP*B1')).to.deep.equal(['B1', ['M1']]);
      expect(ids('ST*S1')).to.deep.equal(['S1', undefined]);
      expect(ids(Array.from({ length: 10 }, (_, index) => `Z${index}*${index}`).join('*'))[1]).to.have.length(9);
    });

    it('have our price when theirs is missing or zero', () => {
      expect(lineOf('PO1*1*1*EA***VN*A')).not.to.have.property('unitPrice');
      expect(lineOf('PO1*1*1*EA*0.00*PE*VN*A')).not.to.have.property('unitPrice');
      expect(lineOf('PO1*1*1*EA*0*NC*VN*A')).to.include({ unitPrice: '0' });
    });

    const prices: readonly (readonly [string, string, string, string])[] = [
      ['12.50', '', 'EA', '12.50'],
      ['.8', 'TE', 'EA', '0.8'],
      ['5.', 'UM', 'EA', '5'],
      ['125', 'HP', 'EA', '1.25'],
      ['1250.5', 'TP', 'EA', '1.2505'],
      ['24', 'TD', 'EA', '2'],
      ['24', 'TD', 'DZ', '24'],
      ['100', 'HP', 'DZ', '12'],
      ['7.2', 'PN', 'EA', '0.72'],
      ['3.10', 'PP', 'LB', '3.1'],
      ['50', 'HF', 'FT', '0.5'],
    ];
    for (const [price, basis, uom, unitPrice] of prices) {
      it(`read the price ${price} ${basis} for ${uom} as ${unitPrice}`, () => {
        expect(lineOf(`PO1*1*1*${uom}*${price}*${basis}*VN*A`)).to.include({ unitPrice });
      });
    }

    it('refuse a price that does not come out even, or of which nobody knows what it is for', () => {
      const fault = (element: string) => faultsOf(mapped({ 'PO1*1': `PO1*1*1*EA*${element}*VN*A` }));
      expect(fault('100*TD')).to.deep.equal(['PO1 1, element 4 (segment 9): inexact-number']);
      expect(fault('1.23456*HP')).to.deep.equal(['PO1 1, element 4 (segment 9): inexact-number']);
      expect(fault('1*PP')).to.deep.equal(['PO1 1, element 4 (segment 9): not-supported']);
      expect(fault('1*QQ')).to.deep.equal(['PO1 1, element 4 (segment 9): not-supported']);
    });

    it('show a price that may not be the one to be paid', () => {
      expect(mapped({ 'PO1*1': 'PO1*1*1*EA*9.99*SR*VN*A', CTT: '' }).review).to.have.length(1);
      const other = (ctp: string) => mapped({ 'PID*F': ctp }).review;
      expect(other('CTP**UCP*11')).to.have.length(1);
      expect(other('CTP******DIS*.8')).to.have.length(1);
      expect(other('CTP**UCP*12.5')).to.deep.equal([]);
      expect(other('CTP**RES*19.99')).to.deep.equal([]);
    });

    it('keep a point that separates components elsewhere', () => {
      const body = 'BEG*00*SA*PO.1**20261123\nN1*BY**92*C.1\nPO1*1*2.5*KG*12.50**VN*A.B';
      const { order } = mapOne('850', body, {}, { component: '.' });
      expect(order).to.include({ poNumber: 'PO.1', customer: 'C.1' });
      expect(order?.lines).to.deep.equal([{ line: '1', sku: 'A.B', quantity: '2.5', uom: 'KG', unitPrice: '12.50' }]);
    });

    it('have one piece when neither quantity nor unit is sent, for a person to see', () => {
      const message = mapped({ 'PO1*1': 'PO1*1*****VN*A', CTT: '' });
      expect(linesOf(message)[0]?.quantity).to.equal('1');
      expect(message.review).to.have.length(1);
      expect(faultsOf(mapped({ 'PO1*1': 'PO1*1**EA***VN*A' }))).to.deep.equal([
        'PO1 1, element 2 (segment 9): missing-field',
      ]);
    });

    it('add up by date', () => {
      const one = mapped({ 'PID*F': 'SCH*3*EA***002*20261205\nSCH*2*EA***002*20261201' });
      expect(one.order?.requestedDelivery).to.equal('2026-11-30');
      expect(one.order?.note).to.equal('Line 1: 3 on 2026-12-05, 2 on 2026-12-01');
      expect(one.review).to.have.length(1);
      expect(faultsOf(mapped({ 'PID*F': 'SCH*3*EA***002*20261205\nSCH*1*EA***002*20261201' }))).to.deep.equal([
        'SCH 1, element 1 (segment 10): conflicting-values',
      ]);
      expect(faultsOf(mapped({ 'PID*F': 'SCH*5*CA***002*20261205' }))).to.deep.equal([
        'SCH, element 2 (segment 10): conflicting-values',
      ]);
      expect(mapped({ 'PO1*1': 'PO1*1**EA***VN*A\nSCH*5*EA***002*20261130', 'PID*F': '' }).order?.lines).to.have.length(
        2,
      );
    });

    it('go before the header with their date', () => {
      const all = mapped({ 'PID*F': 'DTM*002*20261207', CTT: 'DTM*002*20261207' });
      expect(all.order?.requestedDelivery).to.equal('2026-12-07');
      expect(all.review).to.deep.equal([]);
    });

    it('by store are refused by name', () => {
      const message = mapped({ 'PID*F': 'SDQ*EA*92*0001*3*0002*2' });
      expect(faultsOf(message)).to.deep.equal(['SDQ (segment 10): not-supported']);
      expect(message.faults[0], 'the whole segment is meant, not a value in it').not.to.have.property('value');
      expect(message.order).to.equal(undefined);
    });

    it('are not their components', () => {
      const message = mapped({ 'PID*F': 'SLN*1.1**I*2*EA*1.56*TP**VC*P-1' });
      expect(message.order?.lines).to.have.length(2);
      expect(message.review).to.deep.equal([]);
      expect(mapped({ 'PID*F': 'SLN*1.1**A*2*EA' }).review).to.have.length(1);
    });

    it('show that they go elsewhere', () => {
      expect(mapped({ 'PID*F': 'N1*ST*OTHER*92*0008' }).review).to.have.length(1);
      expect(mapped({ 'PID*F': 'N1*ST**92*0007' }).review).to.deep.equal([]);
    });
  });

  describe('in its totals', () => {
    it('is held when they are off, and refused from partners who are read strictly', () => {
      const off = { CTT: 'CTT*3*8\nAMT*TT*99' };
      const message = mapped(off);
      expect(message.order).not.to.equal(undefined);
      expect(message.review).to.have.length(3);
      expect(faultsOf(mapped(off, { strict: true }))).to.deep.equal([
        'CTT, element 1 (segment 12): conflicting-values',
        'CTT, element 2 (segment 12): conflicting-values',
        'AMT, element 2 (segment 13): conflicting-values',
      ]);
    });

    it('is not when rounding explains the difference, or a charge may', () => {
      expect(mapped({ CTT: 'CTT*2\nAMT*TT*64.38' }).review).to.deep.equal([]);
      expect(mapped({ CUR: 'SAC*C*D240***1000', CTT: 'CTT*2\nAMT*TT*74.38' }).review).to.have.length(1);
    });
  });

  it('is not taken when its syntax, its group or its interchange rejects it', () => {
    const file = x12File([{ '850': plainOrder }]);
    const changed = [
      file.replace('SE*13', 'SE*14'),
      file.replace('GE*1*7', 'GE*1*8'),
      file.replace('ACME           *01', '               *01'),
    ];
    for (const text of changed) {
      const [message] = mapAll(readText(text));
      expect(message?.order).to.equal(undefined);
      expect(message?.echo?.poNumber).to.equal('PO-1001');
      expect(message?.faults.map(({ code }) => code)).to.deep.equal(['edi-syntax']);
    }
  });

  it('of another type is refused by name', () => {
    expect(faultsOf(mapOne('855', 'BAK*00*AD*PO-1*20261123'))).to.deep.equal(['855 0001: not-supported']);
  });

  it('keeps quantities, prices and numbers whatever they are', () => {
    const digits = fc.integer({ min: 1, max: 999_999 }).map(String);
    const line = fc.record({
      quantity: digits,
      price: fc.integer({ min: 1, max: 10 ** 9 }),
      sku: fc.stringMatching(/^[A-Z0-9-]{1,20}$/),
    });
    fc.assert(
      fc.property(fc.array(line, { minLength: 1, maxLength: 20 }), (lines) => {
        const segments = lines.map(
          ({ quantity, price, sku }, index) => `PO1*${index + 1}*${quantity}*EA*${price / 100}*PE*VN*${sku}`,
        );
        const message = mapOne('850', ['BEG*00*SA*P**20261123', 'N1*BY**92*C', ...segments].join('\n'));
        expect(message.faults).to.deep.equal([]);
        expect(canonical(message)?.lines).to.deep.equal(
          lines.map(({ quantity, price, sku }, index) => ({
            line: index + 1,
            sku,
            quantity,
            uom: 'EA',
            unitPrice: String(price / 100),
          })),
        );
      }),
      { numRuns: 50 },
    );
  });
});

describe('X12 875', () => {
  const groceryOrder = `
    G50*N*20261123*PO-77
    N9*DP*038
    G62*02*20261130
    NTE*GEN*Keep frozen
    N1*BY*GROCER*9*1234567890000
    N1*ST*GROCER DC*9*1234567890001
    N3*DOCK ROAD 1
    N4*COLUMBUS*OH*43228
    G68*10*CA*24.6**VN*PEAS-1*UP*012345678905
    G69*GREEN PEAS
    G68*4*CA*12*001234567890
    G76*14*CA******294`;

  it('is an order of the same form', () => {
    const message = mapOne('875', groceryOrder);
    expect([message.faults, message.review]).to.deep.equal([[], []]);
    expect(message.order).to.deep.equal({
      poNumber: 'PO-77',
      customer: '1234567890000',
      orderDate: '2026-11-23',
      requestedDelivery: '2026-11-30',
      shipTo: { name: 'GROCER DC', address: 'DOCK ROAD 1', city: 'COLUMBUS, OH', postalCode: '43228' },
      note: 'Keep frozen',
      lines: [
        {
          line: '1',
          sku: 'PEAS-1',
          quantity: '10',
          uom: 'CA',
          unitPrice: '24.6',
          ids: [{ qualifier: 'UP', value: '012345678905' }],
        },
        { line: '2', sku: '001234567890', quantity: '4', uom: 'CA', unitPrice: '12' },
      ],
    });
    expect(message.echo?.references[0]).to.deep.equal({ qualifier: 'DP', value: '038' });
  });

  it('shows totals that are off, and allowances', () => {
    expect(mapOne('875', groceryOrder.replace('G76*14', 'G76*15')).review).to.have.length(1);
    expect(mapOne('875', groceryOrder.replace('G69*GREEN PEAS', 'G72*01*02*****5')).review).to.have.length(1);
  });

  it('obeys its status', () => {
    const purposeOf = (status: string) => mapOne('875', groceryOrder.replace('G50*N', `G50*${status}`)).purpose;
    expect(['F', 'C', 'A', 'R', 'X', ''].map(purposeOf)).to.deep.equal([
      'cancel',
      'confirmation',
      'copy',
      'unsupported',
      'unsupported',
      'unsupported',
    ]);
  });
});
