import type { Fault } from '../../domain/faults';
import { decodeText } from '../text-encoding';
import { splitRows } from './csv-rows';
import type { Separator, SheetLayout, SheetLimits } from './layout';
import { OrderTable, type TableContent } from './order-table';

const separators = [',', ';', '\t', '|'] as const;
/** So far a header is looked for, in characters. */
const longestStart = 100_000;
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
  let fault: Fault | undefined;
  const broken = splitRows(
    text,
    separator === 'plain-tab' ? '\t' : separator,
    separator !== 'plain-tab',
    (row, number) => {
      if (number > mostRows) fault = tooManyRows(mostRows);
      return fault === undefined && table.add(row, number);
    },
  );
  fault ??= broken;
  const content = table.end();
  if (fault !== undefined) return { ...content, unreadable: [fault], orders: [] };
  return decoded.warning === undefined ? content : { ...content, warnings: [decoded.warning, ...content.warnings] };
}

/** The separator that the header has most of, outside of quotes; a comma when it has none. Rows with none of them are titles. */
function separatorOf(text: string): Separator {
  let counts = new Map<string, number>();
  const count = (separator: string) => counts.get(separator) ?? 0;
  let quoted = false;
  const end = Math.min(text.length, longestStart);
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

function tooManyRows(mostRows: number): Fault {
  const message = `The file has more than ${mostRows} rows, most of them empty; remove those.`;
  return { path: `row ${mostRows + 1}`, code: 'too-many-rows', message };
}
