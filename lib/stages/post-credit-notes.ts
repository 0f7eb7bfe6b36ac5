import type { CreditNote } from '../domain/credit-note';
import { bookCredit, type Credit, creditOf } from '../domain/crediting';
import type { Fault, FaultCode } from '../domain/faults';
import { documentNumber, fiscalYearOf } from '../domain/invoice';
import type { Customer } from '../domain/master';
import {
  customersOfInvoices,
  findCreditNotes,
  type InvoiceToCredit,
  insertCreditNotes,
  invoicesToCredit,
  type StoredCreditNote,
} from '../store/credit-notes';
import { loadCustomers } from '../store/master';
import { takeNumbers } from '../store/number-series';
import { appliedCreditNote, type CreditNoteOutcome, rejectedCreditNote } from './credit-note-outcome';
import { CreditedCash } from './credited-cash';
import { inTransaction } from './transaction';
import type { Asked, StageContext, Work } from './work';

const documentType = 'CN';

/** What credit notes are held against. */
interface Books {
  readonly customers: ReadonlyMap<string, Customer>;
  /** by number */
  readonly invoices: ReadonlyMap<string, InvoiceToCredit>;
  readonly cash: CreditedCash;
  /** Those that came before, by customer and reference. */
  readonly known: ReadonlyMap<string, StoredCreditNote>;
}

/** A credit note that is good, before it has its number. */
interface Accepted {
  readonly note: CreditNote & Asked;
  readonly invoice: InvoiceToCredit;
  readonly credit: Credit;
  /** minor units that had been paid */
  readonly freed: number;
}

/** What is to be told of each, in order; accepted ones once they have a number. */
type Verdict =
  | { readonly faults: readonly Fault[] }
  | { readonly before: StoredCreditNote }
  | { readonly accepted: Accepted; readonly replayed: boolean };

/**
 * Posts credit notes in the order given: each takes back what is left of its invoice, or the part that it names. What is
 * open of the invoice falls, and with it receivables, overdue and exposure; what had been paid already is the customer's
 * cash again. No goods move. Marks the accounts as due: the caller runs the release stage. One outcome a credit note, in
 * order; one that came before changes nothing.
 */
export function postCreditNotes(
  context: StageContext,
  notes: readonly (CreditNote & Asked)[],
): Promise<CreditNoteOutcome[]> {
  return inTransaction(context, 'credit-note', async (work) => {
    const books = await open(work, notes);
    const accepted = new Map<string, Accepted>();
    const verdicts = notes.map((note) => judge(note, books, accepted));
    const posted = await post(work, [...accepted.values()], books);
    return verdicts.map((verdict, i) => {
      if ('faults' in verdict) return rejectedCreditNote((notes[i] as CreditNote).reference, verdict.faults);
      if ('before' in verdict) return told(verdict.before, notes[i] as CreditNote, books, true);
      return told(posted.get(verdict.accepted) as StoredCreditNote, notes[i] as CreditNote, books, verdict.replayed);
    });
  });
}

async function open(work: Work, notes: readonly CreditNote[]): Promise<Books> {
  const { db } = work;
  const owners = await customersOfInvoices(
    db,
    notes.map(({ invoice }) => invoice),
  );
  const customers = await loadCustomers(db, [...owners.values()]);
  await work.lockAccounts([...customers.values()].map(({ creditAccount }) => creditAccount));
  // what was posted since belongs to customers whose accounts are not locked
  const invoices = await invoicesToCredit(db, [...owners.keys()]);
  const ids = [...invoices.values()].map(({ invoiceId }) => invoiceId);
  const before = await findCreditNotes(
    db,
    notes.flatMap(({ invoice, reference }) => {
      const customer = owners.get(invoice);
      return customer === undefined ? [] : [{ customer, reference }];
    }),
  );
  return {
    customers,
    invoices,
    cash: await CreditedCash.open(db, [...customers.keys()], ids),
    known: new Map(before.map((note) => [identity(note.customer, note.reference), note])),
  };
}

const identity = (customer: string, reference: string): string => JSON.stringify([customer, reference]);

function judge(note: CreditNote & Asked, books: Books, accepted: Map<string, Accepted>): Verdict {
  const invoice = books.invoices.get(note.invoice);
  const faults = contradictions(note, invoice);
  if (invoice === undefined || faults.length > 0) return { faults };
  const key = identity(invoice.customer, note.reference);
  const before = books.known.get(key);
  if (before !== undefined)
    return before.digest === note.digest ? { before } : { faults: [conflict(note, invoice.customer)] };
  const twin = accepted.get(key);
  if (twin !== undefined)
    return twin.note.digest === note.digest
      ? { accepted: twin, replayed: true }
      : { faults: [conflict(note, invoice.customer)] };
  const credit = creditOf(invoice, note.lines);
  if (credit.faults.length > 0) return { faults: credit.faults };
  bookCredit(invoice, credit);
  const entry = { note, invoice, credit, freed: books.cash.credit(invoice.invoiceId, credit.totals.gross) };
  accepted.set(key, entry);
  return { accepted: entry, replayed: false };
}

function contradictions(note: CreditNote, invoice: InvoiceToCredit | undefined): Fault[] {
  const faults: Fault[] = [];
  const add = (path: string, code: FaultCode, message: string, value: string) =>
    faults.push({ path, code, message, value });
  if (invoice === undefined) {
    add('/invoice', 'unknown-invoice', `There is no invoice ${note.invoice}.`, note.invoice);
    return faults;
  }
  const { number, customer, currency } = invoice;
  if (note.customer !== null && note.customer !== customer)
    add('/invoice', 'unknown-invoice', `The customer ${note.customer} has no invoice ${number}.`, number);
  if (note.currency !== null && note.currency !== currency)
    add(
      '/currency',
      'currency-mismatch',
      `The invoice ${number} is in ${currency}, the credit note is in ${note.currency}.`,
      note.currency,
    );
  return faults;
}

function conflict({ reference }: CreditNote, customer: string): Fault {
  return {
    path: '/creditNote',
    code: 'credit-note-conflict',
    message: `Another credit note to ${customer} came before under the reference ${reference}; it stands.`,
    value: reference,
  };
}

/** Numbers are taken last and in one block: until the end nobody else takes one. */
async function post(work: Work, accepted: readonly Accepted[], books: Books): Promise<Map<Accepted, StoredCreditNote>> {
  if (accepted.length === 0) return new Map();
  const ids = await work.db.take('credit_note', accepted.length);
  await books.cash.save(work.db);
  const fiscalYear = fiscalYearOf(work.today);
  const numbers = await takeNumbers(work.db, documentType, fiscalYear, accepted.length);
  const stored = accepted.map((entry, i) =>
    storedOf(work, entry, { creditNoteId: ids[i] as number, fiscalYear, sequence: numbers[i] as number }),
  );
  work.send(insertCreditNotes(work.db, stored, work.now));
  for (const [i, { note, invoice }] of accepted.entries()) {
    const posted = stored[i] as StoredCreditNote;
    const account = creditAccountOf(invoice, books);
    work.changeAccount(account, { openReceivables: -posted.gross });
    work.due(account);
    writeLedger(work, posted);
    if (invoice.channel === 'edi') work.answerDue('credit-note', posted.creditNoteId);
    const { summary, lines, freed } = told(posted, note, books, false);
    work.record({
      subject: 'credit-note',
      subjectId: posted.number,
      from: null,
      to: 'posted',
      reason: note.reason,
      actor: note.by ?? work.actor,
      evidence: { summary, invoice: invoice.number, reference: note.reference, note: note.note, lines, freed },
    });
  }
  return new Map(accepted.map((entry, i) => [entry, stored[i] as StoredCreditNote]));
}

function storedOf(
  work: Work,
  { note, invoice, credit, freed }: Accepted,
  numbered: Pick<StoredCreditNote, 'creditNoteId' | 'fiscalYear' | 'sequence'>,
): StoredCreditNote {
  const { lines, totals } = credit;
  return {
    ...numbered,
    number: documentNumber(documentType, numbered.fiscalYear, numbered.sequence),
    documentType,
    invoiceId: invoice.invoiceId,
    customer: invoice.customer,
    reference: note.reference,
    digest: note.digest,
    reason: note.reason,
    note: note.note,
    currency: invoice.currency,
    net: totals.net,
    tax: totals.tax,
    gross: totals.gross,
    taxes: totals.byTaxCode,
    freed,
    creditDate: work.today,
    lines: lines.toSorted((a, b) => a.line - b.line),
  };
}

/** The invoice's postings the other way round. What the goods cost stays: they do not come back by a credit note. */
function writeLedger(work: Work, { number, currency, net, taxes }: StoredCreditNote): void {
  const posting = { documentType: 'credit-note', document: number, credit: 'receivables', currency } as const;
  work.post({ ...posting, debit: 'revenue', amount: net });
  for (const { tax } of taxes) work.post({ ...posting, debit: 'tax', amount: tax });
}

function told(stored: StoredCreditNote, { invoice: number }: CreditNote, books: Books, replayed: boolean) {
  const invoice = books.invoices.get(number) as InvoiceToCredit;
  return appliedCreditNote(
    stored,
    {
      invoice: number,
      creditAccount: creditAccountOf(invoice, books),
      open: books.cash.openOf(invoice.invoiceId),
    },
    replayed,
  );
}

const creditAccountOf = ({ customer }: InvoiceToCredit, { customers }: Books): string =>
  customers.get(customer)?.creditAccount ?? customer;
