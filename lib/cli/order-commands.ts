import { BusinessRejection } from '../domain/faults';
import { salesOrderId } from '../domain/order';
import { type Command, exactly, exitCodes, text, textOptions, textsOf, WrongUsage, withStore } from './command';
import { goesOn, print, table } from './output';

const filters = ['status', 'channel', 'partner', 'customer', 'from', 'to', 'limit', 'cursor'] as const;

export const ordersCommand: Command = {
  name: 'orders',
  usage:
    '[--status S,S] [--channel C] [--partner P] [--customer C] [--po NUMBER] [--from DATE] [--to DATE] [--limit N] [--cursor C]',
  help: 'Lists orders, the newest first.',
  options: textOptions([...filters, 'po']),
  async run(invocation) {
    exactly(invocation);
    const { listOrders } = await import('../answers/lists.js');
    const query = { ...textsOf(invocation, filters), poNumber: text(invocation, 'po') };
    const list = await withStore(invocation, 'existing', (store) => store.read((db) => listOrders(db, query)));
    print(invocation, list, () => [
      ...table(
        ['order', 'status', 'customer', 'PO number', 'source', 'total', 'currency', 'reason'],
        list.orders.map((order) => [
          order.salesOrder,
          order.status,
          order.customer,
          order.poNumber,
          `${order.source.channel} ${order.source.partner}`,
          order.total,
          order.currency,
          order.holds.map(({ reason }) => reason).join(', ') || order.reason,
        ]),
      ),
      ...goesOn(list.next),
    ]);
    return exitCodes.fine;
  },
};

export const explainCommand: Command = {
  name: 'explain',
  usage: 'ORDER',
  help: 'Tells what became of an order, why, and what happens next.',
  async run(invocation) {
    const [number] = exactly(invocation, 'ORDER') as [string];
    const id = salesOrderId(number.toUpperCase());
    if (id === undefined) throw new WrongUsage(`${number} is no order number; they look like SO-000012.`);
    const { explainOrder } = await import('../answers/explain.js');
    const explanation = await withStore(invocation, 'existing', (store) => store.read((db) => explainOrder(db, id)));
    if (explanation === undefined) throw new BusinessRejection('not-found', `There is no order ${number}.`);
    print(invocation, explanation, () => explanation.lines);
    return exitCodes.fine;
  },
};
