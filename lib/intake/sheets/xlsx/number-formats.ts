import type { Archive } from './archive';
import { readXml } from './xml';

/** What the format of a cell makes of a number: a date, or a whole number with leading zeros. */
export type NumberFormat = { readonly kind: 'date' } | { readonly kind: 'zeros'; readonly digits: number } | undefined;

/** Formats that have no text in the file because every spreadsheet knows them; ECMA-376 part 1, 18.8.30. */
const builtInDates: ReadonlySet<number> = new Set([
  14, 15, 16, 17, 22, 27, 28, 29, 30, 31, 36, 50, 51, 52, 53, 54, 55, 56, 57, 58,
]);

/** The format of each cell style, in the order in which cells name them. */
export async function readNumberFormats(archive: Archive, part: string | undefined): Promise<NumberFormat[]> {
  if (part === undefined || !archive.has(part)) return [];
  const codes = new Map<number, string>();
  const formats: NumberFormat[] = [];
  let inCellFormats = false;
  await readXml(archive.read(part), {
    open(name, attributes) {
      if (name === 'numFmt') codes.set(Number(attributes.numFmtId), attributes.formatCode ?? '');
      else if (name === 'cellXfs') inCellFormats = true;
      else if (name === 'xf' && inCellFormats) formats.push(formatOf(Number(attributes.numFmtId ?? 0), codes));
    },
    close(name) {
      if (name === 'cellXfs') inCellFormats = false;
    },
  });
  return formats;
}

function formatOf(id: number, codes: ReadonlyMap<number, string>): NumberFormat {
  const code = codes.get(id);
  if (code === undefined) return builtInDates.has(id) ? { kind: 'date' } : undefined;
  return formatOfCode(code);
}

/** What a format code says; times without a day are no dates. */
export function formatOfCode(code: string): NumberFormat {
  const [positive = ''] = code.slice(0, 300).split(';');
  const plain = positive.replace(/"[^"]*"|\\.|_.|\*.|\[[^\]]*\]/g, '').toLowerCase();
  if (/^0{2,30}$/.test(plain)) return { kind: 'zeros', digits: plain.length };
  if (/general|[0#?]/.test(plain.replace(/\.0+/g, ''))) return undefined;
  const isDate = /[yd]/.test(plain) || (/m/.test(plain) && !/[hs]/.test(plain));
  return isDate ? { kind: 'date' } : undefined;
}
