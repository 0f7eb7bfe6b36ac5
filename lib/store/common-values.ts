import type { Row } from './database';

/** In fewer rows values are equal by chance; each pattern of equal columns is a statement of its own to be prepared. */
export const fewestRows = 50;

/** True when a column has the same value in all of many rows: a time, a status, who did it. */
export function isSameInAll(rows: readonly Row[], name: string): boolean {
  if (rows.length < fewestRows) return false;
  const first = rows[0]?.[name];
  return rows.every((row) => row[name] === first);
}

/** The one key in which many rows differ, when what is written is the same in all of them: a list of it says it all. */
export function onlyKeyThatDiffers(
  rows: readonly Row[],
  keys: readonly string[],
  columns: readonly string[],
): string | undefined {
  if (!columns.every((name) => isSameInAll(rows, name))) return undefined;
  const differing = keys.filter((name) => !isSameInAll(rows, name));
  return differing.length === 1 ? differing[0] : undefined;
}

/** The columns in which rows differ from what they were. */
export class ChangedColumns {
  private readonly columns = new Set<string>();

  /** Compares the columns that `now` has. */
  differ(now: Row, before: Row): boolean {
    let found = false;
    for (const column in now) {
      if (now[column] === before[column]) continue;
      found = true;
      this.columns.add(column);
    }
    return found;
  }

  /** In a fixed order, with those that are written in any case. */
  and(always: readonly string[] = []): string[] {
    return [...new Set([...this.columns, ...always])].sort();
  }
}
