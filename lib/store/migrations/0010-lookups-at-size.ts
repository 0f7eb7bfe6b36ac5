import type { Migration } from '../migrate';

/** What people look up stays as quick with a million orders: an index each for what would be read from end to end. */
export const lookupsAtSize: Migration = {
  number: 10,
  name: 'lookups-at-size',
  statements: () => [
    // people ask for an order by its number alone; of a customer the loose numbers are in an index of their own
    'drop index sales_order_identity',
    'create unique index sales_order_identity on sales_order_terms (po_key, customer, partner, release_number)',
    'create index inbox_message_partner on inbox_message (partner, inbox_id)',
    'create index inbox_message_channel on inbox_message (channel, inbox_id)',
    "create index inbox_document_repeated on inbox_document (document_id) where state = 'duplicate'",
    'create index sales_order_partner on sales_order_terms (partner, order_id)',
    "create index sales_order_line_short on sales_order_line (order_id) where reason = 'out-of-stock'",
    'create index payment_order on payment (order_id) where order_id is not null',
    'create index invoice_customer on invoice (customer, document_type, fiscal_year, sequence)',
  ],
  appendOnly: [],
};
