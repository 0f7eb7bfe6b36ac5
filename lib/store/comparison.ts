import type { Database } from './database';

/** A row of the books that is not what its parts add up to. Numbers as they are kept: minor units, milli-units, counts. */
export interface Difference {
  readonly subject: string;
  readonly what: string;
  readonly expected: number | string | null;
  readonly found: number | string | null;
}

/** `count`: how many things are compared. `differences`: rows (subject, what, expected, found). */
export interface Comparison {
  readonly name: string;
  readonly count: string;
  readonly differences: readonly string[];
}

/** Two sets of (key, what, amount) that have to add up to the same by key and what. */
export const sums = (expected: string, found: string): string =>
  `select key as subject, what, cast(sum(e) as bigint) as expected, cast(sum(f) as bigint) as found
   from (select key, what, amount as e, 0 as f from (${expected}) a union all select key, what, 0, amount from (${found}) b) c
   group by key, what having sum(e) <> sum(f)`;

/** The invoice of a slip line: a slip is invoiced once for each of its orders. */
export const itsInvoice = 'i.slip_id = l.slip_id and i.order_id = l.order_id';

/** Rows of `table` whose parent is missing. */
export const orphans = (table: string, subject: string, parent: string, on: string): string =>
  `select ${subject} as subject, 'without ${parent}' as what, null as expected, null as found from ${table} t
   where not exists (select 1 from ${parent} p where ${on})`;

/** The numbers that the rows of `table` have, beside their series: without gaps, and the next one is the one after the last. */
export const documentNumbers = (name: string, table: string, series: string): Comparison => ({
  name,
  count: `select count(*) as n from ${table}`,
  differences: [
    `select number as subject, 'number of the series' as what, expected, number as found from (
       select number, document_type || '-' || fiscal_year || '-' || case when sequence < 1000000 then substr('000000' || sequence, length('000000' || sequence) - 5) else '' || sequence end as expected
       from ${table}) i where number <> expected`,
    `select document_type || ' ' || fiscal_year as subject, 'number in the series' as what, previous + 1 as expected, sequence as found
     from (select document_type, fiscal_year, sequence, coalesce(lag(sequence) over (partition by document_type, fiscal_year order by sequence), 0) as previous from ${table}) s
     where sequence <> previous + 1`,
    `select s.document_type || ' ' || s.fiscal_year as subject, 'next number' as what, coalesce(i.last, 0) + 1 as expected, s.next as found
     from number_series s left join (select document_type, fiscal_year, max(sequence) as last from ${table} group by document_type, fiscal_year) i
       on i.document_type = s.document_type and i.fiscal_year = s.fiscal_year
     where s.document_type ${series} and s.next <> coalesce(i.last, 0) + 1`,
    `select i.document_type || ' ' || i.fiscal_year as subject, 'number series' as what, 1 as expected, 0 as found
     from (select distinct document_type, fiscal_year from ${table}) i
     where not exists (select 1 from number_series s where s.document_type = i.document_type and s.fiscal_year = i.fiscal_year)`,
  ],
});

/** Counts what is compared, and finds the rows that differ. */
export async function compare(
  db: Database,
  { count, differences }: Comparison,
): Promise<{ compared: number; differences: Difference[] }> {
  const [counted] = await db.all<{ n: number }>(count);
  const found: Difference[] = [];
  for (const sql of differences) found.push(...(await db.all<Difference>(sql)));
  return { compared: counted?.n ?? 0, differences: found };
}
