import type { Node } from 'node-red';
import type { Shipper } from '../lib/stages/dispatch-orders';

/** What an `o2c-warehouse` config node offers to the nodes that use it. */
export interface WarehouseNode extends Node<{ token?: string }> {
  /** The warehouse's code. */
  warehouse: string;
  client: Shipper;
}
