import type { CreditAccount } from '../domain/credit';
import type { Fault } from '../domain/faults';
import type { Customer } from '../domain/master';
import { type CustomerDraft, customerFields } from '../domain/master-records';
import { formatMoney, parseMoney } from '../domain/money';
import { type Complete, completed } from '../domain/record-draft';
import {
  type AccountTerms,
  createAccounts,
  customersWithMovements,
  loadCustomers,
  saveAccountTerms,
  saveCustomers,
} from '../store/master';
import type { MasterEntry } from './upsert-master';
import { recordChange } from './upsert-records';
import type { Work } from './work';

/** Each customer has a credit account of its own, with its number. A new limit or currency lets the held orders be judged again. */
export async function upsertCustomers(work: Work, entries: readonly MasterEntry<CustomerDraft>[]): Promise<void> {
  const names = entries.map(({ key }) => key);
  await work.lockAccounts(names);
  const known = await loadCustomers(work.db, names);
  const changed = entries.filter(
    ({ key, draft }) => draft.currency !== undefined && known.has(key) && known.get(key)?.currency !== draft.currency,
  );
  const bound = await customersWithMovements(
    work.db,
    changed.map(({ key }) => key),
  );
  const customers: Customer[] = [];
  const terms: AccountTerms[] = [];
  for (const entry of entries) {
    const before = known.get(entry.key);
    const account = before === undefined ? undefined : work.account(before.creditAccount);
    const judged = judge(entry, before, account, bound);
    if (judged === undefined) continue;
    customers.push(judged.customer);
    terms.push(judged.terms);
    const termsBefore = account && { currency: account.currency, limit: account.limit };
    const isNewTerms = account?.limit !== judged.terms.limit || account.currency !== judged.terms.currency;
    if (before !== undefined && isNewTerms) work.due(judged.terms.account);
    recordChange(
      work,
      `customer ${entry.key}`,
      before && shown(before, termsBefore),
      shown(judged.customer, judged.terms),
    );
  }
  await createAccounts(work.db, terms);
  await saveAccountTerms(work.db, terms);
  await saveCustomers(work.db, customers, known, work.now);
}

function judge(
  entry: MasterEntry<CustomerDraft>,
  before: Customer | undefined,
  account: CreditAccount | undefined,
  bound: ReadonlySet<string>,
): { customer: Customer; terms: AccountTerms } | undefined {
  const { draft, at, faults } = entry;
  const whole = completed(
    customerFields,
    draft,
    before && { ...before, shipTo: before.shipTo === null ? null : JSON.parse(before.shipTo), creditLimit: '0' },
    at,
    faults,
  );
  if (faults.length > 0) return undefined;
  if (before !== undefined && whole.currency !== before.currency && bound.has(entry.key)) {
    const message = `The currency stays ${before.currency}, for the customer has orders, invoices or payments in it. Add a new customer for ${whole.currency}.`;
    faults.push({ path: `${at}/currency`, code: 'currency-mismatch', message, value: whole.currency });
  }
  const limit = limitOf(whole, draft, account, at, faults);
  if (faults.length > 0) return undefined;
  const creditAccount = before?.creditAccount ?? whole.customer;
  const customer: Customer = {
    customer: whole.customer,
    name: whole.name,
    currency: whole.currency,
    creditAccount,
    paymentTermsDays: whole.paymentTermsDays,
    taxCode: whole.taxCode,
    shipTo: whole.shipTo === null ? null : JSON.stringify(whole.shipTo),
  };
  return { customer, terms: { account: creditAccount, currency: whole.currency, limit } };
}

/** A limit that is left out stays; it is 0 for a new customer. */
function limitOf(
  whole: Complete<typeof customerFields>,
  draft: CustomerDraft,
  account: CreditAccount | undefined,
  at: string,
  faults: Fault[],
): number | null {
  const path = `${at}/creditLimit`;
  if (draft.creditLimit === undefined) {
    if (account !== undefined && account.currency !== whole.currency && account.limit !== null && account.limit !== 0) {
      faults.push({
        path,
        code: 'missing-field',
        message: `The limit was in ${account.currency}; state it in ${whole.currency}.`,
      });
    }
    return account === undefined ? 0 : account.limit;
  }
  if (draft.creditLimit === null) return null;
  const limit = parseMoney(draft.creditLimit, whole.currency);
  if (typeof limit === 'number' && limit >= 0) return limit;
  const code = typeof limit === 'number' ? 'out-of-range' : limit;
  faults.push({
    path,
    code,
    message: `The limit must be an amount in ${whole.currency}, 0 for no credit, or null for no limit.`,
    value: draft.creditLimit,
  });
  return null;
}

function shown(
  customer: Customer,
  terms: Pick<AccountTerms, 'currency' | 'limit'> | undefined,
): Record<string, unknown> {
  const limit = terms?.limit ?? null;
  return { ...customer, creditLimit: limit === null ? null : formatMoney(limit, terms?.currency ?? customer.currency) };
}
