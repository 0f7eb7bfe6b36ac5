import type { Order } from '../domain/order';
import type { Database } from '../store/database';
import { customersOfPartner } from '../store/queries';

/** Which orders a reader may see: nothing said means all. `customers: null` stands for all customers of the partner. */
export interface Visibility {
  readonly partner?: string;
  readonly customers?: readonly string[] | null;
}

/** What a partner's key may see: the partner's own orders, of its own customers. */
export async function visibleToPartner(db: Database, partner: string): Promise<Visibility> {
  return { partner, customers: await customersOfPartner(db, partner) };
}

export function mayRead(order: Pick<Order, 'partner' | 'customer'>, visible: Visibility): boolean {
  if (visible.partner !== undefined && order.partner !== visible.partner) return false;
  return visible.customers === undefined || visible.customers === null || visible.customers.includes(order.customer);
}
