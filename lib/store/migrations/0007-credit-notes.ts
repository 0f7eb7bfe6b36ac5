import type { Migration } from '../migrate';

/**
 * Credit notes. Like invoices they have no foreign keys: they are written by the transaction that holds the lock of the
 * customer's credit account and has just read the invoice.
 */
export const creditNotes: Migration = {
  number: 7,
  name: 'credit-notes',
  statements: ({ text, int, id, table, narrow }) => [
    // `freed`: what had been paid already and became the customer's cash again.
    `create table credit_note (
      credit_note_id ${id}, number ${text} not null unique, document_type ${text} not null, fiscal_year ${int} not null, sequence ${int} not null,
      invoice_id ${int} not null, customer ${text} not null, reference ${text} not null, digest ${text} not null, reason ${text} not null, note ${text},
      currency ${text} not null, net ${int} not null check (net > 0), tax ${int} not null check (tax >= 0), gross ${int} not null, taxes ${text} not null,
      freed ${int} not null, credit_date ${text} not null, posted_at ${text} not null,
      unique (document_type, fiscal_year, sequence), unique (customer, reference), check (net + tax = gross), check (freed between 0 and gross)
    ) ${table}`,
    'create index credit_note_invoice on credit_note (invoice_id)',
    `create table credit_note_line (
      credit_note_id ${int} not null, line ${int} not null, quantity ${int} not null check (quantity >= 0), net ${int} not null check (net > 0),
      primary key (credit_note_id, line)
    ) ${narrow}`,
    // EDI partners are told of credit notes too; the old table's condition on kinds cannot be changed in SQLite.
    'alter table edi_due rename to edi_due_before',
    `create table edi_due (
      kind ${text} not null check (kind in ('response', 'rejection', 'change-response', 'cancellation', 'despatch', 'invoice', 'credit-note')),
      subject ${int} not null, due_at ${text} not null, primary key (kind, subject)
    ) ${narrow}`,
    'insert into edi_due (kind, subject, due_at) select kind, subject, due_at from edi_due_before',
    'drop table edi_due_before',
  ],
  appendOnly: ['credit_note', 'credit_note_line'],
};
