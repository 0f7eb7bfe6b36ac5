import type { PackingSlip } from '../domain/delivery';
import type { Fault } from '../domain/faults';
import { type Order, salesOrderNumber } from '../domain/order';
import { type OrderSummary, summarize } from './outcome';

/** What became of a packing slip. */
export interface DeliveryOutcome {
  readonly output: 'delivered' | 'partly' | 'exception';
  /** The slip came before: what became of it then, with its orders as they are now. */
  readonly replayed: boolean;
  /** null for another slip under a number that is taken. */
  readonly slipId: number | null;
  readonly slip: PackingSlip;
  readonly packingSlip: string;
  readonly warehouse: string;
  readonly orders: readonly OrderSummary[];
  readonly faults: readonly Fault[];
  readonly summary: string;
}

interface Told {
  readonly slipId: number | null;
  readonly replayed: boolean;
}

/** A confirmed slip: `delivered` when nothing more is to come for any of its orders. */
export function deliveredOutcome(slip: PackingSlip, orders: readonly Order[], told: Told): DeliveryOutcome {
  const complete = orders.every((order) => order.status === 'Delivered' || order.status === 'Invoiced');
  const words = orders.map((order) => orderWords(order)).join(', ');
  return {
    output: complete ? 'delivered' : 'partly',
    ...told,
    ...identityOf(slip),
    orders: orders.map((order) =>
      summarize(order, `${statusWords(order)} with ${slip.packingSlip}`, { replayed: told.replayed }),
    ),
    faults: [],
    summary: `${slip.packingSlip} ${told.replayed ? 'came before: ' : ''}${words}`,
  };
}

/** A slip that posts nothing until a person accepts, corrects or rejects it. */
export function exceptionOutcome(
  slip: PackingSlip,
  orders: readonly Order[],
  faults: readonly Fault[],
  told: Told & { readonly rejected?: boolean },
): DeliveryOutcome {
  const { rejected, ...rest } = told;
  const more = faults.length > 1 ? `, and ${faults.length - 1} more` : '';
  const why =
    rejected === true
      ? 'was rejected'
      : `is an exception: ${inSentence(faults[0]?.message ?? 'it could not be confirmed')}${more}`;
  return {
    output: 'exception',
    ...rest,
    ...identityOf(slip),
    orders: orders.map((order) =>
      summarize(order, `is ${order.status}; ${slip.packingSlip} posted nothing`, { replayed: told.replayed }),
    ),
    faults,
    summary: `${slip.packingSlip} ${why}`,
  };
}

const identityOf = (slip: PackingSlip) => ({ slip, packingSlip: slip.packingSlip, warehouse: slip.warehouse });

/** A fault's message without its full stop, and with a small letter where its first word is an ordinary one. */
function inSentence(message: string): string {
  const words = message.replace(/\.$/, '');
  return /^[A-Z][a-z]/.test(words) ? words.charAt(0).toLowerCase() + words.slice(1) : words;
}

function orderWords(order: Order): string {
  const number = salesOrderNumber(order.id);
  if (order.status === 'Cancelled') return `closed ${number} without goods`;
  if (order.status !== 'Delivered' && order.status !== 'Invoiced') return `delivered a part of ${number}`;
  return isInFull(order) ? `delivered ${number} in full` : `delivered ${number} short`;
}

function statusWords(order: Order): string {
  if (order.status === 'Cancelled') return 'closed without goods';
  if (order.status !== 'Delivered' && order.status !== 'Invoiced') return 'delivered in part';
  return isInFull(order) ? 'delivered in full' : 'delivered short';
}

const isInFull = (order: Order): boolean => order.lines.every((line) => line.delivered === line.ordered);
