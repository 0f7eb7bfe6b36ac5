import { hour, later } from '../domain/dates';
import { BusinessRejection, type Fault } from '../domain/faults';
import { instant, list, oneOf, orNull, partnerCode, text, whole } from '../domain/master-fields';
import { completed, type Field, readDraft } from '../domain/record-draft';
import { type Role, roles } from '../domain/roles';
import { isStorable } from '../domain/storable-text';
import { writeAudit } from '../store/audit';
import type { Database } from '../store/database';
import { insertKey, listKeys, lockKey, markRevoked, type StoredKey, setExpiry } from '../store/keys';
import { loadPartners } from '../store/master';
import type { Store } from '../store/store';
import { forgetKeys } from './authenticate';
import { newKeyText } from './key-text';

/** Who changes keys, in which store. */
export interface KeyContext {
  readonly store: Store;
  readonly actor: string;
  /** The time as ISO 8601 text. */
  readonly clock: () => string;
}

/** What is known of a key besides its hash. */
export type KeyInfo = Omit<StoredKey, 'hash'>;

/** A key that was just made: the only time that anybody sees it. */
export interface CreatedKey extends KeyInfo {
  readonly key: string;
}

const required = <T>(read: Field<T>['read']): Field<T> => ({ read });

const requestFields = {
  role: required(oneOf(roles)),
  name: required(text(100)),
  partner: { read: orNull(partnerCode), initial: null } as Field<string | null>,
  actsFor: { read: list(partnerCode), initial: [] } as Field<string[]>,
  expiresAt: { read: orNull(instant), initial: null } as Field<string | null>,
};

/**
 * Makes a key: `{role, name, partner?, actsFor?, expiresAt?}`.
 * @throws BusinessRejection with every fault of the request
 */
export async function createKey(context: KeyContext, request: unknown): Promise<CreatedKey> {
  const faults: Fault[] = [];
  const wanted = completed(requestFields, readDraft(requestFields, request, '', faults), undefined, '', faults);
  if (faults.length === 0) checkOwner(wanted, context.clock(), faults);
  refuse(faults);
  return context.store.transaction(async (db) => {
    await refuseUnknownPartners(db, wanted);
    const now = context.clock();
    const created = await insertNew(db, { ...wanted, createdAt: now, createdBy: context.actor });
    await audit(db, context, now, created.keyId, null, 'active', {
      role: wanted.role,
      name: wanted.name,
      partner: wanted.partner,
      actsFor: wanted.actsFor,
      expiresAt: wanted.expiresAt,
    });
    return created;
  });
}

/** Ends a key; it holds everywhere within five seconds. @throws BusinessRejection `not-found` */
export async function revokeKey(context: KeyContext, keyId: string): Promise<void> {
  await context.store.transaction(async (db) => {
    const now = context.clock();
    if (!isStorable(keyId) || !(await markRevoked(db, keyId, now))) throw unknownKey(keyId);
    await audit(db, context, now, keyId, 'active', 'revoked', {});
  });
  forgetKeys(context.store);
}

const longestOverlap = 8760;
const usualOverlap = 24;

const replaceFields = {
  replaces: required<string>(text(80)),
  overlapHours: { read: whole(0, longestOverlap), initial: usualOverlap } as Field<number>,
  name: { read: orNull(text(100)), initial: null } as Field<string | null>,
  expiresAt: { read: orNull(instant), initial: null } as Field<string | null>,
};

/**
 * Makes a key that takes the place of another: `{replaces, overlapHours?, name?, expiresAt?}`.
 * @throws BusinessRejection with every fault of the request, `not-found` for a key that is unknown, revoked or expired
 */
export async function replaceKey(context: KeyContext, request: unknown): Promise<CreatedKey> {
  const faults: Fault[] = [];
  const draft = readDraft(replaceFields, request, '', faults);
  const { replaces, overlapHours, name, expiresAt } = completed(replaceFields, draft, undefined, '', faults);
  if (expiresAt !== null && expiresAt !== undefined && expiresAt <= context.clock()) faults.push(expired);
  refuse(faults);
  return rotateKey(context, replaces, overlapHours, { name, expiresAt });
}

/**
 * Makes a new key for the same purpose; the old one works for `overlapHours` more, so that its owner can change over.
 * @throws BusinessRejection `not-found` for a key that is unknown, revoked or expired
 */
export async function rotateKey(
  context: KeyContext,
  keyId: string,
  overlapHours = usualOverlap,
  other: { readonly name?: string | null; readonly expiresAt?: string | null } = {},
): Promise<CreatedKey> {
  const created = await context.store.transaction(async (db) => {
    const now = context.clock();
    const old = await lockKey(db, keyId);
    if (old === undefined || old.revokedAt !== null || (old.expiresAt !== null && old.expiresAt <= now))
      throw unknownKey(keyId);
    const overlapEnd = later(now, overlapHours * hour);
    const expiresAt = old.expiresAt !== null && old.expiresAt < overlapEnd ? old.expiresAt : overlapEnd;
    await setExpiry(db, keyId, expiresAt);
    const { role, partner, actsFor } = old;
    const made = await insertNew(db, {
      role,
      name: other.name ?? old.name,
      partner,
      actsFor,
      expiresAt: other.expiresAt ?? null,
      createdAt: now,
      createdBy: context.actor,
    });
    await audit(db, context, now, keyId, 'active', 'replaced', { by: made.keyId, expiresAt });
    return made;
  });
  forgetKeys(context.store);
  return created;
}

/** All keys that ever were, the oldest first. */
export async function allKeys(store: Store): Promise<KeyInfo[]> {
  return (await store.read(listKeys)).map(({ hash: _, ...info }) => info);
}

const expired: Fault = { path: '/expiresAt', code: 'out-of-range', message: 'The key would have expired already.' };

function checkOwner(
  wanted: { role: Role; partner: string | null; actsFor: string[]; expiresAt: string | null },
  now: string,
  faults: Fault[],
): void {
  const hasPartner = wanted.partner !== null || wanted.actsFor.length > 0;
  if (wanted.role === 'partner' && !hasPartner)
    faults.push({
      path: '/partner',
      code: 'missing-field',
      message: 'A key of the role partner needs its partner, or the partners that it acts for.',
    });
  if (wanted.role !== 'partner' && hasPartner) {
    faults.push({
      path: '/partner',
      code: 'conflicting-values',
      message: `A key of the role ${wanted.role} belongs to the company itself and has no partner.`,
    });
  }
  if (wanted.expiresAt !== null && wanted.expiresAt <= now) faults.push(expired);
}

async function refuseUnknownPartners(
  db: Database,
  { partner, actsFor }: { partner: string | null; actsFor: readonly string[] },
): Promise<void> {
  const known = await loadPartners(db, partner === null ? actsFor : [partner, ...actsFor]);
  const faults: Fault[] = [];
  const missing = (path: string, name: string) =>
    faults.push({
      path,
      code: 'unknown-partner',
      message: `The partner ${name} is not known; add it to the partners first.`,
      value: name,
    });
  if (partner !== null && !known.has(partner)) missing('/partner', partner);
  actsFor.forEach((name, i) => {
    if (!known.has(name)) missing(`/actsFor/${i}`, name);
  });
  refuse(faults);
}

function refuse(faults: readonly Fault[]): void {
  const [fault] = faults;
  if (fault !== undefined) throw new BusinessRejection(fault.code, fault.message, faults);
}

async function insertNew(db: Database, key: Omit<KeyInfo, 'keyId' | 'revokedAt' | 'lastUsedAt'>): Promise<CreatedKey> {
  const { hash, ...made } = newKeyText();
  await insertKey(db, { ...key, keyId: made.keyId, hash });
  return { ...key, ...made, revokedAt: null, lastUsedAt: null };
}

const unknownKey = (keyId: string) =>
  new BusinessRejection('not-found', `There is no key ${keyId.slice(0, 80)} in use.`);

function audit(
  db: Database,
  context: KeyContext,
  now: string,
  keyId: string,
  from: string | null,
  to: string,
  evidence: Record<string, unknown>,
): Promise<void> {
  return writeAudit(
    db,
    [
      {
        at: now,
        actor: context.actor,
        stage: 'access',
        subject: 'key',
        subjectId: keyId,
        from,
        to,
        reason: null,
        evidence,
      },
    ],
    now,
  );
}
