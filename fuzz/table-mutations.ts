import type { Mutation } from './mutation';
import type { Random } from './random';
import { trickyValues } from './values';

const headers =
  'poNumber customer currency orderDate requestedDelivery warehouse line sku quantity uom unitPrice shipToName note cancelled PO_Number Qty Menge Artikel __proto__'.split(
    ' ',
  );
const separators = [',', ';', '\t', '|'];
const mostRepeats = 2000;

interface Table {
  rows: string[][];
  separator: string;
}

/** Cells are cut without looking at quotes: what comes of that is a mutation too. */
const inTable =
  (change: (table: Table, random: Random) => void): Mutation =>
  (input, random) => {
    const text = input.toString();
    const separator = separators.find((each) => text.slice(0, 300).includes(each)) ?? ',';
    const table = { rows: text.split('\n').map((row) => row.split(separator)), separator };
    change(table, random);
    return Buffer.from(table.rows.map((row) => row.join(table.separator)).join('\n'));
  };

const rowAt = ({ rows }: Table, random: Random): string[] => random.pick(rows);

const changeCell = inTable((table, random) => {
  const row = rowAt(table, random);
  row[random.below(row.length)] = random.pick(trickyValues);
});
const quoteCell = inTable((table, random) => {
  const row = rowAt(table, random);
  const at = random.below(row.length);
  row[at] = random.pick([
    `"${row[at]}"`,
    `"${row[at]}`,
    `"a\n${row[at]}"`,
    `"${row[at]}""`,
    `x"${row[at]}"`,
    `"${row[at]}"x`,
  ]);
});
const changeHeader = inTable(({ rows }, random) => {
  const [row] = rows;
  if (row) row[random.below(row.length)] = random.pick(headers);
});
const deleteRow = inTable(({ rows }, random) => void (rows.length > 1 && rows.splice(random.below(rows.length), 1)));
const copyRow = inTable(({ rows }, random) => {
  const copy = [...random.pick(rows)];
  const times = random.oneIn(20) ? random.below(mostRepeats) : 1;
  rows.splice(random.below(rows.length + 1), 0, ...Array.from({ length: times }, () => [...copy]));
});
const swapRows = inTable(({ rows }, random) => {
  const [one, other] = [random.below(rows.length), random.below(rows.length)];
  [rows[one], rows[other]] = [rows[other] as string[], rows[one] as string[]];
});
const deleteColumn = inTable(({ rows }, random) => {
  const at = random.below(rows[0]?.length ?? 0);
  for (const row of rows) row.splice(at, 1);
});
const copyColumn = inTable(({ rows }, random) => {
  const at = random.below(rows[0]?.length ?? 0);
  const times = random.oneIn(20) ? random.below(200) : 1;
  for (const row of rows) row.splice(at, 0, ...Array.from({ length: times }, () => row[at] ?? ''));
});
const dropCell = inTable((table, random) => {
  const row = rowAt(table, random);
  row.splice(random.below(row.length), 1);
});
const addBlankRows = inTable(({ rows }, random) => {
  rows.splice(random.below(rows.length + 1), 0, ...Array.from({ length: 1 + random.below(40) }, () => ['']));
});
const changeSeparator = inTable((table, random) => {
  table.separator = random.pick([...separators, ' ', ',,', '\u0000']);
});
const recode: Mutation = (input, random) => {
  const text = input.toString();
  const encoding = random.pick<BufferEncoding>(['utf16le', 'latin1', 'utf8']);
  return Buffer.from(random.oneIn(2) ? `\ufeff${text}` : text, encoding);
};

export const tableMutations: readonly Mutation[] = [
  changeCell,
  changeCell,
  changeCell,
  quoteCell,
  quoteCell,
  changeHeader,
  deleteRow,
  copyRow,
  swapRows,
  deleteColumn,
  copyColumn,
  dropCell,
  addBlankRows,
  changeSeparator,
  recode,
];
