import { CsvError, parse } from 'csv-parse/sync';
import type { Fault } from '../domain/faults';
import { type ColumnMapping, readHeader } from './csv-columns';
import { type CsvOrder, type DecimalMark, OrderRows } from './csv-orders';
import { mostFaultsOfMessage, tooManyFaults } from './fault-list';
import { decodeText } from './text-encoding';

export type Separator = '' | ',' | ';' | '\t' | '|';

/** How a layout is written; '' finds the separator out, and takes only decimals that can mean one thing. */
export interface CsvSettings {
  readonly separator: Separator;
  readonly decimalMark: DecimalMark;
  readonly mapping: ColumnMapping;
}

export const defaultCsvSettings: CsvSettings = { separator: '', decimalMark: '', mapping: {} };

export interface CsvLimits {
  readonly rows: number;
  readonly ordersPerMessage: number;
}

/** The orders of a file in order of appearance; or why nothing in it can be read. */
export interface CsvContent {
  readonly unreadable?: readonly Fault[];
  readonly warnings: readonly string[];
  readonly orders: readonly CsvOrder[];
}

const separators = [',', ';', '\t', '|'] as const;
/** Characters of one row: an unclosed quote ends here instead of taking the rest of the file. */
const longestRow = 100_000;
/** Excel's own line that names the separator; Excel does not count it as a row. */
const separatorLine = /^sep=([,;\t|])(?:\r\n|\r|\n)/i;

/** Reads one row a line, grouped to orders. The caller limits the size of the file. Never throws. */
export function readCsv(bytes: Uint8Array, settings: CsvSettings, limits: CsvLimits, charset?: string): CsvContent {
  const decoded = decodeText(bytes, charset);
  if ('fault' in decoded) return unreadable([decoded.fault]);
  const named = separatorLine.exec(decoded.text);
  const text = named ? decoded.text.slice(named[0].length) : decoded.text;
  const separator = settings.separator || named?.[1] || separatorOf(text);
  const rows = splitRows(text, separator, limits.rows);
  if (!Array.isArray(rows)) return unreadable([rows]);
  const header = rows[0];
  if (header === undefined || rows.every(isBlank)) {
    return unreadable([
      { path: '', code: 'empty-document', message: 'The file is empty; send a header and one row a line.' },
    ]);
  }
  const columns = readHeader(header, settings.mapping);
  if (columns.faults.length > 0) return unreadable(columns.faults);

  const orders = new OrderRows(columns, settings.decimalMark);
  for (let index = 1; index < rows.length; index += 1) {
    const row = rows[index];
    if (row !== undefined && !isBlank(row)) orders.add(row, index + 1);
    if (orders.count > limits.ordersPerMessage) {
      const message = `The file has more than ${limits.ordersPerMessage} orders; send several files.`;
      return unreadable([{ path: `row ${index + 1}`, code: 'too-many-orders', message }]);
    }
    if (orders.faultCount > mostFaultsOfMessage)
      return unreadable(tooManyFaults(orders.all().flatMap(({ faults }) => faults)));
  }
  if (orders.count === 0) {
    return unreadable([
      { path: 'row 2', code: 'empty-document', message: 'The file has a header and no rows; send one row a line.' },
    ]);
  }
  return { warnings: decoded.warning === undefined ? [] : [decoded.warning], orders: orders.all() };
}

function unreadable(faults: readonly Fault[]): CsvContent {
  return { unreadable: faults, warnings: [], orders: [] };
}

/** The separator that the header line has most of, outside of quotes; a comma when it has none. */
function separatorOf(text: string): Separator {
  const counts = new Map<string, number>();
  let quoted = false;
  const end = Math.min(text.length, longestRow);
  for (let at = 0; at < end; at += 1) {
    const character = text.charAt(at);
    if (character === '"') quoted = !quoted;
    else if (!quoted && (character === '\n' || character === '\r')) break;
    else if (!quoted) counts.set(character, (counts.get(character) ?? 0) + 1);
  }
  const count = (separator: string) => counts.get(separator) ?? 0;
  return separators.reduce((best, separator) => (count(separator) > count(best) ? separator : best));
}

function splitRows(text: string, separator: string, mostRows: number): string[][] | Fault {
  // The parser makes an Error for each row that is shorter than the header; without stack traces that costs a third.
  const { stackTraceLimit } = Error;
  Error.stackTraceLimit = 0;
  try {
    const rows = parse(text, {
      delimiter: separator,
      record_delimiter: ['\r\n', '\n', '\r'],
      relax_column_count: true,
      max_record_size: longestRow,
      to: mostRows + 2,
    });
    if (rows.length <= mostRows + 1) return rows;
    return {
      path: `row ${mostRows + 2}`,
      code: 'too-many-rows',
      message: `The file has more than ${mostRows} rows; send several files.`,
    };
  } catch (error) {
    if (!(error instanceof CsvError)) throw error;
    return csvFault(error);
  } finally {
    Error.stackTraceLimit = stackTraceLimit;
  }
}

function csvFault(error: CsvError): Fault {
  const path = `row ${Number(error.records ?? 0) + 1}`;
  const message =
    error.code === 'CSV_MAX_RECORD_SIZE'
      ? `The row is longer than ${longestRow} characters; is a quote opened and not closed?`
      : 'The quotes of the row do not match: put a text with quotes in it between quotes, and write each inner quote twice.';
  return { path, code: 'unreadable', message };
}

function isBlank(row: readonly string[]): boolean {
  return row.every((cell) => cell.trim() === '');
}
