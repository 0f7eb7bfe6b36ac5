/** The statements of the flow built by hand: one a step, each a transaction of its own, several rows by `unnest`. */

/** $1 PO number, $2 customer, $3 currency, $4 to $7 lines, SKUs, quantities, prices; no row if nobody knows the customer. */
export const insertOrder = `
  with new_order as (
    insert into sales_order (po_number, customer, currency, net, gross)
    select $1, c.customer, $3, total.net, round(total.net * (1 + c.tax_rate), 2)
    from customer c, (
      select round(sum(quantity * unit_price), 2) as net
      from unnest($6::numeric[], $7::numeric[]) as line (quantity, unit_price)) as total
    where c.customer = $2
    returning order_id
  ), new_lines as (
    insert into sales_order_line (order_id, line, sku, quantity, unit_price)
    select new_order.order_id, given.*
    from new_order, unnest($4::int[], $5::text[], $6::numeric[], $7::numeric[]) as given)
  select order_id as "salesOrder" from new_order`;

/** $1 SKUs */
export const readStock = 'select sku, on_hand - reserved as available from stock where sku = any($1)';

/** $1 SKUs, $2 quantities */
export const reserve = `
  update stock set reserved = stock.reserved + wanted.quantity
  from unnest($1::text[], $2::numeric[]) as wanted (sku, quantity) where stock.sku = wanted.sku`;

/** $1 customer. The exposure is what is invoiced and not paid, and what is ordered and open, this order included. */
export const readCredit = `
  select credit_limit as "creditLimit",
    (select coalesce(sum(gross), 0) from invoice where customer = $1 and not paid) +
    (select coalesce(sum(gross), 0) from sales_order where customer = $1 and closed_at is null) as exposure
  from customer where customer = $1`;

/** $1 customer */
export const readOverdue =
  'select count(*)::int as overdue from invoice where customer = $1 and not paid and due_date < current_date';

/** $1 order, $2 the warehouse's reference. The packing slip may have been quicker. */
export const markSent = `
  update sales_order set status = case status when 'Created' then 'SentToWarehouse' else status end,
    warehouse_reference = $2
  where order_id = $1`;

/** $1 order, $2 status, $3 reason */
export const stop = `
  update sales_order set status = $2, reason = $3, closed_at = case $2 when 'Rejected' then now() end
  where order_id = $1`;

/** $1 order, $2 lines, $3 SKUs, $4 quantities */
export const issueStock = `
  with delivered as (
    update sales_order_line l set delivered = l.delivered + slip.quantity
    from unnest($2::int[], $4::numeric[]) as slip (line, quantity) where l.order_id = $1 and l.line = slip.line)
  update stock set on_hand = stock.on_hand - slip.quantity, reserved = stock.reserved - slip.quantity
  from unnest($3::text[], $4::numeric[]) as slip (sku, quantity) where stock.sku = slip.sku`;

/** $1 order */
export const postInvoice = `
  with invoiced as (
    select round(sum(delivered * unit_price), 2) as net from sales_order_line where order_id = $1
  ), new_invoice as (
    insert into invoice (order_id, customer, net, gross, invoice_date, due_date)
    select o.order_id, o.customer, i.net, round(i.net * (1 + c.tax_rate), 2),
      current_date, current_date + c.payment_terms_days
    from sales_order o join customer c on c.customer = o.customer, invoiced i where o.order_id = $1
    returning invoice_number, order_id
  ), new_lines as (
    insert into invoice_line (invoice_number, line, sku, quantity, unit_price, amount)
    select n.invoice_number, l.line, l.sku, l.delivered, l.unit_price, round(l.delivered * l.unit_price, 2)
    from new_invoice n join sales_order_line l on l.order_id = n.order_id)
  update sales_order o set status = 'Invoiced', closed_at = now()
  from new_invoice n where o.order_id = n.order_id
  returning o.order_id as "salesOrder", n.invoice_number as "invoice"`;
