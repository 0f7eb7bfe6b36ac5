import type { CreditableInvoice, CreditableLine, CreditedLine } from '../domain/crediting';
import { lineNet, type TaxAmount } from '../domain/money';
import { linesOfCreditNotes } from './credit-note-queries';
import { type Database, type Row, together } from './database';

/** An invoice as a credit note finds it. Amounts in minor units of `currency`. */
export interface InvoiceToCredit extends CreditableInvoice {
  readonly invoiceId: number;
  readonly customer: string;
  readonly channel: string;
}

/** Amounts in minor units of `currency`; dates YYYY-MM-DD. */
export interface StoredCreditNote {
  readonly creditNoteId: number;
  readonly number: string;
  readonly documentType: string;
  readonly fiscalYear: number;
  readonly sequence: number;
  readonly invoiceId: number;
  readonly customer: string;
  readonly reference: string;
  readonly digest: string;
  readonly reason: string;
  readonly note: string | null;
  readonly currency: string;
  readonly net: number;
  readonly tax: number;
  readonly gross: number;
  readonly taxes: readonly TaxAmount[];
  /** What of it had been paid and became the customer's cash again. */
  readonly freed: number;
  readonly creditDate: string;
  readonly lines: readonly CreditedLine[];
}

export async function insertCreditNotes(
  db: Database,
  notes: readonly StoredCreditNote[],
  now: string,
): Promise<unknown> {
  const rows = notes.map(
    (note): Row => ({
      credit_note_id: note.creditNoteId,
      number: note.number,
      document_type: note.documentType,
      fiscal_year: note.fiscalYear,
      sequence: note.sequence,
      invoice_id: note.invoiceId,
      customer: note.customer,
      reference: note.reference,
      digest: note.digest,
      reason: note.reason,
      note: note.note,
      currency: note.currency,
      net: note.net,
      tax: note.tax,
      gross: note.gross,
      taxes: JSON.stringify(note.taxes),
      freed: note.freed,
      credit_date: note.creditDate,
      posted_at: now,
    }),
  );
  const lines = notes.flatMap(({ creditNoteId, lines: credited }) =>
    credited.map(({ line, quantity, net }): Row => ({ credit_note_id: creditNoteId, line, quantity, net })),
  );
  return together([db.insert('credit_note', rows), db.insert('credit_note_line', lines)]);
}

interface KnownRow {
  credit_note_id: number;
  number: string;
  document_type: string;
  fiscal_year: number;
  sequence: number;
  invoice_id: number;
  customer: string;
  reference: string;
  digest: string;
  reason: string;
  note: string | null;
  currency: string;
  net: number;
  tax: number;
  gross: number;
  taxes: string;
  freed: number;
  credit_date: string;
}

/** Credit notes that are there already under these references. */
export async function findCreditNotes(
  db: Database,
  wanted: readonly { readonly customer: string; readonly reference: string }[],
): Promise<StoredCreditNote[]> {
  if (wanted.length === 0) return [];
  const { dialect } = db;
  const rows = await db.all<KnownRow>(
    `select * from credit_note where ${dialect.inPairs('customer', 'reference')} order by credit_note_id`,
    dialect.pairsOf(wanted.map(({ customer, reference }) => [customer, reference])),
  );
  const lines = await linesOfCreditNotes(
    db,
    rows.map((row) => row.credit_note_id),
  );
  return rows.map((row) => ({
    creditNoteId: row.credit_note_id,
    number: row.number,
    documentType: row.document_type,
    fiscalYear: row.fiscal_year,
    sequence: row.sequence,
    invoiceId: row.invoice_id,
    customer: row.customer,
    reference: row.reference,
    digest: row.digest,
    reason: row.reason,
    note: row.note,
    currency: row.currency,
    net: row.net,
    tax: row.tax,
    gross: row.gross,
    taxes: JSON.parse(row.taxes) as TaxAmount[],
    freed: row.freed,
    creditDate: row.credit_date,
    lines: lines.get(row.credit_note_id) ?? [],
  }));
}

/** Who was invoiced with these numbers, by number: that never changes, and needs no lock. */
export async function customersOfInvoices(db: Database, numbers: readonly string[]): Promise<Map<string, string>> {
  if (numbers.length === 0) return new Map();
  const rows = await db.all<{ number: string; customer: string }>(
    `select number, customer from invoice where ${db.dialect.inList('number', 'text')}`,
    [db.dialect.listOf([...new Set(numbers)])],
  );
  return new Map(rows.map(({ number, customer }) => [number, customer]));
}

interface InvoiceHead {
  invoice_id: number;
  number: string;
  customer: string;
  channel: string;
  currency: string;
  taxes: string;
}

/** Invoices with what of them is credited, by number. Their customers' credit accounts must be locked. */
export async function invoicesToCredit(
  db: Database,
  numbers: readonly string[],
): Promise<Map<string, InvoiceToCredit>> {
  if (numbers.length === 0) return new Map();
  const { dialect } = db;
  const heads = await db.all<InvoiceHead>(
    `select i.invoice_id, i.number, i.customer, o.channel, i.currency, i.taxes
     from invoice i join sales_order_terms o on o.order_id = i.order_id where ${dialect.inList('i.number', 'text')} order by i.invoice_id`,
    [dialect.listOf([...new Set(numbers)])],
  );
  const ids = heads.map((head) => head.invoice_id);
  const lines = await creditableLines(db, ids);
  const taxes = await db.all<{ invoice_id: number; taxes: string }>(
    `select invoice_id, taxes from credit_note where ${dialect.inList('invoice_id', 'bigint')}`,
    [dialect.listOf(ids)],
  );
  return new Map(
    heads.map((head) => {
      const credited = taxes.filter(({ invoice_id }) => invoice_id === head.invoice_id);
      const invoice = {
        invoiceId: head.invoice_id,
        number: head.number,
        customer: head.customer,
        channel: head.channel,
        currency: head.currency,
        taxes: JSON.parse(head.taxes) as TaxAmount[],
        lines: lines.get(head.invoice_id) ?? [],
        creditedTax: taxByCode(credited.flatMap((note) => JSON.parse(note.taxes) as TaxAmount[])),
      };
      return [head.number, invoice];
    }),
  );
}

function taxByCode(amounts: readonly TaxAmount[]): Map<string, number> {
  const sums = new Map<string, number>();
  for (const { taxCode, tax } of amounts) sums.set(taxCode, (sums.get(taxCode) ?? 0) + tax);
  return sums;
}

interface LineRow {
  invoice_id: number;
  line: number;
  currency: string;
  quantity: number;
  unit_price: number;
  uom_numerator: number;
  uom_denominator: number;
  tax_code: string;
  credited_quantity: number;
  credited_net: number;
}

/** The slip lines of an order line are one line of the invoice, as they were priced. */
async function creditableLines(db: Database, invoiceIds: readonly number[]): Promise<Map<number, CreditableLine[]>> {
  const ids = db.dialect.listOf(invoiceIds);
  const rows = await db.all<LineRow>(
    `select d.invoice_id, d.line, d.currency, d.quantity, l.unit_price, l.uom_numerator, l.uom_denominator, l.tax_code,
       coalesce(c.quantity, 0) as credited_quantity, coalesce(c.net, 0) as credited_net
     from (select i.invoice_id, i.order_id, i.currency, s.line, cast(sum(s.quantity) as bigint) as quantity
           from invoice i join packing_slip_line s on s.order_id = i.order_id and s.slip_id = i.slip_id
           where ${db.dialect.inList('i.invoice_id', 'bigint')} group by i.invoice_id, i.order_id, i.currency, s.line) d
     join sales_order_line l on l.order_id = d.order_id and l.line = d.line
     left join (select n.invoice_id, x.line, cast(sum(x.quantity) as bigint) as quantity, cast(sum(x.net) as bigint) as net
                from credit_note n join credit_note_line x on x.credit_note_id = n.credit_note_id
                where ${db.dialect.inList('n.invoice_id', 'bigint')} group by n.invoice_id, x.line) c
       on c.invoice_id = d.invoice_id and c.line = d.line
     order by d.invoice_id, d.line`,
    [ids, ids],
  );
  const lines = rows.map((row) => {
    const uom = { numerator: row.uom_numerator, denominator: row.uom_denominator };
    return {
      invoiceId: row.invoice_id,
      line: row.line,
      taxCode: row.tax_code,
      quantity: row.quantity,
      net: lineNet({ quantity: row.quantity, unitPrice: row.unit_price, uom }, row.currency),
      creditedQuantity: row.credited_quantity,
      creditedNet: row.credited_net,
    };
  });
  return new Map(
    [...Map.groupBy(lines, ({ invoiceId }) => invoiceId)].map(([id, own]) => [
      id,
      own.map(({ invoiceId: _none, ...line }): CreditableLine => line),
    ]),
  );
}
