import { type ChildProcess, fork, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { TechnicalFault } from '../../lib/domain/faults';
import { openStore, type Store } from '../../lib/store/store';
import { type FreshDatabase, freshDatabase, onBothDatabases } from '../support/databases';

const failureOf = async (work: Promise<unknown>): Promise<TechnicalFault> => {
  try {
    await work;
  } catch (error) {
    return error as TechnicalFault;
  }
  throw new Error('It was expected to fail.');
};

/** Another process that opens the store, alone on it, and stays. */
async function holder(url: string): Promise<ChildProcess> {
  const child = fork(join(__dirname, 'store-holder.js'), [url, 'alone'], {
    execArgv: ['--require', join(__dirname, '../support/exit-with-parent.js')],
  });
  const [answer] = await once(child, 'message');
  expect(answer).to.equal('open');
  return child;
}

async function kill(child: ChildProcess): Promise<void> {
  const ended = once(child, 'exit');
  child.kill('SIGKILL');
  await ended;
}

describe('the store', () => {
  it('says what an address must look like', async () => {
    for (const address of ['', 'mysql://host/db', './data/o2c.sqlite']) {
      const fault = await failureOf(openStore(address));
      expect(fault).to.be.instanceOf(TechnicalFault).and.include({ code: 'store-fault' });
    }
    expect((await failureOf(openStore('postgres://127.0.0.1:1/db?schema=Robert"); drop'))).code).to.equal(
      'store-fault',
    );
    expect((await failureOf(openStore('postgres://o2c:secret@127.0.0.1:1/db'))).code).to.equal('store-away');
  });

  it('leaves it to its callers to say what went wrong', async () => {
    const directory = mkdtempSync(join(tmpdir(), 'o2c-store-'));
    const file = join(directory, 'orders.csv');
    writeFileSync(file, 'poNumber,customer,sku,quantity\n'.repeat(100));
    const script = `
      const { openStore } = require(${JSON.stringify(join(__dirname, '../../lib/store/store'))});
      const said = (error) => process.stderr.write(error.code + ': ' + error.message);
      openStore(${JSON.stringify(`sqlite:${file}`)}).catch(said);`;
    const { stdout, stderr } = spawnSync(process.execPath, ['-e', script], { encoding: 'utf8' });
    expect({ stdout, stderr }).to.deep.equal({
      stdout: '',
      stderr: `store-fault: ${file} is no SQLite database. Name another file.`,
    });
    rmSync(directory, { recursive: true });
  });

  it('never shows its password', async () => {
    const fault = await failureOf(openStore('postgres://o2c:secret@127.0.0.1:1/db'));
    expect(`${fault.message} ${fault.stack}`).not.to.contain('secret');
  });

  describe('on a SQLite file', () => {
    let database: FreshDatabase;
    const opened: { close(): Promise<void> }[] = [];
    const open = async (options: Parameters<typeof openStore>[1]): Promise<Store> => {
      const store = await openStore(database.url, options);
      opened.push(store);
      return store;
    };

    beforeEach(async () => {
      database = await freshDatabase('sqlite');
    });
    afterEach(async () => {
      await Promise.all(opened.splice(0).map((store) => store.close()));
      await database.drop();
    });

    it('lets one runtime work on it, and programs that only look', async () => {
      await open({ exclusive: true });
      const fault = await failureOf(open({ exclusive: true }));
      expect(fault).to.be.instanceOf(TechnicalFault).and.include({ code: 'store-locked' });
      const looking = await open({ migrate: false });
      expect(await looking.read((db) => db.all('select number from schema_migration'))).to.have.length.greaterThan(0);
    });

    it('is free again when its runtime closes', async () => {
      await (await openStore(database.url, { exclusive: true })).close();
      await open({ exclusive: true });
    });

    it('is free at once when its runtime was killed', async () => {
      const child = await holder(database.url);
      try {
        expect((await failureOf(open({ exclusive: true }))).code).to.equal('store-locked');
      } finally {
        await kill(child);
      }
      const store = await open({ exclusive: true });
      expect(
        await store.read((db) => db.all('select by_whom.created_by from setting by_whom where version = 1')),
      ).to.deep.equal([{ created_by: 'holder' }]);
    });

    it('lives in memory alone, when asked to', async () => {
      const one = await openStore('sqlite::memory:', { exclusive: true });
      const two = await openStore('sqlite::memory:', { exclusive: true });
      opened.push(one, two);
      expect(await two.read((db) => db.all('select partner from partner'))).to.deep.equal([{ partner: 'DIRECT' }]);
    });
  });
});

describe('one store is one company', () =>
  onBothDatabases((kind, url) => {
    it('runs everything through one address, several at once', async () => {
      const stores = await Promise.all([
        openStore(url()),
        ...(kind === 'postgres' ? [openStore(url(), { exclusive: true }), openStore(url())] : []),
      ]);
      const read = await Promise.all(
        stores.flatMap((store) =>
          Array.from({ length: 20 }, () => store.read((db) => db.all<{ one: number }>('select 1 as one'))),
        ),
      );
      expect(read.flat().every(({ one }) => one === 1)).to.equal(true);
      await Promise.all(stores.map((store) => store.close()));
    });

    it('answers nothing after it was closed', async () => {
      const store = await openStore(url());
      await store.close();
      const failure = await failureOf(store.read((db) => db.all('select 1')));
      expect(failure.message).to.match(/Unable to acquire a connection/);
    });

    it('writes nothing of its own but what is deprecated, and that to stderr', async () => {
      const script = `
        const { openStore } = require(${JSON.stringify(join(__dirname, '../../lib/store/store'))});
        openStore(process.argv[1]).then(async (store) => {
          const { logger } = store.knex.client;
          logger.warn('Acquire connection error');
          logger.error('Unable to load a driver');
          logger.deprecate('the old way', 'the new one');
          await store.close();
        });`;
      const { stdout, stderr } = spawnSync(process.execPath, ['-e', script, url()], { encoding: 'utf8' });
      expect(stdout).to.equal('');
      expect(stderr).to.match(/^\(node:\d+\) DeprecationWarning: the old way is deprecated, please use the new one\n/);
      expect(stderr).to.not.match(/connection|driver/);
    });

    it('shows an address without a password', async () => {
      const store = await openStore(url());
      expect(store.name).to.match(kind === 'sqlite' ? /^sqlite:/ : /^postgres(ql)?:.*schema=o2c_/);
      if (kind === 'postgres') expect(new URL(store.name).password).to.equal('');
      await store.close();
    });
  }));
