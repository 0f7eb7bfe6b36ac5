import '../lib/cli/needs-node';
import { mkdirSync } from 'node:fs';
import { hostname } from 'node:os';
import { relative, resolve } from 'node:path';
import { type AdminKey, ensureAdminKey } from '../lib/access/admin-key';
import { allKeys, createKey, revokeKey } from '../lib/access/keys';
import { TechnicalFault } from '../lib/domain/faults';
import { linksAfter, origin } from '../lib/store/audit-trail';
import { openStore, type Store } from '../lib/store/store';
import { loadDemo } from './load-demo';
import { type DemoKeys, Demonstration } from './run-demo';
import { HttpServer } from './server';
import { listeningOf, nodeRedSettings, Refusal } from './settings';
import { prepareUserDirectory } from './user-directory';

const packageRoot = resolve(__dirname, '../..');
const dataDirectory = resolve('data');
const healthWithin = 30_000; // milliseconds
const demoWithin = 600_000; // milliseconds
const say = (...lines: string[]): void => console.log(lines.join('\n'));
const shortly = (path: string): string => relative(process.cwd(), path) || path;

async function start(): Promise<void> {
  const env = process.env;
  const listening = listeningOf(env);
  const server = await HttpServer.listen(listening);
  stopOnSignal(server);
  env.O2C_DB ||= 'sqlite:./data/o2c.sqlite';
  env.O2C_DROP_DIR ||= './data/inbox';
  const dropFolder = resolve(env.O2C_DROP_DIR);
  mkdirSync(dropFolder, { recursive: true });
  const withDemo = env.O2C_DEMO !== '0';
  const prepared = await prepareStore(env.O2C_DB, withDemo, `${hostname()}:${listening.port}`);
  env.O2C_SIMULATOR_FILE ||= resolve(dataDirectory, `warehouse-simulator-${prepared.storeId}.jsonl`);
  setSurroundings(env, server, listening.port, prepared.warehouseKey);
  const user = prepareUserDirectory(resolve(dataDirectory, 'node-red'), packageRoot);
  await server.startNodeRed(nodeRedSettings(env, listening, user));
  await untilReady(server.localUrl);
  if (prepared.demoKeys !== undefined) await demonstrate(server.localUrl, prepared.demoKeys, dropFolder);
  if (withDemo && prepared.demoKeys === undefined)
    say('The store has orders of its own: the sample orders are left out.', '');
  say(
    `Editor   ${server.url}/`,
    `API      ${server.url}/o2c/orders    described in ${server.url}/o2c/openapi.json`,
    `Files    ${shortly(dropFolder)}/    a file with orders that lies there is taken, the result is in done/ or failed/`,
    `Health   ${server.url}/o2c/health`,
    `Key      ${wordsOf(prepared.adminKey)}`,
    `Flows    ${shortly(user.flowFile)}${user.isNew ? '' : ', as you left them; delete the file to get the packaged ones again'}`,
    '',
    'Ctrl-C stops it.',
  );
}

interface PreparedStore {
  /** Names the store among all that may have been used here: order numbers begin anew in each. */
  readonly storeId: string;
  readonly adminKey: AdminKey;
  readonly warehouseKey: string | undefined;
  readonly demoKeys: DemoKeys | undefined;
}

/** Everything that needs the store to itself, before Node-RED opens it. */
async function prepareStore(url: string, withDemo: boolean, here: string): Promise<PreparedStore> {
  const store = await openStore(url, { exclusive: true });
  try {
    const adminKey = await ensureAdminKey(store, dataDirectory);
    const hasDemo = withDemo && (await loadDemo(store));
    await endKeysOf(store, here);
    const warehouseKey = process.env.O2C_WAREHOUSE_KEY
      ? undefined
      : await temporaryKey(store, 'warehouse', `warehouse simulator, ${here}`);
    const demoKeys = hasDemo ? await demoKeysOf(store, here) : undefined;
    return { storeId: await storeIdOf(store), adminKey, warehouseKey, demoKeys };
  } finally {
    await store.close();
  }
}

/** The beginning of its audit trail, which no two stores share and which never changes. */
async function storeIdOf(store: Store): Promise<string> {
  const [{ hash } = origin] = await store.read((db) => linksAfter(db, 0, 1));
  return hash.slice(0, 8);
}

const contextOf = (store: Store) => ({ store, actor: 'start', clock: () => new Date().toISOString() });

/** A key that only this process knows; the next start at the same place ends it. */
async function temporaryKey(
  store: Store,
  role: string,
  name: string,
  expiresAt: string | null = null,
): Promise<string> {
  return (await createKey(contextOf(store), { role, name, expiresAt })).key;
}

async function demoKeysOf(store: Store, here: string): Promise<DemoKeys> {
  const expiresAt = new Date(Date.now() + demoWithin).toISOString();
  const key = (role: string): Promise<string> => temporaryKey(store, role, `sample orders, ${here}`, expiresAt);
  return { operations: await key('operations'), finance: await key('finance') };
}

async function endKeysOf(store: Store, here: string): Promise<void> {
  const names = [`warehouse simulator, ${here}`, `sample orders, ${here}`];
  for (const { keyId, name, revokedAt } of await allKeys(store)) {
    if (revokedAt === null && names.includes(name)) await revokeKey(contextOf(store), keyId);
  }
}

/** What the nodes and the simulator read from the environment. */
function setSurroundings(
  env: NodeJS.ProcessEnv,
  server: HttpServer,
  port: number,
  warehouseKey: string | undefined,
): void {
  env.PORT = String(port);
  env.O2C_WAREHOUSE_URL ||= `${server.localUrl}/warehouse`;
  env.O2C_API_URL ||= `${server.localUrl}/o2c`;
  if (warehouseKey !== undefined) env.O2C_WAREHOUSE_KEY = warehouseKey;
  const direct = [
    ...new Set([...(env.no_proxy ?? env.NO_PROXY ?? '').split(',').filter(Boolean), '127.0.0.1', 'localhost', '::1']),
  ].join(',');
  env.no_proxy = direct;
  env.NO_PROXY = direct;
}

async function untilReady(url: string): Promise<void> {
  let last = 'no answer';
  for (const end = Date.now() + healthWithin; Date.now() < end; ) {
    const response = await fetch(`${url}/o2c/health`).catch((error: unknown) => String(error));
    if (typeof response !== 'string') {
      last = `${response.status} ${await response.text()}`;
      if (response.ok) return;
    }
    await new Promise((wake) => setTimeout(wake, 100));
  }
  console.error(
    `The flows did not get ready: GET /o2c/health says ${last}. Node-RED goes on to run; look into the editor.`,
  );
}

async function demonstrate(url: string, keys: DemoKeys, dropFolder: string): Promise<void> {
  try {
    say('', ...(await new Demonstration(url, keys, dropFolder).run()), '');
  } catch (error) {
    console.error(
      `The sample orders could not be run through: ${error instanceof Error ? error.message : String(error)}`,
    );
  }
}

function wordsOf(key: AdminKey): string {
  return key.from === 'environment'
    ? 'administrator: the one in O2C_ADMIN_KEY'
    : `administrator: in the file ${shortly(key.path)}`;
}

function stopOnSignal(server: HttpServer): void {
  let stopping = false;
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.on(signal, () => {
      if (stopping) process.exit(1);
      stopping = true;
      server.stop().then(
        () => process.exit(0),
        (error: unknown) => {
          console.error(error);
          process.exit(1);
        },
      );
    });
  }
}

start().catch((error: unknown) => {
  const isPlain =
    error instanceof Refusal ||
    error instanceof TechnicalFault ||
    (error instanceof Error && error.name === 'BusinessRejection');
  console.error(isPlain ? (error as Error).message : error);
  process.exit(1);
});
