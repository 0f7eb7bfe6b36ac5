import type { Order } from './order';

/**
 * Which orders a reader may see: the customers of each partner that it stands for, `["*"]` all of them. null: everything,
 * for the company's own people.
 */
export type Visibility = Readonly<Record<string, readonly string[]>> | null;

export function mayRead({ partner, customer }: Pick<Order, 'partner' | 'customer'>, visible: Visibility): boolean {
  if (visible === null) return true;
  const customers = Object.hasOwn(visible, partner) ? visible[partner] : undefined;
  return customers !== undefined && (customers.includes('*') || customers.includes(customer));
}
