import type { Migration } from '../migrate';

/**
 * Of orders whose numbers one could take for each other no two are the first: of those that come at the same moment the
 * later one finds the other, and is held.
 */
export const alikeNumbers: Migration = {
  number: 11,
  name: 'alike-numbers',
  statements: ({ int }) => [
    // how many of the partner's and customer's orders were there before it with a number like its own
    `alter table sales_order_terms add column alike ${int} not null default 0`,
    `update sales_order_terms set alike = (
       select count(*) from sales_order_terms o where o.customer = sales_order_terms.customer and o.loose_po_key = sales_order_terms.loose_po_key
         and o.partner = sales_order_terms.partner and o.order_id < sales_order_terms.order_id)
     where exists (
       select 1 from sales_order_terms o where o.customer = sales_order_terms.customer and o.loose_po_key = sales_order_terms.loose_po_key
         and o.partner = sales_order_terms.partner and o.order_id < sales_order_terms.order_id)`,
    'drop index sales_order_loose_number',
    'create unique index sales_order_loose_number on sales_order_terms (customer, loose_po_key, partner, alike)',
  ],
  appendOnly: [],
};
