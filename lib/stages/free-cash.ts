import type { Order } from '../domain/order';
import { spendOnAccount } from '../domain/payment';
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
  for (const money of cash) {
    money.onAccount += money.earmarked;
    money.earmarked = 0;
  }
  const payables = await openInvoices(db, customers);
  const applications = spendOnAccount(cash, payables);
  const paid = new Set(applications.map(({ invoiceId }) => invoiceId));
  await saveOpenAmounts(
    db,
    payables.filter(({ invoiceId }) => paid.has(invoiceId)),
  );
  await insertApplications(db, applications);
  await saveCash(db, cash);
}
