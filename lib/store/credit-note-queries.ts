import type { CreditedLine } from '../domain/crediting';
import { Conditions } from './conditions';
import { type Database, first } from './database';
import type { BooksSelection } from './queries';

/** A credit note with its invoice; amounts in minor units, `taxes` is the JSON text of the amounts by tax code. */
export interface CreditNoteRow {
  readonly credit_note_id: number;
  readonly number: string;
  readonly document_type: string;
  readonly fiscal_year: number;
  readonly sequence: number;
  readonly invoice: string;
  readonly order_id: number;
  readonly customer: string;
  readonly reference: string;
  readonly reason: string;
  readonly note: string | null;
  readonly currency: string;
  readonly net: number;
  readonly tax: number;
  readonly gross: number;
  readonly taxes: string;
  readonly freed: number;
  readonly credit_date: string;
  readonly posted_at: string;
}

const creditNotes = `select n.credit_note_id, n.number, n.document_type, n.fiscal_year, n.sequence, i.number as invoice, i.order_id, n.customer, n.reference, n.reason, n.note, n.currency,
  n.net, n.tax, n.gross, n.taxes, n.freed, n.credit_date, n.posted_at from credit_note n join invoice i on i.invoice_id = n.invoice_id`;

export function findCreditNote(db: Database, number: string): Promise<CreditNoteRow | undefined> {
  return first<CreditNoteRow>(db, `${creditNotes} where n.number = ?`, [number]);
}

export function creditNotesOfInvoice(db: Database, invoiceId: number): Promise<CreditNoteRow[]> {
  return db.all<CreditNoteRow>(`${creditNotes} where n.invoice_id = ? order by n.fiscal_year, n.sequence`, [invoiceId]);
}

/** Those of all invoices of an order. */
export function creditNotesOfOrder(db: Database, orderId: number): Promise<CreditNoteRow[]> {
  return db.all<CreditNoteRow>(`${creditNotes} where i.order_id = ? order by n.fiscal_year, n.sequence`, [orderId]);
}

/** Credit notes, the highest number first, at most `count`. */
export function newestCreditNotes(
  db: Database,
  { customer, from, to, before, invoice }: BooksSelection & { readonly invoice?: string | undefined },
  count: number,
): Promise<CreditNoteRow[]> {
  const conditions = new Conditions()
    .when('n.customer = ?', customer)
    .when('i.number = ?', invoice)
    .when('n.credit_date >= ?', from)
    .when('n.credit_date <= ?', to);
  if (before !== undefined) conditions.add('(n.document_type, n.fiscal_year, n.sequence) < (?, ?, ?)', ...before);
  return db.all<CreditNoteRow>(
    `${creditNotes} ${conditions.where} order by n.document_type desc, n.fiscal_year desc, n.sequence desc limit ${count}`,
    conditions.values,
  );
}

export function creditNotesById(db: Database, creditNoteIds: readonly number[]): Promise<CreditNoteRow[]> {
  return db.all<CreditNoteRow>(
    `${creditNotes} where ${db.dialect.inList('n.credit_note_id', 'bigint')} order by n.credit_note_id`,
    [db.dialect.listOf([...new Set(creditNoteIds)])],
  );
}

/** What credit notes take back of each line, by the id of the credit note. */
export async function linesOfCreditNotes(
  db: Database,
  creditNoteIds: readonly number[],
): Promise<Map<number, CreditedLine[]>> {
  const rows = await db.all<CreditedLine & { readonly credit_note_id: number }>(
    `select credit_note_id, line, quantity, net from credit_note_line where ${db.dialect.inList('credit_note_id', 'bigint')} order by credit_note_id, line`,
    [db.dialect.listOf(creditNoteIds)],
  );
  return new Map(
    [...Map.groupBy(rows, (row) => row.credit_note_id)].map(([id, lines]) => [
      id,
      lines.map(({ line, quantity, net }) => ({ line, quantity, net })),
    ]),
  );
}
