import { expect } from 'chai';
import { authenticate, forgetKeys } from '../../lib/access/authenticate';
import { allKeys, createKey, type KeyContext, revokeKey, rotateKey } from '../../lib/access/keys';
import { BusinessRejection } from '../../lib/domain/faults';
import { verifyAudit } from '../../lib/ops/verify-audit';
import { upsertMaster } from '../../lib/stages/upsert-master';
import type { Database } from '../../lib/store/database';
import { setExpiry } from '../../lib/store/keys';
import { openStore, type Store } from '../../lib/store/store';
import { onBothDatabases } from '../support/databases';
import { meet } from '../support/meeting';

const start = Date.parse('2026-11-23T10:00:00.000Z');

async function rejection(work: Promise<unknown>): Promise<BusinessRejection> {
  try {
    await work;
  } catch (error) {
    if (error instanceof BusinessRejection) return error;
    throw error;
  }
  throw new Error('it was expected to be rejected');
}

describe('access keys', () => {
  onBothDatabases((_, url) => {
    let store: Store;
    let now = start;
    let context: KeyContext;
    const bearer = (key: string) => ({ authorization: `Bearer ${key}` });

    before(async () => {
      store = await openStore(url());
      context = { store, actor: 'tester', clock: () => new Date(now).toISOString() };
      await upsertMaster(context, 'partners', [
        { partner: 'WEBSHOP', name: 'Webshop', channels: ['api'], customers: ['C-1'] },
        { partner: 'AGENT-A', name: 'A', channels: ['edi'], customers: ['*'] },
      ]);
    });
    beforeEach(() => {
      now = start;
      forgetKeys(store);
    });
    after(() => store.close());

    it('authenticates by either header and tells who it is', async () => {
      const { key, keyId } = await createKey(context, {
        role: 'partner',
        name: 'Webshop live',
        partner: 'WEBSHOP',
        actsFor: ['AGENT-A'],
      });
      const principal = {
        keyId,
        role: 'partner',
        partner: 'WEBSHOP',
        actsFor: ['AGENT-A'],
        name: 'Webshop live',
        customers: { WEBSHOP: ['C-1'], 'AGENT-A': ['*'] },
      };
      expect(await authenticate(store, bearer(key), now)).to.deep.equal(principal);
      expect(await authenticate(store, { 'x-api-key': key }, now)).to.deep.equal(principal);
      expect(await authenticate(store, { authorization: 'Basic abc', 'x-api-key': key }, now)).to.deep.equal(principal);
    });

    it('knows nobody without a key, with a wrong secret, or with another key id', async () => {
      const { key, keyId } = await createKey(context, { role: 'finance', name: 'F' });
      const other = await createKey(context, { role: 'admin', name: 'A' });
      const headers = [
        {},
        bearer(''),
        bearer(key.slice(0, -1)),
        bearer(`${key}x`),
        bearer(key.replace(keyId, other.keyId)),
        bearer('x'.repeat(10_000)),
        { authorization: [] },
      ];
      for (const wrong of headers)
        expect(await authenticate(store, wrong as Record<string, string>, now)).to.equal(null);
    });

    it('stores no key, only its hash', async () => {
      const { key } = await createKey(context, { role: 'auditor', name: 'A' });
      const stored = await store.read((db) => db.all<{ hash: string }>('select * from access_key'));
      const audited = await store.read((db) => db.all("select * from audit_record where subject = 'key'"));
      expect(JSON.stringify([stored, audited])).to.not.include(key.split('_').slice(2).join('_'));
      expect(stored.every(({ hash }) => /^[0-9a-f]{64}$/.test(hash))).to.equal(true);
    });

    it('forgets a key within five seconds after another process revoked it', async () => {
      const { key, keyId } = await createKey(context, { role: 'finance', name: 'F' });
      expect(await authenticate(store, bearer(key), now)).to.not.equal(null);
      await store.transaction((db) =>
        db.run('update access_key set revoked_at = ? where key_id = ?', [context.clock(), keyId]),
      );
      expect(await authenticate(store, bearer(key), now + 4_999)).to.not.equal(null);
      expect(await authenticate(store, bearer(key), now + 5_000)).to.equal(null);
    });

    it('revokes at once in this process, and says when there is nothing to revoke', async () => {
      const { key, keyId } = await createKey(context, { role: 'finance', name: 'F' });
      expect(await authenticate(store, bearer(key), now)).to.not.equal(null);
      await revokeKey(context, keyId);
      expect(await authenticate(store, bearer(key), now)).to.equal(null);
      expect((await rejection(revokeKey(context, keyId))).code).to.equal('not-found');
    });

    it('ends a key when its time is over, even while it is remembered', async () => {
      const { key } = await createKey(context, {
        role: 'finance',
        name: 'F',
        expiresAt: new Date(start + 2_000).toISOString(),
      });
      expect(await authenticate(store, bearer(key), start + 1_999)).to.not.equal(null);
      expect(await authenticate(store, bearer(key), start + 2_000)).to.equal(null);
    });

    it('rotates with an overlap', async () => {
      const old = await createKey(context, { role: 'warehouse', name: 'W' });
      const fresh = await rotateKey(context, old.keyId, 2);
      expect(fresh).to.include({ role: 'warehouse', name: 'W', expiresAt: null });
      const afterwards = start + 2 * 3_600_000;
      expect(await authenticate(store, bearer(old.key), afterwards - 1)).to.not.equal(null);
      expect(await authenticate(store, bearer(old.key), afterwards)).to.equal(null);
      expect(await authenticate(store, bearer(fresh.key), afterwards)).to.include({ role: 'warehouse', name: 'W' });
    });

    it('is replaced once more only as the first replacement left it, when two come at the same moment', async () => {
      const { keyId } = await createKey(context, { role: 'warehouse', name: 'W' });
      const endsNow = (db: Database) => setExpiry(db, keyId, context.clock());
      const late = await rejection(meet({ store, first: endsNow, second: () => rotateKey(context, keyId, 24) }));
      expect(late.code).to.equal('not-found');
      expect((await allKeys(store)).find((info) => info.keyId === keyId)?.expiresAt).to.equal(context.clock());
    });

    it('notes the last use, at most once a minute', async () => {
      const { key, keyId } = await createKey(context, { role: 'finance', name: 'F' });
      const lastUsed = async () => (await allKeys(store)).find((info) => info.keyId === keyId)?.lastUsedAt;
      expect(await lastUsed()).to.equal(null);
      await authenticate(store, bearer(key), start);
      await authenticate(store, bearer(key), start + 30_000);
      expect(await lastUsed()).to.equal(new Date(start).toISOString());
      await authenticate(store, bearer(key), start + 60_001);
      expect(await lastUsed()).to.equal(new Date(start + 60_001).toISOString());
    });

    it('refuses a request with every fault', async () => {
      const faults = async (request: unknown) =>
        (await rejection(createKey(context, request))).faults.map(({ path, code }) => `${path} ${code}`);
      expect(await faults({ role: 'king', extra: 1 })).to.deep.equal([
        '/role out-of-range',
        '/extra unknown-field',
        '/name missing-field',
      ]);
      expect(await faults({ role: 'partner', name: 'P' })).to.deep.equal(['/partner missing-field']);
      expect(await faults({ role: 'finance', name: 'P', partner: 'WEBSHOP' })).to.deep.equal([
        '/partner conflicting-values',
      ]);
      expect(
        await faults({ role: 'partner', name: 'P', partner: 'NOBODY', actsFor: ['WEBSHOP', 'NONE'] }),
      ).to.deep.equal(['/partner unknown-partner', '/actsFor/1 unknown-partner']);
      expect(await faults({ role: 'finance', name: 'P', expiresAt: '2020-01-01T00:00:00Z' })).to.deep.equal([
        '/expiresAt out-of-range',
      ]);
      expect(await faults('finance')).to.include(' wrong-type');
    });

    it('records what happened to keys in the audit trail', async () => {
      const old = await createKey(context, { role: 'warehouse', name: 'W' });
      await rotateKey(context, old.keyId);
      await revokeKey(context, old.keyId);
      const records = await store.read((db) =>
        db.all<{ to_state: string; actor: string }>(
          "select to_state, actor from audit_record where subject = 'key' and subject_id = ? order by batch",
          [old.keyId],
        ),
      );
      expect(records.map(({ to_state }) => to_state)).to.deep.equal(['active', 'replaced', 'revoked']);
      expect(records[0]?.actor).to.equal('tester');
      expect((await verifyAudit(store)).fault).to.equal(null);
    });
  });
});
