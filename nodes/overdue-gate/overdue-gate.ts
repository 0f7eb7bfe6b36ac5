import type { NodeAPI } from 'node-red';
import { checkBits } from '../../lib/domain/order';
import { checkOverdue } from '../../lib/stages/check-overdue';
import type { GateOutput } from '../../lib/stages/gate';
import { type CheckNodeConfig, checkBehaviour } from '../check-node';
import { registerStoreNode } from '../node';

const outputs: readonly GateOutput[] = ['passed', 'on hold'];

export = (RED: NodeAPI): void => {
  registerStoreNode<CheckNodeConfig>(RED, 'overdue-gate', outputs.length, ({ runtime }, config) =>
    checkBehaviour(runtime, config, {
      node: 'overdue-gate',
      check: 'overdue',
      after: checkBits.inventory,
      outputs,
      run: checkOverdue,
    }),
  );
};
