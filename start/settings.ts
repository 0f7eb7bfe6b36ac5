import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { writeLog } from './node-red-log';
import type { UserDirectory } from './user-directory';

/** Why the product does not start, in one sentence for a person. */
export class Refusal extends Error {}

export interface Listening {
  readonly host: string;
  readonly port: number;
  /** Only this machine can connect. */
  readonly isLocal: boolean;
  readonly tls: { readonly key: Buffer; readonly cert: Buffer } | undefined;
}

type Environment = Readonly<Record<string, string | undefined>>;

const loopback = /^(127(\.\d{1,3}){3}|::1|localhost)$/i;
const said = (value: string | undefined): string | undefined => value?.trim() || undefined;
const isOn = (value: string | undefined): boolean => /^(1|true|yes|on)$/i.test(value?.trim() ?? '');

/**
 * Where to listen: `O2C_HOST` (default 127.0.0.1) and `PORT` (default 1880). Whoever reaches the editor can run programs,
 * so an address that others can reach needs a login for the editor, and TLS of its own or of a declared proxy.
 * @throws Refusal
 */
export function listeningOf(env: Environment): Listening {
  const host = said(env.O2C_HOST) ?? '127.0.0.1';
  const port = Number(said(env.PORT) ?? '1880');
  if (!Number.isInteger(port) || port < 1 || port > 65_535)
    throw new Refusal(`PORT is ${env.PORT}; it must be a number from 1 to 65535.`);
  const tls = tlsOf(env);
  const isLocal = loopback.test(host);
  if (!isLocal && loginOf(env) === undefined) {
    throw new Refusal(
      `O2C_HOST is ${host}, which others can reach, and the editor has no login. Set O2C_EDITOR_USER and O2C_EDITOR_PASSWORD_HASH (npx node-red admin hash-pw makes it), or stay on 127.0.0.1.`,
    );
  }
  if (!isLocal && tls === undefined && !isOn(env.O2C_BEHIND_PROXY)) {
    throw new Refusal(
      `O2C_HOST is ${host}, which others can reach, without TLS. Set O2C_TLS_KEY and O2C_TLS_CERT, or O2C_BEHIND_PROXY=1 when a proxy in front of it ends TLS.`,
    );
  }
  return { host, port, isLocal, tls };
}

function tlsOf(env: Environment): Listening['tls'] {
  const [key, cert] = [said(env.O2C_TLS_KEY), said(env.O2C_TLS_CERT)];
  if (key === undefined && cert === undefined) return undefined;
  if (key === undefined || cert === undefined) throw new Refusal('TLS needs both O2C_TLS_KEY and O2C_TLS_CERT.');
  for (const file of [key, cert])
    if (!existsSync(file)) throw new Refusal(`There is no file ${file}, which O2C_TLS_KEY or O2C_TLS_CERT names.`);
  return { key: readFileSync(key), cert: readFileSync(cert) };
}

function loginOf(env: Environment): { readonly user: string; readonly hash: string } | undefined {
  const [user, hash] = [said(env.O2C_EDITOR_USER), said(env.O2C_EDITOR_PASSWORD_HASH)];
  if (user === undefined && hash === undefined) return undefined;
  if (user === undefined || hash === undefined)
    throw new Refusal('A login for the editor needs both O2C_EDITOR_USER and O2C_EDITOR_PASSWORD_HASH.');
  if (!/^\$2[aby]\$\d\d\$.{53}$/.test(hash))
    throw new Refusal('O2C_EDITOR_PASSWORD_HASH is no bcrypt hash; npx node-red admin hash-pw makes one.');
  return { user, hash };
}

/** Node-RED's settings: nothing is sent home, nothing is installed by itself, and the editor has a login when one is given. */
export function nodeRedSettings(
  env: Environment,
  { host, port, tls }: Listening,
  user: UserDirectory,
): Record<string, unknown> {
  const login = loginOf(env);
  return {
    userDir: user.path,
    credentialSecret: user.credentialSecret,
    flowFile: 'flows.json',
    flowFilePretty: true,
    uiHost: host,
    uiPort: port,
    httpAdminRoot: '/',
    httpNodeRoot: '/',
    functionExternalModules: true, // the warehouse simulator's journal is written with Node's own fs
    telemetry: { enabled: false, updateNotification: false },
    externalModules: { autoInstall: false, modules: { allowInstall: false } },
    editorTheme: {
      tours: false,
      palette: { catalogues: [] },
      projects: {},
      page: { title: 'Order to cash' },
      header: { title: 'Order to cash' },
    },
    logging: {
      console: { level: 'off' },
      terminal: { level: 'warn', metrics: false, audit: false, handler: () => writeLog },
    },
    nodesDir: [],
    coreNodesDir: join(require.resolve('@node-red/nodes/package.json'), '..'),
    ...(tls === undefined ? {} : { requireHttps: true }),
    ...(login === undefined
      ? {}
      : {
          adminAuth: { type: 'credentials', users: [{ username: login.user, password: login.hash, permissions: '*' }] },
        }),
  };
}
