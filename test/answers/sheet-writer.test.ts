import { expect } from 'chai';
import { parse } from 'csv-parse/sync';
import { Workbook } from 'exceljs';
import fc from 'fast-check';
import { harmless, type OutgoingRow, writeCsv, writeXlsx } from '../../lib/answers/sheet-writer';

async function readBack(bytes: Buffer): Promise<Record<string, unknown[][]>> {
  const workbook = new Workbook();
  await workbook.xlsx.load(Uint8Array.from(bytes).buffer);
  return Object.fromEntries(
    workbook.worksheets.map((sheet) => {
      const rows: unknown[][] = [];
      sheet.eachRow((row) => rows.push((row.values as unknown[]).slice(1)));
      return [sheet.name, rows];
    }),
  );
}

describe('sheets that go out', () => {
  const attacks = ['=1+1', '+1+1', '-1+1', '@SUM(A1)', '\t=1', '\r=1', '\n=1', "=cmd|' /C calc'!A0", '＝1+1'];

  it('let other work come between their rows', async () => {
    let turns = 0;
    let isWriting = true;
    const turn = (): void => {
      turns += 1;
      if (isWriting) setImmediate(turn);
    };
    const turnsBefore: number[] = [];
    function* rows(): Generator<OutgoingRow> {
      for (let i = 0; i < 1_000; i += 1) {
        turnsBefore.push(turns);
        yield [`row ${i}`];
      }
    }
    setImmediate(turn);
    const bytes = await writeXlsx([{ name: 'Rows', rows: rows() }]);
    isWriting = false;
    expect(new Set(turnsBefore).size).to.be.greaterThan(10);
    expect((await readBack(bytes)).Rows).to.have.length(1_000);
  });

  it('hold no cell that a spreadsheet could read as a formula', async () => {
    const rows = [['code', 'message'], ...attacks.map((text, i) => [`${i}`, text])];
    const cells = (parse(writeCsv(rows), { bom: true }) as string[][]).slice(1).map(([, cell]) => cell);
    expect(cells).to.have.length(attacks.length);
    for (const cell of cells) expect(cell).to.match(/^'/);
    const sheet = (await readBack(await writeXlsx([{ name: 'result', rows }]))).result as string[][];
    for (const [, cell] of sheet.slice(1)) expect(cell).to.be.a('string').and.match(/^'/);
  });

  it('leave plain negative numbers as they are', () => {
    expect(['-5', '-12.50', '5', 'a-b', ''].map(harmless)).to.deep.equal(['-5', '-12.50', '5', 'a-b', '']);
    expect(harmless('-5-5')).to.equal("'-5-5");
  });

  it('are safe for a spreadsheet that splits at another separator', () => {
    const text = writeCsv([['a;=1+1', 'b\t@x', 'c\n+1']]).toString();
    for (const separator of [';', '\t', '\n']) {
      for (const part of text.slice(1).split(separator)) expect(part).to.not.match(/^[=+@]/);
    }
  });

  it('open in a spreadsheet as they were: mark, quotes, line breaks, empty cells', () => {
    const bytes = writeCsv([
      ['poNumber', 'note'],
      ['007', 'say "hi",\nnow'],
      [null, undefined],
      [5, ' x '],
    ]);
    expect(bytes.toString()).to.equal('\ufeffpoNumber,note\r\n007,"say ""hi"",\nnow"\r\n,\r\n5," x "\r\n');
  });

  it('are read back as they were written, whatever the texts', async () => {
    const cell = fc.string({ unit: 'binary', maxLength: 12 });
    await fc.assert(
      fc.asyncProperty(fc.array(fc.tuple(cell, cell), { minLength: 1, maxLength: 5 }), async (rows: OutgoingRow[]) => {
        const csv = parse(writeCsv([['h1', 'h2'], ...rows]), { bom: true, record_delimiter: '\r\n' }) as string[][];
        expect(csv).to.have.length(rows.length + 1);
        const book = await readBack(await writeXlsx([{ name: 's', rows: [['h1', 'h2'], ...rows] }]));
        expect(Object.keys(book)).to.deep.equal(['s']);
      }),
      { numRuns: 15 },
    );
  });

  it('of several tables are sheets of one workbook, numbers as texts', async () => {
    const book = await readBack(
      await writeXlsx([
        {
          name: 'orders',
          rows: [
            ['sku', 'quantity'],
            ['007', '12.50'],
          ],
          columns: [{ width: 30 }],
        },
        { name: 'fields', rows: [['field']] },
      ]),
    );
    expect(book).to.deep.equal({
      orders: [
        ['sku', 'quantity'],
        ['007', '12.50'],
      ],
      fields: [['field']],
    });
  });
});
