import {
  checkBits,
  createdOrder,
  type Order,
  type OrderTerms,
  openQuantity,
  type ReleaseStatus,
  salesOrderNumber,
} from '../../lib/domain/order';
import { orderAmounts } from '../../lib/domain/pricing';
import { reserve } from '../../lib/domain/stock';
import { inTransaction } from '../../lib/stages/transaction';
import { upsertMaster } from '../../lib/stages/upsert-master';
import type { StageContext, Work } from '../../lib/stages/work';
import { insertOrders, loadOrders } from '../../lib/store/orders';
import type { Store } from '../../lib/store/store';

/** What a test says of an order; quantities in whole base units. */
export interface SampleOrder {
  readonly customer?: string;
  readonly warehouse?: string;
  readonly lines: readonly {
    readonly sku: string;
    readonly quantity: number;
    readonly unitPrice?: number;
    readonly taxCode?: string;
  }[];
  /** How far it is: with goods reserved and all checks passed, and with a release in this state. */
  readonly state?: 'Created' | 'OnHold' | 'Ready' | ReleaseStatus;
  readonly paymentTermsDays?: number;
}

export const everyCheck = checkBits.inventory | checkBits.credit | checkBits.overdue;

/** A company with a customer, products and stock, and a clock that a test may turn. */
export class SampleCompany {
  now = '2026-11-23T10:00:00.000Z';
  readonly context: StageContext;

  constructor(readonly store: Store) {
    this.context = { store, actor: 'test', clock: () => this.now };
  }

  async open(customers: readonly string[], skus: readonly string[], onHand: number): Promise<void> {
    await this.master('taxes', [
      { taxCode: 'FULL', rate: '19' },
      { taxCode: 'LOW', rate: '7' },
    ]);
    await this.addCustomers(customers);
    await this.addProducts(skus);
    await this.count(skus, onHand);
  }

  addCustomers(customers: readonly string[]): Promise<void> {
    return this.master(
      'customers',
      customers.map((customer) => ({
        customer,
        name: customer,
        currency: 'EUR',
        creditLimit: null,
        paymentTermsDays: 30,
      })),
    );
  }

  addProducts(skus: readonly string[]): Promise<void> {
    return this.master(
      'products',
      skus.map((sku) => ({
        sku,
        name: sku,
        baseUom: 'EA',
        uoms: { CA: 12 },
        price: '9.99',
        cost: '4.2501',
        taxCode: 'FULL',
      })),
    );
  }

  count(skus: readonly string[], onHand: number, warehouse = 'MAIN'): Promise<void> {
    return this.master(
      'stock',
      skus.map((sku) => ({ sku, warehouse, onHand: String(onHand) })),
    );
  }

  async master(kind: string, records: readonly unknown[]): Promise<void> {
    const { rejected } = await upsertMaster(this.context, kind, records);
    if (rejected.length > 0) throw new Error(JSON.stringify(rejected));
  }

  /** Creates an order and brings it as far as it is wanted. Returns its id. */
  async order(sample: SampleOrder): Promise<number> {
    const { store, now } = this;
    const id = await store.transaction(async (db) => {
      const [orderId] = (await db.take('sales_order', 1)) as [number];
      const order = orderOf(orderId, sample, now);
      const amounts = orderAmounts(order);
      await insertOrders(db, [
        {
          order,
          poKey: `PO-${orderId}`,
          loosePoKey: `PO${orderId}`,
          alike: 0,
          fingerprint: String(orderId),
          net: amounts.net,
          tax: amounts.tax,
          gross: amounts.gross,
        },
      ]);
      return orderId;
    });
    if (sample.state === 'Created') return id;
    await inTransaction(this.context, 'sample', async (work) => {
      const [order] = (await work.lockOrders([id])) as [Order];
      await work.lockStockOf([order]);
      await work.lockAccounts([order.creditAccount]);
      const short = reserve(order, work.stock);
      if (short.length > 0) throw new Error(`The sample order is short: ${JSON.stringify(short)}`);
      order.checksJudged = everyCheck;
      order.checksPassed = everyCheck;
      if (sample.state === 'OnHold') work.hold(order, 'operator', { rule: 'by-hand', evidence: {}, forced: true });
    });
    const state = sample.state ?? 'Acknowledged';
    if (state !== 'OnHold' && state !== 'Ready') await this.release(id, state);
    return id;
  }

  /** Gives the order a release for all that is open. */
  release(orderId: number, status: ReleaseStatus): Promise<void> {
    return this.change(orderId, (order) => {
      const release = (order.releases.at(-1)?.release ?? 0) + 1;
      order.releases.push({
        release,
        warehouse: order.warehouse,
        status,
        key: `${salesOrderNumber(order.id)}-${release}`,
        lines: order.lines
          .filter((line) => openQuantity(line) > 0)
          .map((line) => [line.line, openQuantity(line)] as const),
        attempts: 1,
        nextAttemptAt: status === 'Acknowledged' ? null : this.now,
        parked: false,
        reference: null,
        words: null,
        cancelReason: null,
        claimedAt: this.now,
      });
    });
  }

  /** Changes an order in memory, as a stage would. */
  async change(orderId: number, run: (order: Order, work: Work) => void): Promise<void> {
    await inTransaction(this.context, 'sample', async (work) => {
      const [order] = (await work.lockOrders([orderId])) as [Order];
      await work.lockStockOf([order]);
      await work.lockAccounts([order.creditAccount]);
      run(order, work);
    });
  }

  async load(orderId: number): Promise<Order> {
    const [order] = await this.store.read((db) => loadOrders(db, [orderId]));
    if (order === undefined) throw new Error(`There is no order ${orderId}.`);
    return order;
  }

  rows<T>(sql: string, values: readonly unknown[] = []): Promise<T[]> {
    return this.store.read((db) => db.all<T>(sql, values));
  }
}

/** A new order as `source-tag` creates it. */
export function orderOf(id: number, sample: SampleOrder, now: string): Order {
  const customer = sample.customer ?? 'C-1';
  const terms: OrderTerms = {
    id,
    partner: 'DIRECT',
    customer,
    creditAccount: customer,
    poNumber: `PO-${id}`,
    releaseNumber: '',
    documentId: id,
    inboxId: id,
    channel: 'api',
    sourceSystem: null,
    document: `document ${id}`,
    indicator: 'API',
    receivedAt: now,
    createdAt: now,
    currency: 'EUR',
    orderDate: now.slice(0, 10),
    requestedDelivery: null,
    warehouse: sample.warehouse ?? 'MAIN',
    shipTo: null,
    note: null,
    priority: 5,
    shortagePolicy: 'cancel-line',
    paymentTermsDays: sample.paymentTermsDays ?? 30,
    checksRequired: everyCheck,
    taxRates: { FULL: 1900, LOW: 700 },
  };
  const lines = sample.lines.map(({ sku, quantity, unitPrice = 99_900, taxCode = 'FULL' }, i) => ({
    line: i + 1,
    sku,
    baseUom: 'EA',
    uom: 'EA',
    ratio: { numerator: 1, denominator: 1 },
    ordered: quantity * 1000,
    reserved: 0,
    delivered: 0,
    invoiced: 0,
    cancelled: 0,
    unitPrice,
    taxCode,
    reason: null,
  }));
  return createdOrder(terms, lines);
}
