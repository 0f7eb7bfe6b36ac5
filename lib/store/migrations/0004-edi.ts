import type { Migration } from '../migrate';

/**
 * What EDI needs beside the inbox: interchanges by their identity, what messages said that answers have to say back, and
 * the answers themselves. An order that came otherwise has no row here.
 */
export const edi: Migration = {
  number: 4,
  name: 'edi',
  statements: ({ text, int, id, bytes, table, narrow }) => [
    `alter table partner add column edi ${text}`,
    `create table edi_interchange (
      interchange_id ${id}, inbox_id ${int} not null, ordinal ${int} not null, partner ${text}, standard ${text} not null check (standard in ('x12', 'edifact')),
      sender ${text} not null, receiver ${text} not null, control_number ${text} not null, version ${text} not null, prepared_at ${text} not null,
      test ${int} not null, sha256 ${text} not null, outcome ${text} not null check (outcome in ('accepted', 'repeated', 'conflict', 'refused')),
      identity ${text}, received_at ${text} not null
    ) ${table}`,
    'create unique index edi_interchange_identity on edi_interchange (identity) where identity is not null',
    'create index edi_interchange_message on edi_interchange (inbox_id)',
    `create table edi_document (
      document_id ${id}, interchange_id ${int} not null, partner ${text}, message_type ${text} not null, control_number ${text} not null, version ${text} not null,
      purpose ${text} not null, fingerprint ${text}, echo ${text}
    ) ${table}`,
    'create index edi_document_content on edi_document (partner, fingerprint)',
    `create table edi_order (
      order_id ${id}, document_id ${int} not null, partner ${text} not null, po_key ${text} not null, release_number ${text} not null
    ) ${table}`,
    'create index edi_order_number on edi_order (partner, po_key)',
    "create index inbox_document_changes on inbox_document (order_id) where kind in ('change', 'cancel')",
    // What is to be answered, written by the transaction that made it so; the row goes when the answer is written.
    `create table edi_due (
      kind ${text} not null check (kind in ('response', 'rejection', 'change-response', 'cancellation', 'despatch', 'invoice')), subject ${int} not null, due_at ${text} not null,
      primary key (kind, subject)
    ) ${narrow}`,
    `create table edi_answer (
      answer_id ${id}, partner ${text} not null, standard ${text} not null check (standard in ('x12', 'edifact')), kind ${text} not null, subject ${text} not null,
      interchange_number ${int}, group_number ${int}, file_name ${text} not null, content_type ${text} not null, bytes ${bytes} not null,
      state ${text} not null check (state in ('ready', 'sent', 'acknowledged', 'rejected')), wants_acknowledgement ${int} not null, words ${text},
      created_at ${text} not null, taken_until ${text}, sent_at ${text}, acknowledged_at ${text}, unique (kind, subject)
    ) ${table}`,
    "create index edi_answer_open on edi_answer (state, answer_id) where state in ('ready', 'sent')",
    'create index edi_answer_number on edi_answer (partner, standard, interchange_number)',
  ],
  appendOnly: [],
};
