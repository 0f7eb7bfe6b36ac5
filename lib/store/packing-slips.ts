import type { PackingSlip } from '../domain/delivery';
import type { Fault } from '../domain/faults';
import { type Database, first, type Row } from './database';

export type SlipState = 'confirmed' | 'exception' | 'rejected';

export interface StoredSlip {
  readonly slipId: number;
  readonly slip: PackingSlip;
  readonly state: SlipState;
  readonly faults: readonly Fault[];
  readonly receivedAt: string;
}

interface SlipRow {
  slip_id: number;
  state: SlipState;
  body: string;
  faults: string | null;
  received_at: string;
}

const slipColumns = 'slip_id, state, body, faults, received_at';

const slipOf = (row: SlipRow): StoredSlip => ({
  slipId: row.slip_id,
  slip: JSON.parse(row.body) as PackingSlip,
  state: row.state,
  faults: row.faults === null ? [] : (JSON.parse(row.faults) as Fault[]),
  receivedAt: row.received_at,
});

type SlipIdentity = Pick<PackingSlip, 'warehouse' | 'packingSlip'>;

/** Slips that are there already under these numbers; others of the same warehouses may come along. */
export async function findSlips(db: Database, wanted: readonly SlipIdentity[]): Promise<StoredSlip[]> {
  if (wanted.length === 0) return [];
  const { dialect } = db;
  const rows = await db.all<SlipRow>(
    `select ${slipColumns} from packing_slip where ${dialect.inList('warehouse', 'text')} and ${dialect.inList('packing_slip', 'text')}`,
    [
      dialect.listOf([...new Set(wanted.map((slip) => slip.warehouse))]),
      dialect.listOf([...new Set(wanted.map((slip) => slip.packingSlip))]),
    ],
  );
  return rows.map(slipOf);
}

export async function lockSlip(db: Database, slipId: number): Promise<StoredSlip | undefined> {
  const row = await first<SlipRow>(
    db,
    `select ${slipColumns} from packing_slip where slip_id = ? ${db.dialect.lockRows}`,
    [slipId],
  );
  return row === undefined ? undefined : slipOf(row);
}

export async function insertSlips(db: Database, slips: readonly StoredSlip[]): Promise<void> {
  const rows = slips.map(
    ({ slipId, slip, receivedAt, ...rest }): Row => ({
      slip_id: slipId,
      warehouse: slip.warehouse,
      packing_slip: slip.packingSlip,
      received_at: receivedAt,
      ...changingColumns({ slip, ...rest }, receivedAt),
    }),
  );
  await db.insert('packing_slip', rows);
}

export async function updateSlip(db: Database, { slipId, receivedAt, ...rest }: StoredSlip): Promise<void> {
  await db.update('packing_slip', ['slip_id'], [{ slip_id: slipId, ...changingColumns(rest, receivedAt) }]);
}

const changingColumns = (
  { slip, state, faults }: Pick<StoredSlip, 'slip' | 'state' | 'faults'>,
  receivedAt: string,
): Row => ({
  digest: slip.digest,
  final: slip.final ? 1 : 0,
  shipped_at: slip.shippedAt ?? receivedAt,
  state,
  body: JSON.stringify(slip),
  faults: faults.length === 0 ? null : JSON.stringify(faults),
});

/** A confirmed line: its quantity in milli-units of the base unit, its cost in minor units of the company currency, frozen. */
export interface NewSlipLine {
  readonly slipId: number;
  readonly slipLine: number;
  readonly orderId: number;
  readonly line: number;
  readonly release: number;
  readonly sku: string;
  readonly quantity: number;
  readonly cost: number;
  readonly lot: string | null;
  readonly serials: readonly string[];
}

export async function insertSlipLines(db: Database, lines: readonly NewSlipLine[]): Promise<void> {
  const rows = lines.map(
    (line): Row => ({
      slip_id: line.slipId,
      slip_line: line.slipLine,
      order_id: line.orderId,
      line: line.line,
      release: line.release,
      sku: line.sku,
      quantity: line.quantity,
      cost: line.cost,
      lot: line.lot,
      serials: line.serials.length === 0 ? null : JSON.stringify(line.serials),
    }),
  );
  await db.insert('packing_slip_line', rows);
}

/** What a slip delivered of an order is invoiced by one invoice, all its lines `l` at once. */
const uninvoiced = 'not exists (select 1 from invoice i where i.slip_id = l.slip_id and i.order_id = l.order_id)';

/** A confirmed slip line that no invoice has. */
export interface UninvoicedLine {
  readonly slipId: number;
  readonly packingSlip: string;
  readonly warehouse: string;
  readonly slipLine: number;
  readonly orderId: number;
  readonly line: number;
  readonly quantity: number;
  readonly cost: number;
}

/** The lines of a slip that has just been booked. */
export function linesToInvoice(
  { packingSlip, warehouse }: SlipIdentity,
  lines: readonly NewSlipLine[],
): UninvoicedLine[] {
  return lines.map(({ slipId, slipLine, orderId, line, quantity, cost }) => ({
    slipId,
    packingSlip,
    warehouse,
    slipLine,
    orderId,
    line,
    quantity,
    cost,
  }));
}

interface UninvoicedRow {
  slip_id: number;
  packing_slip: string;
  warehouse: string;
  slip_line: number;
  order_id: number;
  line: number;
  quantity: number;
  cost: number;
}

/** Which orders with slip lines to invoice are meant. */
export interface ToInvoice {
  readonly limit: number;
  /** Only orders at which nothing has happened since this time. */
  readonly leftSince?: string | undefined;
  readonly except?: readonly number[] | undefined;
}

/**
 * At most `limit` orders that have slip lines to invoice, the oldest orders first. The orders are found by their status:
 * a line itself does not say whether it is invoiced, its slip's invoice does.
 */
export function ordersToInvoice(db: Database, wanted: ToInvoice): Promise<number[]> {
  return findToInvoice(db, wanted, '');
}

/** Locks orders like `ordersToInvoice`, and leaves out the ones that another transaction works on. */
export function claimOrdersToInvoice(db: Database, wanted: ToInvoice): Promise<number[]> {
  return findToInvoice(db, wanted, db.dialect.lockFreeRows);
}

async function findToInvoice(
  db: Database,
  { limit, leftSince, except = [] }: ToInvoice,
  lock: string,
): Promise<number[]> {
  const left = leftSince === undefined ? [] : [leftSince];
  const others = except.length === 0 ? [] : [db.dialect.listOf(except)];
  const rows = await db.all<{ order_id: number }>(
    `select o.order_id from sales_order o where o.status in ('Delivered', 'PartiallyDelivered', 'CancelRequested', 'OnHold')
       and exists (select 1 from packing_slip_line l where l.order_id = o.order_id and ${uninvoiced})
       ${left.length === 0 ? '' : 'and o.step_at <= ?'} ${others.length === 0 ? '' : `and not (${db.dialect.isListed('o.order_id', 'bigint')})`}
     order by o.order_id limit ? ${lock}`,
    [...left, ...others, limit],
  );
  return rows.map((row) => row.order_id);
}

/** The orders of these slips, ascending. */
export async function ordersOfSlips(db: Database, slipIds: readonly number[]): Promise<number[]> {
  if (slipIds.length === 0) return [];
  const rows = await db.all<{ order_id: number }>(
    `select distinct order_id from packing_slip_line where ${db.dialect.inList('slip_id', 'bigint')} order by order_id`,
    [db.dialect.listOf(slipIds)],
  );
  return rows.map((row) => row.order_id);
}

/** What is to be invoiced of these orders, which must be locked; only of these slips when some are given. By slip and line. */
export async function uninvoicedLines(
  db: Database,
  orderIds: readonly number[],
  slipIds?: readonly number[],
): Promise<UninvoicedLine[]> {
  if (orderIds.length === 0) return [];
  const { dialect } = db;
  const rows = await db.all<UninvoicedRow>(
    `select l.slip_id, s.packing_slip, s.warehouse, l.slip_line, l.order_id, l.line, l.quantity, l.cost
     from packing_slip_line l join packing_slip s on s.slip_id = l.slip_id
     where ${uninvoiced} and ${dialect.inList('l.order_id', 'bigint')}${slipIds === undefined ? '' : ` and ${dialect.inList('l.slip_id', 'bigint')}`}
     order by l.slip_id, l.order_id, l.slip_line`,
    slipIds === undefined ? [dialect.listOf(orderIds)] : [dialect.listOf(orderIds), dialect.listOf(slipIds)],
  );
  return rows.map((row) => ({
    slipId: row.slip_id,
    packingSlip: row.packing_slip,
    warehouse: row.warehouse,
    slipLine: row.slip_line,
    orderId: row.order_id,
    line: row.line,
    quantity: row.quantity,
    cost: row.cost,
  }));
}
