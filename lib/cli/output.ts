import { writeFile } from 'node:fs/promises';
import { type Invocation, WrongUsage } from './command';

/** What came in from outside must not steer the terminal. */
const printable = (text: string): string =>
  text.replace(/[\u0000-\u0008\u000a-\u001f\u007f-\u009f\u200b-\u200f\u202a-\u202e\u2066-\u2069]/gu, '\ufffd');

export type Cell = string | number | boolean | null | undefined;

/** Columns aligned under their heads; numbers to the right. */
export function table(heads: readonly string[], rows: readonly (readonly Cell[])[]): string[] {
  const cells = [heads, ...rows].map((row) => row.map((cell) => printable(String(cell ?? ''))));
  const widths = heads.map((_, column) => Math.max(...cells.map((row) => row[column]?.length ?? 0)));
  const isNumber = heads.map(
    (_, column) =>
      rows.length > 0 &&
      rows.every((row) => typeof row[column] === 'number' || /^-?\d+(\.\d+)?$/.test(String(row[column] ?? 'x'))),
  );
  return cells.map((row) =>
    row
      .map((cell, column) => (isNumber[column] ? cell.padStart(widths[column] ?? 0) : cell.padEnd(widths[column] ?? 0)))
      .join('  ')
      .trimEnd(),
  );
}

/** Prints the value as JSON, or its lines for people. */
export function print({ json, terminal }: Invocation, value: unknown, lines: () => readonly string[]): void {
  if (json) terminal.out(JSON.stringify(value, null, 2));
  else for (const line of lines()) terminal.out(line.split('\n').map(printable).join('\n'));
}

/** How a list goes on. */
export const goesOn = (next: string | null): readonly string[] =>
  next === null ? [] : ['', `There are more. Say the same again with --cursor ${next}`];

/** What is there already is not overwritten: it may be what somebody has corrected. */
export async function writeNewFile(file: string, bytes: Buffer): Promise<void> {
  try {
    await writeFile(file, bytes, { flag: 'wx' });
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    throw new WrongUsage(
      code === 'EEXIST' ? `${file} is there already. Name another file.` : `${file} cannot be written: ${message}`,
    );
  }
}
