import { addDays } from '../domain/dates';
import { BusinessRejection } from '../domain/faults';
import { documentNumber, fiscalYearOf, lineOf, slipAmounts } from '../domain/invoice';
import { formatMoney, type Totals } from '../domain/money';
import { type Evidence, type Order, salesOrderNumber } from '../domain/order';
import { type Application, type Cash, type Payable, payFromCash, sumOf } from '../domain/payment';
import { type Database, together } from '../store/database';
import { closeExceptions } from '../store/exceptions';
import { type Invoice, insertInvoices, invoicesOfSlips, type PostedInvoice } from '../store/invoices';
import { takeNumbers } from '../store/number-series';
import { claimOrdersToInvoice, ordersOfSlips, type UninvoicedLine, uninvoicedLines } from '../store/packing-slips';
import { insertApplications, saveCash, unusedCash } from '../store/payments';
import type { StampedSlip } from '../store/slip-memory';
import { type InvoiceOutcome, postedInvoice, unpostedInvoice } from './invoice-outcome';
import { inTransaction, withOrders } from './transaction';
import type { StageContext, Work } from './work';

const documentType = 'INV';

export interface InvoiceSelection {
  /** Only these slips; without them whatever waits, the oldest slips first. */
  readonly slipIds?: readonly number[];
  /** Only these orders. */
  readonly orderIds?: readonly number[];
  /** Most orders taken at once when no slips or orders are given. */
  readonly limit: number;
  /** Only orders at which nothing has happened since this time. */
  readonly leftSince?: string;
  /** Orders that failed and are not to be tried with others. */
  readonly except?: readonly number[];
}

/** What one slip delivered on one order: one invoice. */
interface Bill {
  readonly order: Order;
  readonly lines: readonly UninvoicedLine[];
  readonly totals: Totals;
}

interface Settlement extends Bill {
  readonly payable: Payable;
  readonly applications: readonly Application[];
}

/**
 * Invoices confirmed slip lines, each once: one invoice a slip and order. Cash that the customer has left is used at
 * once. Goods that were shipped are invoiced whatever holds there are. Slips that are given and were invoiced before
 * give their invoices again.
 */
export function postInvoices(context: StageContext, selection: InvoiceSelection): Promise<InvoiceOutcome[]> {
  const { slipIds, orderIds } = selection;
  if (slipIds === undefined || orderIds !== undefined) return postFound(context, selection);
  const remembered = context.store.orders.slips.take(slipIds);
  return remembered === undefined ? postFound(context, selection) : postRemembered(context, remembered, slipIds);
}

function postFound(context: StageContext, selection: InvoiceSelection): Promise<InvoiceOutcome[]> {
  const { slipIds } = selection;
  const postAll = async (work: Work, orderIds: readonly number[]): Promise<InvoiceOutcome[]> => {
    const [, lines, before] = await together([
      work.lockOrders(orderIds),
      uninvoicedLines(work.db, orderIds, slipIds),
      invoicesOfSlips(work.db, orderIds, slipIds ?? []),
    ]);
    return postLines(work, lines, before);
  };
  return inTransaction(context, 'invoice', postAll, (db) => ordersToInvoice(db, selection));
}

async function ordersToInvoice(db: Database, selection: InvoiceSelection): Promise<readonly number[]> {
  const { slipIds, orderIds } = selection;
  if (orderIds !== undefined) return orderIds;
  return slipIds === undefined ? claimOrdersToInvoice(db, selection) : ordersOfSlips(db, slipIds);
}

/** Slips whose lines this process knows: their orders are locked at once. */
function postRemembered(
  context: StageContext,
  slips: readonly StampedSlip[],
  slipIds: readonly number[],
): Promise<InvoiceOutcome[]> {
  const orderIds = [...new Set(slips.flatMap(({ lines }) => lines.map(({ orderId }) => orderId)))];
  const postAll = async (work: Work, before: readonly PostedInvoice[]): Promise<InvoiceOutcome[]> =>
    postLines(work, linesOf(work, slips, before) ?? (await uninvoicedLines(work.db, orderIds, slipIds)), before);
  const invoiced = (db: Database): Promise<readonly PostedInvoice[]> => invoicesOfSlips(db, orderIds, slipIds);
  return withOrders(context, 'invoice', orderIds, postAll, invoiced, { accounts: true });
}

async function postLines(
  work: Work,
  lines: readonly UninvoicedLine[],
  before: readonly PostedInvoice[],
): Promise<InvoiceOutcome[]> {
  const { bills, exceptions } = billsOf(work, lines);
  const posted = await post(work, bills);
  const replayed = before.map((invoice) => postedInvoice(invoice, work.orders.get(invoice.orderId) as Order, true));
  return [...posted, ...exceptions, ...replayed].sort((a, b) => a.slipId - b.slipId || a.orderId - b.orderId);
}

/** What remembered slips leave to be invoiced; undefined when something has happened to an order of theirs since. */
function linesOf(
  work: Work,
  slips: readonly StampedSlip[],
  before: readonly PostedInvoice[],
): UninvoicedLine[] | undefined {
  const isAsLeft = ({ stamp, lines }: StampedSlip): boolean =>
    lines.every(({ orderId }) => work.isAsLeftBy(stamp, orderId));
  if (!slips.every(isAsLeft)) return undefined;
  const invoiced = new Set(before.map(billOf));
  return slips
    .flatMap(({ lines }) => lines)
    .filter((line) => !invoiced.has(billOf(line)))
    .sort((a, b) => a.slipId - b.slipId || a.orderId - b.orderId || a.slipLine - b.slipLine);
}

/** One invoice a slip and order. */
const billOf = ({ slipId, orderId }: { readonly slipId: number; readonly orderId: number }): string =>
  `${slipId} ${orderId}`;

function billsOf(work: Work, lines: readonly UninvoicedLine[]): { bills: Bill[]; exceptions: InvoiceOutcome[] } {
  const groups = new Map<string, UninvoicedLine[]>();
  for (const line of lines) {
    const key = billOf(line);
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [line]);
    else group.push(line);
  }
  const bills: Bill[] = [];
  const exceptions: InvoiceOutcome[] = [];
  for (const group of groups.values()) {
    const [line] = group as [UninvoicedLine];
    const order = work.orders.get(line.orderId) as Order;
    try {
      bills.push({ order, lines: group, totals: slipAmounts(order, group) });
    } catch (error) {
      if (!(error instanceof BusinessRejection)) throw error;
      exceptions.push(exceptionOf(work, order, line, error));
    }
  }
  return { bills, exceptions };
}

/** What cannot be computed now waits for a person, and keeps nothing else from being invoiced. */
function exceptionOf(work: Work, order: Order, line: UninvoicedLine, rejection: BusinessRejection): InvoiceOutcome {
  const outcome = unpostedInvoice(order, line, { path: '', code: rejection.code, message: rejection.message });
  const { summary, faults } = outcome;
  work.raise({
    kind: 'invoice',
    subject: subjectOf(order, line),
    message: summary.summary,
    evidence: { orderId: order.id, faults },
  });
  return outcome;
}

const slipOf = (line: UninvoicedLine | undefined): string => `${line?.warehouse}/${line?.packingSlip}`;

/** A slip may hold goods of several orders: each is invoiced, or waits, for itself. */
const subjectOf = (order: Order, line: UninvoicedLine | undefined): string =>
  `${slipOf(line)} ${salesOrderNumber(order.id)}`;

async function post(work: Work, bills: readonly Bill[]): Promise<InvoiceOutcome[]> {
  if (bills.length === 0) return [];
  const fiscalYear = fiscalYearOf(work.today);
  const [, cash, invoiceIds, numbers] = await together([
    work.lockAccounts(bills.map(({ order }) => order.creditAccount)),
    unusedCash(
      work.db,
      bills.map(({ order }) => order.customer),
    ),
    work.db.take('invoice', bills.length),
    takeNumbers(work.db, documentType, fiscalYear, bills.length),
  ]);
  const before = cash.map((money) => ({ ...money }));
  const settled = bills.map((bill, i) => settle(work, bill, invoiceIds[i] as number, cash));
  const invoices = settled.map((settlement, i) => invoiceOf(work, settlement, fiscalYear, numbers[i] as number));
  const used = cash.filter(
    (money, i) => money.earmarked !== before[i]?.earmarked || money.onAccount !== before[i]?.onAccount,
  );
  work.send(
    together([
      insertInvoices(work.db, invoices, work.now),
      insertApplications(
        work.db,
        settled.flatMap(({ applications }) => applications),
      ),
      saveCash(work.db, used),
      closeExceptions(
        work.db,
        'invoice',
        settled.map(({ order, lines }) => subjectOf(order, lines[0])),
        work.actor,
        'invoiced',
        work.now,
      ),
    ]),
  );
  for (const [i, { order }] of bills.entries())
    if (order.channel === 'edi') work.answerDue('invoice', (invoices[i] as Invoice).invoiceId);
  const told = new Map<Order, Evidence[]>();
  for (const [i, settlement] of settled.entries()) {
    const { order } = settlement;
    const evidence = writeLedger(work, settlement, invoices[i] as Invoice);
    told.set(order, [...(told.get(order) ?? []), evidence]);
  }
  for (const [order, evidence] of told) {
    work.note(order, null, { invoices: evidence });
    work.settle(order);
  }
  return settled.map((settlement, i) => outcomeOf(work, settlement, invoices[i] as Invoice));
}

/** Takes the amount from the uninvoiced bucket to the receivables, and pays with the cash that is there. */
function settle(work: Work, bill: Bill, invoiceId: number, cash: readonly Cash[]): Settlement {
  const { order, lines, totals } = bill;
  for (const { line, quantity } of lines) lineOf(order.lines, line).invoiced += quantity;
  const payable: Payable = {
    invoiceId,
    number: '',
    orderId: order.id,
    customer: order.customer,
    open: totals.gross,
    disputed: false,
  };
  const { applications, earmarked } = payFromCash(payable, cash);
  order.earmarked -= earmarked;
  // Cash on account was taken off the receivables when it came; what was kept for the order is taken off now.
  work.changeAccount(order.creditAccount, {
    uninvoicedGross: -totals.gross,
    openReceivables: totals.gross - earmarked,
  });
  return { ...bill, payable, applications };
}

function invoiceOf(
  work: Work,
  { order, lines, totals, payable }: Settlement,
  fiscalYear: number,
  sequence: number,
): Invoice {
  return {
    invoiceId: payable.invoiceId,
    number: documentNumber(documentType, fiscalYear, sequence),
    documentType,
    fiscalYear,
    sequence,
    orderId: order.id,
    slipId: lines[0]?.slipId ?? 0,
    customer: order.customer,
    creditAccount: order.creditAccount,
    currency: order.currency,
    net: totals.net,
    tax: totals.tax,
    gross: totals.gross,
    openAmount: payable.open,
    taxes: totals.byTaxCode,
    invoiceDate: work.today,
    dueDate: addDays(work.today, order.paymentTermsDays),
  };
}

function writeLedger(
  work: Work,
  { order, lines, totals, applications }: Settlement,
  { number, dueDate }: Invoice,
): Evidence {
  const posting = { documentType: 'invoice', document: number } as const;
  const { currency } = order;
  work.post({ ...posting, debit: 'receivables', credit: 'revenue', amount: totals.net, currency });
  for (const { tax } of totals.byTaxCode)
    work.post({ ...posting, debit: 'receivables', credit: 'tax', amount: tax, currency });
  const cost = lines.reduce((sum, line) => sum + line.cost, 0);
  work.post({
    ...posting,
    debit: 'cost-of-sales',
    credit: 'goods-delivered-not-invoiced',
    amount: cost,
    currency: work.settings.currency,
  });
  const money = (minor: number) => formatMoney(minor, currency);
  return {
    invoice: number,
    slip: slipOf(lines[0]),
    gross: money(totals.gross),
    net: money(totals.net),
    tax: money(totals.tax),
    currency,
    dueDate,
    paidFromCash: money(sumOf(applications)),
  };
}

function outcomeOf(work: Work, { order, lines, payable }: Settlement, invoice: Invoice): InvoiceOutcome {
  const packingSlip = lines[0]?.packingSlip ?? '';
  return postedInvoice(
    { ...invoice, openAmount: payable.open, packingSlip, warehouse: lines[0]?.warehouse ?? '' },
    work.orders.get(order.id) as Order,
    false,
  );
}
