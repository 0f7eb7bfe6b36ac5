import { formatScaled } from '../domain/decimal';
import { formatMoney, formatPrice, lineNet, type TaxAmount } from '../domain/money';
import { type Order, type OrderLine, salesOrderNumber } from '../domain/order';
import { changeReason } from '../domain/order-change';
import { formatQuantity } from '../domain/quantity';
import type { OrderChange, OrderEcho } from '../intake/edi/mapped-message';
import type { DespatchAdvice, InvoiceMessage, LineVerdict, OrderAnswer } from '../intake/edi/outgoing';
import type { invoiceContents, slipContents } from '../store/edi-contents';

type SlipContent = Awaited<ReturnType<typeof slipContents>>[number];
type InvoiceContent = Awaited<ReturnType<typeof invoiceContents>>[number];

/** What the buyer is told of each reason; figures and names of others stay here. */
const words: Readonly<Record<string, string>> = {
  'out-of-stock': 'Not in stock',
  [changeReason]: 'Deleted by the buyer',
  'customer-request': 'Cancelled by the buyer',
  'reservation-expired': 'Not released in time',
};
const otherwise = 'Cannot be delivered';

/** An order's verdict, line by line, in the units in which it was ordered. */
export function orderAnswer(order: Order, echo: OrderEcho, today: string, answersChange?: string): OrderAnswer {
  const lines = order.lines.map((line) => answeredLine(line, order));
  const all = (verdict: LineVerdict): boolean => lines.every((line) => line.verdict === verdict);
  const nothingLeft = answersChange === undefined ? 'rejected' : 'changed'; // as the change wanted it
  const verdict = all('rejected') ? nothingLeft : all('accepted') ? 'accepted' : 'changed';
  return {
    echo,
    salesOrder: salesOrderNumber(order.id),
    verdict,
    date: today,
    ...(answersChange === undefined ? {} : { answersChange }),
    currency: order.currency,
    reason: verdict === 'rejected' ? wordsFor(order.reason) : null,
    lines,
  };
}

const wordsFor = (reason: string | null): string => words[reason ?? ''] ?? otherwise;

function answeredLine(line: OrderLine, order: Order): OrderAnswer['lines'][number] {
  const accepted = line.ordered - line.cancelled;
  const { quantities, uom } = inOrderedUnit(line, [line.ordered, accepted]);
  const verdict: LineVerdict = accepted === 0 ? 'rejected' : accepted === line.ordered ? 'accepted' : 'changed';
  return {
    line: line.line,
    verdict,
    sku: line.sku,
    ordered: quantities[0] as string,
    accepted: quantities[1] as string,
    backordered: '0',
    uom,
    unitPrice: formatPrice(line.unitPrice),
    promised: accepted === 0 ? null : order.requestedDelivery,
    reason: verdict === 'accepted' ? null : wordsFor(line.reason),
  };
}

/** Quantities of a line (milli-units of the base unit) in the unit that it was ordered in; in the base unit when one is not exact there. */
export function inOrderedUnit(line: OrderLine, milli: readonly number[]): { quantities: string[]; uom: string } {
  const { numerator, denominator } = line.ratio;
  const inUnit = milli.map((quantity) => BigInt(quantity) * BigInt(denominator));
  const exact = inUnit.every((scaled) => scaled % BigInt(numerator) === 0n);
  if (!exact) return { quantities: milli.map(formatQuantity), uom: line.baseUom };
  return { quantities: inUnit.map((scaled) => formatQuantity(Number(scaled / BigInt(numerator)))), uom: line.uom };
}

/** A document that became no order: nothing of it is accepted, and it is said why. */
export function refusal(
  echo: OrderEcho,
  fault: string,
  today: string,
  options: { readonly salesOrder?: string; readonly answersChange?: string } = {},
): OrderAnswer {
  return {
    echo,
    salesOrder: options.salesOrder ?? '',
    verdict: 'rejected',
    date: today,
    ...(options.answersChange === undefined ? {} : { answersChange: options.answersChange }),
    currency: echo.currency,
    reason: fault,
    lines: echo.lines.map((line) => ({
      line: line.line,
      verdict: 'rejected',
      sku: '',
      ordered: line.quantity,
      accepted: '0',
      backordered: '0',
      uom: line.uom,
      unitPrice: line.unitPrice,
      promised: null,
      reason: fault,
    })),
  };
}

/** What a change is called by who sent it. */
export const changeNumberOf = (content: string | null): string =>
  (JSON.parse(content ?? '{}') as Partial<OrderChange>).changeNumber ?? '';

/** A slip's goods for the orders of one partner. */
export function despatchAdvice(
  content: readonly SlipContent[],
  orders: ReadonlyMap<number, { readonly order: Order; readonly echo: OrderEcho }>,
): DespatchAdvice {
  const [head] = content as [SlipContent];
  const byOrder = Map.groupBy(content, (row) => row.order_id);
  return {
    number: head.packing_slip,
    shippedAt: head.shipped_at,
    final: head.final === 1,
    orders: [...byOrder].flatMap(([orderId, rows]) => {
      const known = orders.get(orderId);
      if (known === undefined) return [];
      const { order, echo } = known;
      return [
        {
          echo,
          salesOrder: salesOrderNumber(order.id),
          shipTo: order.shipTo === null ? {} : (JSON.parse(order.shipTo) as Record<string, string>),
          lines: rows.map((row) => shippedLine(row, order)),
        },
      ];
    }),
  };
}

function shippedLine(row: SlipContent, order: Order): DespatchAdvice['orders'][number]['lines'][number] {
  const line = order.lines.find((candidate) => candidate.line === row.line) as OrderLine;
  const { quantities, uom } = inOrderedUnit(line, [row.quantity]);
  return {
    line: line.line,
    sku: line.sku,
    shipped: quantities[0] as string,
    uom,
    lot: row.lot,
    serials: row.serials === null ? [] : (JSON.parse(row.serials) as string[]),
  };
}

/** An invoice with its lines in the units and prices of the order. */
export function invoiceMessage(
  content: readonly InvoiceContent[],
  order: Order,
  echo: OrderEcho,
  names: ReadonlyMap<string, string>,
): InvoiceMessage {
  const [head] = content as [InvoiceContent];
  const money = (minor: number): string => formatMoney(minor, head.currency);
  return {
    number: head.number,
    type: 'invoice',
    date: head.invoice_date,
    dueDate: head.due_date,
    currency: head.currency,
    echo,
    salesOrder: salesOrderNumber(order.id),
    packingSlip: head.packing_slip,
    corrects: null,
    paymentTermsDays: order.paymentTermsDays,
    net: money(head.net),
    tax: money(head.tax),
    gross: money(head.gross),
    taxes: messageTaxes(head.taxes, head.currency),
    lines: content.map((row) => {
      const line = order.lines.find((candidate) => candidate.line === row.line) as OrderLine;
      const { quantities, uom } = inOrderedUnit(line, [row.quantity]);
      const net = lineNet({ quantity: row.quantity, unitPrice: line.unitPrice, uom: line.ratio }, head.currency);
      return {
        line: line.line,
        sku: line.sku,
        name: names.get(line.sku) ?? line.sku,
        quantity: quantities[0] as string,
        uom,
        unitPrice: formatPrice(line.unitPrice),
        net: money(net),
        taxCode: line.taxCode,
      };
    }),
  };
}

/** Taxes by code as they are stored, for a message. */
export function messageTaxes(stored: string, currency: string): InvoiceMessage['taxes'] {
  return (JSON.parse(stored) as TaxAmount[]).map(({ taxCode, rate, net, tax }) => ({
    taxCode,
    percent: formatScaled(rate, 2, 0),
    net: formatMoney(net, currency),
    tax: formatMoney(tax, currency),
  }));
}
