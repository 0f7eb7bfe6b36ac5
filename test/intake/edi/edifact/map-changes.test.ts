import { expect } from 'chai';
import { interchange, mapOne, message } from './fixtures';

const change = (segments: readonly string[], type = 'ORDCHG:D:96A:UN:EAN005') =>
  mapOne(interchange([message(type, segments)]));
const head = ['BGM+230+CH-1+4', 'DTM+137:20261124:102', 'RFF+ON:PO-1', 'NAD+BY+C-1::92'];
const placesOf = (mapped: ReturnType<typeof change>) => mapped.faults.map(({ path, code }) => `${path}: ${code}`);

describe('ORDCHG', () => {
  it('changes, adds, deletes and leaves lines', () => {
    const mapped = change([
      ...head,
      'DTM+2:20261205:102',
      'FTX+AAI+++as told by phone',
      'LIN+1+3+4012345678901:EN',
      'PIA+1+S-1:SA',
      'QTY+21:7,50:KGM',
      'PRI+AAA:125:::100',
      'DTM+2:20261206:102',
      'LIN+2+2',
      'LIN+3+1+NEW-1:SA',
      'QTY+21:2',
      'LIN+4+4',
      'LIN+5+11',
      'LIN+6',
      'QTY+21:0',
      'UNS+S',
    ]);
    expect(mapped.faults).to.deep.equal([]);
    expect(mapped.purpose).to.equal('change');
    expect(mapped.change).to.deep.equal({
      poNumber: 'PO-1',
      customer: 'C-1',
      changeNumber: 'CH-1',
      changeDate: '2026-11-24',
      requestedDelivery: '2026-12-05',
      note: 'as told by phone',
      lines: [
        {
          action: 'change',
          line: 1,
          sku: 'S-1',
          ids: [{ qualifier: 'EN', value: '4012345678901' }],
          quantity: '7.5',
          uom: 'KGM',
          unitPrice: '1.25',
          requestedDelivery: '2026-12-06',
        },
        { action: 'delete', line: 2 },
        { action: 'add', line: 3, sku: 'NEW-1', quantity: '2', uom: 'PCE' },
        { action: 'none', line: 4 },
        { action: 'none', line: 5 },
        { action: 'change', line: 6, quantity: '0' },
      ],
    });
  });

  it('finds the line in the order by its reference, where the LIN only counts the lines of the change', () => {
    const mapped = change([...head, 'LIN+1+3', 'QTY+21:7', 'RFF+ON:PO-1:15', 'LIN+2+2', 'RFF+LI:30']);
    expect(mapped.change?.lines.map(({ line }) => line)).to.deep.equal([15, 30]);
  });

  it('names the order itself when it has no reference to one', () => {
    expect(change(['BGM+230+PO-9+4', 'LIN+1+2']).change).to.include({ poNumber: 'PO-9', changeNumber: 'PO-9' });
  });

  it('cancels the whole order', () => {
    const mapped = change(['BGM+230+CH-1+1', 'RFF+ON:PO-1', 'NAD+BY+C-1::92', 'LIN+1+3', 'QTY+21:x']);
    expect(mapped).to.deep.include({ purpose: 'cancel', faults: [] });
    expect(mapped.change).to.deep.equal({ poNumber: 'PO-1', customer: 'C-1', changeNumber: 'CH-1', lines: [] });
    expect(mapped.warnings.join()).to.contain('not read');
  });

  for (const [code, purpose] of [
    ['9', 'change'],
    ['', 'change'],
    ['31', 'copy'],
    ['7', 'duplicate'],
  ]) {
    it(`with the purpose ${code || 'none'} is ${purpose}`, () => {
      expect(change([`BGM+230+CH-1+${code}`, 'RFF+ON:PO-1', 'LIN+1+2'])).to.include({ purpose });
    });
  }

  it('is refused by name with other purposes, types and actions', () => {
    for (const bgm of ['BGM+230+CH-1+5', 'BGM+230+CH-1+46']) {
      expect(placesOf(change([bgm, 'RFF+ON:PO-1', 'LIN+1+2']))).to.deep.equal([
        'BGM element 3 (segment 2): not-supported',
      ]);
    }
    expect(placesOf(change(['BGM+220+CH-1+4', 'RFF+ON:PO-1', 'LIN+1+2']))).to.deep.equal([
      'BGM element 1 (segment 2): not-supported',
    ]);
    expect(placesOf(change([...head, 'LIN+1+17']))).to.deep.equal(['LIN 1, element 2 (segment 6): not-supported']);
  });

  it('has every fault with its place', () => {
    const mapped = change([...head, 'LIN++3', 'QTY+21:x', 'LIN+2+1', 'LIN+3+3', 'QTY+21:1.2345', 'PRI+AAA:-1']);
    expect(placesOf(mapped)).to.deep.equal([
      'LIN 1, element 1 (segment 6): missing-field',
      'LIN 1, QTY element 1 (segment 7): not-a-number',
      'LIN 2, element 1 (segment 8): missing-field',
      'LIN 2, element 3 (segment 8): missing-field',
      'LIN 3, QTY element 1 (segment 10): inexact-number',
      'LIN 3, PRI element 1 (segment 11): out-of-range',
    ]);
    expect(mapped.change).to.equal(undefined);
  });

  it('that changes nothing is a fault', () => {
    expect(placesOf(change([...head, 'UNS+S']))).to.deep.equal(['ORDCHG 1: missing-field']);
  });
});

describe('CONTRL received', () => {
  const contrl = (...segments: string[]) => mapOne(interchange([message('CONTRL:D:3:UN', segments)]));
  const uci = (more: string) => `UCI+42+4098765000003:14+4012345000009:14+${more}`;

  it('accepts an interchange', () => {
    for (const code of ['7', '8']) {
      expect(contrl(uci(code))).to.deep.include({
        purpose: 'acknowledgement',
        warnings: [],
        acknowledgements: [{ of: 'interchange', controlNumber: '42', outcome: 'accepted', messages: [], codes: [] }],
      });
    }
  });

  it('refuses it, with the code', () => {
    expect(contrl(uci('4+26')).acknowledgements?.[0]).to.deep.include({ outcome: 'rejected', codes: ['26'] });
  });

  it('refuses single messages, with the codes of their segments and elements', () => {
    const mapped = contrl(uci('7'), 'UCM+1+ORDRSP:D:96A:UN+7', 'UCM+2+ORDRSP:D:96A:UN+4+12', 'UCS+3+13', 'UCD+37+2:1');
    expect(mapped.acknowledgements?.[0]).to.deep.include({
      outcome: 'partly-rejected',
      codes: [],
      messages: [{ controlNumber: '2', outcome: 'rejected', codes: ['12', '13', '37'] }],
    });
  });

  it('must name an interchange and an action that is known', () => {
    expect(contrl('UCI++A+B+7').faults[0]).to.include({ path: 'UCI element 1 (segment 2)', code: 'missing-field' });
    expect(contrl('UCI+1+A+B+9').faults[0]).to.include({ path: 'UCI element 4 (segment 2)', code: 'not-supported' });
    expect(contrl('UCM+1+ORDRSP').faults[0]).to.include({ path: 'CONTRL 1', code: 'missing-field' });
  });
});
