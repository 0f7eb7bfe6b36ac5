import type { Database } from './database';

/** An order is known by partner, customer, PO number and release number. */
export interface OrderIdentity {
  readonly partner: string;
  readonly customer: string;
  readonly poKey: string;
  /** The number without dots and dashes. */
  readonly loose: string;
  readonly releaseNumber: string;
}

export interface KnownOrder extends OrderIdentity {
  readonly orderId: number;
  /** How many with a number like its own were there before it. */
  readonly alike: number;
  readonly fingerprint: string;
}

/** Orders that have, or could be taken to have, certain PO numbers. */
export class KnownOrders {
  private readonly exact = new Map<string, KnownOrder>();
  private readonly loose = new Map<string, KnownOrder[]>();
  private readonly counts = new Map<string, number>();

  add(order: KnownOrder): void {
    this.exact.set(exactKey(order), order);
    const key = looseKey(order);
    this.counts.set(key, Math.max(this.countAlike(order), order.alike + 1));
    const alike = this.loose.get(key) ?? [];
    // of the orders of one number the oldest speaks for all
    if (alike.some(({ poKey }) => poKey === order.poKey)) return;
    this.loose.set(key, [...alike, order]);
  }

  same(identity: OrderIdentity): KnownOrder | undefined {
    return this.exact.get(exactKey(identity));
  }

  /** How many orders have this number, or differ from it in dots and dashes only. */
  countAlike(identity: OrderIdentity): number {
    return this.counts.get(looseKey(identity)) ?? 0;
  }

  /** The oldest order whose number differs in dots and dashes only. */
  alike(identity: OrderIdentity): KnownOrder | undefined {
    return this.loose.get(looseKey(identity))?.find(({ poKey }) => poKey !== identity.poKey);
  }
}

const exactKey = (order: OrderIdentity): string =>
  JSON.stringify([order.partner, order.customer, order.poKey, order.releaseNumber]);
const looseKey = (order: OrderIdentity): string => JSON.stringify([order.partner, order.customer, order.loose]);

interface IdentityRow {
  order_id: number;
  partner: string;
  customer: string;
  po_key: string;
  loose_po_key: string;
  alike: number;
  release_number: string;
  fingerprint: string;
}

export async function findOrders(
  db: Database,
  numbers: readonly { readonly customer: string; readonly loose: string }[],
): Promise<KnownOrders> {
  const known = new KnownOrders();
  const { dialect } = db;
  const rows = await db.all<IdentityRow>(
    `select order_id, partner, customer, po_key, loose_po_key, alike, release_number, fingerprint from sales_order_terms
     where ${dialect.inPairs('customer', 'loose_po_key')} order by order_id`,
    dialect.pairsOf(numbers.map(({ customer, loose }) => [customer, loose])),
  );
  for (const row of rows) {
    known.add({
      orderId: row.order_id,
      partner: row.partner,
      customer: row.customer,
      poKey: row.po_key,
      loose: row.loose_po_key,
      alike: row.alike,
      releaseNumber: row.release_number,
      fingerprint: row.fingerprint,
    });
  }
  return known;
}
