import { workbookType } from './sheets/xlsx/workbook';

const typesByExtension: Readonly<Record<string, string>> = {
  '.json': 'application/json',
  '.csv': 'text/csv',
  '.txt': 'text/csv',
  '.tsv': 'text/csv',
  '.xlsx': workbookType,
  // What Excel writes besides is told apart, and refused, by its bytes.
  '.xls': workbookType,
  '.xlsm': workbookType,
  '.xlsb': workbookType,
  '.ods': workbookType,
};
const zip = Buffer.from('PK\u0003\u0004', 'latin1');
const compoundFile = Buffer.from([0xd0, 0xcf, 0x11, 0xe0]);
/** EDI says itself what it is, under whatever name; after a byte order mark and blanks. */
const interchanges: readonly (readonly [pattern: RegExp, contentType: string])[] = [
  [/^(?:\xef\xbb\xbf)?\s*ISA[^A-Za-z0-9\s]/, 'application/edi-x12'],
  [/^(?:\xef\xbb\xbf)?\s*UN(?:A|B[^A-Za-z0-9\s])/, 'application/edifact'],
];
const brace = 0x7b;
const bracket = 0x5b;

/** What the bytes of a workbook begin with wins, since people rename files; then the name, then the first character. */
export function contentTypeOf(name: string | undefined, bytes: Buffer): string {
  const start = bytes.subarray(0, 4);
  if (start.equals(zip) || start.equals(compoundFile)) return workbookType;
  const head = bytes.subarray(0, 64).toString('latin1');
  const interchange = interchanges.find(([pattern]) => pattern.test(head));
  if (interchange !== undefined) return interchange[1];
  const extension = /\.[^./\\]+$/.exec(name ?? '')?.[0].toLowerCase() ?? '';
  const named = Object.hasOwn(typesByExtension, extension) ? typesByExtension[extension] : undefined;
  if (named !== undefined) return named;
  const first = bytes.find((byte) => byte > 0x20 && byte < 0x80);
  return first === brace || first === bracket ? 'application/json' : 'text/csv';
}
