import type { Order } from '../domain/order';
import { type Application, type Payable, pay, sumOf } from '../domain/payment';
import type { Database } from '../store/database';
import { openInvoices, saveOpenAmounts } from '../store/invoices';
import { insertApplications, saveCash, unusedCash } from '../store/payments';

/**
 * The cash that was kept for these orders is ordinary cash now that they are finished: it pays the customer's oldest
 * open invoices, and the rest stays on account. Their credit accounts must be locked, with the cash already taken off
 * their open receivables.
 */
export async function freeCash(db: Database, orders: readonly Pick<Order, 'id' | 'customer'>[]): Promise<void> {
  if (orders.length === 0) return;
  const ids = new Set(orders.map(({ id }) => id));
  const customers = orders.map(({ customer }) => customer);
  const cash = (await unusedCash(db, customers)).filter(
    ({ orderId, earmarked }) => orderId !== null && ids.has(orderId) && earmarked > 0,
  );
  const payables = (await openInvoices(db, customers)).filter(({ disputed }) => !disputed);
  const paid = new Set<Payable>();
  const applications: Application[] = [];
  for (const money of cash) {
    const own = payables.filter(({ customer, open }) => customer === money.customer && open > 0);
    const applied = pay(money.paymentId, own, money.earmarked);
    for (const { invoiceId } of applied) paid.add(own.find((payable) => payable.invoiceId === invoiceId) as Payable);
    applications.push(...applied);
    money.onAccount += money.earmarked - sumOf(applied);
    money.earmarked = 0;
  }
  await saveOpenAmounts(db, paid);
  await insertApplications(db, applications);
  await saveCash(db, cash);
}
