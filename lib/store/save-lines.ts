import type { Order } from '../domain/order';
import { ChangedColumns, fewestRows, isSameInAll } from './common-values';
import type { Database, Row } from './database';
import { changingLineColumns } from './order-rows';

/** What a step moves from one to another: what was reserved is delivered, what was delivered is invoiced. */
const quantities = ['ordered', 'reserved', 'delivered', 'invoiced', 'cancelled'];

/** An order's lines as they were, to find what a stage changed. */
export const rememberLines = (order: Pick<Order, 'lines'>): Row[] =>
  order.lines.map((line) => ({ ordered: line.ordered, ...changingLineColumns(line) }));

/** Changes of lines, to be written in one statement. */
export class LineChanges {
  private readonly rows: Row[] = [];
  private readonly before: Row[] = [];
  private readonly changed = new ChangedColumns();
  private readonly orderIds: number[] = [];
  /** All lines of each order changed, and were before as the database has them. */
  private whole = true;

  /** True when lines of the order changed. `rewritten`: the transaction has written some of its lines already. */
  compare({ id, lines }: Pick<Order, 'id' | 'lines'>, before: readonly Row[], rewritten: boolean): boolean {
    let changed = 0;
    lines.forEach((line, i) => {
      const old = before[i];
      const now = changingLineColumns(line);
      // a line that came with a change of its customer is written already
      if (old === undefined || !this.changed.differ(now, old)) return;
      this.rows.push({ order_id: id, line: line.line, ...now });
      this.before.push(old);
      changed += 1;
    });
    if (changed === 0) return false;
    this.orderIds.push(id);
    if (changed < lines.length || rewritten) this.whole = false;
    return true;
  }

  write(db: Database): Promise<number> {
    const columns = this.changed.and();
    return this.writeMoved(db, columns) ?? db.update('sales_order_line', ['order_id', 'line'], this.rows, columns);
  }

  /** Most often the same happens to all lines of many orders; then the orders' numbers say it all. */
  private writeMoved(db: Database, columns: readonly string[]): Promise<number> | undefined {
    if (!this.whole || this.rows.length < fewestRows) return undefined;
    const values: unknown[] = [];
    const set: string[] = [];
    for (const column of columns) {
      const source = isSameInAll(this.rows, column) ? '?' : this.sourceOf(column);
      if (source === undefined) return undefined;
      if (source === '?') values.push(this.rows[0]?.[column]);
      set.push(`${column} = ${source}`);
    }
    const { dialect } = db;
    return db.run(`update sales_order_line set ${set.join(', ')} where ${dialect.inList('order_id', 'bigint')}`, [
      ...values,
      dialect.listOf(this.orderIds),
    ]);
  }

  /** The column that held before, in all rows, what this one holds now. */
  private sourceOf(column: string): string | undefined {
    return quantities.find((source) => this.rows.every((row, i) => row[column] === this.before[i]?.[source]));
  }
}
