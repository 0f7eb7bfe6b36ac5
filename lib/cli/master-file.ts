import { parse } from 'csv-parse/sync';
import { BusinessRejection } from '../domain/faults';
import { customerFields, partnerFields, productFields, stockFields, taxFields } from '../domain/master-records';
import type { Fields } from '../domain/record-draft';
import { readJson } from '../intake/json';
import { decodeText } from '../intake/text-encoding';

const fieldsOfKind: Readonly<Record<string, Fields>> = {
  customers: customerFields,
  products: productFields,
  stock: stockFields,
  partners: partnerFields,
  taxes: taxFields,
};

/** Cells of several values: `api|file`, and `CA=12|PAL=480`. */
const lists = new Set(['channels', 'customers', 'ediIds']);
const maps = new Set(['uoms', 'skuMap', 'customerMap', 'uomMap']);
const addressColumns = new Map(
  ['name', 'address', 'city', 'postalCode', 'country'].map((part) => [plain(`shipTo ${part}`), part]),
);
const mostRecords = 200_000;

/** Records of a file for `upsertMaster`. @throws BusinessRejection when the file cannot be read as what its name says */
export function readMasterFile(kind: string, name: string, bytes: Buffer): unknown {
  const records = recordsOf(kind, name, bytes);
  if (Array.isArray(records) && records.length === 0)
    throw new BusinessRejection('empty-document', `${name} holds no ${kind}.`);
  return records;
}

function recordsOf(kind: string, name: string, bytes: Buffer): unknown {
  if (/\.json$/i.test(name)) {
    const content = readJson(bytes, { depth: 8, items: mostRecords });
    if ('fault' in content) throw new BusinessRejection(content.fault.code, content.fault.message, [content.fault]);
    return content.value;
  }
  if (/\.csv$/i.test(name)) return readRows(kind, bytes);
  throw new BusinessRejection('unsupported-media-type', `${name} is neither .json nor .csv.`);
}

function readRows(kind: string, bytes: Buffer): Record<string, unknown>[] {
  const decoded = decodeText(bytes);
  if ('fault' in decoded) throw new BusinessRejection(decoded.fault.code, decoded.fault.message);
  const [head = ''] = decoded.text.split(/\r\n|\r|\n/, 1);
  const delimiter = [';', '\t', '|'].find((candidate) => head.includes(candidate) && !head.includes(',')) ?? ',';
  const rows = parseCsv(decoded.text, delimiter);
  const columns = (rows[0] ?? []).map((column) => columnOf(kind, column));
  return rows.slice(1).map((row) => recordOf(columns, row));
}

function parseCsv(text: string, delimiter: string): string[][] {
  try {
    return parse(text, { delimiter, skip_empty_lines: true, relax_column_count_less: true, trim: true });
  } catch (error) {
    throw new BusinessRejection(
      'unreadable',
      `The file cannot be read as CSV: ${error instanceof Error ? error.message : String(error)}`,
    );
  }
}

interface Column {
  readonly field: string;
  readonly part?: string;
}

function columnOf(kind: string, heading: string): Column {
  const part = addressColumns.get(plain(heading));
  if (part !== undefined && kind === 'customers') return { field: 'shipTo', part };
  const fields = Object.keys(fieldsOfKind[kind] ?? {});
  return { field: fields.find((field) => plain(field) === plain(heading)) ?? heading };
}

function plain(heading: string): string {
  return heading.toLowerCase().replace(/[\s_]+/g, '');
}

/** An empty cell says nothing: what is known stays. */
function recordOf(columns: readonly Column[], row: readonly string[]): Record<string, unknown> {
  const record: Record<string, unknown> = {};
  columns.forEach(({ field, part }, i) => {
    const cell = row[i];
    if (cell === undefined || cell === '') return;
    if (part !== undefined) record[field] = { ...(record[field] as object | undefined), [part]: cell };
    else record[field] = cellValue(field, cell);
  });
  return record;
}

function cellValue(field: string, cell: string): unknown {
  if (field === 'creditLimit' && cell.toLowerCase() === 'unlimited') return null;
  const parts = cell.split('|').map((part) => part.trim());
  if (lists.has(field)) return parts;
  if (maps.has(field))
    return Object.fromEntries(
      parts.map((part) => [part.slice(0, part.lastIndexOf('=')), part.slice(part.lastIndexOf('=') + 1)]),
    );
  return cell;
}

/** The place of a fault as a person sees it in the file: the header is row 1. */
export function placeInFile(name: string, pointer: string): string {
  const match = /^\/(\d+)(?:\/(.*))?$/.exec(pointer);
  if (match === null || !/\.csv$/i.test(name)) return pointer === '' ? 'the record' : pointer;
  return `row ${Number(match[1]) + 2}${match[2] === undefined ? '' : `, column ${match[2]}`}`;
}
