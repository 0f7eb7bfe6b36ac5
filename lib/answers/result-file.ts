import type { Fault } from '../domain/faults';
import { salesOrderNumber } from '../domain/order';
import { partsOfPlace } from '../intake/sheets/places';
import type { Database } from '../store/database';
import { type DocumentEntry, type DocumentState, documentsOf } from '../store/inbox-queries';
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

/** A row an order, and for a rejected one a row each thing that is wrong, in the order of the message. */
export async function resultRows(db: Database, inboxId: number): Promise<OutgoingRow[]> {
  return [header, ...(await documentsOf(db, inboxId)).flatMap(rowsOf)];
}

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
    const { rows, column = rows === undefined ? path : '' } = partsOfPlace(path);
    return [rows === undefined ? rowsIn(place) : rowsIn(path), ...order, column, code, message];
  });
}

/** `rows 2-6` as `2-6`, of a workbook with the sheet before it; what is no row stays as it is: `/0` of an array. */
function rowsIn(place: string): string {
  const { sheet, rows } = partsOfPlace(place);
  if (rows === undefined) return place;
  return sheet === undefined ? rows : `${sheet}: ${rows}`;
}

/** The rows as a file that spreadsheets open, with no cell that acts as a formula. */
export function resultFile(rows: readonly OutgoingRow[], format: ResultFormat): Promise<Buffer> {
  return format === 'csv'
    ? Promise.resolve(writeCsv(rows))
    : writeXlsx([{ name: 'Result', rows, columns: widths.map((width) => ({ width })) }]);
}
