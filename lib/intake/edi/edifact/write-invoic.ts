import { BusinessRejection } from '../../../domain/faults';
import type { InvoiceMessage, OutgoingEnvelope } from '../outgoing';
import { writeDate, writeLine, writeOrderReference, writeParties, writeText } from './answer-segments';
import { equalNumbers, readNumber, sum } from './message-numbers';
import { type SegmentWriter, textPieces, writeInterchange } from './segment-writer';

type Tax = InvoiceMessage['taxes'][number];

/**
 * INVOIC: an invoice (380) or a credit note (381, amounts positive).
 * Throws BusinessRejection `conflicting-values` when its amounts do not add up to the last decimal.
 */
export function writeInvoic(invoice: InvoiceMessage, envelope: OutgoingEnvelope): Uint8Array {
  checkAmounts(invoice);
  const { echo } = invoice;
  const taxes = new Map(invoice.taxes.map((tax) => [tax.taxCode, tax]));
  return writeInterchange(envelope, 'INVOIC', (segments) => {
    segments.write('BGM', invoice.type === 'invoice' ? '380' : '381', invoice.number, '9');
    writeDate(segments, '137', invoice.date);
    if (invoice.reason !== undefined) writeText(segments, 'AAI', invoice.reason);
    writeOrderReference(segments, echo, invoice.salesOrder);
    if (invoice.packingSlip !== null) segments.write('RFF', ['DQ', invoice.packingSlip]);
    if (invoice.corrects !== null) segments.write('RFF', ['IV', invoice.corrects]);
    writeParties(segments, echo, envelope, ['BY', 'SU', 'DP', 'IV']);
    segments.write('CUX', ['2', invoice.currency, '4']);
    if (invoice.type === 'invoice') {
      segments.write('PAT', '1', '', ['5', '3', 'D', String(invoice.paymentTermsDays)]);
      writeDate(segments, '13', invoice.dueDate);
    }
    for (const line of invoice.lines) {
      writeLine(segments, echo, line);
      segments.write('IMD', 'F', '', ['', '', '', ...textPieces(line.name, 35, 2)]);
      segments.write('QTY', ['47', line.quantity, line.uom]);
      writeAmount(segments, '203', line.net);
      segments.write('PRI', ['AAA', line.unitPrice]);
      const tax = taxes.get(line.taxCode);
      if (tax) writeTax(segments, tax);
    }
    segments.write('UNS', 'S').write('CNT', ['2', String(invoice.lines.length)]);
    writeAmount(segments, '77', invoice.gross);
    writeAmount(segments, '79', invoice.net);
    writeAmount(segments, '125', invoice.net);
    writeAmount(segments, '176', invoice.tax);
    for (const tax of invoice.taxes) {
      writeTax(segments, tax);
      writeAmount(segments, '125', tax.net);
      writeAmount(segments, '124', tax.tax);
    }
  });
}

function writeAmount(segments: SegmentWriter, qualifier: string, amount: string): void {
  segments.write('MOA', [qualifier, amount]);
}

/** Category S is the standard rate (also a reduced one), Z is none. */
function writeTax(segments: SegmentWriter, { percent }: Tax): void {
  const category = /^0*(\.0*)?$/.test(percent) ? 'Z' : 'S';
  segments.write('TAX', '7', 'VAT', '', '', ['', '', '', percent], category);
}

function checkAmounts({ net, tax, gross, taxes, lines }: InvoiceMessage): void {
  const equal = (name: string, total: string, parts: readonly string[]) => {
    const stated = readNumber(total);
    const numbers = parts.map(readNumber).filter((number) => number !== null);
    if (stated !== null && numbers.length === parts.length && equalNumbers(stated, sum(numbers))) return;
    const message = `The invoice's ${name}, ${total}, is not the sum of its parts: ${parts.slice(0, 10).join(' + ')}.`;
    throw new BusinessRejection('conflicting-values', message);
  };
  equal('total', gross, [net, tax]);
  equal(
    'tax',
    tax,
    taxes.map((each) => each.tax),
  );
  equal(
    'taxable amount',
    net,
    taxes.map((each) => each.net),
  );
  equal(
    'net amount',
    net,
    lines.map((line) => line.net),
  );
}
