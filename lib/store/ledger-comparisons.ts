import { type Comparison, itsInvoice, sums } from './comparison';

const count = "sku || ' in ' || warehouse || ' at ' || at";

/** The ledger, beside the documents and movements that it was posted from. */
export const ledgerComparisons: readonly Comparison[] = [
  {
    // Counts from before their cost was kept are left out, with their postings.
    name: 'stock counts',
    count: "select count(*) as n from stock_movement where kind <> 'delivery' and cost is not null",
    differences: [
      sums(
        `select ${count} as key, 'inventory' as what, case when quantity < 0 then -cost else cost end as amount
         from stock_movement where kind <> 'delivery' and cost is not null`,
        `select document || ' at ' || posted_at as key, 'inventory' as what, case when debit = 'inventory' then amount else -amount end as amount
         from posting where document_type in ('count', 'receipt') and (debit = 'stock-clearing' or credit = 'stock-clearing')
           and document || ' at ' || posted_at not in (select ${count} from stock_movement where kind <> 'delivery' and cost is null)`,
      ),
      `select ${count} as subject, 'cost of a count' as what, 'kept' as expected, null as found from stock_movement
       where kind <> 'delivery' and cost is null and at >= (select applied_at from schema_migration where name = 'proof')`,
    ],
  },
  {
    name: 'ledger',
    count: 'select count(*) as n from posting',
    differences: [
      sums(
        `select number as key, 'receivables' as what, gross as amount from invoice union all select number, 'revenue', net from invoice
         union all select number, 'tax', tax from invoice
         union all select i.number, 'cost of sales', l.cost from packing_slip_line l join invoice i on ${itsInvoice}`,
        `select document as key, 'receivables' as what, amount from posting where document_type = 'invoice' and debit = 'receivables'
         union all select document, credit, amount from posting where document_type = 'invoice' and debit = 'receivables'
         union all select document, 'cost of sales', amount from posting where document_type = 'invoice' and debit = 'cost-of-sales' and credit = 'goods-delivered-not-invoiced'`,
      ),
      sums(
        `select number as key, 'receivables' as what, gross as amount from credit_note union all select number, 'revenue', net from credit_note
         union all select number, 'tax', tax from credit_note`,
        `select document as key, 'receivables' as what, amount from posting where document_type = 'credit-note' and credit = 'receivables'
         union all select document, debit, amount from posting where document_type = 'credit-note' and credit = 'receivables'`,
      ),
      sums(
        "select customer || '/' || reference as key, 'bank' as what, amount from payment",
        "select document as key, 'bank' as what, amount from posting where document_type = 'payment' and debit = 'bank' and credit = 'receivables'",
      ),
      sums(
        `select s.warehouse || '/' || s.packing_slip as key, 'goods delivered not invoiced' as what, l.cost as amount
         from packing_slip_line l join packing_slip s on s.slip_id = l.slip_id`,
        `select document as key, 'goods delivered not invoiced' as what, amount from posting
         where document_type = 'delivery' and debit = 'goods-delivered-not-invoiced' and credit = 'inventory'`,
      ),
    ],
  },
  {
    name: 'accounts of postings',
    count: 'select count(*) as n from posting',
    differences: [
      `select document as subject, 'debit and credit of a ' || document_type as what, null as expected, debit || ' / ' || credit as found from posting
       where (document_type, debit, credit) not in (values
         ('count', 'inventory', 'stock-clearing'), ('count', 'stock-clearing', 'inventory'), ('delivery', 'goods-delivered-not-invoiced', 'inventory'),
         ('invoice', 'receivables', 'revenue'), ('invoice', 'receivables', 'tax'), ('invoice', 'cost-of-sales', 'goods-delivered-not-invoiced'),
         ('payment', 'bank', 'receivables'), ('credit-note', 'revenue', 'receivables'), ('credit-note', 'tax', 'receivables'))`,
    ],
  },
  {
    // What a posting says of its document beside the amount. Cost of sales is in the company's currency, not the invoice's.
    name: 'documents of postings',
    count: 'select count(*) as n from posting',
    differences: [
      // Several may have a document's name where names hold a slash: one of them has to fit.
      `with documents as (
         select 'invoice' as type, number as document, posted_at as at, currency from invoice
         union all select 'credit-note', number, posted_at, currency from credit_note
         union all select 'payment', customer || '/' || reference, posted_at, currency from payment
         union all select distinct 'delivery', reference, at, null from stock_movement where kind = 'delivery'
       ), compared as (
         select p.posting, p.document, p.posted_at, p.currency, d.at, d.currency as expected,
           case when d.at = p.posted_at then 1 else 0 end as same_time,
           case when d.currency is null or d.currency = p.currency or p.debit = 'cost-of-sales' then 1 else 0 end as same_currency
         from posting p join documents d on d.document = p.document and d.type = p.document_type
       )
       select min(document) as subject, case when max(same_time) = 0 then 'posted at' else 'currency' end as what,
         case when max(same_time) = 0 then min(at) else min(expected) end as expected,
         case when max(same_time) = 0 then min(posted_at) else min(currency) end as found
       from compared group by posting having max(same_time * same_currency) = 0`,
      `select p.document as subject, 'posting date' as what, i.invoice_date as expected, p.posting_date as found
       from posting p join invoice i on i.number = p.document where p.document_type = 'invoice' and p.posting_date <> i.invoice_date`,
      `select p.document as subject, 'posting date' as what, n.credit_date as expected, p.posting_date as found
       from posting p join credit_note n on n.number = p.document where p.document_type = 'credit-note' and p.posting_date <> n.credit_date`,
    ],
  },
];
