import { isSameInAll } from './common-values';
import type { Row } from './database';
import { exactInteger } from './exact-numbers';
import { binaryArray } from './postgres-arrays';

/**
 * Rows as a statement's values: an array a column, unnested by the statement side by side. What is the same in all of
 * many rows (a time, a status, who did it) is sent once.
 */
export class BoundColumns {
  readonly values: unknown[] = [];
  private readonly expressions = new Map<string, string>();
  private readonly arrays: string[] = [];

  /** The first column is an array in any case. */
  constructor(rows: readonly Row[], columns: readonly (readonly [name: string, type: string])[]) {
    columns.forEach(([name, type], i) => {
      const place = `$${i + 1}::${type}`;
      if (i > 0 && isSameInAll(rows, name)) {
        this.expressions.set(name, place);
        this.values.push(single(rows[0]?.[name] ?? null, type));
        return;
      }
      this.expressions.set(name, `r.${name}`);
      this.values.push(binaryArray(rows, name, type));
      this.arrays.push(`unnest(${place}[]) as ${name}`);
    });
  }

  /** What the rows are selected from, under the name `r`. Unnested in a `from` they would be written down first. */
  get source(): string {
    return `(select ${this.arrays.join(', ')}) as r`;
  }

  /** What stands for the column in a statement that selects from `source`. */
  get(name: string): string {
    return this.expressions.get(name) as string;
  }
}

const single = (value: Row[string], type: string): unknown =>
  type === 'bigint' && value !== null ? exactInteger(Number(value)) : value;
