import {
  creditNoteFields,
  date,
  fields,
  flag,
  instant,
  listOf,
  money,
  pageOf,
  quantity,
  type Schema,
  salesOrder,
  salesOrderOrNull,
  text,
  textOrNull,
  whole,
} from './openapi-schemas';

const taxes = listOf(fields({ taxCode: text, rate: text, net: money, tax: money }));

const invoiceEntry: Readonly<Record<string, Schema>> = {
  number: text,
  documentType: text,
  salesOrder,
  packingSlip: textOrNull,
  customer: text,
  currency: text,
  net: money,
  tax: money,
  total: money,
  credited: { ...money, description: 'What credit notes took back of the total.' },
  open: money,
  invoiceDate: date,
  dueDate: date,
  postedAt: instant,
  disputed: flag,
};

const creditNoteEntry: Readonly<Record<string, Schema>> = {
  ...creditNoteFields,
  invoice: text,
  documentType: text,
  salesOrder,
  customer: text,
  creditNote: { ...text, description: "The caller's own number of it." },
  note: textOrNull,
  currency: text,
  freed: { ...money, description: "What had been paid of it, and became the customer's cash again." },
  postedAt: instant,
};

/** What the API answers of the books. */
export const booksSchemas: Readonly<Record<string, Schema>> = {
  Invoice: fields({
    ...invoiceEntry,
    poNumber: text,
    taxes,
    lines: listOf(
      fields({
        slipLine: whole,
        line: whole,
        sku: text,
        quantity,
        uom: text,
        unitPrice: money,
        net: money,
        taxCode: text,
      }),
    ),
    payments: listOf(fields({ reference: text, amount: money, receivedAt: text })),
    creditNotes: listOf(fields(creditNoteFields)),
  }),
  InvoicePage: pageOf('invoices', fields(invoiceEntry)),
  CreditNote: fields({
    ...creditNoteEntry,
    poNumber: text,
    taxes,
    lines: listOf(fields({ line: whole, sku: text, quantity, uom: text, net: money, taxCode: text })),
  }),
  CreditNotePage: pageOf('creditNotes', fields(creditNoteEntry)),
  PaymentPage: pageOf(
    'payments',
    fields({
      reference: text,
      customer: text,
      amount: money,
      currency: text,
      receivedAt: instant,
      postedAt: instant,
      invoices: { ...listOf(fields({ invoice: text, amount: money })), description: 'What it paid.' },
      earmarked: { ...money, description: 'Kept for the order that it named.' },
      onAccount: money,
      salesOrder: salesOrderOrNull,
    }),
  ),
  PostingPage: pageOf(
    'postings',
    fields({
      posting: whole,
      postingDate: date,
      documentType: text,
      document: text,
      debit: text,
      credit: text,
      amount: money,
      currency: text,
      postedAt: instant,
    }),
  ),
};
