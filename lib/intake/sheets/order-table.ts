import type { Fault } from '../../domain/faults';
import { mostFaultsOfMessage, tooManyFaults } from '../fault-list';
import { isBlankRow, type SheetRow } from './cells';
import { readHeader, type SheetColumns } from './columns';
import type { SheetLayout, SheetLimits } from './layout';
import { OrderRows, type SheetOrder } from './order-rows';
import { SheetPlace } from './places';

/** The orders of a table in order of appearance; or why nothing in it can be read. */
export interface TableContent {
  readonly unreadable?: readonly Fault[];
  readonly warnings: readonly string[];
  /** Whoever reads them takes them out one by one: the rows of a large file and its orders need not be held both. */
  readonly orders: SheetOrder[];
  /** What its columns were taken for; undefined when there is no header. */
  readonly columns?: SheetColumns;
}

/** So many rows may stand above a header: a title, an address, a date. */
const headerWithin = 20;

/** Takes the rows of a table one by one, finds its header, and gathers its orders. */
export class OrderTable {
  private readonly above: { readonly row: SheetRow; readonly number: number }[] = [];
  private columns: SheetColumns | undefined;
  private orders: OrderRows | undefined;
  private headerRow = 0;
  private rows = 0;
  private fault: readonly Fault[] | undefined;

  constructor(
    private readonly layout: SheetLayout,
    private readonly limits: SheetLimits,
    private readonly place = new SheetPlace(),
  ) {}

  /** False when the table needs no more rows: there are too many of them, or of their faults. */
  add(row: SheetRow, number: number): boolean {
    if (this.fault !== undefined) return false;
    if (isBlankRow(row)) return true;
    if (this.orders === undefined) this.seekHeader(row, number);
    else this.addRow(this.orders, row, number);
    return this.fault === undefined;
  }

  /** How many of the needed columns its header has; 0 when there is none. */
  get neededColumns(): number {
    return this.header?.needed ?? 0;
  }

  get rowCount(): number {
    return this.rows;
  }

  get isEmpty(): boolean {
    return this.above.length === 0;
  }

  end(): TableContent {
    const columns = this.header;
    const because = this.fault ?? this.faultOf(columns);
    if (because !== undefined)
      return { unreadable: because, warnings: [], orders: [], ...(columns === undefined ? {} : { columns }) };
    const titles = this.above.filter(({ number }) => number < this.headerRow).map(({ number }) => number);
    const warnings =
      titles.length === 0
        ? []
        : [
            `The header was found in ${this.place.row(this.headerRow)}; the ${titles.length} rows above it were left out.`,
          ];
    return { warnings, orders: this.orders?.all() ?? [], ...(columns === undefined ? {} : { columns }) };
  }

  private faultOf(columns: SheetColumns | undefined): readonly Fault[] | undefined {
    if (columns === undefined) {
      const message = 'The file is empty; send a header and one row a line.';
      return [{ path: '', code: 'empty-document', message }];
    }
    if (columns.faults.length > 0) return columns.faults;
    if (this.orders !== undefined && this.orders.count > 0) return undefined;
    const message = 'The file has a header and no rows; send one row a line.';
    return [{ path: this.place.row(this.headerRow + 1), code: 'empty-document', message }];
  }

  /** The header found, else the row that looks most like one. */
  private get header(): SheetColumns | undefined {
    if (this.columns !== undefined) return this.columns;
    const candidates = this.above.map(({ row, number }) => readHeader(row, number, this.layout, this.place));
    return candidates.reduce<SheetColumns | undefined>(
      (best, columns) => (best === undefined || columns.needed > best.needed ? columns : best),
      undefined,
    );
  }

  private seekHeader(row: SheetRow, number: number): void {
    this.above.push({ row, number });
    const columns = readHeader(row, number, this.layout, this.place);
    if (columns.isComplete) {
      this.columns = columns;
      this.headerRow = number;
      this.orders = new OrderRows({ columns, layout: this.layout, place: this.place });
      if (columns.faults.length > 0) this.fault = columns.faults;
    } else if (this.above.length >= headerWithin) this.fault = this.header?.faults ?? [];
  }

  private addRow(orders: OrderRows, row: SheetRow, number: number): void {
    const { limits, place } = this;
    this.rows += 1;
    if (this.rows > limits.rows) {
      const message = `The file has more than ${limits.rows} rows; send several files.`;
      this.fault = [{ path: place.row(number), code: 'too-many-rows', message }];
      return;
    }
    orders.add(row, number);
    if (orders.count > limits.ordersPerMessage) {
      const message = `The file has more than ${limits.ordersPerMessage} orders; send several files.`;
      this.fault = [{ path: place.row(number), code: 'too-many-orders', message }];
    } else if (orders.faultCount > mostFaultsOfMessage) {
      this.fault = tooManyFaults(orders.all().flatMap(({ faults }) => faults));
    }
  }
}
