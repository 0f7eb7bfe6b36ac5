import type { Database } from './database';

/** What a slip delivered, by order and line; quantities in milli-units of the base unit. */
export async function slipContents(
  db: Database,
  slipIds: readonly number[],
): Promise<
  {
    slip_id: number;
    packing_slip: string;
    shipped_at: string;
    final: number;
    order_id: number;
    line: number;
    quantity: number;
    lot: string | null;
    serials: string | null;
  }[]
> {
  if (slipIds.length === 0) return [];
  return db.all(
    `select l.slip_id, s.packing_slip, s.shipped_at, s.final, l.order_id, l.line, l.quantity, l.lot, l.serials
     from packing_slip_line l join packing_slip s on s.slip_id = l.slip_id where ${db.dialect.inList('l.slip_id', 'bigint')} order by l.slip_id, l.slip_line`,
    [db.dialect.listOf([...new Set(slipIds)])],
  );
}

/** Invoices with what they are for; amounts in minor units. */
export async function invoiceContents(
  db: Database,
  invoiceIds: readonly number[],
): Promise<
  {
    invoice_id: number;
    number: string;
    document_type: string;
    order_id: number;
    packing_slip: string | null;
    currency: string;
    net: number;
    tax: number;
    gross: number;
    taxes: string;
    invoice_date: string;
    due_date: string;
    line: number;
    quantity: number;
  }[]
> {
  if (invoiceIds.length === 0) return [];
  return db.all(
    `select i.invoice_id, i.number, i.document_type, i.order_id, s.packing_slip, i.currency, i.net, i.tax, i.gross, i.taxes, i.invoice_date, i.due_date, l.line,
       cast(sum(l.quantity) as bigint) as quantity
     from invoice i join packing_slip s on s.slip_id = i.slip_id join packing_slip_line l on l.slip_id = i.slip_id and l.order_id = i.order_id
     where ${db.dialect.inList('i.invoice_id', 'bigint')}
     group by i.invoice_id, i.number, i.document_type, i.order_id, s.packing_slip, i.currency, i.net, i.tax, i.gross, i.taxes, i.invoice_date, i.due_date, l.line
     order by i.invoice_id, l.line`,
    [db.dialect.listOf([...new Set(invoiceIds)])],
  );
}

/** The name of each product, by SKU. */
export async function productNames(db: Database, skus: readonly string[]): Promise<Map<string, string>> {
  if (skus.length === 0) return new Map();
  const rows = await db.all<{ sku: string; name: string }>(
    `select sku, name from product where ${db.dialect.inList('sku', 'text')}`,
    [db.dialect.listOf([...new Set(skus)])],
  );
  return new Map(rows.map(({ sku, name }) => [sku, name]));
}
