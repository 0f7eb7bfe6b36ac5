import type { Database } from '../store/database';
import { findKeys, type StoredKey } from '../store/keys';
import { type ListQuery, ListQueryReader, pageOf } from './list-query';

/**
 * API keys without their secrets, the newest first. Parameters: `limit`, `cursor`.
 * @throws BusinessRejection with every parameter that is not valid.
 */
export async function listKeyPage(
  db: Database,
  query: ListQuery,
): Promise<{ keys: Omit<StoredKey, 'hash'>[]; next: string | null }> {
  const reader = new ListQueryReader(query, ['limit', 'cursor']);
  const before = reader.cursor('keys', ['', ''] as const);
  const limit = reader.limit();
  reader.check();
  const { page, next } = pageOf('keys', await findKeys(db, before, limit + 1), limit, ({ createdAt, keyId }) => [
    createdAt,
    keyId,
  ]);
  return { keys: page.map(({ hash: _, ...key }) => key), next };
}
