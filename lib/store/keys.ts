import type { Role } from '../domain/roles';
import { type Database, first } from './database';

/** An API key as it is stored: never the key, only its hash. */
export interface StoredKey {
  readonly keyId: string;
  /** SHA-256 of the whole key, hex */
  readonly hash: string;
  readonly role: Role;
  readonly partner: string | null;
  readonly actsFor: readonly string[];
  readonly name: string;
  readonly createdAt: string;
  readonly createdBy: string;
  readonly expiresAt: string | null;
  readonly revokedAt: string | null;
  readonly lastUsedAt: string | null;
}

interface KeyRow {
  key_id: string;
  hash: string;
  role: Role;
  partner: string | null;
  acts_for: string;
  name: string;
  created_at: string;
  created_by: string;
  expires_at: string | null;
  revoked_at: string | null;
  last_used_at: string | null;
}

const keyOf = (row: KeyRow): StoredKey => ({
  keyId: row.key_id,
  hash: row.hash,
  role: row.role,
  partner: row.partner,
  actsFor: JSON.parse(row.acts_for),
  name: row.name,
  createdAt: row.created_at,
  createdBy: row.created_by,
  expiresAt: row.expires_at,
  revokedAt: row.revoked_at,
  lastUsedAt: row.last_used_at,
});

export async function loadKey(db: Database, keyId: string): Promise<StoredKey | undefined> {
  const row = await first<KeyRow>(db, 'select * from access_key where key_id = ?', [keyId]);
  return row && keyOf(row);
}

/** The key, which nobody else changes until the transaction ends. */
export async function lockKey(db: Database, keyId: string): Promise<StoredKey | undefined> {
  const row = await first<KeyRow>(db, `select * from access_key where key_id = ? ${db.dialect.lockRows}`, [keyId]);
  return row && keyOf(row);
}

export async function listKeys(db: Database): Promise<StoredKey[]> {
  return (await db.all<KeyRow>('select * from access_key order by created_at, key_id')).map(keyOf);
}

/** Keys, the newest first; only those before this one. */
export async function findKeys(
  db: Database,
  before: readonly [createdAt: string, keyId: string] | undefined,
  limit: number,
): Promise<StoredKey[]> {
  const rows = await db.all<KeyRow>(
    `select * from access_key ${before === undefined ? '' : 'where (created_at, key_id) < (?, ?)'} order by created_at desc, key_id desc limit ?`,
    [...(before ?? []), limit],
  );
  return rows.map(keyOf);
}

/** Writes a new key. Returns false when its id is taken. */
export async function insertKey(db: Database, key: Omit<StoredKey, 'revokedAt' | 'lastUsedAt'>): Promise<boolean> {
  const row = {
    key_id: key.keyId,
    hash: key.hash,
    role: key.role,
    partner: key.partner,
    acts_for: JSON.stringify(key.actsFor),
    name: key.name,
    created_at: key.createdAt,
    created_by: key.createdBy,
    expires_at: key.expiresAt,
    revoked_at: null,
    last_used_at: null,
  };
  return (await db.insert('access_key', [row], { onConflict: 'nothing' })) > 0;
}

/** Gives a key that the program itself keeps (the first administrator's) another secret. */
export async function replaceHash(db: Database, keyId: string, hash: string): Promise<void> {
  await db.run('update access_key set hash = ?, revoked_at = null, expires_at = null where key_id = ?', [hash, keyId]);
}

/** Returns false when the key does not exist or is revoked already. */
export async function markRevoked(db: Database, keyId: string, now: string): Promise<boolean> {
  return (
    (await db.run('update access_key set revoked_at = ? where key_id = ? and revoked_at is null', [now, keyId])) > 0
  );
}

export async function setExpiry(db: Database, keyId: string, expiresAt: string): Promise<void> {
  await db.run('update access_key set expires_at = ? where key_id = ?', [expiresAt, keyId]);
}

/** Notes that a key was used, unless that was noted since `notSince` already. */
export async function markUsed(db: Database, keyId: string, now: string, notSince: string): Promise<void> {
  await db.run(
    'update access_key set last_used_at = ? where key_id = ? and (last_used_at is null or last_used_at < ?)',
    [now, keyId, notSince],
  );
}
