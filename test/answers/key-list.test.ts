import { expect } from 'chai';
import { createKey } from '../../lib/access/keys';
import { listKeyPage } from '../../lib/answers/key-list';
import { BusinessRejection } from '../../lib/domain/faults';
import { openStore, type Store } from '../../lib/store/store';
import { onBothDatabases } from '../support/databases';

describe('the list of API keys', () =>
  onBothDatabases((_kind, url) => {
    let store: Store;
    const made: string[] = [];

    before(async () => {
      store = await openStore(url());
      for (let i = 0; i < 7; i += 1) {
        // two by two at the same moment
        const clock = () => `2026-11-24T10:00:0${i >> 1}.000Z`;
        made.push((await createKey({ store, actor: 'a test', clock }, { role: 'auditor', name: `A${i}` })).keyId);
      }
    });
    after(() => store.close());

    it('has each key once, the newest first, page by page, and no secret', async () => {
      const times: string[] = [];
      const ids: string[] = [];
      let cursor: string | null | undefined;
      do {
        const { keys, next } = await store.read((db) =>
          listKeyPage(db, { limit: '3', ...(cursor === undefined ? {} : { cursor }) }),
        );
        expect(keys.length).to.be.within(1, 3);
        for (const key of keys) {
          expect(key).to.not.have.property('hash');
          times.push(key.createdAt);
          ids.push(key.keyId);
        }
        cursor = next;
      } while (cursor !== null);
      expect(times).to.deep.equal([...times].sort().reverse());
      expect([...ids].sort()).to.deep.equal([...made].sort());
    });

    it('refuses what is no parameter of it', async () => {
      const fault = await store.read((db) => listKeyPage(db, { role: 'auditor', cursor: 'x' })).catch((error) => error);
      expect(fault).to.be.instanceOf(BusinessRejection);
      expect(fault.faults.map(({ path, code }: { path: string; code: string }) => `${path} ${code}`)).to.deep.equal([
        '/role unknown-field',
        '/cursor out-of-range',
      ]);
    });
  }));
