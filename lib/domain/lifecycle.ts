import { checkBits, type Order, type OrderStatus, openQuantity, openReleaseStatuses } from './order';

type Judged = Pick<Order, 'lines' | 'holds' | 'releases' | 'checksRequired' | 'checksPassed'>;

/** The order's status: one function of its lines, holds, checks and releases, and of nothing else. */
export function statusOf(order: Judged): OrderStatus {
  let open = 0;
  let delivered = 0;
  let reservedInFull = true;
  let invoicedInFull = true;
  for (const line of order.lines) {
    const lineOpen = openQuantity(line);
    open += lineOpen;
    delivered += line.delivered;
    if (line.reserved < lineOpen) reservedInFull = false;
    if (line.invoiced < line.delivered) invoicedInFull = false;
  }
  if (open === 0) {
    if (delivered === 0) return 'Cancelled';
    return invoicedInFull ? 'Invoiced' : 'Delivered';
  }
  if (delivered > 0 && atWarehouse(order)) return 'PartiallyDelivered';
  if (order.releases.some((release) => release.status === 'CancelRequested')) return 'CancelRequested';
  if (order.releases.some((release) => release.status === 'Acknowledged')) return 'SentToWarehouse';
  if (order.holds.length > 0) return 'OnHold';
  if (delivered > 0) return 'PartiallyDelivered';
  // A claimed release was ready when it was claimed: only the warehouse's answer changes that.
  if (order.releases.some((release) => openReleaseStatuses.has(release.status))) return 'ReadyForDelivery';
  const passed = (order.checksPassed & order.checksRequired) === order.checksRequired;
  const reserved = reservedInFull || (order.checksRequired & checkBits.inventory) === 0;
  return passed && reserved ? 'ReadyForDelivery' : 'Created';
}

function atWarehouse(order: Judged): boolean {
  return order.releases.some(
    (release) =>
      openReleaseStatuses.has(release.status) && release.status !== 'Claimed' && release.status !== 'Unknown',
  );
}

/** Every change of status that may happen, and no other. An order that stays where it is needs no entry. */
const transitions: Readonly<Record<OrderStatus, readonly OrderStatus[]>> = {
  Created: ['ReadyForDelivery', 'OnHold', 'Cancelled'],
  ReadyForDelivery: [
    'SentToWarehouse',
    'OnHold',
    'Created',
    'CancelRequested',
    'Cancelled',
    'PartiallyDelivered',
    'Delivered',
  ],
  OnHold: [
    'ReadyForDelivery',
    'Created',
    'CancelRequested',
    'Cancelled',
    'SentToWarehouse',
    'PartiallyDelivered',
    'Delivered',
    'Invoiced',
  ],
  SentToWarehouse: ['PartiallyDelivered', 'Delivered', 'CancelRequested', 'Cancelled', 'OnHold'],
  CancelRequested: [
    'SentToWarehouse',
    'ReadyForDelivery',
    'OnHold',
    'Created',
    'Cancelled',
    'PartiallyDelivered',
    'Delivered',
  ],
  PartiallyDelivered: ['Delivered', 'Invoiced', 'CancelRequested', 'OnHold'],
  Delivered: ['Invoiced'],
  Invoiced: ['Delivered'],
  Cancelled: ['Delivered'],
};

export function isAllowed(from: OrderStatus, to: OrderStatus): boolean {
  return from === to || transitions[from].includes(to);
}

/** Nothing more will happen to the order by itself. */
export function isFinished(status: OrderStatus): boolean {
  return status === 'Invoiced' || status === 'Cancelled';
}

/** No release is out: the order can still be changed, held or cancelled by this side alone. */
export function isBeforeWarehouse(status: OrderStatus): boolean {
  return status === 'Created' || status === 'OnHold' || status === 'ReadyForDelivery';
}
