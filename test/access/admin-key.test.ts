import { existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { ensureAdminKey } from '../../lib/access/admin-key';
import { authenticate, forgetKeys } from '../../lib/access/authenticate';
import { hashOf } from '../../lib/access/key-text';
import { revokeKey } from '../../lib/access/keys';
import type { Database } from '../../lib/store/database';
import { insertKey } from '../../lib/store/keys';
import { openStore, type Store } from '../../lib/store/store';
import { onBothDatabases } from '../support/databases';
import { meet } from '../support/meeting';

describe('the administrator’s key', () => {
  onBothDatabases((_, url) => {
    let store: Store;
    let directory: string;
    const roleOf = async (key: string) => {
      forgetKeys(store);
      return (await authenticate(store, { authorization: `Bearer ${key}` }))?.role;
    };

    before(async () => {
      store = await openStore(url());
      directory = mkdtempSync(join(tmpdir(), 'o2c-admin-'));
    });
    after(async () => {
      await store.close();
      rmSync(directory, { recursive: true, force: true });
    });

    it('is made on the first start, in a file that only its owner may read', async () => {
      const data = join(directory, 'data');
      const path = join(data, 'admin-key');
      expect(await ensureAdminKey(store, data, '')).to.deep.equal({ from: 'file', path, made: true });
      expect(statSync(path).mode & 0o777).to.equal(0o600);
      expect(await roleOf(readFileSync(path, 'utf8').trim())).to.equal('admin');
    });

    it('stays the same on the next start, and works in a new store of the same directory', async () => {
      const path = join(directory, 'data', 'admin-key');
      const key = readFileSync(path, 'utf8').trim();
      expect(await ensureAdminKey(store, join(directory, 'data'), undefined)).to.include({ made: false });
      await store.transaction((db) => db.run("delete from access_key where key_id = 'admin'"));
      expect(await ensureAdminKey(store, join(directory, 'data'), undefined)).to.include({ made: false });
      expect(readFileSync(path, 'utf8').trim()).to.equal(key);
      expect(await roleOf(key)).to.equal('admin');
    });

    it('is made anew after it was revoked', async () => {
      const path = join(directory, 'data', 'admin-key');
      const old = readFileSync(path, 'utf8').trim();
      await revokeKey({ store, actor: 'tester', clock: () => new Date().toISOString() }, 'admin');
      expect(await ensureAdminKey(store, join(directory, 'data'), undefined)).to.include({ made: true });
      expect(await roleOf(old)).to.equal(undefined);
      expect(await roleOf(readFileSync(path, 'utf8').trim())).to.equal('admin');
    });

    it('may be given by the environment: any text of 24 characters, and it ends with the variable', async () => {
      const given = 'correct horse battery st.'.replaceAll(' ', '-');
      expect(await ensureAdminKey(store, directory, given)).to.deep.equal({ from: 'environment' });
      expect(await roleOf(given)).to.equal('admin');
      const other = `o2c_${'x'.repeat(12)}_${'y'.repeat(43)}`;
      await ensureAdminKey(store, directory, other);
      expect(await roleOf(given)).to.equal(undefined);
      expect(await roleOf(other)).to.equal('admin');
      writeFileSync(join(directory, 'admin-key'), 'not a key');
      await ensureAdminKey(store, join(directory, 'data'), undefined);
      expect(await roleOf(other)).to.equal(undefined);
    });

    it('is that of the first of two processes that start at the same moment', async () => {
      await store.transaction((db) => db.run("delete from access_key where key_id = 'admin'"));
      const own = (db: Database) =>
        insertKey(db, {
          ...{ keyId: 'admin', hash: 'that of the first', role: 'admin', partner: null, actsFor: [] },
          ...{ name: 'administrator', createdAt: '', createdBy: 'start', expiresAt: null },
        });
      const data = join(directory, 'second');
      const second = await meet({ store, first: own, second: () => ensureAdminKey(store, data, '') });
      expect(second).to.deep.equal({ from: 'file', path: join(data, 'admin-key'), made: false });
      expect(existsSync(join(data, 'admin-key')), 'a key that opens nothing').to.equal(false);
    });

    it('of the environment is noted once by two processes that start at the same moment', async () => {
      const given = 'x'.repeat(24);
      await store.transaction((db) => db.run("delete from access_key where key_id = 'admin-environment'"));
      const active = () =>
        store.read((db) =>
          db.all("select * from audit_record where subject_id = 'admin-environment' and to_state = 'active'"),
        );
      const before = (await active()).length;
      const own = (db: Database) =>
        insertKey(db, {
          ...{ keyId: 'admin-environment', hash: hashOf(given), role: 'admin', partner: null, actsFor: [] },
          ...{ name: 'administrator', createdAt: '', createdBy: 'start', expiresAt: null },
        });
      await meet({ store, first: own, second: () => ensureAdminKey(store, directory, given) });
      expect(await active()).to.have.length(before);
      expect(await roleOf(given)).to.equal('admin');
    });

    it('must be long enough', async () => {
      const refused = await ensureAdminKey(store, directory, 'x'.repeat(23)).catch((error: Error) => error);
      expect(refused).to.be.an('error').with.property('code', 'out-of-range');
    });
  });
});
