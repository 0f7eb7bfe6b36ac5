import type { Node, NodeAPI, NodeDef } from 'node-red';
import { changeCompanySettings, readSettings } from '../../lib/stages/company-settings';
import { answerFault } from '../editor-answers';
import { watchArrivals } from '../request-arrival';
import { StoreRuntime } from '../store-runtime';

interface StoreConfig extends NodeDef {
  readonly database: string;
}

interface StoreNode extends Node<{ password?: string }> {
  runtime: StoreRuntime;
}

const defaultDatabase = 'sqlite:./data/o2c.sqlite';

/** The address of the store: the node's own, else the environment's. `${NAME}` that nobody replaced means that the variable is not set. */
function addressOf(config: StoreConfig, password: string | undefined): string {
  const own = config.database?.trim() ?? '';
  const address = own === '' || /^\$\{.*\}$/.test(own) ? (process.env.O2C_DB ?? defaultDatabase) : own;
  if (!password || address.startsWith('sqlite:')) return address;
  const url = new URL(address);
  url.password = encodeURIComponent(password);
  return url.href;
}

export = (RED: NodeAPI): void => {
  watchArrivals(RED);

  function StoreConfigNode(this: StoreNode, config: StoreConfig): void {
    RED.nodes.createNode(this, config);
    this.runtime = new StoreRuntime(addressOf(config, this.credentials?.password), {
      warn: (message) => this.warn(message),
      error: (message) => this.error(message),
    });
    this.runtime.start();
    this.on('close', (_removed: boolean, done: (error?: Error) => void) => {
      this.runtime.close().then(
        () => done(),
        (error: Error) => done(error),
      );
    });
  }

  RED.nodes.registerType<StoreNode, StoreConfig, object, { password?: string }>('o2c-store', StoreConfigNode, {
    credentials: { password: { type: 'password' } },
  });

  const runtimeOf = (id: string): StoreRuntime | undefined => (RED.nodes.getNode(id) as StoreNode | null)?.runtime;

  RED.httpAdmin.get(
    '/o2c-store/:id/settings',
    RED.auth.needsPermission('o2c-store.read'),
    async (request, response) => {
      const runtime = runtimeOf(String(request.params.id));
      if (runtime === undefined) return void response.status(404).json({ message: 'This store is not deployed yet.' });
      try {
        response.json(await readSettings(await runtime.context()));
      } catch (error) {
        answerFault(RED, 'the settings of the store', response, error);
      }
    },
  );

  RED.httpAdmin.put(
    '/o2c-store/:id/settings',
    RED.auth.needsPermission('o2c-store.write'),
    async (request, response) => {
      const runtime = runtimeOf(String(request.params.id));
      if (runtime === undefined) return void response.status(404).json({ message: 'This store is not deployed yet.' });
      try {
        const { basedOn, settings } = request.body as { basedOn: number; settings: unknown };
        const actor = (request as { user?: { username?: string } }).user?.username ?? 'editor';
        response.json(await changeCompanySettings({ ...(await runtime.context()), actor }, Number(basedOn), settings));
      } catch (error) {
        answerFault(RED, 'the settings of the store', response, error);
      }
    },
  );
};
