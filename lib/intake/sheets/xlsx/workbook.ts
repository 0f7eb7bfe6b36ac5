import { isBlankRow, type SheetCell } from '../cells';
import type { SheetLayout, SheetLimits } from '../layout';
import { OrderTable, type TableContent } from '../order-table';
import { SheetPlace } from '../places';
import { Archive, protectedWords } from './archive';
import { readMergedRanges } from './merged-cells';
import { readNumberFormats } from './number-formats';
import { readSharedStrings } from './shared-strings';
import { readSheetRows, type WorkbookContext } from './sheet-rows';
import { UnreadableWorkbook } from './unreadable';
import { readWorkbookParts, type SheetPart } from './workbook-parts';

export const workbookType = 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet';

/** So many of the needed columns make a sheet one with orders, also when the others are missing. */
const likelyOrders = 2;

interface ReadSheet {
  readonly sheet: SheetPart;
  readonly content: TableContent;
  readonly neededColumns: number;
  readonly isEmpty: boolean;
  readonly hiddenRows: number;
}

/**
 * Reads the orders of a workbook: of every visible sheet that has a header with the needed columns. Sheets without one
 * are left out with a warning. Reads piece by piece, and nothing before the directory of the archive has been checked.
 */
export async function readWorkbook(bytes: Buffer, layout: SheetLayout, limits: SheetLimits): Promise<TableContent> {
  try {
    return contentOf(await readSheets(bytes, layout, limits));
  } catch (error) {
    if (error instanceof UnreadableWorkbook) return { unreadable: [error.fault], warnings: [], orders: [] };
    throw error;
  }
}

async function readSheets(
  bytes: Buffer,
  layout: SheetLayout,
  limits: SheetLimits,
): Promise<{ readonly read: ReadSheet[]; readonly hidden: string[] }> {
  refuseOtherFormats(bytes);
  const archive = await Archive.open(bytes);
  refuseOtherArchives(archive);
  const { sheets, sharedStrings, styles, from1904 } = await readWorkbookParts(archive);
  const context: WorkbookContext = {
    strings: await readSharedStrings(archive, sharedStrings),
    formats: await readNumberFormats(archive, styles),
    from1904,
  };
  const read: ReadSheet[] = [];
  let { rows, ordersPerMessage } = limits;
  for (const sheet of sheets.filter(({ isHidden }) => !isHidden)) {
    const table = new OrderTable(layout, { rows, ordersPerMessage }, new SheetPlace(sheet.name));
    let hiddenRows = 0;
    const take = (row: SheetCell[], number: number, isHidden: boolean): boolean => {
      if (isHidden && !isBlankRow(row)) hiddenRows += 1;
      return table.add(row, number);
    };
    const merged = await readMergedRanges(() => archive.read(sheet.part));
    await readSheetRows(archive.read(sheet.part), context, merged, take);
    const content = table.end();
    rows -= table.rowCount;
    ordersPerMessage -= content.orders.length;
    read.push({ sheet, content, neededColumns: table.neededColumns, isEmpty: table.isEmpty, hiddenRows });
  }
  return { read, hidden: sheets.filter(({ isHidden }) => isHidden).map(({ name }) => name) };
}

/** Faults of a sheet that is meant to have orders are the message's; a sheet without orders is only left out. */
function contentOf({ read, hidden }: { read: readonly ReadSheet[]; hidden: readonly string[] }): TableContent {
  const withOrders = read.filter(({ content }) => content.unreadable === undefined);
  const faulty = read.filter(
    ({ content, neededColumns }) =>
      content.unreadable?.some(({ code }) => code !== 'empty-document') && neededColumns >= likelyOrders,
  );
  if (faulty.length > 0 || withOrders.length === 0) {
    const told = faulty.length > 0 ? faulty : [mostLikely(read)];
    const columns = told[0]?.content.columns;
    return {
      unreadable: told.flatMap((sheet) => sheet?.content.unreadable ?? [nothingInIt]),
      warnings: [],
      orders: [],
      ...(columns === undefined ? {} : { columns }),
    };
  }
  const leftOut = read.filter((sheet) => !withOrders.includes(sheet) && !sheet.isEmpty).map(({ sheet }) => sheet.name);
  const columns = withOrders[0]?.content.columns;
  return {
    warnings: [
      ...leftOut.map((name) => `The sheet ${name} was left out: it has no header with the needed columns, or no rows.`),
      ...hidden.map((name) => `The sheet ${name} was left out: it is hidden.`),
      ...withOrders
        .filter(({ hiddenRows }) => hiddenRows > 0)
        .map(({ sheet, hiddenRows }) => `The sheet ${sheet.name} has ${hiddenRows} hidden rows; they were read too.`),
      ...withOrders.flatMap(({ content }) => content.warnings),
    ],
    orders: withOrders.flatMap(({ content }) => content.orders),
    ...(columns === undefined ? {} : { columns }),
  };
}

const nothingInIt = {
  path: '',
  code: 'empty-document',
  message: 'The workbook has no visible sheet with rows; send a header and one row a line.',
} as const;

function mostLikely(read: readonly ReadSheet[]): ReadSheet | undefined {
  return read
    .filter(({ isEmpty }) => !isEmpty)
    .reduce<ReadSheet | undefined>(
      (best, sheet) => (best === undefined || sheet.neededColumns > best.neededColumns ? sheet : best),
      undefined,
    );
}

const compoundFile = Buffer.from([0xd0, 0xcf, 0x11, 0xe0, 0xa1, 0xb1, 0x1a, 0xe1]);
const encryptedPackage = Buffer.from('EncryptedPackage', 'utf16le');

/** What people also call an Excel file, by its first bytes. */
function refuseOtherFormats(bytes: Buffer): void {
  if (bytes.subarray(0, compoundFile.length).equals(compoundFile)) {
    if (bytes.includes(encryptedPackage)) throw new UnreadableWorkbook(protectedWords, 'not-supported');
    throw new UnreadableWorkbook('This is an old Excel file (.xls). Save it as .xlsx and send that.', 'not-supported');
  }
  if (bytes[0] !== 0x50 || bytes[1] !== 0x4b) {
    throw new UnreadableWorkbook('This is no .xlsx file. If it is a text, send it as text/csv.');
  }
}

function refuseOtherArchives(archive: Archive): void {
  for (const name of archive.names) {
    if (name.endsWith('vbaproject.bin')) {
      throw new UnreadableWorkbook('The workbook has macros (.xlsm). Save it as .xlsx, without them.', 'not-supported');
    }
    if (name === 'xl/workbook.bin') {
      throw new UnreadableWorkbook(
        'This is a binary workbook (.xlsb). Save it as .xlsx and send that.',
        'not-supported',
      );
    }
  }
  if (archive.has('content.xml') && archive.has('meta-inf/manifest.xml')) {
    throw new UnreadableWorkbook(
      'This is an OpenDocument sheet (.ods). Save it as .xlsx and send that.',
      'not-supported',
    );
  }
}
