/** Where something stands in a file: `row 2, column sku`, or `sheet Orders, row 2, column sku (C)`. */
export class SheetPlace {
  private readonly before: string;

  /** `sheet` is the sheet's name when the file is a workbook: people then look for columns by their letters too. */
  constructor(private readonly sheet?: string) {
    this.before = sheet === undefined ? '' : `sheet ${sheet}, `;
  }

  /** The sheet, as places are kept. */
  get inSheet(): { readonly sheet?: string } {
    return this.sheet === undefined ? {} : { sheet: this.sheet };
  }

  row(number: number): string {
    return `${this.before}row ${number}`;
  }

  rows(ranges: string, count: number): string {
    return `${this.before}${count === 1 ? 'row' : 'rows'} ${ranges}`;
  }

  /** The column as it is called in places. */
  column(index: number, name: string): string {
    return this.sheet === undefined ? name : `${name} (${columnLetters(index)})`.trim();
  }

  cell(number: number, index: number, name: string): string {
    return this.inColumn(number, this.column(index, name));
  }

  /** `column` is what `column` gave. */
  inColumn(number: number, column: string): string {
    return `${this.row(number)}, column ${column}`;
  }
}

/** A place as its parts; what a place does not say is undefined. */
export interface PlaceParts {
  readonly sheet?: string;
  /** `3`, `2-6`, `2-3, 9` */
  readonly rows?: string;
  readonly column?: string;
}

/**
 * Takes a place apart again, for result files. Nothing is found in a JSON pointer.
 * @param within the place of the whole order: sheets and columns may be called anything, and it has no column
 */
export function partsOfPlace(path: string, within = path): PlaceParts {
  const [, sheet] = /^sheet (.*), rows? \d[\d, .-]*$/s.exec(within) ?? /^sheet (.*?), rows? \d/s.exec(path) ?? [];
  const inSheet = sheet === undefined ? path : path.slice(`sheet ${sheet}, `.length);
  const [, rows, column] = /^rows? (\d[\d, .-]*?)(?:, column (.*))?$/s.exec(inSheet) ?? [];
  if (rows === undefined) return {};
  return { ...(sheet === undefined ? {} : { sheet }), rows, ...(column === undefined ? {} : { column }) };
}

/** 0 is A, 26 is AA. */
export function columnLetters(index: number): string {
  let letters = '';
  for (let rest = index + 1; rest > 0; rest = Math.floor((rest - 1) / 26)) {
    letters = String.fromCharCode(65 + ((rest - 1) % 26)) + letters;
  }
  return letters;
}
