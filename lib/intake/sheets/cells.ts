/** A cell of a workbook that is more than its text. */
export type TypedCell =
  /** A number in plain notation; `shown` has the leading zeros of its format. */
  | { readonly kind: 'number'; readonly text: string; readonly shown?: string }
  /** A date as YYYY-MM-DD. */
  | { readonly kind: 'date'; readonly text: string }
  /** What cannot be used, and why. */
  | { readonly kind: 'faulty'; readonly text: string; readonly message: string }
  /** The value of a merged cell that begins in a row above. */
  | { readonly kind: 'merged'; readonly cell: SheetCell };

/** A text as it stands in the file, or a typed cell. An empty text is an empty cell. */
export type SheetCell = string | TypedCell;

/** Cells of one row; those behind the last one are empty. */
export type SheetRow = readonly SheetCell[];

/** Whether the row says nothing: what a merged cell hands down to it is not its own. */
export function isBlankRow(row: SheetRow): boolean {
  return row.every(isBlank);
}

/** Whether the cell says nothing at all; a faulty one says something, even without a text. */
export function isEmpty(cell: SheetCell): boolean {
  return typeof cell === 'string' && cell.trim() === '';
}

export function isBlank(cell: SheetCell | undefined): boolean {
  return cell === undefined || (typeof cell === 'string' ? isEmpty(cell) : cell.kind === 'merged');
}

/** The text as a person sees it, trimmed. */
export function textOf(cell: SheetCell): string {
  if (typeof cell === 'string') return cell.trim();
  switch (cell.kind) {
    case 'merged':
      return textOf(cell.cell);
    case 'number':
      return cell.shown ?? cell.text;
    default:
      return cell.text;
  }
}
