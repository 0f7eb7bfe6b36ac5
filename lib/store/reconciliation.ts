import { type Comparison, documentNumbers, itsInvoice, orphans, sums } from './comparison';
import { ledgerComparisons } from './ledger-comparisons';

const order = (id: string): string => `'order ' || ${id}`;
const line = "'order ' || order_id || ' line ' || line";

/**
 * What is kept as a sum, beside what it is the sum of. Each statement walks a table or two once: the halves of an order,
 * for an outer join of the view that shows both would have SQLite make all of it first.
 */
export const comparisons: readonly Comparison[] = [
  {
    name: 'open receivables',
    count: 'select count(*) as n from credit_account',
    differences: [
      sums(
        `select credit_account as key, 'open receivables' as what, gross as amount from invoice
         union all select i.credit_account, 'open receivables', -n.gross from credit_note n join invoice i on i.invoice_id = n.invoice_id
         union all select c.credit_account, 'open receivables', p.earmarked - p.amount from payment p join customer c on c.customer = p.customer`,
        "select account as key, 'open receivables' as what, open_receivables as amount from credit_account",
      ),
    ],
  },
  {
    name: 'approved by account',
    count: 'select count(*) as n from credit_account',
    differences: [
      sums(
        "select credit_account as key, 'approved gross' as what, approved_gross as amount from sales_order",
        "select account as key, 'approved gross' as what, approved_gross as amount from credit_account",
      ),
    ],
  },
  {
    name: 'payments',
    count: 'select count(*) as n from payment',
    differences: [
      sums(
        `select 'payment ' || customer || ' ' || reference as key, 'amount' as what, amount from payment`,
        `select 'payment ' || customer || ' ' || reference as key, 'amount' as what, earmarked + on_account as amount from payment
         union all select 'payment ' || p.customer || ' ' || p.reference, 'amount', a.amount from payment_application a join payment p on p.payment_id = a.payment_id`,
      ),
      sums(
        "select number as key, 'paid or credited' as what, gross - open_amount as amount from invoice",
        `select i.number as key, 'paid or credited' as what, a.amount from payment_application a join invoice i on i.invoice_id = a.invoice_id
         union all select i.number, 'paid or credited', n.gross from credit_note n join invoice i on i.invoice_id = n.invoice_id`,
      ),
      sums(
        `select ${order('order_id')} as key, 'kept for the order' as what, earmarked as amount from payment where order_id is not null`,
        `select ${order('order_id')} as key, 'kept for the order' as what, earmarked as amount from sales_order`,
      ),
    ],
  },
  {
    name: 'reservations',
    count: 'select count(*) as n from stock_item',
    differences: [
      sums(
        "select l.sku || ' in ' || o.warehouse as key, 'reserved' as what, l.reserved as amount from sales_order_line l join sales_order_terms o on o.order_id = l.order_id where l.reserved > 0",
        "select sku || ' in ' || warehouse as key, 'reserved' as what, reserved as amount from stock_item",
      ),
    ],
  },
  {
    name: 'stock',
    count: 'select count(*) as n from stock_item',
    differences: [
      sums(
        "select sku || ' in ' || warehouse as key, 'on hand' as what, quantity as amount from stock_movement",
        "select sku || ' in ' || warehouse as key, 'on hand' as what, on_hand - deficit as amount from stock_item",
      ),
      sums(
        `select s.warehouse || '/' || s.packing_slip || ' ' || l.sku as key, 'shipped' as what, l.quantity as amount
         from packing_slip_line l join packing_slip s on s.slip_id = l.slip_id`,
        "select reference || ' ' || sku as key, 'shipped' as what, -quantity as amount from stock_movement where kind = 'delivery'",
      ),
    ],
  },
  {
    name: 'documents',
    count: 'select count(*) as n from inbox_document',
    differences: [
      `select 'document ' || d.document_id as subject, 'order of an accepted document' as what, d.order_id as expected, o.order_id as found
       from inbox_document d left join sales_order_terms o on o.document_id = d.document_id
       where d.kind = 'order' and d.state = 'accepted' and (o.order_id is null or o.order_id <> d.order_id)`,
      `select ${order('o.order_id')} as subject, 'accepted document of an order' as what, o.document_id as expected, d.document_id as found
       from sales_order_terms o left join inbox_document d on d.document_id = o.document_id and d.state = 'accepted' and d.kind = 'order' where d.document_id is null`,
      `select 'order documents' as subject, 'accepted, and orders' as what, a.n as expected, b.n as found
       from (select count(*) as n from inbox_document where kind = 'order' and state = 'accepted') a cross join (select count(*) as n from sales_order_terms) b where a.n <> b.n`,
      `select 'message ' || m.inbox_id as subject, 'documents of a message' as what, 1 as expected, 0 as found
       from inbox_message m where not exists (select 1 from inbox_document d where d.inbox_id = m.inbox_id)
         and not exists (select 1 from import_job j where j.inbox_id = m.inbox_id and j.state = 'reading')`,
      `select 'message ' || j.inbox_id as subject, 'documents stored while it was read' as what, j.documents as expected, count(d.document_id) as found
       from import_job j left join inbox_document d on d.inbox_id = j.inbox_id group by j.inbox_id, j.documents having count(d.document_id) < j.documents`,
      `select 'message ' || inbox_id as subject, 'documents of a message that is read' as what, expected, documents as found
       from import_job where state = 'read' and (expected is null or documents <> expected)`,
      `select 'document ' || d.document_id as subject, 'order that a duplicate names' as what, d.order_id as expected, null as found
       from inbox_document d where d.state = 'duplicate' and d.kind = 'order' and not exists (select 1 from sales_order_terms o where o.order_id = d.order_id)`,
    ],
  },
  {
    // documents = orders accepted + changes and cancellations applied + rejected + duplicate + parked + in progress. A
    // document that a corrected copy replaced stays among the rejected; the copy's own documents are counted by themselves.
    name: 'accounting of documents',
    count: 'select count(*) as n from inbox_document',
    differences: [
      sums(
        "select 'documents' as key, 'received' as what, 1 as amount from inbox_document",
        `select 'documents' as key, 'received' as what, 1 as amount from sales_order_terms o join inbox_document d on d.document_id = o.document_id and d.state = 'accepted' and d.kind = 'order'
         union all select 'documents', 'received', 1 from inbox_document where state = 'accepted' and kind <> 'order'
         union all select 'documents', 'received', 1 from inbox_document where state = 'rejected' and (order_id is null or kind in ('change', 'cancel'))
         union all select 'documents', 'received', 1 from inbox_document where state in ('duplicate', 'parked')
         union all select 'documents', 'received', 1 from inbox_document where state = 'stored' and replaced_by is null`,
      ),
      `select 'document ' || d.document_id as subject, 'message that replaced it' as what, d.replaced_by as expected, m.inbox_id as found
       from inbox_document d left join inbox_message m on m.inbox_id = d.replaced_by and m.inbox_id <> d.inbox_id
       where d.replaced_by is not null and (m.inbox_id is null or d.state <> 'rejected')`,
      `select 'message ' || c.inbox_id as subject, 'message that it corrects' as what, c.corrects as expected, m.inbox_id as found
       from inbox_message c left join inbox_message m on m.inbox_id = c.corrects
       where c.corrects is not null and m.inbox_id is null`,
      `select 'message ' || inbox_id as subject, 'bytes' as what, case when bytes_dropped_at is null then size else 0 end as expected, length(bytes) as found
       from inbox_message where length(bytes) <> case when bytes_dropped_at is null then size else 0 end`,
    ],
  },
  documentNumbers('invoice numbers', 'invoice', "not like 'edi %' and s.document_type <> 'CN'"),
  documentNumbers('credit note numbers', 'credit_note', "= 'CN'"),
  {
    name: 'credit notes',
    count: 'select count(*) as n from credit_note',
    differences: [
      sums(
        "select number as key, 'net of its lines' as what, net as amount from credit_note",
        "select n.number as key, 'net of its lines' as what, l.net as amount from credit_note_line l join credit_note n on n.credit_note_id = l.credit_note_id",
      ),
      `select i.number as subject, 'credited at most' as what, i.gross as expected, cast(sum(n.gross) as bigint) as found
       from credit_note n join invoice i on i.invoice_id = n.invoice_id group by i.invoice_id, i.number, i.gross having sum(n.gross) > i.gross`,
      `select c.number || ' line ' || c.line as subject, 'quantity credited at most' as what, coalesce(d.quantity, 0) as expected, c.quantity as found
       from (select i.invoice_id, i.number, l.line, cast(sum(l.quantity) as bigint) as quantity
             from credit_note_line l join credit_note n on n.credit_note_id = l.credit_note_id join invoice i on i.invoice_id = n.invoice_id
             group by i.invoice_id, i.number, l.line) c
       left join (select i.invoice_id, l.line, cast(sum(l.quantity) as bigint) as quantity from packing_slip_line l join invoice i on ${itsInvoice}
                  group by i.invoice_id, l.line) d on d.invoice_id = c.invoice_id and d.line = c.line
       where c.quantity > coalesce(d.quantity, 0)`,
    ],
  },
  {
    name: 'EDI control numbers',
    count: 'select count(*) as n from edi_answer',
    differences: [
      `select 'edi ' || standard || ' ' || partner as subject, 'number in the series' as what, previous + 1 as expected, interchange_number as found
       from (select partner, standard, interchange_number, coalesce(lag(interchange_number) over (partition by partner, standard order by interchange_number), 0) as previous from edi_answer) a
       where interchange_number <> previous + 1`,
      `select s.document_type as subject, 'next number' as what, coalesce(a.last, 0) + 1 as expected, s.next as found
       from number_series s left join (select 'edi ' || standard || ' ' || partner as series, max(interchange_number) as last from edi_answer group by partner, standard) a
         on a.series = s.document_type
       where s.document_type like 'edi %' and s.next <> coalesce(a.last, 0) + 1`,
    ],
  },
  ...ledgerComparisons,
  {
    name: 'delivered and invoiced',
    count: 'select count(*) as n from sales_order_line',
    differences: [
      sums(
        `select ${line} as key, 'delivered' as what, quantity as amount from packing_slip_line
         union all select 'order ' || l.order_id || ' line ' || l.line, 'invoiced', l.quantity from packing_slip_line l join invoice i on ${itsInvoice}`,
        `select ${line} as key, 'delivered' as what, delivered as amount from sales_order_line where delivered > 0
         union all select ${line}, 'invoiced', invoiced from sales_order_line where invoiced > 0`,
      ),
    ],
  },
  {
    name: 'holds',
    count: 'select count(*) as n from hold',
    differences: [
      sums(
        `select ${order('order_id')} as key, 'holds' as what, 1 as amount from hold`,
        `select ${order('order_id')} as key, 'holds' as what, hold_count as amount from sales_order where hold_count > 0`,
      ),
    ],
  },
  {
    name: 'releases',
    count: 'select count(*) as n from warehouse_release',
    differences: [
      `select ${order('o.order_id')} as subject, 'open release' as what, r.release as expected, o.open_release as found
       from sales_order_state o left join (select order_id, min(release) as release from warehouse_release
         where status in ('Claimed', 'Unknown', 'Acknowledged', 'CancelRequested') group by order_id) r on r.order_id = o.order_id
       where coalesce(r.release, 0) <> coalesce(o.open_release, 0)`,
      `select ${order('o.order_id')} as subject, 'last release' as what, coalesce(r.release, 0) as expected, o.last_release as found
       from sales_order_state o left join (select order_id, max(release) as release from warehouse_release group by order_id) r on r.order_id = o.order_id
       where coalesce(r.release, 0) <> o.last_release`,
    ],
  },
  {
    name: 'orphans',
    count: 'select count(*) as n from sales_order',
    differences: [
      orphans('sales_order_terms', order('t.order_id'), 'sales_order_state', 'p.order_id = t.order_id'),
      orphans('sales_order_state', order('t.order_id'), 'sales_order_terms', 'p.order_id = t.order_id'),
      orphans(
        'sales_order_line',
        "'order ' || t.order_id || ' line ' || t.line",
        'sales_order',
        'p.order_id = t.order_id',
      ),
      orphans('decision', "'order ' || t.order_id || ' ' || t.check_name", 'sales_order', 'p.order_id = t.order_id'),
      orphans('hold', "'order ' || t.order_id || ' hold ' || t.reason", 'sales_order', 'p.order_id = t.order_id'),
      orphans(
        'warehouse_release',
        "'order ' || t.order_id || ' release ' || t.release",
        'sales_order',
        'p.order_id = t.order_id',
      ),
      orphans('sales_order', order('t.order_id'), 'sales_order_line', 'p.order_id = t.order_id'),
      orphans('sales_order', order('t.order_id'), 'inbox_message', 'p.inbox_id = t.inbox_id'),
      orphans('sales_order', order('t.order_id'), 'credit_account', 'p.account = t.credit_account'),
      orphans('inbox_document', "'document ' || t.document_id", 'inbox_message', 'p.inbox_id = t.inbox_id'),
      orphans(
        'packing_slip_line',
        "'slip ' || t.slip_id || ' line ' || t.slip_line",
        'packing_slip',
        'p.slip_id = t.slip_id',
      ),
      orphans(
        'packing_slip_line',
        "'slip ' || t.slip_id || ' line ' || t.slip_line",
        'sales_order_line',
        'p.order_id = t.order_id and p.line = t.line',
      ),
      orphans('invoice', 't.number', 'sales_order', 'p.order_id = t.order_id'),
      orphans('invoice', 't.number', 'packing_slip_line', 'p.slip_id = t.slip_id and p.order_id = t.order_id'),
      orphans('credit_note', 't.number', 'invoice', 'p.invoice_id = t.invoice_id and p.customer = t.customer'),
      orphans(
        'credit_note_line',
        "'credit note ' || t.credit_note_id || ' line ' || t.line",
        'credit_note',
        'p.credit_note_id = t.credit_note_id',
      ),
      orphans('payment_application', "'payment ' || t.payment_id", 'invoice', 'p.invoice_id = t.invoice_id'),
    ],
  },
];
