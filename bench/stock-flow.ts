import * as statements from './stock-statements';

const tab = 'stock';

const node = (id: string, type: string, wires: readonly string[][], properties: object = {}): object => ({
  ...{ id, type, z: tab, name: '', x: 100, y: 100 },
  ...properties,
  wires,
});

const step = (id: string, wires: readonly string[][], func: string): object =>
  node(id, 'function', wires, { func, outputs: wires.length });

const query = (id: string, wires: readonly string[][], statement: string): object =>
  node(id, 'bench-query', wires, { database: 'database', query: statement });

/** Sends on what has the value of its first rule, and the rest by the second output. */
const either = (id: string, wires: readonly string[][], property: string, value: string, type: 'str' | 'num'): object =>
  node(id, 'switch', wires, {
    ...{ property, propertyType: 'msg', checkall: 'false', repair: false, outputs: 2 },
    rules: [{ t: 'eq', v: value, vt: type }, { t: 'else' }],
  });

const told = (id: string): object =>
  node(id, 'debug', [], { active: true, tosidebar: false, console: true, complete: 'true', targetType: 'full' });

/**
 * The cycle as it is wired by hand today: core nodes and a node for queries. One order a message, one statement a step,
 * which commits by itself; from the second half on, one packing slip a request.
 */
export function stockFlow(url: string, schema: string, warehouseUrl: string, key: string): object[] {
  return [
    { id: tab, type: 'tab', label: 'Orders, built by hand' },
    { id: 'database', type: 'bench-database', name: '', url, schema },
    ...orderToWarehouse(warehouseUrl),
    ...packingSlipToInvoice(key),
    node('catch', 'catch', [['failed']], { scope: null, uncaught: false }),
    told('failed'),
  ];
}

const orderToWarehouse = (warehouseUrl: string): object[] => [
  node('feeder', 'bench-feeder', [['json']]),
  node('json', 'json', [['validate']], { property: 'payload', action: 'obj', pretty: false }),
  step(
    'validate',
    [['insert-order'], ['refused']],
    `const order = msg.payload;
    const lines = Array.isArray(order.lines) ? order.lines : [];
    const faulty = lines.find((line) => !line.sku || !(Number(line.quantity) > 0) || !(Number(line.unitPrice) >= 0));
    if (!order.poNumber || !order.customer || lines.length === 0 || faulty) return [null, msg];
    const wanted = {};
    for (const line of lines) wanted[line.sku] = (wanted[line.sku] || 0) + Number(line.quantity);
    msg.order = order;
    msg.skus = Object.keys(wanted).sort(); // everyone locks goods in this order
    msg.quantities = msg.skus.map((sku) => wanted[sku]);
    msg.params = [
      order.poNumber, order.customer, order.currency, lines.map((line) => line.line), lines.map((line) => line.sku),
      lines.map((line) => line.quantity), lines.map((line) => line.unitPrice)];
    return msg;`,
  ),
  query('insert-order', [['known-customer']], statements.insertOrder),
  either('known-customer', [['stock-wanted'], ['refused']], 'payload.length', '1', 'num'),
  step(
    'stock-wanted',
    [['read-stock']],
    `msg.salesOrder = msg.payload[0].salesOrder;
    msg.params = [msg.skus];
    return msg;`,
  ),
  query('read-stock', [['stock-decision']], statements.readStock),
  step(
    'stock-decision',
    [['reserve'], ['stop']],
    `const available = Object.fromEntries(msg.payload.map((row) => [row.sku, Number(row.available)]));
    const short = msg.skus.find((sku, i) => !(available[sku] >= msg.quantities[i]));
    if (short) {
      msg.params = [msg.salesOrder, 'Rejected', 'out of stock: ' + short];
      return [null, msg];
    }
    msg.params = [msg.skus, msg.quantities];
    return msg;`,
  ),
  query('reserve', [['credit-wanted']], statements.reserve),
  step('credit-wanted', [['read-credit']], 'msg.params = [msg.order.customer];\nreturn msg;'),
  query('read-credit', [['credit-decision']], statements.readCredit),
  step(
    'credit-decision',
    [['read-overdue'], ['stop']],
    `const { creditLimit, exposure } = msg.payload[0];
    if (Number(exposure) <= Number(creditLimit)) return msg; // the customer is still in msg.params
    msg.params = [msg.salesOrder, 'OnHold', 'credit: ' + exposure + ' of ' + creditLimit];
    return [null, msg];`,
  ),
  query('read-overdue', [['overdue-decision']], statements.readOverdue),
  step(
    'overdue-decision',
    [['warehouse'], ['stop']],
    `const { overdue } = msg.payload[0];
    if (overdue > 0) {
      msg.params = [msg.salesOrder, 'OnHold', overdue + ' invoices are overdue'];
      return [null, msg];
    }
    msg.payload = [{
      key: msg.salesOrder, salesOrder: msg.salesOrder, release: 1, warehouse: 'MAIN', shipTo: null, requestedDelivery: null,
      lines: msg.order.lines.map(({ line, sku, quantity }) => ({ line, sku, quantity, uom: 'EA' }))}];
    return msg;`,
  ),
  node('warehouse', 'http request', [['taken']], {
    ...{ method: 'POST', url: `${warehouseUrl}/shipping-orders/batch`, ret: 'obj', persist: false, senderr: true },
    ...{ paytoqs: 'ignore', authType: '', headers: [] },
  }),
  either('taken', [['reference'], ['refused']], 'statusCode', '200', 'num'),
  step('reference', [['mark-sent']], 'msg.params = [msg.salesOrder, msg.payload.results[0].reference];\nreturn msg;'),
  query('mark-sent', [[]], statements.markSent),
  query('stop', [['refused']], statements.stop),
  told('refused'),
];

const packingSlipToInvoice = (key: string): object[] => [
  node('slips', 'http in', [['key']], { url: '/bench/deliveries', method: 'post', upload: false }),
  either('key', [['slip'], ['unknown-key']], 'req.headers.authorization', `Bearer ${key}`, 'str'),
  step('unknown-key', [['answer']], 'msg.statusCode = 401;\nmsg.payload = {};\nreturn msg;'),
  step(
    'slip',
    [['issue-stock']],
    `const [slip] = msg.payload;
    const lines = slip.lines.sort((a, b) => (a.sku < b.sku ? -1 : 1));
    msg.salesOrder = slip.salesOrder;
    msg.params = [
      slip.salesOrder, lines.map((line) => line.line), lines.map((line) => line.sku), lines.map((line) => line.quantity)];
    return msg;`,
  ),
  query('issue-stock', [['delivered']], statements.issueStock),
  step(
    'delivered',
    [['post-invoice'], ['answer']],
    `return [{ params: [msg.salesOrder] }, { req: msg.req, res: msg.res, payload: { delivered: msg.salesOrder } }];`,
  ),
  node('answer', 'http response', [], { statusCode: '', headers: {} }),
  query('post-invoice', [['posted']], statements.postInvoice),
  node('posted', 'change', [['feeder']], {
    rules: [{ t: 'set', p: 'payload', pt: 'msg', to: 'payload[0]', tot: 'msg' }],
  }),
];
