import { type LineField, lineFields } from './fields';

export type Line = Partial<Record<LineField, string>>;
export type PlacedLine = readonly [row: number, line: Line];

/** The row, and what it says of each of `lineFields`. */
type RestingLine = readonly [row: number, ...values: (string | null)[]];

/** The lines of one order. While rows of other orders are read they rest as text, which takes an eighth of the memory. */
export class OrderLines {
  private awake: PlacedLine[] = [];
  /** A list a line of text. */
  private resting = '';

  add(row: number, line: Line): void {
    this.awake.push([row, line]);
  }

  /** More lines may still come: many files are not in the order of their orders. */
  rest(): void {
    const text = JSON.stringify(this.awake.map(restingLine));
    this.resting = this.resting === '' ? text : `${this.resting}\n${text}`;
    this.awake = [];
  }

  all(): readonly PlacedLine[] {
    if (this.resting !== '') {
      const rested = this.resting.split('\n').flatMap((text) => JSON.parse(text) as RestingLine[]);
      this.awake = [...rested.map(placedLine), ...this.awake];
      this.resting = '';
    }
    return this.awake;
  }
}

const restingLine = ([row, line]: PlacedLine): RestingLine => [row, ...lineFields.map((field) => line[field] ?? null)];

function placedLine([row, ...values]: RestingLine): PlacedLine {
  const line: Line = {};
  lineFields.forEach((field, index) => {
    const value = values[index] ?? null;
    if (value !== null) line[field] = value;
  });
  return [row, line];
}
