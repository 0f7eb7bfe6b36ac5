import { PassThrough } from 'node:stream';
import { setImmediate } from 'node:timers/promises';
import type { Column } from 'exceljs';

/** A cell that goes out; numbers stand as texts, as everywhere. */
export type OutgoingCell = string | number | null | undefined;
export type OutgoingRow = readonly OutgoingCell[];

export interface OutgoingSheet {
  /** At most 31 characters, none of `[ ] * ? : / \`. */
  readonly name: string;
  /** The first row is the header: it is shown bold and stays in view. */
  readonly rows: Iterable<OutgoingRow>;
  /** How the columns look to who fills them in; the others hold texts. */
  readonly columns?: readonly OutgoingColumn[];
}

export interface OutgoingColumn {
  /** In characters. */
  readonly width?: number;
  /** What a spreadsheet makes of what is typed below the header; texts stay as they are typed. */
  readonly holds?: 'texts' | 'numbers' | 'dates';
}

/** What a spreadsheet may take for the start of a formula, in any locale; see OWASP, "CSV Injection". */
const formulaStart = /^[=+\-@\t\r\n\uff1d\uff0b\uff0d\uff20]/;
const plainNumber = /^-?\d+(?:\.\d+)?$/;
/** A spreadsheet that splits at another separator than ours sees a new cell here, in quotes or not. */
const startAfterSeparator = /(?<=[;\t\r\n])(?=[=+\-@\uff1d\uff0b\uff0d\uff20])/g;

/** The text with an apostrophe before it when a spreadsheet could read it as a formula. Plain negative numbers stay numbers. */
export function harmless(text: string): string {
  return formulaStart.test(text) && !plainNumber.test(text) ? `'${text}` : text;
}

/**
 * CSV as spreadsheets open it everywhere: comma, CRLF, UTF-8 with a byte order mark (without one Excel reads umlauts
 * wrongly), and no cell that acts as a formula.
 */
export function writeCsv(rows: Iterable<OutgoingRow>): Buffer {
  const lines = ['\ufeff'];
  for (const row of rows) lines.push(row.map(csvCell).join(','), '\r\n');
  return Buffer.from(lines.join(''), 'utf8');
}

function csvCell(cell: OutgoingCell): string {
  const text = harmless(textOf(cell)).replace(startAfterSeparator, "'");
  return /[",;\t|\r\n]|^\s|\s$/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

const usualWidth = 16;
/** Characters of a cell that Excel takes. */
const longestCell = 32_767;

/** Rows that are written in one turn of the event loop: what is not packed before the next ones come stays in memory. */
const rowsAtOnce = 50;

/** An XLSX workbook whose cells are all texts, so that no number or date is changed on its way; written row by row. */
export async function writeXlsx(sheets: readonly OutgoingSheet[]): Promise<Buffer> {
  const { stream } = (await import('exceljs')).default; // large, and seldom wanted
  const out = new PassThrough();
  const taken = (async () => {
    const chunks: Buffer[] = [];
    for await (const chunk of out) chunks.push(chunk as Buffer);
    return Buffer.concat(chunks);
  })();
  const workbook = new stream.xlsx.WorkbookWriter({ stream: out, useSharedStrings: false, useStyles: true });
  for (const { name, rows, columns = [] } of sheets) {
    const sheet = workbook.addWorksheet(name, { views: [{ state: 'frozen', ySplit: 1 }] });
    let isHeader = true;
    let written = 0;
    for (const cells of rows) {
      written += 1;
      if (written % rowsAtOnce === 0) await setImmediate();
      if (isHeader) sheet.columns = cells.map((_, index) => columnStyle(columns[index]));
      const row = sheet.addRow(cells.map((cell) => writableText(harmless(textOf(cell))) || undefined));
      if (isHeader) row.font = { bold: true };
      row.commit();
      isHeader = false;
    }
    sheet.commit();
  }
  await workbook.commit();
  return taken;
}

const formats = { texts: '@', numbers: 'General', dates: 'yyyy-mm-dd' } as const;

function columnStyle({ width = usualWidth, holds = 'texts' }: OutgoingColumn = {}): Partial<Column> {
  return { width, style: { numFmt: formats[holds] } };
}

function textOf(cell: OutgoingCell): string {
  return cell === null || cell === undefined ? '' : String(cell).toWellFormed();
}

/** XML has no place for control characters but tab and line breaks. */
function writableText(text: string): string {
  return text
    .slice(0, longestCell)
    .replace(/[^\P{Cc}\t\n\r]|[\ufffe\uffff]/gu, '\ufffd')
    .toWellFormed();
}
