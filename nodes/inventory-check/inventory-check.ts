import type { NodeAPI } from 'node-red';
import { checkInventory, type InventoryOutput } from '../../lib/stages/check-inventory';
import { type CheckNodeConfig, checkBehaviour } from '../check-node';
import { registerStoreNode } from '../node';

const outputs: readonly InventoryOutput[] = ['reserved', 'cancelled', 'back-ordered'];

export = (RED: NodeAPI): void => {
  registerStoreNode<CheckNodeConfig>(RED, 'inventory-check', outputs.length, ({ runtime }, config) =>
    checkBehaviour(runtime, config, {
      node: 'inventory-check',
      check: 'inventory',
      after: 0,
      outputs,
      run: checkInventory,
    }),
  );
};
