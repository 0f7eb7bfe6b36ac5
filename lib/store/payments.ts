import type { Application, Cash } from '../domain/payment';
import { Conditions } from './conditions';
import type { Database, Row } from './database';

/** Amounts in minor units of `currency`. */
export interface NewPayment extends Cash {
  readonly reference: string;
  readonly amount: number;
  readonly currency: string;
  readonly receivedAt: string;
  /** The invoice that it named. */
  readonly invoice: string | null;
}

export interface KnownPayment extends NewPayment {
  readonly postedAt: string;
}

interface PaymentRow {
  payment_id: number;
  customer: string;
  reference: string;
  amount: number;
  currency: string;
  received_at: string;
  invoice: string | null;
  order_id: number | null;
  earmarked: number;
  on_account: number;
  posted_at: string;
}

const paymentOf = (row: PaymentRow): KnownPayment => ({
  paymentId: row.payment_id,
  customer: row.customer,
  reference: row.reference,
  amount: row.amount,
  currency: row.currency,
  receivedAt: row.received_at,
  invoice: row.invoice,
  orderId: row.order_id,
  earmarked: row.earmarked,
  onAccount: row.on_account,
  postedAt: row.posted_at,
});

/** Payments that are there already under these references. */
export async function findPayments(
  db: Database,
  wanted: readonly { readonly customer: string; readonly reference: string }[],
): Promise<KnownPayment[]> {
  if (wanted.length === 0) return [];
  const { dialect } = db;
  const rows = await db.all<PaymentRow>(
    `select * from payment where ${dialect.inPairs('customer', 'reference')}`,
    dialect.pairsOf(wanted.map(({ customer, reference }) => [customer, reference])),
  );
  return rows.map(paymentOf);
}

/** Payments in the order of posting, the newest first, at most `count`. */
export async function newestPayments(
  db: Database,
  selection: {
    readonly customer?: string | undefined;
    /** instants of the receipt: `from` inclusive, `until` exclusive */
    readonly from?: string | undefined;
    readonly until?: string | undefined;
    /** Only those that were posted before this one. */
    readonly before?: number | undefined;
  },
  count: number,
): Promise<KnownPayment[]> {
  const conditions = new Conditions()
    .when('customer = ?', selection.customer)
    .when('received_at >= ?', selection.from)
    .when('received_at < ?', selection.until)
    .when('payment_id < ?', selection.before);
  const rows = await db.all<PaymentRow>(
    `select * from payment ${conditions.where} order by payment_id desc limit ${count}`,
    conditions.values,
  );
  return rows.map(paymentOf);
}

/** Cash of these customers that no invoice has used yet, kept for an order or not; the oldest first. Their credit accounts must be locked. */
export async function unusedCash(db: Database, customers: readonly string[]): Promise<Cash[]> {
  if (customers.length === 0) return [];
  const rows = await db.all<PaymentRow>(
    `select * from payment where (on_account > 0 or earmarked > 0) and ${db.dialect.inList('customer', 'text')} order by received_at, payment_id`,
    [db.dialect.listOf([...new Set(customers)])],
  );
  return rows.map(paymentOf);
}

/** Returns false when another transaction stored one of the payments first: the caller starts again and finds it. */
export async function insertPayments(db: Database, payments: readonly NewPayment[], now: string): Promise<boolean> {
  const rows = payments.map(
    (payment): Row => ({
      payment_id: payment.paymentId,
      customer: payment.customer,
      reference: payment.reference,
      amount: payment.amount,
      currency: payment.currency,
      received_at: payment.receivedAt,
      invoice: payment.invoice,
      order_id: payment.orderId,
      earmarked: payment.earmarked,
      on_account: payment.onAccount,
      posted_at: now,
    }),
  );
  return (await db.insert('payment', rows, { onConflict: 'nothing' })) === rows.length;
}

export async function saveCash(db: Database, cash: readonly Cash[]): Promise<void> {
  const rows = cash.map(({ paymentId, earmarked, onAccount }) => ({
    payment_id: paymentId,
    earmarked,
    on_account: onAccount,
  }));
  await db.update('payment', ['payment_id'], rows);
}

/**
 * What payments paid of invoices. A payment may pay twice of one invoice: when it got money back from another invoice
 * that was credited, or when a part of it was kept for the order.
 */
export async function insertApplications(db: Database, applications: readonly Application[]): Promise<void> {
  const sums = new Map<string, { payment_id: number; invoice_id: number; amount: number }>();
  for (const { paymentId, invoiceId, amount } of applications) {
    const key = `${paymentId} ${invoiceId}`;
    const before = sums.get(key)?.amount ?? 0;
    sums.set(key, { payment_id: paymentId, invoice_id: invoiceId, amount: before + amount });
  }
  await db.insert('payment_application', [...sums.values()], {
    onConflict: ['payment_id', 'invoice_id'],
    adding: true,
  });
}

/** How much of these payments went to which invoice, in the order of posting. */
export async function applicationsOf(
  db: Database,
  paymentIds: readonly number[],
): Promise<(Application & { readonly invoice: string })[]> {
  if (paymentIds.length === 0) return [];
  const rows = await db.all<{ payment_id: number; invoice_id: number; amount: number; number: string }>(
    `select a.payment_id, a.invoice_id, a.amount, i.number from payment_application a join invoice i on i.invoice_id = a.invoice_id
     where ${db.dialect.inList('a.payment_id', 'bigint')} order by a.payment_id, a.invoice_id`,
    [db.dialect.listOf(paymentIds)],
  );
  return rows.map((row) => ({
    paymentId: row.payment_id,
    invoiceId: row.invoice_id,
    amount: row.amount,
    invoice: row.number,
  }));
}

/** All applications of the payments that paid any of these invoices; their customers' credit accounts must be locked. */
export async function applicationsAround(db: Database, invoiceIds: readonly number[]): Promise<Application[]> {
  if (invoiceIds.length === 0) return [];
  const rows = await db.all<{ payment_id: number; invoice_id: number; amount: number }>(
    `select payment_id, invoice_id, amount from payment_application where payment_id in (
       select payment_id from payment_application where ${db.dialect.inList('invoice_id', 'bigint')}) order by payment_id, invoice_id`,
    [db.dialect.listOf([...new Set(invoiceIds)])],
  );
  return rows.map((row) => ({ paymentId: row.payment_id, invoiceId: row.invoice_id, amount: row.amount }));
}

/** Brings applications to these amounts; one of 0 goes. */
export async function saveApplications(db: Database, applications: readonly Application[]): Promise<void> {
  for (const { paymentId, invoiceId, amount } of applications)
    if (amount === 0)
      await db.run('delete from payment_application where payment_id = ? and invoice_id = ?', [paymentId, invoiceId]);
  const rows = applications
    .filter(({ amount }) => amount > 0)
    .map(({ paymentId, invoiceId, amount }) => ({ payment_id: paymentId, invoice_id: invoiceId, amount }));
  await db.insert('payment_application', rows, { onConflict: ['payment_id', 'invoice_id'] });
}

/** Payments with what is left of them; their customers' credit accounts must be locked. */
export async function cashOf(db: Database, paymentIds: readonly number[]): Promise<Cash[]> {
  if (paymentIds.length === 0) return [];
  const rows = await db.all<PaymentRow>(
    `select * from payment where ${db.dialect.inList('payment_id', 'bigint')} order by received_at, payment_id`,
    [db.dialect.listOf([...new Set(paymentIds)])],
  );
  return rows.map(paymentOf);
}
