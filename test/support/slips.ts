import { type PackingSlip, readPackingSlips } from '../../lib/domain/delivery';
import { salesOrderNumber } from '../../lib/domain/order';

let slips = 0;

/** [order, line, quantity in base units, other fields of the slip line] */
export type SlipLine = readonly [orderId: number, line: number, quantity: number, more?: object];

/** A packing slip of MAIN under a number of its own, unless `more` says otherwise. */
export function slipOf(lines: readonly SlipLine[], more: object = {}): PackingSlip {
  const [read] = readPackingSlips({
    warehouse: 'MAIN',
    packingSlip: `PS-${++slips}`,
    lines: lines.map(([orderId, line, quantity, rest]) => ({
      salesOrder: salesOrderNumber(orderId),
      line,
      quantity: String(quantity),
      ...rest,
    })),
    ...more,
  });
  if (read?.slip === undefined) throw new Error(JSON.stringify(read?.faults));
  return read.slip;
}
