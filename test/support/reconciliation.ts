import { expect } from 'chai';
import { approvedContribution } from '../../lib/domain/credit';
import { slipAmounts } from '../../lib/domain/invoice';
import { statusOf } from '../../lib/domain/lifecycle';
import { openQuantity } from '../../lib/domain/order';
import { loadOrders } from '../../lib/store/orders';
import type { SampleCompany } from './orders';

interface Sum {
  readonly name: string;
  readonly amount: number;
}

const toMap = (rows: readonly Sum[]): Record<string, number> =>
  Object.fromEntries(rows.filter(({ amount }) => amount !== 0).map(({ name, amount }) => [name, amount]));

function total(sums: Map<string, number>): Record<string, number> {
  return toMap([...sums].map(([name, amount]) => ({ name, amount })));
}

const add = (sums: Map<string, number>, name: string, amount: number) => sums.set(name, (sums.get(name) ?? 0) + amount);

/** Computes everything that is kept incrementally from scratch, and expects it to be equal. */
export async function expectBooksToAgree(company: SampleCompany): Promise<void> {
  const ids = (await company.rows<{ order_id: number }>('select order_id from sales_order')).map((row) => row.order_id);
  const orders = await company.store.read((db) => loadOrders(db, ids));
  const byId = new Map(orders.map((order) => [order.id, order]));

  const approved = new Map<string, number>();
  const reserved = new Map<string, number>();
  for (const order of orders) {
    expect(order.status, `status of ${order.id}`).to.equal(statusOf(order));
    expect(order.approvedGross, `approved gross of ${order.id}`).to.equal(approvedContribution(order));
    add(approved, order.creditAccount, order.approvedGross);
    for (const line of order.lines) {
      expect(openQuantity(line), `open quantity of ${order.id}`).to.be.at.least(line.reserved);
      add(reserved, `${line.sku} ${order.warehouse}`, line.reserved);
    }
  }

  const slipLines = await company.rows<{
    slip_id: number;
    order_id: number;
    line: number;
    quantity: number;
    invoice_id: number | null;
  }>(
    'select l.slip_id, l.order_id, l.line, l.quantity, i.invoice_id from packing_slip_line l left join invoice i on i.slip_id = l.slip_id and i.order_id = l.order_id order by l.slip_id, l.slip_line',
  );
  const delivered = new Map<string, number>();
  const invoiced = new Map<string, number>();
  const waiting = new Map<string, { orderId: number; lines: { line: number; quantity: number }[] }>();
  for (const { slip_id, order_id, line, quantity, invoice_id } of slipLines) {
    add(delivered, `${order_id} ${line}`, quantity);
    if (invoice_id !== null) add(invoiced, `${order_id} ${line}`, quantity);
    else {
      const group = waiting.get(`${slip_id} ${order_id}`) ?? { orderId: order_id, lines: [] };
      group.lines.push({ line, quantity });
      waiting.set(`${slip_id} ${order_id}`, group);
    }
  }
  for (const order of orders) {
    for (const line of order.lines) {
      expect(line.delivered, `delivered of ${order.id}/${line.line}`).to.equal(
        delivered.get(`${order.id} ${line.line}`) ?? 0,
      );
      expect(line.invoiced, `invoiced of ${order.id}/${line.line}`).to.equal(
        invoiced.get(`${order.id} ${line.line}`) ?? 0,
      );
    }
  }
  const uninvoiced = new Map<string, number>();
  for (const { orderId, lines } of waiting.values()) {
    const order = byId.get(orderId);
    if (order !== undefined) add(uninvoiced, order.creditAccount, slipAmounts(order, lines).gross);
  }

  const accounts = await company.rows<{
    account: string;
    open_receivables: number;
    uninvoiced_gross: number;
    approved_gross: number;
  }>('select * from credit_account');
  expect(toMap(accounts.map((row) => ({ name: row.account, amount: row.approved_gross }))), 'approved').to.deep.equal(
    total(approved),
  );
  expect(
    toMap(accounts.map((row) => ({ name: row.account, amount: row.uninvoiced_gross }))),
    'uninvoiced',
  ).to.deep.equal(total(uninvoiced));
  const receivables = await company.rows<Sum>(
    `select name, cast(sum(amount) as bigint) as amount from (
       select credit_account as name, open_amount as amount from invoice
       union all select c.credit_account, -p.on_account from payment p join customer c on c.customer = p.customer) as items group by name`,
  );
  expect(
    toMap(accounts.map((row) => ({ name: row.account, amount: row.open_receivables }))),
    'receivables',
  ).to.deep.equal(toMap(receivables));

  const stock = await company.rows<{
    sku: string;
    warehouse: string;
    on_hand: number;
    reserved: number;
    deficit: number;
  }>('select * from stock_item');
  expect(
    toMap(stock.map((row) => ({ name: `${row.sku} ${row.warehouse}`, amount: row.reserved }))),
    'reserved',
  ).to.deep.equal(total(reserved));
  const moved = await company.rows<Sum>(
    "select sku || ' ' || warehouse as name, cast(sum(quantity) as bigint) as amount from stock_movement group by sku, warehouse",
  );
  expect(
    toMap(stock.map((row) => ({ name: `${row.sku} ${row.warehouse}`, amount: row.on_hand - row.deficit }))),
    'stock',
  ).to.deep.equal(toMap(moved));

  await expectCashToAgree(company);
  await expectLedgerToAgree(company);
}

async function expectCashToAgree(company: SampleCompany): Promise<void> {
  const astray = await company.rows(
    `select p.payment_id from payment p left join payment_application a on a.payment_id = p.payment_id
     group by p.payment_id, p.amount, p.earmarked, p.on_account having p.amount <> p.earmarked + p.on_account + coalesce(sum(a.amount), 0)`,
  );
  expect(astray, 'payments not accounted for').to.deep.equal([]);
  const unpaid = await company.rows(
    `select i.number from invoice i left join payment_application a on a.invoice_id = i.invoice_id
     group by i.invoice_id, i.number, i.gross, i.open_amount having i.gross <> i.open_amount + coalesce(sum(a.amount), 0)
       + (select coalesce(sum(n.gross), 0) from credit_note n where n.invoice_id = i.invoice_id)`,
  );
  expect(unpaid, 'invoices whose open amount is off').to.deep.equal([]);
  const kept = await company.rows(
    `select o.order_id from sales_order o left join payment p on p.order_id = o.order_id
     group by o.order_id, o.earmarked having o.earmarked <> coalesce(sum(p.earmarked), 0)`,
  );
  expect(kept, 'orders whose kept cash is off').to.deep.equal([]);
  const idle = await company.rows(
    `select i.number from invoice i where i.open_amount > 0 and i.disputed = 0 and exists (select 1 from payment p where p.customer = i.customer and p.on_account > 0)`,
  );
  expect(idle, 'open invoices beside unused cash').to.deep.equal([]);
}

async function expectLedgerToAgree(company: SampleCompany): Promise<void> {
  const balances = new Map<string, number>();
  for (const { debit, credit, amount } of await company.rows<{ debit: string; credit: string; amount: number }>(
    'select debit, credit, amount from posting',
  )) {
    add(balances, debit, amount);
    add(balances, credit, -amount);
  }
  const one = async (sql: string) => (await company.rows<{ amount: number | null }>(sql))[0]?.amount ?? 0;
  expect(
    [...balances.values()].reduce((sum, amount) => sum + amount, 0),
    'balance',
  ).to.equal(0);
  expect(balances.get('receivables') ?? 0, 'receivables').to.equal(
    await one(
      'select cast((select coalesce(sum(gross), 0) from invoice) - (select coalesce(sum(gross), 0) from credit_note) - (select coalesce(sum(amount), 0) from payment) as bigint) as amount',
    ),
  );
  expect(-(balances.get('revenue') ?? 0), 'revenue').to.equal(
    await one(
      'select cast((select coalesce(sum(net), 0) from invoice) - (select coalesce(sum(net), 0) from credit_note) as bigint) as amount',
    ),
  );
  expect(-(balances.get('tax') ?? 0), 'tax').to.equal(
    await one(
      'select cast((select coalesce(sum(tax), 0) from invoice) - (select coalesce(sum(tax), 0) from credit_note) as bigint) as amount',
    ),
  );
  expect(balances.get('cost-of-sales') ?? 0, 'cost of sales').to.equal(
    await one(
      'select cast(coalesce(sum(cost), 0) as bigint) as amount from packing_slip_line l join invoice i on i.slip_id = l.slip_id and i.order_id = l.order_id',
    ),
  );
  expect(balances.get('goods-delivered-not-invoiced') ?? 0, 'goods delivered').to.equal(
    await one(
      'select cast(coalesce(sum(cost), 0) as bigint) as amount from packing_slip_line l left join invoice i on i.slip_id = l.slip_id and i.order_id = l.order_id where i.invoice_id is null',
    ),
  );
}
