import type { Database } from './database';

/**
 * The next `count` numbers of a series, ascending and without gaps: the series' row stays locked until the transaction
 * ends, so take them late and in one block. A series begins with 1.
 */
export async function takeNumbers(
  db: Database,
  documentType: string,
  fiscalYear: number,
  count: number,
): Promise<number[]> {
  const [row] = await db.all<{ next: number }>(
    `insert into number_series (document_type, fiscal_year, next) values (?, ?, ?)
     on conflict (document_type, fiscal_year) do update set next = number_series.next + excluded.next - 1 returning next`,
    [documentType, fiscalYear, 1 + count],
  );
  if (row === undefined) throw new Error(`The number series ${documentType} ${fiscalYear} gave no numbers.`);
  return Array.from({ length: count }, (_, i) => row.next - count + i);
}
