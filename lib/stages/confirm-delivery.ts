import type { PackingSlip } from '../domain/delivery';
import type { Fault } from '../domain/faults';
import type { Product } from '../domain/master';
import type { Order } from '../domain/order';
import type { SlipJudgement } from '../domain/packing-slip';
import { type Database, together } from '../store/database';
import { loadProducts } from '../store/master';
import { loadOrders } from '../store/orders';
import {
  findSlips,
  insertSlipLines,
  insertSlips,
  linesToInvoice,
  type NewSlipLine,
  type StoredSlip,
} from '../store/packing-slips';
import { DeliveryBooks, documentOf, ordersNamed, withReservations } from './book-delivery';
import { type DeliveryOutcome, deliveredOutcome, exceptionOutcome } from './delivery-outcome';
import { withOrders } from './transaction';
import type { Asked, StageContext, Work } from './work';

/**
 * Confirms packing slips, in the order given: goods leave the stock, their cost is accrued, the orders are delivered.
 * A slip that cannot be confirmed posts nothing and waits as an exception. One outcome a slip, in order; a slip that
 * came before changes nothing.
 */
export function confirmDeliveries(
  context: StageContext,
  asked: readonly (PackingSlip & Asked)[],
): Promise<DeliveryOutcome[]> {
  const senders = new Map(asked.map(({ by, ...slip }) => [slip as PackingSlip, by]));
  const slips = [...senders.keys()];
  return withReservations((shortages) => {
    const confirmAll = async (work: Work, [found, products]: Surroundings): Promise<DeliveryOutcome[]> => {
      const known = new Map(found.map((stored) => [documentOf(stored.slip), stored]));
      const fresh = firstOfEach(slips.filter((slip) => !known.has(documentOf(slip))));
      const before = await replayed(
        work,
        slips.flatMap((slip) => known.get(documentOf(slip)) ?? []),
      );
      const books = await DeliveryBooks.open(work, fresh, shortages, products);
      const outcomes = await confirm(work, fresh, books, { known, senders });
      return slips.map(
        (slip) => outcomes.get(slip) ?? repeatOf(work, slip, known.get(documentOf(slip)) as StoredSlip, before),
      );
    };
    const surroundings = (db: Database, remembered: readonly Order[]): Promise<Surroundings> =>
      together([findSlips(db, slips), loadProducts(db, new Set(remembered.flatMap(skusOf)))]);
    // with shortages other orders have to be locked as well, all of them in their order and before any stock
    const orderIds = shortages === undefined ? ordersNamed(slips) : [];
    return withOrders(context, 'delivery', orderIds, confirmAll, surroundings, { stock: true, accounts: true });
  });
}

type Surroundings = [readonly StoredSlip[], ReadonlyMap<string, Product>];

/** Who sent a slip, for the audit. */
type Senders = ReadonlyMap<PackingSlip, string | undefined>;

const skusOf = (order: Order): string[] => order.lines.map(({ sku }) => sku);

/** Of several slips under one number in a batch the first is the slip, the others repeat it. */
function firstOfEach(slips: readonly PackingSlip[]): PackingSlip[] {
  const seen = new Set<string>();
  return slips.filter((slip) => !seen.has(documentOf(slip)) && seen.add(documentOf(slip)));
}

async function confirm(
  work: Work,
  slips: readonly PackingSlip[],
  books: DeliveryBooks,
  { known, senders }: { known: Map<string, StoredSlip>; senders: Senders },
): Promise<Map<PackingSlip, DeliveryOutcome>> {
  const outcomes = new Map<PackingSlip, DeliveryOutcome>();
  if (slips.length === 0) return outcomes;
  const slipIds = await work.db.take('packing_slip', slips.length);
  const stored: StoredSlip[] = [];
  const lines: NewSlipLine[] = [];
  for (const [i, slip] of slips.entries()) {
    const slipId = slipIds[i] as number;
    const judgement = books.judge(slip, { evenCancelled: false });
    const confirmed = judgement.faults.length === 0;
    if (confirmed) {
      const booked = await books.book(slip, slipId, judgement, senders.get(slip));
      lines.push(...booked);
      work.confirmedSlip(slipId, linesToInvoice(slip, booked));
    }
    const row: StoredSlip = {
      slipId,
      slip,
      state: confirmed ? 'confirmed' : 'exception',
      faults: judgement.faults,
      receivedAt: work.now,
    };
    stored.push(row);
    known.set(documentOf(slip), row);
    outcomes.set(slip, outcomeOf(work, row, judgement, senders.get(slip)));
  }
  books.finish();
  work.send(together([insertSlips(work.db, stored), insertSlipLines(work.db, lines)]));
  for (const { slipId, orderId } of lines)
    if (work.orders.get(orderId)?.channel === 'edi') work.answerDue('despatch', slipId);
  return outcomes;
}

function outcomeOf(
  work: Work,
  { slipId, slip, state, faults }: StoredSlip,
  { orders }: SlipJudgement,
  by: string | undefined,
): DeliveryOutcome {
  const told = { slipId, replayed: false };
  const outcome =
    state === 'confirmed' ? deliveredOutcome(slip, orders, told) : exceptionOutcome(slip, orders, faults, told);
  if (state === 'confirmed') return outcome; // the records of its orders tell of the slip
  work.record({
    subject: 'slip',
    subjectId: documentOf(slip),
    from: null,
    to: state,
    reason: faults[0]?.code ?? null,
    actor: by ?? work.actor,
    evidence: { summary: outcome.summary, digest: slip.digest, faults },
  });
  raise(work, slip, outcome.summary, faults);
  return outcome;
}

function raise(work: Work, slip: PackingSlip, message: string, faults: readonly Fault[]): void {
  work.raise({ kind: 'delivery', subject: documentOf(slip), message, evidence: { faults, slip } });
}

/** The orders of slips that came before, as they are now. */
async function replayed(work: Work, stored: readonly StoredSlip[]): Promise<Map<number, Order>> {
  const orders = await loadOrders(work.db, ordersNamed(stored.map(({ slip }) => slip)));
  return new Map(orders.map((order) => [order.id, order]));
}

/** The same slip again gives what became of it; another one under its number is an exception, and the first stands. */
function repeatOf(
  work: Work,
  slip: PackingSlip,
  stored: StoredSlip,
  before: ReadonlyMap<number, Order>,
): DeliveryOutcome {
  if (stored.slip.digest !== slip.digest) {
    const message = `Another slip came before under the number ${slip.packingSlip} of ${slip.warehouse}; it stands.`;
    const faults: Fault[] = [{ path: '/packingSlip', code: 'slip-conflict', message, value: slip.packingSlip }];
    const outcome = exceptionOutcome(slip, [], faults, { slipId: null, replayed: false });
    raise(work, slip, outcome.summary, faults);
    return outcome;
  }
  const orders = ordersNamed([stored.slip]).flatMap((id) => work.orders.get(id) ?? before.get(id) ?? []);
  const told = { slipId: stored.slipId, replayed: true };
  if (stored.state === 'confirmed') return deliveredOutcome(stored.slip, orders, told);
  return exceptionOutcome(stored.slip, orders, stored.faults, { ...told, rejected: stored.state === 'rejected' });
}
