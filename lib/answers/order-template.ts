import { requiredFields, type SheetField, sheetFields } from '../intake/sheets/fields';
import { type OutgoingColumn, type OutgoingSheet, writeCsv, writeXlsx } from './sheet-writer';

type TemplateField = Exclude<SheetField, 'cancelled'>;

/** What a person has to know of a column, with an example. */
const explanations: Readonly<Record<TemplateField, readonly [words: string, example: string]>> = {
  poNumber: ['Your order number, in every row of the order.', 'PO-1001'],
  release: ['A call-off under one order number.', '1'],
  customer: ['The customer number that we know you by, in every row of the order.', 'C-1001'],
  currency: ['Code of ISO 4217; yours when empty.', 'EUR'],
  orderDate: [
    'Date, or text YYYY-MM-DD; today when empty. One row of the order is enough, as for all that is not of a line.',
    '2026-11-23',
  ],
  requestedDelivery: ['Date, or text YYYY-MM-DD.', '2026-11-30'],
  warehouse: ['The warehouse that is to deliver; ours to choose when empty.', 'MAIN'],
  line: ['Line number, each once in an order; counted when empty.', '1'],
  sku: ['Our article number, or yours when we have it mapped.', 'BOTTLE-1L'],
  quantity: ['How many of the unit; at most three decimals.', '12.5'],
  uom: ['Unit; the base unit of the article when empty.', 'EA'],
  unitPrice: ['Price of one unit without tax; at most four decimals. Ours when empty.', '8.90'],
  shipToName: ['Who receives the goods, when it is not your usual address.', 'Alpenblick Outdoor GmbH'],
  shipToAddress: ['Street and number.', 'Am Kurpark 1'],
  shipToCity: ['Town.', 'Garmisch'],
  shipToPostalCode: ['Postal code, with its leading zeros.', '82467'],
  shipToCountry: ['Code of ISO 3166.', 'DE'],
  note: ['Anything that a person should read.', 'ring twice'],
};

const fields = sheetFields.filter((field): field is TemplateField => field !== 'cancelled');
const dates: ReadonlySet<TemplateField> = new Set(['orderDate', 'requestedDelivery']);
const numbers: ReadonlySet<TemplateField> = new Set(['line', 'quantity', 'unitPrice']);

/** An empty order list: the columns that are read, and nothing below them. */
export function orderTemplateCsv(): Buffer {
  return writeCsv([fields]);
}

/**
 * An empty order list as a workbook. Its columns are formatted so that a spreadsheet keeps what is typed: leading zeros
 * in texts, dates as dates, numbers with their decimals. A second sheet says what belongs in them.
 */
export function orderTemplateXlsx(): Promise<Buffer> {
  const orders: OutgoingSheet = { name: 'Orders', rows: [fields], columns: fields.map(columnOf) };
  const explained: OutgoingSheet = {
    name: 'Fields',
    rows: [
      ['column', 'needed', 'what it holds', 'example'],
      ...fields.map((field) => [field, requiredFields.includes(field) ? 'yes' : '', ...explanations[field]]),
    ],
    columns: [{ width: 20 }, { width: 8 }, { width: 80 }, { width: 28 }],
  };
  return writeXlsx([orders, explained]);
}

function columnOf(field: TemplateField): OutgoingColumn {
  const width = field === 'note' || field === 'shipToAddress' || field === 'shipToName' ? 28 : 18;
  if (dates.has(field)) return { width, holds: 'dates' };
  return { width, holds: numbers.has(field) ? 'numbers' : 'texts' };
}
