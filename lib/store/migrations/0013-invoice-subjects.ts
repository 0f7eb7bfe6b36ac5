import type { Migration } from '../migrate';

/**
 * What cannot be invoiced is an exception of its slip and order: those from before, which bore the slip alone, would not
 * close by themselves any more.
 */
export const invoiceSubjects: Migration = {
  number: 13,
  name: 'invoice-subjects',
  statements: ({ field }) => {
    const orderId = field('exception.evidence', 'orderId');
    const salesOrder = `'SO-' || case when length(${orderId}) < 6 then substr('000000' || ${orderId}, length(${orderId}) + 1) else ${orderId} end`;
    const slipAndOrder = `exception.subject || ' ' || ${salesOrder}`;
    const open = `exception.kind = 'invoice' and exception.closed_at is null`;
    return [
      // goods that were invoiced meanwhile
      `update exception set closed_by = 'migration', resolution = 'invoiced', closed_at = (
         select i.posted_at from invoice i join packing_slip p on p.slip_id = i.slip_id
         where cast(i.order_id as text) = ${orderId} and p.warehouse || '/' || p.packing_slip = exception.subject)
       where ${open} and exists (
         select 1 from invoice i join packing_slip p on p.slip_id = i.slip_id
         where cast(i.order_id as text) = ${orderId} and p.warehouse || '/' || p.packing_slip = exception.subject)`,
      // orders that failed again meanwhile
      `update exception set closed_by = 'migration', resolution = 'raised again', closed_at = (
         select n.raised_at from exception n where n.kind = 'invoice' and n.closed_at is null and n.subject = ${slipAndOrder})
       where ${open} and exists (
         select 1 from exception n where n.kind = 'invoice' and n.closed_at is null and n.subject = ${slipAndOrder})`,
      `update exception set subject = ${slipAndOrder} where ${open} and exists (
         select 1 from packing_slip p where p.warehouse || '/' || p.packing_slip = exception.subject)`,
    ];
  },
  appendOnly: [],
};
