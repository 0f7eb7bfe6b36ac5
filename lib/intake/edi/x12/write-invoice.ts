import { BusinessRejection } from '../../../domain/faults';
import type { InvoiceMessage, OutgoingEnvelope } from '../outgoing';
import { echoOf, idElements, partiesOf, referencesOf } from './answer-parts';
import { decimalOf, dividedText, isZero } from './decimal-text';
import { dateText, free, type OutgoingSegment, writeInterchange } from './write-interchange';

/**
 * Invoices and credit notes as 810: a message for each. BIG07 says which it is, and the standard says nothing of signs:
 * partners read the amounts of a credit memo above zero, or below it.
 * Throws BusinessRejection `not-supported` for amounts with more than two decimals.
 */
export function write810(
  invoices: readonly InvoiceMessage[],
  envelope: OutgoingEnvelope,
  { negativeCredits = false }: { readonly negativeCredits?: boolean } = {},
): string {
  const messages = invoices.map((invoice) => {
    const signed = negativeCredits && invoice.type === 'credit-note' ? belowZero(invoice) : invoice;
    return { type: '810', segments: invoiceSegments(signed, envelope.version) };
  });
  return writeInterchange(envelope, 'IN', messages);
}

/** Quantities and amounts have the sign, prices have none. */
function belowZero(credit: InvoiceMessage): InvoiceMessage {
  const negative = (amount: string) => (isZero(amount) ? amount : `-${amount}`);
  return {
    ...credit,
    gross: negative(credit.gross),
    taxes: credit.taxes.map((tax) => ({ ...tax, tax: negative(tax.tax) })),
    lines: credit.lines.map((line) => ({ ...line, quantity: negative(line.quantity) })),
  };
}

function invoiceSegments(invoice: InvoiceMessage, version: string): OutgoingSegment[] {
  const { echo, lines } = invoice;
  const ordered = echo.poDate === '' ? '' : dateText(echo.poDate, version);
  const type = invoice.type === 'credit-note' ? 'CR' : 'DI';
  return [
    ['BIG', dateText(invoice.date, version), invoice.number, ordered, echo.poNumber, echo.release, '', type],
    ...(invoice.reason === undefined ? [] : ([['NTE', 'GEN', free(invoice.reason, 80)]] satisfies OutgoingSegment[])),
    ['CUR', 'SE', invoice.currency],
    ...ownReferences(invoice),
    ...referencesOf(echo.references),
    ...partiesOf(echo),
    ...termsOf(invoice, version),
    ...lines.flatMap((line) => lineSegments(invoice, line)),
    ['TDS', impliedDecimals(invoice.gross)],
    ...invoice.taxes.map(({ tax, percent }): OutgoingSegment => ['TXI', 'TX', tax, percent]),
    ['CTT', String(lines.length)],
  ];
}

/** Nothing is to be paid of a credit note. */
function termsOf({ type, dueDate, paymentTermsDays }: InvoiceMessage, version: string): OutgoingSegment[] {
  if (type === 'credit-note') return [];
  return [['ITD', '01', '3', '', '', '', dateText(dueDate, version), String(paymentTermsDays)]];
}

function ownReferences({ salesOrder, packingSlip, corrects }: InvoiceMessage): OutgoingSegment[] {
  const references: OutgoingSegment[] = [];
  if (salesOrder !== '') references.push(['REF', 'VN', free(salesOrder, 30)]);
  if (packingSlip !== null) references.push(['REF', 'PK', free(packingSlip, 30)]);
  if (corrects !== null) references.push(['REF', 'OI', free(corrects, 30)]);
  return references;
}

/** The price is that of one unit, whatever number of units the order gave it for. */
function lineSegments({ echo }: InvoiceMessage, line: InvoiceMessage['lines'][number]): OutgoingSegment[] {
  const ordered = echoOf(echo, line.line, line.sku);
  const uom = ordered.uom || line.uom;
  return [
    ['IT1', ordered.reference, line.quantity, uom, line.unitPrice, 'PE', ...idElements(ordered)],
    ...(line.name === '' ? [] : ([['PID', 'F', '', '', '', free(line.name, 80)]] satisfies OutgoingSegment[])),
  ];
}

/** TDS01 has two decimals and no point: 10.00 is 1000, in every currency. */
function impliedDecimals(amount: string): string {
  const decimal = decimalOf(amount);
  const hundredths = decimal === null ? null : dividedText(decimal, 100, 1);
  if (hundredths !== null && !hundredths.includes('.')) return hundredths;
  const message = `The amount ${amount.slice(0, 40)} has more than the two decimals that an 810 can say; send the invoice in another way.`;
  throw new BusinessRejection('not-supported', message);
}
