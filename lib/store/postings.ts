import type { Database, Row } from './database';

/** Accounts of the ledger, by the names a bookkeeper uses. */
export type LedgerAccount =
  | 'inventory'
  | 'stock-clearing'
  | 'goods-delivered-not-invoiced'
  | 'receivables'
  | 'revenue'
  | 'tax'
  | 'cost-of-sales'
  | 'bank';

/** One pair: balanced by construction. `amount` > 0 in minor units. */
export interface Posting {
  readonly documentType: 'count' | 'credit-note' | 'delivery' | 'invoice' | 'payment' | 'receipt';
  readonly document: string;
  readonly debit: LedgerAccount;
  readonly credit: LedgerAccount;
  readonly amount: number;
  readonly currency: string;
  /** YYYY-MM-DD, in the company's time zone */
  readonly postingDate: string;
  readonly postedAt: string;
}

export async function insertPostings(db: Database, postings: readonly Posting[]): Promise<void> {
  const rows = postings
    .filter((posting) => posting.amount > 0)
    .map(
      (posting): Row => ({
        document_type: posting.documentType,
        document: posting.document,
        debit: posting.debit,
        credit: posting.credit,
        amount: posting.amount,
        currency: posting.currency,
        posting_date: posting.postingDate,
        posted_at: posting.postedAt,
      }),
    );
  await db.insert('posting', rows);
}
