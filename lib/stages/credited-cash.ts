import { type Application, type Cash, type Payable, spendOnAccount, takeBack } from '../domain/payment';
import type { Database } from '../store/database';
import { openInvoices, saveOpenAmounts } from '../store/invoices';
import { applicationsAround, cashOf, saveApplications, saveCash } from '../store/payments';

/**
 * What customers owe and have paid, while some of their invoices are credited. What was paid beyond an invoice's new
 * total is cash of the customer again: it pays the oldest open invoices, and the rest stays on account.
 */
export class CreditedCash {
  private readonly paid = new Set<number>();

  private constructor(
    private readonly payables: readonly Payable[],
    private readonly applications: Map<string, { -readonly [Name in keyof Application]: Application[Name] }>,
    private readonly cash: readonly Cash[],
    private readonly before: {
      readonly applications: ReadonlyMap<string, Application>;
      readonly cash: readonly Cash[];
    },
  ) {}

  /** The credit accounts of these customers, who have all of these invoices, must be locked. */
  static async open(db: Database, customers: readonly string[], invoiceIds: readonly number[]): Promise<CreditedCash> {
    const payables = await openInvoices(db, customers);
    const applications = await applicationsAround(db, invoiceIds);
    const cash = await cashOf(
      db,
      applications.map(({ paymentId }) => paymentId),
    );
    const copies = () => new Map(applications.map((application) => [keyOf(application), { ...application }]));
    const before = { applications: copies(), cash: cash.map((money) => ({ ...money })) };
    return new CreditedCash(payables, copies(), cash, before);
  }

  /** What is still to be paid of an invoice, in minor units. */
  openOf(invoiceId: number): number {
    return this.payables.find((payable) => payable.invoiceId === invoiceId)?.open ?? 0;
  }

  /** Takes `gross` off an invoice: first off what is open. Returns what of it had been paid and is cash again. */
  credit(invoiceId: number, gross: number): number {
    const settled = Math.min(this.openOf(invoiceId), gross);
    for (const payable of this.payables) if (payable.invoiceId === invoiceId) payable.open -= settled;
    this.paid.add(invoiceId);
    const own = [...this.applications.values()].filter((application) => application.invoiceId === invoiceId);
    for (const taken of takeBack(own, gross - settled)) {
      this.apply({ ...taken, amount: -taken.amount });
      for (const money of this.cash) if (money.paymentId === taken.paymentId) money.onAccount += taken.amount;
    }
    for (const application of spendOnAccount(this.cash, this.payables)) {
      this.apply(application);
      this.paid.add(application.invoiceId);
    }
    return gross - settled;
  }

  async save(db: Database): Promise<void> {
    await saveOpenAmounts(
      db,
      this.payables.filter(({ invoiceId }) => this.paid.has(invoiceId)),
    );
    await saveApplications(
      db,
      [...this.applications].flatMap(([key, application]) =>
        application.amount === (this.before.applications.get(key)?.amount ?? 0) ? [] : application,
      ),
    );
    await saveCash(
      db,
      this.cash.filter(({ onAccount }, i) => onAccount !== this.before.cash[i]?.onAccount),
    );
  }

  private apply(application: Application): void {
    const known = this.applications.get(keyOf(application));
    if (known === undefined) this.applications.set(keyOf(application), { ...application });
    else known.amount += application.amount;
  }
}

const keyOf = ({ paymentId, invoiceId }: Application): string => `${paymentId} ${invoiceId}`;
