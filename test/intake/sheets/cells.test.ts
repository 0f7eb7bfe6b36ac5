import { expect } from 'chai';
import fc from 'fast-check';
import { columnLetters, partsOfPlace, SheetPlace } from '../../../lib/intake/sheets/places';
import { readSheetDate } from '../../../lib/intake/sheets/sheet-date';
import { cellPosition } from '../../../lib/intake/sheets/xlsx/merged-cells';
import { formatOfCode } from '../../../lib/intake/sheets/xlsx/number-formats';
import { withoutEscapes } from '../../../lib/intake/sheets/xlsx/shared-strings';
import { dateOfSerial, plainNumber } from '../../../lib/intake/sheets/xlsx/sheet-number';

describe('cells of a workbook', () => {
  const numbers: [string, string | undefined][] = [
    ['5', '5'],
    ['-12.5', '-12.5'],
    ['0', '0'],
    ['-0', '0'],
    ['007.50', '7.5'],
    ['.5', '0.5'],
    ['19.899999999999999', '19.9'],
    ['0.30000000000000004', '0.3'],
    ['0.1', '0.1'],
    ['9.9999999999999995', '10'],
    ['1E-3', '0.001'],
    ['1.5e+3', '1500'],
    ['4.5E+15', '4500000000000000'],
    ['123456789012345678', '123456789012346000'],
    ['1E300', '1E300'],
    ['3.3333333333333335', '3.33333333333333'],
    ['', undefined],
    ['.', undefined],
    ['e5', undefined],
    ['1,5', undefined],
    ['0x10', undefined],
    ['NaN', undefined],
  ];
  for (const [text, expected] of numbers) {
    it(`take the number ${JSON.stringify(text)} as ${expected}`, () => {
      expect(plainNumber(text)).to.equal(expected);
    });
  }

  it('take every number with up to 15 digits as it is written, and as the program wrote it', () => {
    fc.assert(
      fc.property(fc.integer({ min: -99_999_999_999, max: 99_999_999_999 }), fc.nat(4), (units, scale) => {
        const exact = `${units / 10 ** scale}`;
        expect(plainNumber(exact)).to.equal(exact);
        expect(Number(plainNumber((units / 10 ** scale).toExponential()))).to.equal(units / 10 ** scale);
      }),
    );
  });

  it('count days as Excel does, which takes 1900 for a leap year, and as old Macs did', () => {
    const dates: [string, boolean, string | null][] = [
      ['1', false, '1900-01-01'],
      ['59', false, '1900-02-28'],
      ['60', false, null],
      ['61', false, '1900-03-01'],
      ['46349.75', false, '2026-11-23'],
      ['2958465', false, '9999-12-31'],
      ['2958466', false, null],
      ['0', false, null],
      ['-1', false, null],
      ['0', true, '1904-01-01'],
      ['44887', true, '2026-11-23'],
    ];
    for (const [serial, from1904, date] of dates) expect(dateOfSerial(serial, from1904), serial).to.equal(date);
  });

  it('are dates by their format', () => {
    for (const code of [
      'yyyy-mm-dd',
      'dd.mm.yy',
      'd/m/yyyy h:mm',
      '[$-407]d. mmmm yyyy;@',
      'mmm-yy',
      '"on" dd\\.mm',
      'mmmm',
    ]) {
      expect(formatOfCode(code), code).to.deep.equal({ kind: 'date' });
    }
    for (const code of [
      'General',
      '0.00',
      '#,##0',
      '0.00" d"',
      'h:mm',
      '[h]:mm:ss',
      '@',
      '0%',
      '_-* #,##0.00\\ "EUR"',
      'mm:ss',
    ]) {
      expect(formatOfCode(code), code).to.equal(undefined);
    }
    expect(formatOfCode('00000')).to.deep.equal({ kind: 'zeros', digits: 5 });
  });

  it('are found by their letters', () => {
    expect([0, 25, 26, 701, 702, 16_383].map(columnLetters)).to.deep.equal(['A', 'Z', 'AA', 'ZZ', 'AAA', 'XFD']);
    fc.assert(
      fc.property(fc.nat(16_383), fc.integer({ min: 1, max: 1_048_576 }), (column, row) => {
        expect(cellPosition(`${columnLetters(column)}${row}`)).to.deep.equal({ column, row });
      }),
    );
    for (const text of ['', 'A', '1', 'A0', 'a1', 'A1:B2', 'ABCD1', 'A12345678', ' A1'])
      expect(cellPosition(text), text).to.equal(undefined);
  });

  it('have their characters that XML cannot hold', () => {
    expect(withoutEscapes('a_x000D_b_x005F_x0041_ _xZ_')).to.equal('a\rb_x0041_ _xZ_');
  });

  it('are told by their places, which can be taken apart again', () => {
    const sheet = new SheetPlace('Q1, Q2');
    const path = sheet.cell(7, 2, 'Unit, price');
    expect(path).to.equal('sheet Q1, Q2, row 7, column Unit, price (C)');
    expect(partsOfPlace(path)).to.deep.equal({ sheet: 'Q1, Q2', rows: '7', column: 'Unit, price (C)' });
    const odd = 'sheet a, row 9, column b, row 3, column sku (C)';
    expect(partsOfPlace(odd, 'sheet a, row 9, column b, rows 2-3, 7')).to.deep.equal({
      sheet: 'a, row 9, column b',
      rows: '3',
      column: 'sku (C)',
    });
    expect(partsOfPlace('rows 2-3, 9')).to.deep.equal({ rows: '2-3, 9' });
    expect(partsOfPlace('row 4, column sku')).to.deep.equal({ rows: '4', column: 'sku' });
    for (const other of ['', '/lines/0/sku', 'the row 5']) expect(partsOfPlace(other)).to.deep.equal({});
  });
});

describe('dates of a table', () => {
  const read = (text: string, format: Parameters<typeof readSheetDate>[1] = '') => {
    const result = readSheetDate(text, format);
    return 'date' in result ? result.date : result.words;
  };

  it('are YYYY-MM-DD, or as the layout says, without their time', () => {
    const dates: [string, Parameters<typeof readSheetDate>[1]][] = [
      ['2026-11-03', ''],
      ['2026-11-03T10:15:00Z', ''],
      ['2026-11-03 10:15:00 -0500', ''],
      ['2026-11-03T23:50:49-08:00', ''],
      ['03.11.2026', 'DD.MM.YYYY'],
      ['3.11.2026 8:00', 'DD.MM.YYYY'],
      ['3/11/2026', 'DD/MM/YYYY'],
      ['03-11-2026', 'DD-MM-YYYY'],
      ['11/3/2026 12:05:01 PM', 'MM/DD/YYYY'],
      ['11-03-2026', 'MM-DD-YYYY'],
      ['2026/11/3', 'YYYY/MM/DD'],
      ['20261103', 'YYYYMMDD'],
      ['2026-11-03', 'MM/DD/YYYY'],
    ];
    for (const [text, format] of dates) expect(read(text, format), `${text} as ${format}`).to.equal('2026-11-03');
  });

  it('are refused when they can mean two things, or nothing', () => {
    expect(read('03/11/2026')).to.contain('several ways');
    expect(read('03.11.26', 'DD.MM.YYYY')).to.contain('DD.MM.YYYY');
    expect(read('31/11/2026', 'DD/MM/YYYY')).to.contain('no date of the calendar');
    expect(read('11/13/2026', 'DD/MM/YYYY')).to.contain('no date of the calendar');
    expect(read('soon')).to.contain('no date');
    expect(read(`2026-11-03 ${'1'.repeat(100_000)}`)).to.contain('several ways');
  });
});
