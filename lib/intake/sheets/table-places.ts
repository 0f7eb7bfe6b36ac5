import { orderFields, type SheetField, shipToFields } from './fields';
import { SheetPlace } from './places';

/** The rows and columns from which an order of a table was read. */
export interface TablePlaces {
  /** The sheet, when the file is a workbook. */
  readonly sheet?: string;
  /** The row of each line of the order. */
  readonly rows: readonly number[];
  /** What the file calls columns that are not called as their fields. */
  readonly columns: Readonly<Partial<Record<SheetField, string>>>;
  /** Fields that no column gives, but the layout for all rows. */
  readonly fixed?: readonly SheetField[];
  /** The rows of those fields of the order that do not stand in that of its first line. */
  readonly further?: Readonly<Partial<Record<SheetField, number>>>;
}

const fieldOfPointer: ReadonlyMap<string, SheetField> = new Map<string, SheetField>([
  ...orderFields.map((field): [string, SheetField] => [`/${field}`, field]),
  ...shipToFields.map(([field, name]): [string, SheetField] => [`/shipTo/${name}`, field]),
]);

/** `/lines/1/sku` as `row 3, column sku`; undefined for what has no place of its own. */
export function placeInTable(
  pointer: string,
  { sheet, rows, columns, fixed, further }: TablePlaces,
): string | undefined {
  const place = new SheetPlace(sheet);
  const [, line, lineField] = /^\/lines\/(\d+)(?:\/(\w+))?$/.exec(pointer) ?? [];
  const field = line === undefined ? fieldOfPointer.get(pointer) : (lineField as SheetField | undefined);
  const row = line === undefined ? (further?.[field as SheetField] ?? rows[0]) : rows[Number(line)];
  if (row === undefined || (line === undefined && field === undefined)) return undefined;
  if (field === undefined) return place.row(row);
  return fixed?.includes(field) === true ? `fixed value of ${field}` : place.inColumn(row, columns[field] ?? field);
}
