import {
  type IntakeLimits,
  type KeepDocument,
  type KeptDocument,
  type MessageContent,
  type ReadDocument,
  type ReceivedMessage,
  unreadable,
} from './message-content';
import { normalizeOrder } from './normalize-order';
import { documentOf, readEach } from './read-documents';
import { readCsv } from './sheets/csv';
import type { SheetOrder } from './sheets/order-rows';
import type { TableContent } from './sheets/order-table';
import { readWorkbook } from './sheets/xlsx/workbook';
import { shownText } from './shown-value';

export function readCsvMessage<Kept extends KeptDocument>(
  { bytes, limits, csv }: ReceivedMessage,
  charset: string | undefined,
  keep: KeepDocument<Kept>,
): MessageContent<Kept> {
  return documentsOfTable(readCsv(bytes, csv, limits, charset), limits, keep);
}

export async function readWorkbookMessage<Kept extends KeptDocument>(
  { bytes, limits, csv }: ReceivedMessage,
  keep: KeepDocument<Kept>,
): Promise<MessageContent<Kept>> {
  return documentsOfTable(await readWorkbook(bytes, csv, limits), limits, keep);
}

function documentsOfTable<Kept extends KeptDocument>(
  table: TableContent,
  limits: IntakeLimits,
  keep: KeepDocument<Kept>,
): MessageContent<Kept> {
  const content =
    table.unreadable === undefined
      ? readEach(released(table.orders), table.warnings, keep, (order, index) =>
          sheetDocument(order, index + 1, limits),
        )
      : unreadable(table.unreadable);
  if (table.columns === undefined) return content;
  const { header, fields } = table.columns;
  return { ...content, columns: header.map((name, index) => ({ name: shownText(name), field: fields[index] ?? '' })) };
}

/** Lets go of each item when it has been read: the rows of a large file and their orders need not be held both. */
function* released<Item>(items: Item[]): Generator<Item> {
  items.reverse();
  for (let item = items.pop(); item !== undefined; item = items.pop()) yield item;
}

function sheetDocument(sheetOrder: SheetOrder, ordinal: number, limits: IntakeLimits): ReadDocument {
  const { place, value } = sheetOrder;
  const normalized = normalizeOrder(value, limits);
  const reported = new Set(sheetOrder.faults.map(({ path }) => path));
  const others = normalized.faults
    .map((fault) => ({ ...fault, path: sheetOrder.placeOf(fault.path) }))
    .filter(({ path }) => !reported.has(path));
  return documentOf({ ordinal, place }, value, normalized, [...sheetOrder.faults, ...others], sheetOrder);
}
