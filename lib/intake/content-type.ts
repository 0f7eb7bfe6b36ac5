const csvType = 'text/csv';
const jsonType = 'application/json';

/** What a message begins with, whatever its name says; after a byte order mark and blanks. */
const beginnings: readonly (readonly [pattern: RegExp, contentType: string])[] = [
  [/^PK\x03\x04/, 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet'],
  [/^(?:\xef\xbb\xbf)?\s*ISA[^A-Za-z0-9\s]/, 'application/edi-x12'],
  [/^(?:\xef\xbb\xbf)?\s*UN(?:A|B[^A-Za-z0-9\s])/, 'application/edifact'],
];

const byExtension: Readonly<Record<string, string>> = {
  json: jsonType,
  csv: csvType,
  txt: csvType,
  tsv: csvType,
  xlsx: 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet',
};

/** The content type of a file that nobody has stated one for: by how it begins, else by its name, else JSON or CSV by its first character. */
export function contentTypeOf(name: string, bytes: Uint8Array): string {
  const head = Buffer.from(bytes.subarray(0, 64)).toString('latin1');
  const begun = beginnings.find(([pattern]) => pattern.test(head));
  if (begun !== undefined) return begun[1];
  const extension = /\.([^./\\]+)$/.exec(name)?.[1]?.toLowerCase() ?? '';
  const named = Object.hasOwn(byExtension, extension) ? byExtension[extension] : undefined;
  if (named !== undefined) return named;
  return /^[^\x21-\x7e]*[{[]/.test(head) ? jsonType : csvType;
}
