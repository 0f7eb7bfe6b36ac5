import type { Migration } from '../migrate';

/** What intake needs to know of partners, and what it wants a person to look at. */
export const intake: Migration = {
  number: 5,
  name: 'intake',
  statements: ({ text, int }) => [
    `alter table partner add column customer_map ${text} not null default '{}'`,
    `alter table partner add column uom_map ${text} not null default '{}'`,
    `alter table partner add column price_tolerance ${int} not null default 0`,
    `alter table partner add column review_notes ${int} not null default 0`,
    `alter table partner add column requests_per_minute ${int}`,
    `alter table partner add column orders_per_minute ${int}`,
    'create index product_gtin on product (gtin) where gtin is not null',
    `alter table inbox_document add column review ${text}`,
  ],
  appendOnly: [],
};
