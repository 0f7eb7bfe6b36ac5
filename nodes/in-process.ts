import { Newest } from '../lib/store/newest';

/** How long something that was sent on may stay between two nodes before a sweep may take it up, in ms. */
const longestTravel = 60_000;
const mostRemembered = 200_000;

/**
 * What travels between the nodes of this process right now, so that a sweep leaves it alone. It is a hint only: an entry
 * that is lost costs a repeated message, never a repeated order.
 */
export class InProcess {
  private readonly sent = new Newest<string, number>(mostRemembered);

  leave(key: string): void {
    this.sent.set(key, Date.now());
  }

  arrive(key: string): void {
    this.sent.delete(key);
  }

  has(key: string): boolean {
    const since = this.sent.get(key);
    if (since === undefined) return false;
    if (Date.now() - since < longestTravel) return true;
    this.sent.delete(key);
    return false;
  }

  clear(): void {
    this.sent.clear();
  }
}

export const orderKey = (orderId: number): string => `order ${orderId}`;
export const documentKey = (documentId: number): string => `document ${documentId}`;
