import type { NodeAPI } from 'node-red';
import { checkBits } from '../../lib/domain/order';
import { checkCredit } from '../../lib/stages/check-credit';
import type { GateOutput } from '../../lib/stages/gate';
import { type CheckNodeConfig, checkBehaviour } from '../check-node';
import { registerStoreNode } from '../node';

const outputs: readonly GateOutput[] = ['passed', 'on hold'];

export = (RED: NodeAPI): void => {
  registerStoreNode<CheckNodeConfig>(RED, 'credit-gate', outputs.length, ({ runtime }, config) =>
    checkBehaviour(runtime, config, {
      node: 'credit-gate',
      check: 'credit',
      after: checkBits.inventory,
      outputs,
      run: checkCredit,
    }),
  );
};
