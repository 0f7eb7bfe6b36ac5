import { type FSWatcher, watch } from 'node:fs';
import { resolve } from 'node:path';
import type { NodeAPI } from 'node-red';
import { type Emit, registerStoreNode, type StoreNodeConfig } from '../node';
import { FolderWork } from './folder-work';

interface OrderFolderConfig extends StoreNodeConfig {
  readonly folder: string;
  /** seconds */
  readonly every: string;
  /** seconds */
  readonly settle: string;
  readonly atOnce: string;
}

const filesPort = 0;
const donePort = 1;
const failedPort = 2;
const defaultFolder = './data/inbox';

/** The node's own folder, else the environment's. `${NAME}` that nobody replaced means that the variable is not set. */
function folderOf({ folder }: OrderFolderConfig): string {
  const own = folder?.trim() ?? '';
  return resolve(own === '' || /^\$\{.*\}$/.test(own) ? process.env.O2C_DROP_DIR || defaultFolder : own);
}

const between = (least: number, text: string, most: number, otherwise: number): number => {
  const number = Number(text || otherwise);
  return Number.isFinite(number) ? Math.min(most, Math.max(least, number)) : otherwise;
};

export = (RED: NodeAPI): void => {
  registerStoreNode<OrderFolderConfig>(RED, 'order-folder', 3, ({ node, runtime, progress }, config) => {
    const directory = folderOf(config);
    let emitNow: Emit | undefined;
    const work = new FolderWork(
      runtime,
      {
        directory,
        every: between(1, config.every, 3_600, 5) * 1000,
        settle: between(0.5, config.settle, 3_600, 2) * 1000,
        atOnce: between(1, config.atOnce, 1_000, 10),
      },
      {
        offer: ({ id, partner, name, bytes }) =>
          emitNow?.(filesPort, {
            _msgid: RED.util.generateId(),
            payload: bytes,
            filename: name,
            partner,
            handover: { id, partner },
          }),
        finished: ({ failed, ...payload }) =>
          emitNow?.(failed ? failedPort : donePort, { _msgid: RED.util.generateId(), payload }),
        warn: (words) => node.warn(words),
        progress,
      },
    );
    let watcher: FSWatcher | undefined;
    let stepping: Promise<void> | undefined;

    /** The folder's own notice is a hint only: on some file systems there is none. */
    const listen = (): void => {
      try {
        watcher = watch(directory, { persistent: false }, () => work.hint());
        watcher.on('error', () => watcher?.close());
      } catch {
        // the interval is enough
      }
    };

    const step = async (emit: Emit): Promise<void> => {
      if (stepping !== undefined) return stepping;
      emitNow = emit;
      stepping = work.step();
      try {
        await stepping;
        if (watcher === undefined) listen();
      } finally {
        stepping = undefined;
      }
    };

    return {
      input(_message, emit) {
        work.hint();
        return step(emit);
      },
      sweep: step,
      close() {
        watcher?.close();
        void work.close();
      },
    };
  });
};
