import type { Fault, FaultCode } from '../domain/faults';
import { poKey } from './canonical-order';
import type { CsvColumns, CsvField } from './csv-columns';
import { shownText } from './shown-value';

/** What stands before the decimals of a number; '' takes only numbers that can mean one thing. */
export type DecimalMark = '' | '.' | ',';

/** One order of a file: its value with the public fields, the faults of its cells, and where it stands. */
export interface CsvOrder {
  readonly value: { readonly poNumber?: string; readonly lines: readonly object[] };
  readonly faults: readonly Fault[];
  /** `row 2`, `rows 2-6`, `rows 2-3, 9` */
  readonly place: string;
  /** A pointer into the value as a place in the file: `/lines/0/sku` is `row 2, column sku`. */
  placeOf(pointer: string): string;
}

const lineFields = ['line', 'sku', 'quantity', 'uom', 'unitPrice'] as const;
const shipToFields = [
  ['shipToName', 'name'],
  ['shipToAddress', 'address'],
  ['shipToCity', 'city'],
  ['shipToPostalCode', 'postalCode'],
  ['shipToCountry', 'country'],
] as const;
const headerFields = [
  'poNumber',
  'release',
  'customer',
  'currency',
  'orderDate',
  'requestedDelivery',
  'warehouse',
  'note',
] as const;
type LineField = (typeof lineFields)[number];
const decimalFields: ReadonlySet<CsvField> = new Set(['line', 'quantity', 'unitPrice']);
const fieldOfPointer: ReadonlyMap<string, CsvField> = new Map<string, CsvField>([
  ...headerFields.map((field): [string, CsvField] => [`/${field}`, field]),
  ...shipToFields.map(([field, name]): [string, CsvField] => [`/shipTo/${name}`, field]),
]);

type Cells = Partial<Record<CsvField, string>>;

/** Gathers the rows of a file to orders: same customer, PO number and release. */
export class OrderRows {
  private readonly orders = new Map<string, RowGroup>();
  private faultsSoFar = 0;

  constructor(
    private readonly columns: CsvColumns,
    private readonly decimalMark: DecimalMark,
  ) {}

  get count(): number {
    return this.orders.size;
  }

  /** `number` is the row as a person counts it in a spreadsheet, the header being row 1. */
  add(row: readonly string[], number: number): void {
    const cells = this.cellsOf(row);
    const key = [cells.customer, poKey(cells.poNumber ?? ''), cells.release].join('\u0000');
    let group = this.orders.get(key);
    if (!group) {
      group = new RowGroup(this.columns);
      this.orders.set(key, group);
    }
    const faultsBefore = group.faults.length;
    group.add(cells, number, this.decimalMark);
    const stray = this.strayCell(row);
    if (stray !== undefined) {
      const message = 'The row has a value under no column name; is a text with the separator in it not in quotes?';
      group.addFault({ path: `row ${number}`, code: 'unknown-column', message, value: shownText(stray) });
    }
    this.faultsSoFar += group.faults.length - faultsBefore;
  }

  get faultCount(): number {
    return this.faultsSoFar;
  }

  all(): CsvOrder[] {
    return [...this.orders.values()];
  }

  private cellsOf(row: readonly string[]): Cells {
    const cells: Cells = {};
    const { fields } = this.columns;
    for (let index = 0; index < fields.length; index += 1) {
      const field = fields[index];
      const cell = field === undefined ? undefined : row[index]?.trim();
      if (field !== undefined && cell) cells[field] = cell;
    }
    return cells;
  }

  private strayCell(row: readonly string[]): string | undefined {
    const { fields, unnamed } = this.columns;
    const inUnnamed = unnamed.find((index) => (row[index] ?? '').trim() !== '');
    return inUnnamed === undefined ? row.slice(fields.length).find((cell) => cell.trim() !== '') : row[inUnnamed];
  }
}

class RowGroup implements CsvOrder {
  readonly faults: Fault[] = [];
  private readonly header: Cells = {};
  /** The row that gave a header field first. */
  private readonly headerRows = new Map<CsvField, number>();
  private readonly rows: number[] = [];
  private readonly lines: Partial<Record<LineField, string>>[] = [];

  constructor(private readonly columns: CsvColumns) {}

  add(cells: Cells, row: number, decimalMark: DecimalMark): void {
    this.rows.push(row);
    const line: Partial<Record<LineField, string>> = {};
    for (const field of lineFields) {
      const cell = cells[field];
      if (cell === undefined) continue;
      line[field] = decimalFields.has(field) ? this.decimal(cell, decimalMark, row, field) : cell;
    }
    this.lines.push(line);
    for (const field of fieldOfPointer.values()) this.addHeader(field, cells[field], row);
  }

  addFault(fault: Fault): void {
    this.faults.push(fault);
  }

  get value(): CsvOrder['value'] {
    const { header, lines } = this;
    const value: Record<string, unknown> = {};
    for (const field of headerFields) value[field] = header[field];
    value.shipTo = Object.fromEntries(shipToFields.map(([field, name]) => [name, header[field]]));
    return { ...value, lines };
  }

  get place(): string {
    const ranges: [number, number][] = [];
    for (const row of this.rows) {
      const last = ranges.at(-1);
      if (last && last[1] === row - 1) last[1] = row;
      else ranges.push([row, row]);
    }
    const shown = ranges.slice(0, 8).map(([first, last]) => (first === last ? `${first}` : `${first}-${last}`));
    if (ranges.length > shown.length) shown.push('...');
    return `${this.rows.length === 1 ? 'row' : 'rows'} ${shown.join(', ')}`;
  }

  placeOf(pointer: string): string {
    const [, inLine, index, lineField] = /^\/(lines)\/(\d+)(?:\/(\w+))?$/.exec(pointer) ?? [];
    if (inLine) {
      const row = this.rows[Number(index)];
      return lineField === undefined ? `row ${row}` : `row ${row}, column ${this.columnName(lineField as LineField)}`;
    }
    const field = fieldOfPointer.get(pointer);
    if (field === undefined) return this.place;
    return `row ${this.headerRows.get(field) ?? this.rows[0]}, column ${this.columnName(field)}`;
  }

  private columnName(field: CsvField): string {
    return this.columns.names.get(field) ?? field;
  }

  private addHeader(field: CsvField, cell: string | undefined, row: number): void {
    if (cell === undefined) return;
    const given = this.header[field];
    if (given === undefined) {
      this.header[field] = cell;
      this.headerRows.set(field, row);
    } else if (given !== cell && field !== 'poNumber') {
      const message = `Row ${this.headerRows.get(field)} of the same order says ${shownText(given)}; make them equal, or leave this cell empty.`;
      this.fault(row, field, 'conflicting-values', message, cell);
    }
  }

  /** The number with a point, or as it stands when the rules for numbers shall refuse it. */
  private decimal(cell: string, mark: DecimalMark, row: number, field: LineField): string {
    if (mark === '') {
      if (cell.includes(',') || /^-?\d+\.\d{3}$/.test(cell)) {
        const message =
          'The number can be read in two ways. Set the decimal mark of the file to a point or a comma, or write it without thousands marks and with a point before the decimals.';
        this.fault(row, field, 'ambiguous-decimal', message, cell);
      }
      return cell;
    }
    const other = mark === ',' ? '.' : ',';
    if (cell.includes(other)) {
      const message = `The decimal mark of the file is set to "${mark}", so there must be no "${other}" in a number; write it without thousands marks.`;
      this.fault(row, field, 'not-a-number', message, cell);
      return cell;
    }
    return mark === ',' ? cell.replace(',', '.') : cell;
  }

  private fault(row: number, field: CsvField, code: FaultCode, message: string, cell: string): void {
    this.faults.push({ path: `row ${row}, column ${this.columnName(field)}`, code, message, value: shownText(cell) });
  }
}
