import type { Fault } from '../domain/faults';
import { salesOrderNumber } from '../domain/order';
import type { Visibility } from '../domain/visibility';
import { partsOfPlace } from '../intake/sheets/places';
import type { Database } from '../store/database';
import { type DocumentEntry, type DocumentState, documentsOf, type Repeat } from '../store/document-queries';
import { findMessage } from '../store/inbox-queries';
import { mayReadMessage } from './inbox-visibility';
import type { HttpAnswer } from './problem';
import { type OutgoingRow, writeCsv, writeXlsx } from './sheet-writer';

export type ResultFormat = 'csv' | 'xlsx';

/** What became of an order, in the words of the result file. */
const outcomes: Readonly<Record<DocumentState, string>> = {
  stored: 'in progress',
  accepted: 'accepted',
  duplicate: 'was here before',
  rejected: 'rejected',
  parked: 'parked',
  replaced: 'replaced by a corrected copy',
};

const header: OutgoingRow = ['row', 'poNumber', 'salesOrder', 'outcome', 'column', 'code', 'message'];
const widths = [12, 20, 14, 16, 20, 22, 90];

/** What a person has to know who wants to see to an order that was parked. */
const parkedWords =
  'The order is kept, but could not be worked for a technical reason. It is worked again when the operators have seen to it; sending it again does no harm.';

/**
 * A row an order, and for a rejected one a row each thing that is wrong, in the order of the message.
 * @param repeat there when the message came again: what had been accepted before was here before
 */
export async function resultRows(db: Database, inboxId: number, repeat?: Repeat): Promise<OutgoingRow[]> {
  const reopened = new Set(repeat?.reopened);
  const wasHere = ({ state, documentId }: DocumentEntry): boolean =>
    repeat !== undefined && state === 'accepted' && !reopened.has(documentId);
  const rows: OutgoingRow[] = [header];
  for (let after = beforeAll; ; ) {
    const documents = await documentsOf(db, inboxId, { after, count: documentsAtOnce });
    for (const document of documents)
      rows.push(...rowsOf(wasHere(document) ? { ...document, state: 'duplicate' } : document));
    const last = documents.at(-1);
    if (last === undefined || documents.length < documentsAtOnce) return rows;
    after = last.ordinal;
  }
}

/** The one document of an unreadable message has the ordinal 0, the first of others 1. */
const beforeAll = -1;

/** A message may have tens of thousands, and their rows are much smaller than what the store knows of them. */
const documentsAtOnce = 1_000;

/** The rows of a file that was not taken at all. */
export const refusedRows = (faults: readonly Fault[]): OutgoingRow[] => [
  header,
  ...faults.map((fault) => ['', '', '', 'rejected', fault.path, fault.code, fault.message]),
];

function rowsOf(document: DocumentEntry): OutgoingRow[] {
  const { place, poNumber, orderId, state, faults } = document;
  const order = [poNumber, orderId === null ? '' : salesOrderNumber(orderId), outcomes[state]];
  const failed = state === 'rejected' || state === 'parked';
  if (!failed) return [[rowsIn(place), ...order, '', '', '']];
  const listed = faults.length > 0 ? faults : [{ path: '', code: document.code ?? 'parked', message: parkedWords }];
  return listed.map(({ path, code, message }) => {
    const { rows, column = rows === undefined ? path : '' } = partsOfPlace(path, place);
    const at = isSheet(place) ? fieldOf(column) : column;
    return [rows === undefined ? rowsIn(place) : rowsIn(path, place), ...order, at, code, message];
  });
}

/** `rows 2-6` as `2-6`, of a workbook with the sheet before it; what is no row stays as it is: `/0` of an array. */
function rowsIn(path: string, place = path): string {
  const { sheet, rows } = partsOfPlace(path, place);
  if (rows === undefined) return path;
  return sheet === undefined ? rows : `${sheet}: ${rows}`;
}

const isSheet = (place: string): boolean => partsOfPlace(place).rows !== undefined;

/** What was found after reading is told by its place in the order, `/lines/0/sku`: in a sheet it is the column of the field. */
const fieldOf = (column: string): string => /^\/(?:lines\/\d+\/|shipTo\/)?(\w+)$/.exec(column)?.[1] ?? column;

/** The result of a message as CSV, as it is now; undefined for a message that is not there, or not this reader's. */
export async function jobResult(db: Database, inboxId: number, visible: Visibility): Promise<HttpAnswer | undefined> {
  const message = await findMessage(db, inboxId);
  if (message === undefined || !(await mayReadMessage(db, message, visible))) return undefined;
  return {
    statusCode: 200,
    headers: {
      'content-type': 'text/csv; charset=utf-8',
      'content-disposition': `attachment; filename="job-${inboxId}.result.csv"`,
    },
    body: writeCsv(await resultRows(db, inboxId)).toString('utf8'),
  };
}

/** The rows as a file that spreadsheets open, with no cell that acts as a formula. */
export function resultFile(rows: readonly OutgoingRow[], format: ResultFormat): Promise<Buffer> {
  return format === 'csv'
    ? Promise.resolve(writeCsv(rows))
    : writeXlsx([{ name: 'Result', rows, columns: widths.map((width) => ({ width })) }]);
}
