import { expect } from 'chai';
import type { MappedMessage } from '../../../../lib/intake/edi/mapped-message';
import { normalizeOrder } from '../../../../lib/intake/normalize-order';
import { interchange, line, mapOne, mapOrders, mapText, message } from './fixtures';

const lineOf = (mapped: MappedMessage, index = 0) =>
  (mapped.order?.lines as Record<string, unknown>[] | undefined)?.[index];
const placesOf = ({ faults }: MappedMessage) => faults.map(({ path, code }) => `${path}: ${code}`);

/** An ORDERS with this BGM. */
const withHead = (bgm: string, more: readonly string[] = []) =>
  mapOne(interchange([message('ORDERS:D:96A:UN:EAN008', [bgm, 'NAD+BY+C-1::92', ...more, ...line(1), 'UNS+S'])]));

describe('ORDERS', () => {
  it('gives the same canonical order as JSON', () => {
    const text = interchange([
      message('ORDERS:D:96A:UN:EAN008', [
        'BGM+220+PO-1001+9+AC',
        'DTM+137:20261123:102',
        'DTM+2:20261130:102',
        'FTX+AAI+++Ship complete only',
        'RFF+CT:K-77',
        'NAD+BY+C-1001::92++Acme:GmbH',
        'RFF+VA:DE123456789',
        'NAD+SU+4098765000003::9',
        'NAD+DP+4012345000016::9++Werk Nord+Hafenstr. 5+Hamburg++20457+DE',
        'CUX+2:EUR:9',
        'LIN+10++4012345678901:EN',
        'PIA+1+WIDGET-1:SA+KD-7:IN',
        'IMD+F++:::Widget',
        'QTY+21:5:PCE',
        'MOA+203:62,5',
        'PRI+AAA:12,50',
        'LIN+20++WIDGET-2:SA',
        'QTY+21:1.5:KGM',
        'UNS+S',
        'CNT+2:2',
        'CNT+1:6.5',
      ]),
    ]);
    const mapped = mapOne(text);
    expect(mapped).to.deep.include({ purpose: 'original', place: 'ORDERS 1', faults: [], review: [], warnings: [] });
    const json = {
      poNumber: 'PO-1001',
      customer: 'C-1001',
      currency: 'EUR',
      orderDate: '2026-11-23',
      requestedDelivery: '2026-11-30',
      shipTo: { name: 'Werk Nord', address: 'Hafenstr. 5', city: 'Hamburg', postalCode: '20457', country: 'DE' },
      note: 'Ship complete only',
      lines: [
        { line: 10, sku: 'WIDGET-1', quantity: '5', uom: 'PCE', unitPrice: '12.5' },
        { line: 20, sku: 'WIDGET-2', quantity: '1.5', uom: 'KGM' },
      ],
    };
    const limits = { linesPerOrder: 100 };
    const { lines, ...header } = mapped.order ?? {};
    const withoutIds = (lines as Record<string, unknown>[]).map(({ ids, ...rest }) => rest);
    const expected = normalizeOrder(json, limits);
    expect(normalizeOrder({ ...header, lines: withoutIds }, limits)).to.deep.equal(expected);
    expect(expected.order).to.not.equal(undefined);
    expect(lineOf(mapped)?.ids).to.deep.equal([
      { qualifier: 'EN', value: '4012345678901' },
      { qualifier: 'IN', value: 'KD-7' },
    ]);
    expect(lineOf(mapped, 1)).to.not.have.property('ids');
    expect(mapped.echo).to.deep.equal({
      poNumber: 'PO-1001',
      release: '',
      poDate: '2026-11-23',
      orderType: '220',
      answerWanted: 'AC',
      currency: 'EUR',
      parties: [
        {
          code: 'BY',
          qualifier: '92',
          id: 'C-1001',
          name: 'Acme GmbH',
          references: [{ qualifier: 'VA', value: 'DE123456789' }],
        },
        { code: 'SU', qualifier: '9', id: '4098765000003', name: '' },
        { code: 'DP', qualifier: '9', id: '4012345000016', name: 'Werk Nord' },
      ],
      references: [{ qualifier: 'CT', value: 'K-77' }],
      lines: [
        {
          line: 10,
          reference: '10',
          quantity: '5',
          uom: 'PCE',
          unitPrice: '12,50',
          basis: '',
          ids: [
            { qualifier: 'EN', value: '4012345678901' },
            { qualifier: 'SA', value: 'WIDGET-1' },
            { qualifier: 'IN', value: 'KD-7' },
          ],
        },
        {
          line: 20,
          reference: '20',
          quantity: '1.5',
          uom: 'KGM',
          unitPrice: '',
          basis: '',
          ids: [{ qualifier: 'SA', value: 'WIDGET-2' }],
        },
      ],
    });
  });

  it('leads from a field of the order to its place in the message', () => {
    const mapped = mapOrders(['NAD+DP+++Werk+Weg 1+Ort++1+xxx', ...line(1), ...line(2, ['PRI+AAA:x'])]);
    expect(mapped.placeOf('/lines/1/quantity')).to.equal('LIN 2, QTY element 1 (segment 11)');
    expect(mapped.placeOf('/lines/1/unitPrice')).to.equal('LIN 2, PRI element 1 (segment 12)');
    expect(mapped.placeOf('/lines/0/sku')).to.equal('LIN 1, element 3 (segment 8)');
    expect(mapped.placeOf('/lines/0/ids/0')).to.equal('LIN 1 (segment 8)');
    expect(mapped.placeOf('/poNumber')).to.equal('BGM element 2 (segment 2)');
    expect(mapped.placeOf('/customer')).to.equal('NAD element 2 (segment 4)');
    expect(mapped.placeOf('/shipTo/country')).to.equal('NAD element 9 (segment 7)');
    expect(mapped.placeOf('/nothing')).to.equal('ORDERS 1');
  });

  describe('purpose', () => {
    for (const [code, purpose] of [
      ['9', 'original'],
      ['', 'original'],
      ['5', 'replace'],
      ['7', 'duplicate'],
      ['31', 'copy'],
      ['42', 'confirmation'],
    ]) {
      it(`${code || 'none'} is ${purpose}`, () => {
        const mapped = withHead(`BGM+220+PO-1+${code}`);
        expect(mapped.purpose).to.equal(purpose);
        expect(mapped.order?.poNumber).to.equal('PO-1');
      });
    }

    it('1 cancels the order', () => {
      const mapped = withHead('BGM+220+PO-1+1', ['DTM+137:20261123:102']);
      expect(mapped.purpose).to.equal('cancel');
      expect(mapped.order).to.equal(undefined);
      expect(mapped.change).to.deep.equal({
        poNumber: 'PO-1',
        customer: 'C-1',
        changeNumber: 'PO-1',
        changeDate: '2026-11-23',
        lines: [],
      });
    });

    it('1 keeps the texts of the header, not those of lines', () => {
      const text = interchange([
        message('ORDERS:D:96A:UN', ['BGM+220+PO-1+1', 'FTX+AAI+++sorry', ...line(1, ['FTX+AAI+++no'])]),
      ]);
      expect(mapOne(text).change?.note).to.equal('sorry');
    });

    for (const [code, name] of [
      ['46', 'provisional'],
      ['4', '4'],
      ['16', 'proposal'],
      ['XX', 'XX'],
    ]) {
      it(`${code} is refused by its name`, () => {
        const mapped = withHead(`BGM+220+PO-1+${code}`);
        expect(mapped.order).to.equal(undefined);
        expect(placesOf(mapped)).to.deep.equal(['BGM element 3 (segment 2): not-supported']);
        expect(mapped.faults[0]?.message).to.contain(name);
      });
    }
  });

  describe('type of the document', () => {
    for (const type of ['220', '224', '226', '105', '50E', '220::9']) {
      it(`${type} is an order`, () => {
        const mapped = withHead(`BGM+${type}+PO-1+9`);
        expect([mapped.faults, mapped.review]).to.deep.equal([[], []]);
      });
    }

    for (const type of ['221', '227']) {
      it(`${type} is one that a person looks at`, () => {
        expect(withHead(`BGM+${type}+PO-1+9`).review).to.have.length(1);
      });
    }

    it('others are refused', () => {
      expect(placesOf(withHead('BGM+380+PO-1+9'))).to.deep.equal(['BGM element 1 (segment 2): not-supported']);
    });

    it('a release is the revision of the number', () => {
      expect(withHead('BGM+220+PO-1::3+9').order).to.include({ poNumber: 'PO-1', release: '3' });
    });

    it('without a BGM there is no order', () => {
      expect(withHead('DTM+137:20261123:102').faults[0]?.code).to.equal('missing-field');
    });
  });

  describe('dates', () => {
    for (const [sent, date] of [
      ['2:20261130:102', '2026-11-30'],
      ['2:202611301430:203', '2026-11-30'],
      ['2:20261130143000:204', '2026-11-30'],
      ['2:20261130143000UTC:304', '2026-11-30'],
      ['2:261130:101', '2026-11-30'],
      ['2:2026113020261205:718', '2026-11-30'],
      ['2:20261130-20261205:718', '2026-11-30'],
      ['2:202649:616', '2026-11-30'],
      ['2:2649:615', '2026-11-30'],
      ['2:202101:616', '2021-01-04'],
      ['2:202053:616', '2020-12-28'],
      ['2:202611:610', '2026-11-01'],
      ['2:20261130', '2026-11-30'],
      ['2:261130', '2026-11-30'],
      ['2:202611301430', '2026-11-30'],
      ['2:202611301430:102', '2026-11-30'],
      ['64:20261130:102', '2026-11-30'],
      ['63:20261130:102', '2026-11-30'],
      ['10:20261130:102', '2026-11-30'],
    ]) {
      it(`${sent} is wanted on ${date}`, () => {
        const mapped = mapOrders([`DTM+${sent}`, ...line(1)]);
        expect(mapped.faults).to.deep.equal([]);
        expect(mapped.order?.requestedDelivery).to.equal(date);
      });
    }

    it('that do not exist are faults', () => {
      for (const sent of ['2:20261131:102', '2:2026:102', '2:202660:616', '2:20261130:999', '2:2026120520261130:718']) {
        expect(placesOf(mapOrders([`DTM+${sent}`, ...line(1)])), sent).to.deep.equal([
          'DTM element 1 (segment 7): bad-date',
        ]);
      }
    });

    it('of a window: the first day, and a remark on the last', () => {
      const mapped = mapOrders(['DTM+63:20261205:102', 'DTM+64:20261130:102', ...line(1)]);
      expect(mapped.order?.requestedDelivery).to.equal('2026-11-30');
      expect(mapped.warnings.join()).to.contain('not after 2026-12-05');
    });

    it('after which the order is void are for a person', () => {
      expect(mapOrders(['DTM+61:20261210:102', ...line(1)]).review.join()).to.contain('2026-12-10');
    });

    it('of all lines alike stand for the order, others are for a person', () => {
      const alike = mapOrders([...line(1, ['DTM+2:20261130:102']), ...line(2, ['DTM+2:20261130:102'])]);
      expect(alike.order?.requestedDelivery).to.equal('2026-11-30');
      expect(alike.review).to.deep.equal([]);
      const apart = mapOrders(['DTM+2:20261130:102', ...line(1), ...line(2, ['DTM+2:20261201:102'])]);
      expect(apart.order?.requestedDelivery).to.equal('2026-11-30');
      expect(apart.review.join()).to.contain('line 2 on 2026-12-01');
    });

    it('that the order has no use for are named', () => {
      expect(mapOrders(['DTM+200:20261129:102', ...line(1)]).warnings.join()).to.contain('200 2026-11-29');
    });

    it('of a reference are not those of the order', () => {
      const mapped = mapOrders(['RFF+CT:K-1', 'DTM+171:20250101:102', ...line(1)]);
      expect(mapped.order).to.include({ orderDate: '2026-11-23' }).and.not.have.property('requestedDelivery');
    });
  });

  describe('parties', () => {
    const shipTo = (...segments: string[]) => mapOrders([...segments, ...line(1)]).order?.shipTo;

    it('the goods go to DP, else ST, else UC, else to the buyer when he has an address', () => {
      expect(shipTo('NAD+ST+2::9++Store+Way 2+Town', 'NAD+DP+1::9++Depot+Way 1+Town')).to.include({ name: 'Depot' });
      expect(shipTo('NAD+UC+3::9++End', 'NAD+ST+2::9++Store')).to.deep.equal({ name: 'Store' });
      expect(shipTo()).to.equal(undefined);
      const buyer = mapOne(
        interchange([
          message('ORDERS:D:96A:UN', ['BGM+220+PO-1+9', 'NAD+BY+C-1::92++Acme+Way 1+Town++1+DE', ...line(1)]),
        ]),
      );
      expect(buyer.order?.shipTo).to.deep.equal({
        name: 'Acme',
        address: 'Way 1',
        city: 'Town',
        postalCode: '1',
        country: 'DE',
      });
    });

    it('a place that is only a number goes into the address as its name, unless it is the buyer himself', () => {
      expect(shipTo('NAD+DP+4012345000016::9')).to.deep.equal({ name: '4012345000016' });
      expect(shipTo('NAD+DP+C-1::92')).to.equal(undefined);
    });

    it('names and addresses stand in C080 and C059, in C058, or in both', () => {
      expect(shipTo('NAD+DP+1::9+Depot Nord:Way 1:Gate 4')).to.deep.equal({
        name: 'Depot Nord',
        address: 'Way 1\nGate 4',
      });
      expect(shipTo('NAD+DP+1::9+Gate 4+Depot:Nord+Way 1:Yard+Town++01234+de')).to.deep.equal({
        name: 'Depot Nord',
        address: 'Gate 4\nWay 1\nYard',
        city: 'Town',
        postalCode: '01234',
        country: 'de',
      });
    });

    it('without a buyer the customer is missing, for the rules of an order to say', () => {
      const mapped = mapOne(interchange([message('ORDERS:D:96A:UN', ['BGM+220+PO-1+9', ...line(1)])]));
      expect(mapped.order).to.not.have.property('customer');
    });
  });

  describe('currency', () => {
    const currency = (cux: string) => {
      const text = interchange([message('ORDERS:D:96A:UN', ['BGM+220+PO-1+9', 'NAD+BY+C-1', cux, ...line(1)])]);
      const { order, review } = mapOne(text);
      return [order?.currency, review.length];
    };

    it('is the one of orders; a second one is for a person', () => {
      expect(currency('CUX+2:EUR:9')).to.deep.equal(['EUR', 0]);
      expect(currency('CUX+2:GBP:9+3:EUR:4+1.67')).to.deep.equal(['GBP', 1]);
      expect(currency('CUX+2:GBP:4+3:EUR:9+1.67')).to.deep.equal(['EUR', 1]);
      expect(currency('CUX+2:USD')).to.deep.equal(['USD', 0]);
      expect(currency('DTM+137:20261123:102')).to.deep.equal([undefined, 0]);
    });

    it('of a line must be that of the order', () => {
      expect(placesOf(mapOrders(line(1, ['PRI+AAA:1', 'CUX+2:USD:9'])))).to.deep.equal([
        'LIN 1, CUX element 1 (segment 10): not-supported',
      ]);
    });
  });

  describe('ids of a line', () => {
    const ids = (...segments: string[]) => {
      const { sku, ids: others } = lineOf(mapOrders([...segments, 'QTY+21:1'])) ?? {};
      return [
        sku,
        ...((others as { qualifier: string; value: string }[] | undefined) ?? []).map(
          ({ qualifier, value }) => `${value}:${qualifier}`,
        ),
      ];
    };

    it("the seller's own is the SKU, else the GTIN, else the buyer's, else what there is", () => {
      expect(ids('LIN+1++111:EN', 'PIA+1+S-1:SA+B-1:IN')).to.deep.equal(['S-1', '111:EN', 'B-1:IN']);
      expect(ids('LIN+1++B-1:IN', 'PIA+1+0111:SRV')).to.deep.equal(['0111', 'B-1:IN']);
      expect(ids('LIN+1++B-1:BP', 'PIA+1+M-1:MF')).to.deep.equal(['B-1', 'M-1:MF']);
      expect(ids('LIN+1++X-1')).to.deep.equal(['X-1']);
    });

    it('a LIN without one has it in its PIA', () => {
      expect(ids('LIN+1', 'PIA+5+0835201031:IB')).to.deep.equal(['0835201031']);
    });

    it('a PIA of kind 5 replaces an id of the same kind, one of kind 1 adds, 2 to 4 are substitutes', () => {
      expect(ids('LIN+1++111:EN', 'PIA+5+222:EN')).to.deep.equal(['222']);
      expect(ids('LIN+1++111:EN', 'PIA+1+222:EN')).to.deep.equal(['111', '222:EN']);
      const mapped = mapOrders(['LIN+1++111:EN', 'PIA+3+222:SA', 'QTY+21:1']);
      expect(lineOf(mapped)).to.include({ sku: '111' }).and.not.have.property('ids');
      expect(mapped.warnings.join()).to.contain('222');
    });

    it('keeps leading zeros', () => {
      expect(ids('LIN+1++0012345678905:EN')).to.deep.equal(['0012345678905']);
    });
  });

  describe('quantities', () => {
    const quantity = (...segments: string[]) => {
      const mapped = mapOrders(['LIN+1++A:SA', ...segments]);
      return { ...lineOf(mapped), review: mapped.review.length, faults: placesOf(mapped) };
    };

    it('21 is ordered, 1 too when there is no 21; without a unit they are pieces', () => {
      expect(quantity('QTY+21:5')).to.include({ quantity: '5', uom: 'PCE' });
      expect(quantity('QTY+1:7:CT')).to.include({ quantity: '7', uom: 'CT' });
      expect(quantity('QTY+1:7', 'QTY+21:5', 'QTY+59:12')).to.include({ quantity: '5', review: 0 });
    });

    it('take a comma or a point, no thousands marks', () => {
      expect(quantity('QTY+21:2,5')).to.include({ quantity: '2.5' });
      expect(quantity('QTY+21:1.000')).to.include({ quantity: '1.000' });
      expect(quantity('QTY+21:.5')).to.include({ quantity: '0.5' });
      const mapped = mapOrders(['LIN+1++A:SA', 'QTY+21:1.000,5']);
      const { faults } = normalizeOrder(mapped.order, { linesPerOrder: 10 });
      expect(faults.map(({ path, code }) => `${mapped.placeOf(path)}: ${code}`)).to.deep.equal([
        'LIN 1, QTY element 1 (segment 8): not-a-number',
      ]);
    });

    it('free goods and a second unit are for a person, a contradiction is a fault', () => {
      expect(quantity('QTY+21:5', 'QTY+192:1')).to.include({ quantity: '5', review: 1 });
      expect(quantity('QTY+21:5:PCE', 'QTY+21:2:KGM')).to.include({ review: 1 });
      expect(quantity('QTY+21:5', 'QTY+21:6').faults).to.deep.equal([
        'LIN 1, QTY element 1 (segment 9): conflicting-values',
      ]);
    });

    it('that are missing are for the rules of an order to say', () => {
      const mapped = mapOrders(['LIN+1++A:SA']);
      const { faults } = normalizeOrder(mapped.order, { linesPerOrder: 10 });
      expect(faults.map(({ path, code }) => `${mapped.placeOf(path)}: ${code}`)).to.deep.equal([
        'LIN 1 (segment 7): missing-field',
      ]);
    });
  });

  describe('prices', () => {
    const price = (...segments: string[]) => {
      const mapped = mapOrders(['LIN+1++A:SA', 'QTY+21:10:PCE', ...segments]);
      return { unitPrice: lineOf(mapped)?.unitPrice, review: mapped.review.length, faults: placesOf(mapped) };
    };
    const plain = (unitPrice: string | undefined, review = 0) => ({ unitPrice, review, faults: [] as string[] });

    it('net before gross, information not at all', () => {
      expect(price('PRI+AAB:12', 'PRI+AAA:10')).to.deep.equal(plain('10'));
      expect(price('PRI+AAB:12')).to.deep.equal(plain('12'));
      expect(price('PRI+INF:12')).to.deep.equal(plain(undefined));
    });

    it('are divided by their basis, exactly', () => {
      expect(price('PRI+AAA:12.5:::100:PCE')).to.deep.equal(plain('0.125'));
      expect(price('PRI+AAA:12.5::::100:PCE')).to.deep.equal(plain('0.125'));
      expect(price('PRI+AAA:12,5:CT::1000')).to.deep.equal(plain('0.0125'));
      expect(price('PRI+AAA:1:::0.5')).to.deep.equal(plain('2'));
      expect(price('PRI+AAA:10:::3').faults).to.deep.equal(['LIN 1, PRI element 1 (segment 9): inexact-number']);
      expect(price('PRI+AAA:0.001:::100').faults).to.deep.equal(['LIN 1, PRI element 1 (segment 9): inexact-number']);
      expect(price('PRI+AAA:10:::0').faults).to.deep.equal(['LIN 1, PRI element 1 (segment 9): out-of-range']);
      expect(price('PRI+AAA:10:::x:PCE').faults).to.deep.equal(['LIN 1, PRI element 1 (segment 9): not-a-number']);
    });

    it('for another unit than the ordered one are for a person, unless the amount shows what is meant', () => {
      expect(price('PRI+AAA:10:::1:KGM')).to.deep.equal(plain(undefined, 1));
      expect(price('MOA+203:100', 'PRI+AAA:10:::1:KGM')).to.deep.equal(plain('10'));
      expect(price('PRI+AAA:10:::1:EA')).to.deep.equal(plain('10'));
    });

    it('that do not give the amount of the line are for a person', () => {
      expect(price('MOA+203:100', 'PRI+AAA:10')).to.deep.equal(plain('10'));
      expect(price('MOA+203:99', 'PRI+AAA:10')).to.deep.equal(plain('10', 1));
      expect(price('MOA+203:1.23', 'PRI+AAA:0.1234')).to.deep.equal(plain('0.1234'));
    });
  });

  describe('what the order cannot hold', () => {
    const review = (...segments: string[]) => mapOrders(segments).review;

    it('allowances and charges are told with what they are', () => {
      expect(review(...line(1, ['ALC+A', 'PCD+3:20'])).join()).to.contain('Line 1 has an allowance (PCD 20 %)');
      expect(review('ALC+C++++FC', 'MOA+8:12.5', ...line(1)).join()).to.contain(
        'The order has a charge (FC, MOA 12.5)',
      );
      expect(review('ALC+N', ...line(1))).to.deep.equal([]);
    });

    it('taxes other than the usual one', () => {
      expect(review('TAX+7+VAT+++:::19+S', ...line(1))).to.deep.equal([]);
      expect(review('TAX+7+VAT++++E', ...line(1))).to.have.length(1);
      expect(review('TAX+7+ENV+++:::2', ...line(1))).to.have.length(1);
    });

    it('components of a line are no lines', () => {
      const mapped = mapOrders([...line(1), 'LIN+2++PART-1:SA+1:1', 'QTY+21:3', ...line(3)]);
      expect(mapped.order?.lines).to.have.length(2);
      expect(mapped.warnings.join()).to.contain('LIN 2 (3 × PART-1) is a component of line 1');
    });

    it('goods for several stores are refused, for one store looked at', () => {
      const split = (first: string, second: string) =>
        mapOrders(line(1, [`LOC+7+${first}::9`, 'QTY+11:2', `LOC+7+${second}::9`, 'QTY+11:3']));
      expect(placesOf(split('111', '222'))).to.deep.equal(['LIN 1, QTY (segment 10): not-supported']);
      expect(split('111', '111').faults).to.deep.equal([]);
      expect(split('111', '111').review.join()).to.contain('111');
      expect(placesOf(mapOrders(['NAD+DP+1::9', ...line(1, ['NAD+DP+2::9'])]))).to.deep.equal([
        'LIN 1, NAD element 2 (segment 10): not-supported',
      ]);
    });

    it('deliveries in parts are looked at', () => {
      const parts = review(
        ...line(1, ['SCC+1', 'QTY+21:2', 'DTM+2:20261201:102', 'SCC+1', 'QTY+21:3', 'DTM+2:20261208:102']),
      );
      expect(parts.join()).to.contain('2 on 2026-12-01, 3 on 2026-12-08');
    });

    it('segments that are not used are named; for a strict partner unknown ones are faults', () => {
      expect(mapOrders(['PAI+::42', 'TDT+20++30', ...line(1)]).warnings.join()).to.contain('PAI, TDT');
      expect(mapOrders(['ZZZ+1', ...line(1)]).faults).to.deep.equal([]);
      expect(placesOf(mapOrders(['ZZZ+1', 'PAI+1', ...line(1)], { strict: true }))).to.deep.equal([
        'ZZZ (segment 7): not-supported',
      ]);
    });
  });

  describe('checks of totals', () => {
    const totals = (cnt: string, strict = false) => {
      const text = interchange([
        message('ORDERS:D:96A:UN', ['BGM+220+PO-1+9', 'NAD+BY+C-1', ...line(1), ...line(2), 'UNS+S', cnt]),
      ]);
      const { review, faults } = mapOne(text, { strict });
      return [review.length, faults.map(({ code }) => code)];
    };

    it('wrong ones are for a person, or faults for a strict partner', () => {
      expect(totals('CNT+2:2')).to.deep.equal([0, []]);
      expect(totals('CNT+1:10')).to.deep.equal([0, []]);
      expect(totals('CNT+2:3')).to.deep.equal([1, []]);
      expect(totals('CNT+1:11')).to.deep.equal([1, []]);
      expect(totals('CNT+1:11', true)).to.deep.equal([0, ['conflicting-values']]);
    });
  });

  describe('texts', () => {
    it('are kept word for word, those of lines with their line', () => {
      const mapped = mapOrders(["FTX+DEL+++Ring twice:then wait?'", ...line(1, ['FTX+AAI+++blue, please'])]);
      expect(mapped.order?.note).to.equal("Ring twice\nthen wait'\nLine 1: blue, please");
      expect(mapped.review).to.deep.equal([]);
    });

    it('are for a person when the partner is read so', () => {
      expect(mapOrders(['FTX+DEL+++Only complete', ...line(1)], { reviewText: true }).review).to.have.length(1);
      expect(mapOrders(line(1), { reviewText: true }).review).to.deep.equal([]);
      expect(mapOrders(['FTX+ZZZ++001::91', ...line(1)]).warnings.join()).to.contain('ZZZ 001');
    });

    it('that are too long are cut for a person to see', () => {
      const long = Array.from({ length: 20 }, () => `FTX+AAI+++${'x'.repeat(300)}`);
      const mapped = mapOrders([...long, ...line(1)]);
      expect(mapped.order?.note).to.be.a('string').and.have.length(4000);
      expect(mapped.review).to.have.length(1);
    });
  });

  it('numbers lines that have no number, or none that can be one', () => {
    const mapped = mapOrders(['LIN+++A:SA', 'QTY+21:1', 'LIN+1++B:SA', 'QTY+21:1', 'LIN+X++C:SA', 'QTY+21:1']);
    expect([0, 1, 2].map((index) => lineOf(mapped, index)?.line)).to.deep.equal(['2', '1', '3']);
    expect(mapped.echo?.lines.map(({ reference }) => reference)).to.deep.equal(['', '1', 'X']);
  });

  it('reads codes and texts that a file of fixed record length has broken', () => {
    const mapped = mapOrders(['DTM+2:2026\r\n1130:102', 'NAD+DP+1::9++Werk\r\nNord+Weg 1', ...line(1)]);
    expect(mapped.order).to.deep.include({
      requestedDelivery: '2026-11-30',
      shipTo: { name: 'Werk Nord', address: 'Weg 1' },
    });
  });

  it('finds every fault of a message', () => {
    const mapped = mapOrders(['DTM+2:x:102', ...line(1, ['PRI+AAA:1:::3']), ...line(2, ['PRI+AAA:1:::0'])]);
    expect(placesOf(mapped)).to.deep.equal([
      'LIN 1, PRI element 1 (segment 10): inexact-number',
      'LIN 2, PRI element 1 (segment 13): out-of-range',
      'DTM element 1 (segment 7): bad-date',
    ]);
  });

  it('takes other directories for the nearest, with a warning', () => {
    expect(mapOrders(line(1), {}, 'ORDERS:D:01B:UN:EAN010').warnings).to.deep.equal([]);
    expect(mapOrders(line(1), {}, 'ORDERS:D:93A:UN').warnings).to.deep.equal([]);
    expect(mapOrders(line(1), {}, 'ORDERS:D:21B:UN').warnings.join()).to.contain('D:21B');
  });

  it('refuses other messages by their name, and those that have faults of syntax', () => {
    for (const type of ['INVOIC', 'APERAK', 'ZZZZZZ']) {
      const mapped = mapOne(interchange([message(`${type}:D:96A:UN`, ['BGM+1+2+9'])]));
      expect(mapped).to.include({ purpose: 'unsupported' }).and.not.have.property('order');
      expect(mapped.faults[0]).to.include({ code: 'not-supported', value: type });
    }
    const [broken] = mapText(
      interchange([message('ORDERS:D:96A:UN', ['BGM+220+PO-1+9', ...line(1)]).replace('UNT+5', 'UNT+6')]),
    );
    expect(broken?.order).to.equal(undefined);
    expect(broken && placesOf(broken)).to.deep.equal(['UNT element 1 (segment 5): unreadable']);
    const [incomplete] = mapText(
      interchange([message('ORDERS:D:96A:UN', ['BGM+220+PO-1+9', ...line(1)])]).replace('UNZ+1', 'UNZ+2'),
    );
    expect(incomplete && placesOf(incomplete)).to.deep.equal(['UNZ element 1: unreadable']);
    const parts = mapOne(interchange([message('ORDERS:D:96A:UN++1:C', ['BGM+220+PO-1+9'])]));
    expect(parts.faults[0]?.code).to.equal('not-supported');
  });
});
