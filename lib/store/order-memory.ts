import { isFinished } from '../domain/lifecycle';
import type { Order } from '../domain/order';
import { Newest } from './newest';
import { SlipMemory } from './slip-memory';

/** An order with the stamp that its row had when it was locked, or has been given since. */
export interface StampedOrder {
  readonly order: Order;
  readonly stamp: number;
}

/** The stamp of rows that no transaction of a stage has written: nobody remembers them. */
export const nobodys = 0;

const mostRemembered = 5_000;
/** What is long is rare, and would take the memory of many. */
const mostLines = 100;

/**
 * Orders as this process's last transaction on each of them left them. Every transaction writes a stamp of its own into
 * the rows of the orders that it changes: one that is remembered under the stamp of the locked row is as the database
 * has it, lines and all, and need not be read again. The row decides; a remembered order that it does not confirm is
 * forgotten. Whoever changes an order's rows must therefore change the stamp.
 */
export class OrderMemory {
  private readonly remembered = new Newest<number, StampedOrder>(mostRemembered);
  /** What was delivered of them. */
  readonly slips = new SlipMemory();

  /** Hands the order over: it is forgotten until the transaction that takes it has committed. */
  take(orderId: number, stamp: number): Order | undefined {
    const known = this.remembered.get(orderId);
    if (known === undefined) return undefined;
    this.remembered.delete(orderId);
    return known.stamp === stamp ? known.order : undefined;
  }

  /** What is remembered of these orders, confirmed by nothing: it stays remembered, and is not to be changed. */
  look(orderIds: readonly number[]): Order[] {
    return orderIds.flatMap((id) => this.remembered.get(id)?.order ?? []);
  }

  /** To be called after the commit only. */
  keep(stamped: StampedOrder): void {
    const { id, status, lines } = stamped.order;
    this.remembered.delete(id);
    if (isFinished(status) || lines.length > mostLines) return;
    this.remembered.set(id, stamped);
  }
}
