import { expect } from 'chai';
import { CsvError, parse } from 'csv-parse/sync';
import fc from 'fast-check';
import { splitRows } from '../../../lib/intake/sheets/csv-rows';

function rowsOf(text: string, separator = ',', hasQuotes = true): string[][] | string {
  const rows: string[][] = [];
  const fault = splitRows(text, separator, hasQuotes, (row) => rows.push(row) > 0);
  return fault === undefined ? rows : fault.path;
}

/** What a parser by other authors makes of it. */
function parsed(text: string, separator: string, hasQuotes: boolean): string[][] | string {
  try {
    return parse(text, {
      delimiter: separator,
      quote: hasQuotes ? '"' : null,
      record_delimiter: ['\r\n', '\n', '\r'],
      relax_column_count: true,
    });
  } catch (error) {
    if (error instanceof CsvError) return `row ${Number(error.records ?? 0) + 1}`;
    throw error;
  }
}

describe('rows of CSV', () => {
  it('are those that another parser finds, or faulty where it finds them faulty', () => {
    const piece = fc.constantFrom(
      'a',
      'ü',
      ' ',
      '"',
      '""',
      ',',
      ';',
      '\t',
      '\n',
      '\r',
      '\r\n',
      '"x"',
      '"a,b"',
      '"a\nb"',
    );
    fc.assert(
      fc.property(
        fc.array(piece, { maxLength: 25 }),
        fc.constantFrom(',', ';', '\t'),
        fc.boolean(),
        (parts, separator, hasQuotes) => {
          const text = parts.join('');
          expect(rowsOf(text, separator, hasQuotes)).to.deep.equal(parsed(text, separator, hasQuotes));
        },
      ),
      { numRuns: 3000 },
    );
  });

  it('are given back as they were written', () => {
    const cells = fc.array(fc.array(fc.string({ maxLength: 8 }), { minLength: 1, maxLength: 4 }), {
      minLength: 1,
      maxLength: 4,
    });
    fc.assert(
      fc.property(cells, (rows) => {
        const text = rows.map((row) => row.map((cell) => `"${cell.replaceAll('"', '""')}"`).join('|')).join('\r\n');
        expect(rowsOf(text, '|')).to.deep.equal(rows);
      }),
    );
  });

  it('end when no more are wanted', () => {
    const seen: number[] = [];
    expect(splitRows('a\nb\n"c', ',', true, (_row, number) => seen.push(number) < 2)).to.equal(undefined);
    expect(seen).to.deep.equal([1, 2]);
  });

  it('are not longer than a row can be, with quotes and without', () => {
    expect(rowsOf(`a\n"${'x\n'.repeat(60_000)}"`)).to.equal('row 2');
    expect(rowsOf(`a\n${'x,'.repeat(60_000)}`)).to.equal('row 2');
    expect(rowsOf(`a\n${'x'.repeat(90_000)}`)).to.have.length(2);
  });
});
