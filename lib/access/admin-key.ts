import { chmodSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { BusinessRejection } from '../domain/faults';
import { writeAudit } from '../store/audit';
import type { Database } from '../store/database';
import { ConcurrentChange } from '../store/dialect';
import { insertKey, loadKey, lockKey, markRevoked, replaceHash } from '../store/keys';
import type { Store } from '../store/store';
import { hashOf, keyIdOf, newKeyText } from './key-text';

/** The key of `O2C_ADMIN_KEY`; it ends when the variable is gone at a start. */
export const environmentKeyId = 'admin-environment';
/** The key that is made when there is no other way in. */
const fileKeyId = 'admin';
const shortestKey = 24;

/** Where the administrator's key comes from; for a file its path and whether it was made just now. */
export type AdminKey =
  | { readonly from: 'environment' }
  | { readonly from: 'file'; readonly path: string; readonly made: boolean };

/**
 * Makes sure that an administrator can get in: with the key of the environment's `O2C_ADMIN_KEY` (any text of at least
 * 24 characters, random please), else with one that is made on the first start and written to `admin-key` in the data
 * directory, readable only by the owner. Nothing ever prints the key.
 * @throws BusinessRejection `out-of-range` for a key that is too short
 */
export async function ensureAdminKey(
  store: Store,
  dataDirectory: string,
  given: string | undefined = process.env.O2C_ADMIN_KEY,
): Promise<AdminKey> {
  const key = given?.trim();
  const now = new Date().toISOString();
  if (key) {
    if (key.length < shortestKey)
      throw new BusinessRejection(
        'out-of-range',
        `O2C_ADMIN_KEY must have at least ${shortestKey} characters; openssl rand -base64 32 makes a good one.`,
      );
    await store.transaction((db) => keep(db, environmentKeyId, hashOf(key), now));
    return { from: 'environment' };
  }
  const path = join(dataDirectory, 'admin-key');
  const made = await store.transaction(async (db) => {
    if (await markRevoked(db, environmentKeyId, now)) await audit(db, environmentKeyId, 'revoked', now);
    const stored = await lockKey(db, fileKeyId);
    if (stored !== undefined && stored.revokedAt === null) return false;
    const file = stored === undefined ? readKey(path) : undefined;
    const text = file ?? newKeyText(fileKeyId).key;
    await keep(db, fileKeyId, hashOf(text), now);
    // last: of two processes that start at the same moment only the first has a key to write
    if (file === undefined) writeKey(dataDirectory, path, text);
    return file === undefined;
  });
  return { from: 'file', path, made };
}

async function keep(db: Database, keyId: string, hash: string, now: string): Promise<void> {
  const stored = await lockKey(db, keyId);
  if (stored?.hash === hash && stored.revokedAt === null) return;
  if (stored === undefined) {
    const isNew = await insertKey(db, {
      keyId,
      hash,
      role: 'admin',
      partner: null,
      actsFor: [],
      name: 'administrator',
      createdAt: now,
      createdBy: 'start',
      expiresAt: null,
    });
    if (!isNew && (await loadKey(db, keyId)) !== undefined) throw new ConcurrentChange('a key');
  } else {
    await replaceHash(db, keyId, hash);
  }
  await audit(db, keyId, stored === undefined ? 'active' : 'replaced', now);
}

/** A key of an earlier store in the same directory goes on to work. */
function readKey(path: string): string | undefined {
  if (!existsSync(path)) return undefined;
  const text = readFileSync(path, 'utf8').trim();
  return keyIdOf(text) === fileKeyId ? text : undefined;
}

function writeKey(dataDirectory: string, path: string, key: string): void {
  mkdirSync(dataDirectory, { recursive: true });
  writeFileSync(path, `${key}\n`, { mode: 0o600 });
  chmodSync(path, 0o600); // the mode above holds only for a new file
}

function audit(db: Database, keyId: string, to: string, now: string): Promise<void> {
  return writeAudit(
    db,
    [
      {
        at: now,
        actor: 'start',
        stage: 'access',
        subject: 'key',
        subjectId: keyId,
        from: null,
        to,
        reason: null,
        evidence: { role: 'admin' },
      },
    ],
    now,
  );
}
