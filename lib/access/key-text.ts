import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';

/** A key as its owner has it: `o2c_<id>_<secret>`, the secret 32 random bytes in base64url. */
export interface KeyText {
  readonly keyId: string;
  readonly key: string;
  readonly hash: string;
}

export function newKeyText(keyId = randomBytes(6).toString('hex')): KeyText {
  const key = `o2c_${keyId}_${randomBytes(32).toString('base64url')}`;
  return { keyId, key, hash: hashOf(key) };
}

/**
 * SHA-256 of the whole key. A slow hash protects secrets that can be guessed; 256 random bits cannot, and a quick one
 * lets every request be checked without becoming a way to keep the server busy.
 */
export function hashOf(key: string): string {
  return createHash('sha256').update(key).digest('hex');
}

/** The id inside a key, or undefined for a text that has not its form. */
export function keyIdOf(key: string): string | undefined {
  return /^o2c_([A-Za-z0-9-]{1,40})_[A-Za-z0-9_-]{20,}$/.exec(key)?.[1];
}

/** Compares two hashes in a time that does not depend on where they differ. */
export function isSameHash(a: string, b: string): boolean {
  const [left, right] = [Buffer.from(a, 'hex'), Buffer.from(b, 'hex')];
  return left.length === right.length && timingSafeEqual(left, right);
}
