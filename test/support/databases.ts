import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Client } from 'pg';
import { type PostgresServer, startPostgres } from './postgres';

export type DatabaseKind = 'sqlite' | 'postgres';

/** An empty database for one test or one describe: `url` is what O2C_DB takes. */
export interface FreshDatabase {
  readonly url: string;
  drop(): Promise<void>;
}

export async function freshDatabase(kind: DatabaseKind): Promise<FreshDatabase> {
  return kind === 'sqlite' ? freshFile() : freshSchema();
}

function freshFile(): FreshDatabase {
  const directory = mkdtempSync(join(tmpdir(), 'o2c-sqlite-'));
  return {
    url: `sqlite:${join(directory, 'o2c.sqlite')}`,
    drop: async () => rmSync(directory, { recursive: true, force: true }),
  };
}

async function freshSchema(): Promise<FreshDatabase> {
  const server = await postgresUrl();
  const schema = `o2c_${randomBytes(6).toString('hex')}`;
  await onServer(server, `CREATE SCHEMA ${schema}`);
  const url = new URL(server);
  url.searchParams.set('schema', schema);
  return { url: url.href, drop: () => onServer(server, `DROP SCHEMA IF EXISTS ${schema} CASCADE`) };
}

async function onServer(url: string, sql: string): Promise<void> {
  const client = new Client({ connectionString: url });
  await client.connect();
  try {
    await client.query(sql);
  } finally {
    await client.end();
  }
}

let ownServer: Promise<PostgresServer> | undefined;

/** The server that O2C_TEST_PG names, else one of our own: started at the first call, one for this process. */
export async function postgresUrl(): Promise<string> {
  const installed = process.env.O2C_TEST_PG;
  if (installed) return installed;
  ownServer ??= startPostgres({ fsync: false });
  return (await ownServer).url;
}

/** Stops the server of this process, if one was started. */
export async function stopPostgres(): Promise<void> {
  const server = ownServer;
  ownServer = undefined;
  if (server) await (await server).stop();
}

/**
 * Registers one `describe` a database, each with a fresh, empty one of its own, dropped after it. `url()` may be called
 * in hooks and tests.
 *
 *     describe('customers', () => {
 *       onBothDatabases((kind, url) => {
 *         before(async () => { store = await openStore(url()); });
 *         it('…', …);
 *       });
 *     });
 */
export function onBothDatabases(body: (kind: DatabaseKind, url: () => string) => void): void {
  for (const kind of ['sqlite', 'postgres'] as const) {
    describe(`on ${kind}`, () => {
      let database: FreshDatabase | undefined;
      before(async () => {
        database = await freshDatabase(kind);
      });
      after(async () => database?.drop());
      body(kind, () => {
        if (!database) throw new Error('url() is known in hooks and tests, not while they are described');
        return database.url;
      });
    });
  }
}
