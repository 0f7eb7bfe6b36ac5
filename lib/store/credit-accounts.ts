import type { CreditAccount } from '../domain/credit';
import type { Database } from './database';

interface AccountRow {
  account: string;
  currency: string;
  credit_limit: number | null;
  open_receivables: number;
  uninvoiced_gross: number;
  approved_gross: number;
  passes: number;
}

const accountOf = (row: AccountRow): CreditAccount => ({
  account: row.account,
  currency: row.currency,
  limit: row.credit_limit,
  openReceivables: row.open_receivables,
  uninvoicedGross: row.uninvoiced_gross,
  approvedGross: row.approved_gross,
  passes: row.passes,
});

/** Locks credit accounts in sorted order. */
export async function lockAccounts(db: Database, accounts: Iterable<string>): Promise<Map<string, CreditAccount>> {
  const names = [...new Set(accounts)];
  if (names.length === 0) return new Map();
  const { dialect } = db;
  const rows = await db.all<AccountRow>(
    `select account, currency, credit_limit, open_receivables, uninvoiced_gross, approved_gross, passes from credit_account
     where ${dialect.inList('account', 'text')} order by account ${dialect.lockRows}`,
    [dialect.listOf(names)],
  );
  return new Map(rows.map((row) => [row.account, accountOf(row)]));
}

/** What one transaction adds to an account's buckets, in minor units. */
export interface AccountChange {
  openReceivables: number;
  uninvoicedGross: number;
  approvedGross: number;
  passes: number;
  /** 1: something happened that may free held orders of this account; the release stage takes them up. */
  dueMark: number;
}

export const noChange: AccountChange = {
  openReceivables: 0,
  uninvoicedGross: 0,
  approvedGross: 0,
  passes: 0,
  dueMark: 0,
};

export async function addToAccounts(db: Database, changes: ReadonlyMap<string, AccountChange>): Promise<void> {
  const rows = [...changes]
    .filter(([, change]) => Object.values(change).some((amount) => amount !== 0))
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([account, change]) => ({
      account,
      open_receivables: change.openReceivables,
      uninvoiced_gross: change.uninvoicedGross,
      approved_gross: change.approvedGross,
      passes: change.passes,
      due_mark: change.dueMark,
    }));
  await db.add('credit_account', ['account'], rows);
}

/** Approvals of new orders so far, read without a lock. */
export async function countPasses(db: Database, accounts: readonly string[]): Promise<Map<string, number>> {
  if (accounts.length === 0) return new Map();
  const rows = await db.all<{ account: string; passes: number }>(
    `select account, passes from credit_account where ${db.dialect.inList('account', 'text')}`,
    [db.dialect.listOf(accounts)],
  );
  return new Map(rows.map((row) => [row.account, row.passes]));
}

/** Accounts marked as due, after one of them, in a fixed order. */
export async function dueAccounts(db: Database, after: string, limit: number): Promise<string[]> {
  const rows = await db.all<{ account: string }>(
    'select account from credit_account where due_mark > 0 and account > ? order by account limit ?',
    [after, limit],
  );
  return rows.map((row) => row.account);
}

/** Clears the marks of locked accounts: whatever was marked before the lock is being dealt with. */
export async function clearDue(db: Database, accounts: readonly string[]): Promise<void> {
  if (accounts.length === 0) return;
  await db.run(
    `update credit_account set due_mark = 0 where due_mark > 0 and ${db.dialect.inList('account', 'text')}`,
    [db.dialect.listOf(accounts)],
  );
}

/** Marks every account that has orders on hold: on a new day and after a change of the settings the rules are asked again. */
export async function markHeldAccountsDue(db: Database): Promise<number> {
  return db.run(
    "update credit_account set due_mark = due_mark + 1 where account in (select credit_account from sales_order where status = 'OnHold')",
  );
}
