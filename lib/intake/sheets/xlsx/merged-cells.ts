import type { SheetCell } from '../cells';
import { UnreadableWorkbook } from './unreadable';
import { readXml } from './xml';

/** A merged range that spans several rows. Rows count from 1, columns from 0. */
export interface MergedRange {
  readonly column: number;
  readonly first: number;
  readonly last: number;
}

const mostRanges = 100_000;
const mark = Buffer.from('mergeCell ');

/** The merged ranges of a sheet, which stand behind its cells; most sheets have none and are only looked through. */
export async function readMergedRanges(read: () => AsyncIterable<Buffer>): Promise<MergedRange[]> {
  if (!(await holds(read(), mark))) return [];
  const ranges: MergedRange[] = [];
  await readXml(read(), {
    open(name, attributes) {
      if (name !== 'mergeCell') return;
      const [from, to] = (attributes.ref ?? '').split(':').map(cellPosition);
      if (from === undefined || to === undefined || to.row <= from.row) return;
      if (ranges.length >= mostRanges) throw new UnreadableWorkbook('The workbook has too many merged cells.');
      ranges.push({ column: from.column, first: from.row, last: to.row });
    },
  });
  return ranges.sort((one, other) => one.first - other.first);
}

async function holds(pieces: AsyncIterable<Buffer>, text: Buffer): Promise<boolean> {
  let end: Buffer = Buffer.alloc(0);
  for await (const piece of pieces) {
    if (piece.includes(text) || Buffer.concat([end, piece.subarray(0, text.length)]).includes(text)) return true;
    end = piece.subarray(-text.length);
  }
  return false;
}

/** `C5` is column 2, row 5; undefined for what is no such reference. */
export function cellPosition(reference: string): { readonly column: number; readonly row: number } | undefined {
  let at = 0;
  let column = 0;
  for (let code = reference.charCodeAt(0); code >= 65 && code <= 90 && at < 3; code = reference.charCodeAt(at)) {
    column = column * 26 + code - 64;
    at += 1;
  }
  let row = 0;
  const digits = at;
  for (
    let code = reference.charCodeAt(at);
    code >= 48 && code <= 57 && at < digits + 7;
    code = reference.charCodeAt(at)
  ) {
    row = row * 10 + code - 48;
    at += 1;
  }
  return column > 0 && row > 0 && at === reference.length ? { column: column - 1, row } : undefined;
}

/** Hands the value of a merged cell down to the rows that it covers. Rows must come in ascending order. */
export class MergedCells {
  private next = 0;
  private open: { readonly range: MergedRange; cell: SheetCell }[] = [];

  constructor(private readonly ranges: readonly MergedRange[]) {}

  fill(row: SheetCell[], number: number): void {
    this.open = this.open.filter(({ range }) => range.last >= number);
    for (const { range, cell } of this.open) {
      while (row.length <= range.column) row.push('');
      if (row[range.column] === '' && cell !== '') row[range.column] = { kind: 'merged', cell };
    }
    for (
      let range = this.ranges[this.next];
      range !== undefined && range.first <= number;
      range = this.ranges[this.next]
    ) {
      if (range.first === number) this.open.push({ range, cell: row[range.column] ?? '' });
      this.next += 1;
    }
  }
}
