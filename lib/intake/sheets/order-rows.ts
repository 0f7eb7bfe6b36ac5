import type { Fault, FaultCode } from '../../domain/faults';
import { poKey } from '../canonical-order';
import { namingFields, namingLineFields } from '../naming-fields';
import { shownText } from '../shown-value';
import { isBlank, isEmpty, type SheetCell, type SheetRow, textOf } from './cells';
import type { SheetColumns } from './columns';
import {
  cancelledBy,
  dateFields,
  decimalFields,
  joiners,
  lineFields,
  orderFields,
  type SheetField,
  sheetFields,
  shipToFields,
} from './fields';
import type { SheetLayout } from './layout';
import { type Line, OrderLines } from './order-lines';
import type { SheetPlace } from './places';
import { readSheetDate } from './sheet-date';
import { placeInTable, type TablePlaces } from './table-places';

/** One order of a file: its value with the public fields, the faults of its cells, and where it stands. */
export interface SheetOrder {
  readonly value: { readonly poNumber?: string; readonly lines: readonly object[] };
  readonly faults: readonly Fault[];
  /** `row 2`, `rows 2-6`, `rows 2-3, 9` */
  readonly place: string;
  /** A pointer into the value as a place in the file: `/lines/0/sku` is `row 2, column sku`. */
  placeOf(pointer: string): string;
  /** The places of what an order may name, its lines in the order of these positions. */
  placesOf(sentAs: readonly number[] | undefined): TablePlaces;
}

const fieldsOfOrder: readonly SheetField[] = [...orderFields, ...shipToFields.map(([field]) => field), 'cancelled'];

type Cells = Partial<Record<SheetField, SheetCell>>;

/** What all orders of a table share. */
interface Table {
  readonly columns: SheetColumns;
  readonly layout: SheetLayout;
  readonly place: SheetPlace;
  /** What the columns are called in which something may be named, where that is not their field. */
  readonly naming: TablePlaces['columns'];
  readonly fixed: Pick<TablePlaces, 'fixed'>;
}

/** Gathers the rows of a table to orders: same customer, PO number and release. */
export class OrderRows {
  private readonly orders = new Map<string, RowGroup>();
  private last: RowGroup | undefined;
  private faultsSoFar = 0;

  private readonly table: Table;

  constructor(table: Omit<Table, 'naming' | 'fixed'>) {
    this.table = { ...table, naming: namingColumns(table.columns), fixed: fixedFields(table) };
  }

  get count(): number {
    return this.orders.size;
  }

  get faultCount(): number {
    return this.faultsSoFar;
  }

  /** `number` is the row as a person counts it in a spreadsheet. */
  add(row: SheetRow, number: number): void {
    const cells = this.cellsOf(row);
    const group = this.groupOf(cells);
    const faultsBefore = group.faults.length;
    group.add(cells, number);
    const stray = this.strayCell(row);
    if (stray !== undefined) {
      const message = 'The row has a value under no column name; is a text with the separator in it not in quotes?';
      const path = this.table.place.row(number);
      group.faults.push({ path, code: 'unknown-column', message, value: shownText(textOf(stray)) });
    }
    this.faultsSoFar += group.faults.length - faultsBefore;
  }

  all(): SheetOrder[] {
    return [...this.orders.values()];
  }

  private groupOf({ poNumber, customer, release }: Cells): RowGroup {
    const { firstRowOnly, fixed } = this.table.layout;
    if (firstRowOnly === true && poNumber === undefined && this.last) return this.last;
    const said = (cell: SheetCell | undefined) => (cell === undefined ? undefined : textOf(cell));
    const ofCustomer = firstRowOnly === true ? '' : (said(customer) ?? fixed?.customer);
    const key = [ofCustomer, poKey(said(poNumber) ?? ''), said(release) ?? fixed?.release].join('\u0000');
    let group = this.orders.get(key);
    if (!group) {
      group = new RowGroup(this.table);
      this.orders.set(key, group);
    }
    if (group !== this.last) this.last?.rest();
    this.last = group;
    return group;
  }

  private cellsOf(row: SheetRow): Cells {
    const cells: Cells = {};
    const { fields } = this.table.columns;
    for (let index = 0; index < fields.length; index += 1) {
      const field = fields[index];
      const cell = row[index];
      if (field === undefined || cell === undefined || isEmpty(cell)) continue;
      const before = cells[field];
      cells[field] = before === undefined ? cell : `${textOf(before)}${joiners.get(field)}${textOf(cell)}`;
    }
    return cells;
  }

  private strayCell(row: SheetRow): SheetCell | undefined {
    const { fields, unnamed } = this.table.columns;
    const inUnnamed = unnamed.find((index) => !isBlank(row[index]));
    if (inUnnamed !== undefined) return row[inUnnamed];
    return row.length > fields.length ? row.slice(fields.length).find((cell) => !isBlank(cell)) : undefined;
  }
}

function namingColumns({ names }: SheetColumns): TablePlaces['columns'] {
  const named = [...namingFields, ...namingLineFields].filter((field) => (names.get(field) ?? field) !== field);
  return Object.fromEntries(named.map((field) => [field, names.get(field)]));
}

function fixedFields({ columns: { names }, layout }: Pick<Table, 'columns' | 'layout'>): Pick<TablePlaces, 'fixed'> {
  const fixed = sheetFields.filter((field) => layout.fixed?.[field] && !names.has(field));
  return fixed.length === 0 ? {} : { fixed };
}

class RowGroup implements SheetOrder {
  readonly faults: Fault[] = [];
  private readonly header: Partial<Record<SheetField, string>> = {};
  /** The row that gave a field of the order first. */
  private readonly headerRows: Partial<Record<SheetField, number>> = {};
  private readonly lines = new OrderLines();
  /** The places of all its fields; asked for when all rows are there. */
  private everywhere: TablePlaces | undefined;

  constructor(private readonly table: Table) {}

  add(cells: Cells, row: number): void {
    const line: Line = {};
    for (const field of lineFields) {
      const cell = cells[field];
      if (cell !== undefined && (typeof cell === 'string' || cell.kind !== 'merged')) {
        line[field] = this.read(cell, row, field);
      }
    }
    this.lines.add(row, line);
    for (const field of fieldsOfOrder) {
      const cell = cells[field];
      if (cell !== undefined) this.addToOrder(field, cell, row);
    }
  }

  /** Rows of another order follow. */
  rest(): void {
    this.lines.rest();
  }

  get value(): SheetOrder['value'] {
    const { header, lines } = this;
    const fixed = this.table.layout.fixed ?? {};
    const value: Record<string, unknown> = {};
    for (const field of orderFields) value[field] = header[field] ?? fixed[field];
    value.shipTo = Object.fromEntries(shipToFields.map(([field, name]) => [name, header[field] ?? fixed[field]]));
    return { ...value, lines: lines.all().map(([, line]) => withFixed(line, fixed)) };
  }

  get place(): string {
    const ranges: [number, number][] = [];
    const lines = this.lines.all();
    for (const [row] of lines) {
      const last = ranges.at(-1);
      if (last && last[1] === row - 1) last[1] = row;
      else ranges.push([row, row]);
    }
    const shown = ranges.slice(0, 8).map(([first, last]) => (first === last ? `${first}` : `${first}-${last}`));
    if (ranges.length > shown.length) shown.push('...');
    return this.table.place.rows(shown.join(', '), lines.length);
  }

  placeOf(pointer: string): string {
    this.everywhere ??= {
      ...this.table.place.inSheet,
      rows: this.lines.all().map(([row]) => row),
      columns: Object.fromEntries(this.table.columns.names),
      ...this.table.fixed,
      further: this.headerRows,
    };
    return placeInTable(pointer, this.everywhere) ?? this.place;
  }

  placesOf(sentAs: readonly number[] | undefined): TablePlaces {
    const { place, naming, fixed } = this.table;
    const sent = this.lines.all().map(([row]) => row);
    const rows = sentAs === undefined ? sent : sentAs.map((position) => sent[position] as number);
    const further = namingFields.filter((field) => (this.headerRows[field] ?? rows[0]) !== rows[0]);
    return {
      ...place.inSheet,
      rows,
      columns: naming,
      ...fixed,
      ...(further.length === 0
        ? {}
        : { further: Object.fromEntries(further.map((field) => [field, this.headerRows[field]])) }),
    };
  }

  private cellPlace(row: number, field: SheetField): string {
    const { place, columns } = this.table;
    return place.inColumn(row, columns.names.get(field) ?? field);
  }

  private addToOrder(field: SheetField, cell: SheetCell, row: number): void {
    if (field === 'cancelled') {
      this.checkCancelled(textOf(cell), row);
      return;
    }
    const given = this.header[field];
    if (given === undefined) {
      this.header[field] = this.read(cell, row, field);
      this.headerRows[field] = row;
      return;
    }
    if (field === 'poNumber' || given === textOf(cell)) return;
    const value = this.read(cell, row, field);
    if (given === value) return;
    const message = `Row ${this.headerRows[field]} of the same order says ${shownText(given)}; make them equal, or leave this cell empty.`;
    this.fault(row, field, 'conflicting-values', message, value);
  }

  private checkCancelled(text: string, row: number): void {
    const word = cancelledBy(text);
    if (word === undefined) return;
    const message = 'The order was cancelled where it comes from; it is not taken.';
    this.fault(row, 'cancelled', 'cancelled-order', message, word);
  }

  /** The cell as the text that its field takes; with a fault when it can mean two things, or none. */
  private read(cell: SheetCell, row: number, field: SheetField): string {
    if (typeof cell === 'string') return this.readText(cell.trim().replace(textMark, ''), row, field);
    switch (cell.kind) {
      case 'merged':
        return this.read(cell.cell, row, field);
      case 'number':
        return this.readNumber(cell.text, cell.shown ?? cell.text, row, field);
      case 'date':
        if (!dateFields.has(field) && field !== 'note') {
          const message = `The cell holds a date where the ${field} is expected. A spreadsheet makes dates of texts such as 3-4; format the column as text, and type it again.`;
          this.fault(row, field, 'wrong-type', message, cell.text);
        }
        return cell.text;
      case 'faulty':
        this.fault(row, field, 'wrong-type', cell.message, cell.text);
        return cell.text;
    }
  }

  private readText(text: string, row: number, field: SheetField): string {
    if (decimalFields.has(field)) return this.decimal(text, row, field);
    return dateFields.has(field) ? this.date(text, row, field) : text;
  }

  private readNumber(text: string, shown: string, row: number, field: SheetField): string {
    if (decimalFields.has(field)) return text;
    if (dateFields.has(field)) return this.date(text, row, field);
    if (text.replace(/\D/g, '').length > mostDigits || /e/i.test(text)) {
      const message = `A spreadsheet keeps ${mostDigits} digits of a number and makes zeros of the others. Format the column as text, and type the ${field} again.`;
      this.fault(row, field, 'inexact-number', message, text);
    }
    return shown;
  }

  private date(text: string, row: number, field: SheetField): string {
    const read = readSheetDate(text, this.table.layout.dateFormat ?? '');
    if ('date' in read) return read.date;
    this.fault(row, field, 'bad-date', read.words, text);
    return text;
  }

  /** The number with a point, or as it stands when the rules for numbers shall refuse it. */
  private decimal(cell: string, row: number, field: SheetField): string {
    const mark = this.table.layout.decimalMark;
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

  private fault(row: number, field: SheetField, code: FaultCode, message: string, cell: string): void {
    this.faults.push({ path: this.cellPlace(row, field), code, message, value: shownText(cell) });
  }
}

/** Put before numbers and formulas to keep them texts: no part of the text, but left there by exports. */
const textMark = /^'(?=[=+\-@\d])/;

/** Digits that a spreadsheet keeps of a number. */
const mostDigits = 15;

function withFixed(line: Line, fixed: NonNullable<SheetLayout['fixed']>): Line {
  const filled = lineFields.filter((field) => line[field] === undefined && fixed[field]);
  return filled.length === 0 ? line : { ...line, ...Object.fromEntries(filled.map((field) => [field, fixed[field]])) };
}
