import type { Partner } from '../domain/master';
import { loadKey, markUsed, type StoredKey } from '../store/keys';
import { loadPartners } from '../store/master';
import { Newest } from '../store/newest';
import type { Store } from '../store/store';
import { environmentKeyId } from './admin-key';
import { hashOf, isSameHash, keyIdOf } from './key-text';
import type { Principal } from './principal';

export type Headers = Readonly<Record<string, string | string[] | undefined>>;

interface Known {
  readonly principal: Principal;
  readonly expiresAt: string | null;
  /** milliseconds since 1970 */
  readonly until: number;
}

/** A revoked key works no longer than this, on any instance. */
const remembered = 5_000; // milliseconds
const mostRemembered = 1_000;
const usedEvery = 60_000; // milliseconds
const longestKey = 500;

const knownKeys = new WeakMap<Store, Map<string, Known>>();

/**
 * Who sent a request with these headers (names in lower case): the key of `Authorization: Bearer KEY`, else of
 * `X-API-Key: KEY`. Null without a key, and for one that is unknown, revoked or expired: nobody learns which.
 * @param now milliseconds since 1970
 */
export async function authenticate(
  store: Store,
  headers: Headers,
  now: number = Date.now(),
): Promise<Principal | null> {
  const key = keyIn(headers);
  if (key === undefined) return null;
  const hash = hashOf(key);
  const cache = cacheOf(store);
  const known = cache.get(hash);
  if (known !== undefined && now < known.until) return isOver(known.expiresAt, now) ? null : known.principal;
  const stored = await find(store, key, hash, now);
  cache.delete(hash);
  if (stored === undefined) return null;
  cache.set(hash, { ...stored, until: now + remembered });
  return stored.principal;
}

/** Forgets what is remembered of keys, so that a change holds in this process at once. */
export function forgetKeys(store: Store): void {
  knownKeys.delete(store);
}

function keyIn(headers: Headers): string | undefined {
  const bearer = /^Bearer +(\S+) *$/i.exec(one(headers.authorization) ?? '')?.[1];
  const key = bearer ?? one(headers['x-api-key'])?.trim();
  return key === undefined || key === '' || key.length > longestKey ? undefined : key;
}

const one = (header: string | string[] | undefined): string | undefined => (Array.isArray(header) ? header[0] : header);

function cacheOf(store: Store): Map<string, Known> {
  const cache = knownKeys.get(store) ?? new Newest<string, Known>(mostRemembered);
  knownKeys.set(store, cache);
  return cache;
}

async function find(store: Store, key: string, hash: string, now: number): Promise<Omit<Known, 'until'> | undefined> {
  const found = await store.read(async (db) => {
    const keyId = keyIdOf(key);
    const stored =
      (keyId === undefined ? undefined : await loadKey(db, keyId)) ?? (await loadKey(db, environmentKeyId));
    if (
      stored === undefined ||
      !isSameHash(stored.hash, hash) ||
      stored.revokedAt !== null ||
      isOver(stored.expiresAt, now)
    )
      return undefined;
    const partners = await loadPartners(
      db,
      stored.partner === null ? stored.actsFor : [stored.partner, ...stored.actsFor],
    );
    const customers = Object.fromEntries([...partners].map(([name, partner]) => [name, partner.customers]));
    return { stored, customers, rates: ownRates(partners.values()) };
  });
  if (found === undefined) return undefined;
  await noteUse(store, found.stored, now);
  const { keyId, role, partner, actsFor, name, expiresAt } = found.stored;
  return {
    principal: { keyId, role, partner, actsFor, name, customers: found.customers, ...found.rates },
    expiresAt,
  };
}

/** Of the partners that have rates of their own; nothing when none has. */
function ownRates(partners: Iterable<Partner>): Pick<Principal, 'rates'> {
  const own = [...partners].filter(
    ({ requestsPerMinute, ordersPerMinute }) => requestsPerMinute !== null || ordersPerMinute !== null,
  );
  if (own.length === 0) return {};
  const entries = own.map(({ partner, requestsPerMinute, ordersPerMinute }) => [
    partner,
    { requestsPerMinute, ordersPerMinute },
  ]);
  return { rates: Object.fromEntries(entries) };
}

async function noteUse(store: Store, key: StoredKey, now: number): Promise<void> {
  const notSince = new Date(now - usedEvery).toISOString();
  if (key.lastUsedAt !== null && key.lastUsedAt >= notSince) return;
  await store.transaction((db) => markUsed(db, key.keyId, new Date(now).toISOString(), notSince));
}

const isOver = (expiresAt: string | null, now: number): boolean => expiresAt !== null && now >= Date.parse(expiresAt);
