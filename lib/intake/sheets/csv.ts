import { CsvError, parse } from 'csv-parse/sync';
import type { Fault } from '../../domain/faults';
import { decodeText } from '../text-encoding';
import type { Separator, SheetLayout, SheetLimits } from './layout';
import { OrderTable, type TableContent } from './order-table';

const separators = [',', ';', '\t', '|'] as const;
/** Characters of one row: an unclosed quote ends here instead of taking the rest of the file. */
const longestRow = 100_000;
/** Rows with nothing in them are no order lines, but there is an end to them too. */
const mostBlankRows = 1_000_000;
/** Excel's own line that names the separator; Excel does not count it as a row. */
const separatorLine = /^sep=([,;\t|])(?:\r\n|\r|\n)/i;

/**
 * Reads one row a line, grouped to orders. Rows are taken up as they are found and never held all at once. The caller
 * limits the size of the file. Never throws.
 */
export function readCsv(bytes: Uint8Array, layout: SheetLayout, limits: SheetLimits, charset?: string): TableContent {
  const decoded = decodeText(bytes, charset ?? (layout.encoding || undefined));
  if ('fault' in decoded) return { unreadable: [decoded.fault], warnings: [], orders: [] };
  const named = separatorLine.exec(decoded.text);
  const text = named ? decoded.text.slice(named[0].length) : decoded.text;
  const separator = layout.separator || named?.[1] || separatorOf(text);
  const table = new OrderTable(layout, limits);
  const mostRows = limits.rows + mostBlankRows;
  const fault = splitRows(text, separator, mostRows, (row, number) => table.add(row, number));
  const content = table.end();
  if (fault !== undefined) return { ...content, unreadable: [fault], orders: [] };
  return decoded.warning === undefined ? content : { ...content, warnings: [decoded.warning, ...content.warnings] };
}

/** The separator that the header has most of, outside of quotes; a comma when it has none. Rows with none of them are titles. */
function separatorOf(text: string): Separator {
  let counts = new Map<string, number>();
  const count = (separator: string) => counts.get(separator) ?? 0;
  let quoted = false;
  const end = Math.min(text.length, longestRow);
  for (let at = 0; at < end; at += 1) {
    const character = text.charAt(at);
    if (character === '"') quoted = !quoted;
    else if (quoted) continue;
    else if (character === '\n' || character === '\r') {
      if (separators.some((separator) => count(separator) > 1)) break;
      counts = new Map();
    } else counts.set(character, (counts.get(character) ?? 0) + 1);
  }
  return separators.reduce((best, separator) => (count(separator) > count(best) ? separator : best));
}

/** Ends the parser when no more rows are wanted. */
class EnoughRows extends Error {}

/** Hands over row by row until one is answered with false; what it returns is why the rest cannot be split. */
function splitRows(
  text: string,
  separator: string,
  mostRows: number,
  take: (row: string[], number: number) => boolean,
): Fault | undefined {
  // The parser makes an Error for each row that is shorter than the header; without stack traces that costs a third.
  const { stackTraceLimit } = Error;
  Error.stackTraceLimit = 0;
  let number = 0;
  try {
    parse(text, {
      delimiter: separator === 'plain-tab' ? '\t' : separator,
      quote: separator === 'plain-tab' ? null : '"',
      record_delimiter: ['\r\n', '\n', '\r'],
      relax_column_count: true,
      max_record_size: longestRow,
      on_record(row: string[]): null {
        number += 1;
        if (number > mostRows || !take(row, number)) throw new EnoughRows();
        return null;
      },
    });
    return undefined;
  } catch (error) {
    if (error instanceof EnoughRows) return number > mostRows ? tooManyRows(mostRows) : undefined;
    if (!(error instanceof CsvError)) throw error;
    return csvFault(error, number + 1);
  } finally {
    Error.stackTraceLimit = stackTraceLimit;
  }
}

function tooManyRows(mostRows: number): Fault {
  const message = `The file has more than ${mostRows} rows, most of them empty; remove those.`;
  return { path: `row ${mostRows + 1}`, code: 'too-many-rows', message };
}

function csvFault(error: CsvError, row: number): Fault {
  const message =
    error.code === 'CSV_MAX_RECORD_SIZE'
      ? `The row is longer than ${longestRow} characters; is a quote opened and not closed?`
      : 'The quotes of the row do not match: put a text with quotes in it between quotes, and write each inner quote twice.';
  return { path: `row ${row}`, code: 'unreadable', message };
}
