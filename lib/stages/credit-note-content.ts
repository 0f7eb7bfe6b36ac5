import type { CreditReason } from '../domain/credit-note';
import type { CreditedLine } from '../domain/crediting';
import { formatMoney, formatPrice, lineNet, unitPriceOf } from '../domain/money';
import { type Order, type OrderLine, salesOrderNumber } from '../domain/order';
import type { OrderEcho } from '../intake/edi/mapped-message';
import type { InvoiceMessage } from '../intake/edi/outgoing';
import type { CreditNoteRow } from '../store/credit-note-queries';
import { inOrderedUnit, messageTaxes } from './answer-contents';

/** What the buyer is told of each reason. */
const reasons: Readonly<Record<CreditReason, string>> = {
  price: 'Price corrected',
  quantity: 'Quantity corrected',
  damaged: 'Goods damaged',
  quality: 'Quality not as agreed',
  goodwill: 'Goodwill',
  error: 'Invoiced in error',
  other: 'Credit',
};

/** A credit note with its lines in the units of the order. */
export function creditNoteMessage(
  note: CreditNoteRow,
  lines: readonly CreditedLine[],
  order: Order,
  echo: OrderEcho,
  names: ReadonlyMap<string, string>,
): InvoiceMessage {
  const money = (minor: number): string => formatMoney(minor, note.currency);
  return {
    number: note.number,
    type: 'credit-note',
    date: note.credit_date,
    dueDate: note.credit_date,
    currency: note.currency,
    echo,
    salesOrder: salesOrderNumber(order.id),
    packingSlip: null,
    corrects: note.invoice,
    reason: reasons[note.reason as CreditReason] ?? reasons.other,
    paymentTermsDays: 0,
    net: money(note.net),
    tax: money(note.tax),
    gross: money(note.gross),
    taxes: messageTaxes(note.taxes, note.currency),
    lines: lines.map((credited) => {
      const line = order.lines.find((candidate) => candidate.line === credited.line) as OrderLine;
      const { sku, taxCode } = line;
      const priced = pricedLine(credited, line, note.currency);
      return {
        line: line.line,
        sku,
        name: names.get(sku) ?? sku,
        ...priced,
        net: money(credited.net),
        taxCode,
      };
    }),
  };
}

/**
 * Quantity times price has to come to the net: at the agreed price, else at the one that the customer pays after all;
 * money alone, and what no price of four decimals comes to, is one unit at the amount.
 */
function pricedLine(
  { quantity, net }: CreditedLine,
  line: OrderLine,
  currency: string,
): Pick<InvoiceMessage['lines'][number], 'quantity' | 'uom' | 'unitPrice'> {
  const atAmount = { quantity: '1', uom: line.uom, unitPrice: formatMoney(net, currency) };
  if (quantity === 0) return atAmount;
  const { quantities, uom } = inOrderedUnit(line, [quantity]);
  const priced = { quantity, uom: line.ratio };
  const unitPrice = [line.unitPrice, unitPriceOf(net, priced, currency)].find(
    (price) => lineNet({ ...priced, unitPrice: price }, currency) === net,
  );
  return unitPrice === undefined || uom !== line.uom
    ? atAmount
    : { quantity: quantities[0] as string, uom, unitPrice: formatPrice(unitPrice) };
}
