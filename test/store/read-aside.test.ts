import { expect } from 'chai';
import { openStore, type Store } from '../../lib/store/store';
import { onBothDatabases } from '../support/databases';

describe('reading aside', () =>
  onBothDatabases((kind, url) => {
    let store: Store;
    before(async () => {
      store = await openStore(url());
    });
    after(() => store.close());

    const numbers = (rows: readonly { n: number }[]): number[] => rows.map(({ n }) => n);

    it('holds up no transaction, and sees what it has committed', async () => {
      const seen = await store.readAside(async (db) => {
        const read = async () => numbers(await db.all<{ n: number }>('select count(*) as n from number_series'));
        const first = await read();
        // waits for ever when the transaction needs the connection that is read on
        await store.transaction((writing) =>
          writing.run("insert into number_series (document_type, fiscal_year, next) values ('X', 2026, 1)"),
        );
        return [...first, ...(await read())];
      });
      expect(seen[1]).to.equal((seen[0] ?? 0) + 1);
    });

    it('may be done by many at once', async () => {
      const all = await Promise.all(
        Array.from({ length: 20 }, (_, n) => store.readAside((db) => db.all<{ n: number }>('select ? + 0 as n', [n]))),
      );
      expect(all.flatMap((rows) => rows.map(({ n }) => Number(n)))).to.deep.equal(
        Array.from({ length: 20 }, (_, n) => n),
      );
    });

    it('leaves room for the work, however many questions are being answered', async () => {
      let end: () => void = () => undefined;
      const ended = new Promise<void>((resolve) => {
        end = resolve;
      });
      const questions = Array.from({ length: 30 }, () =>
        store.readAside(async (db) => {
          await db.all('select 1 as n');
          await ended;
        }),
      );
      // finds no connection when the questions have them all
      await store.transaction((db) => db.run("update number_series set next = 2 where document_type = 'X'"));
      end();
      await Promise.all(questions);
    });

    it('fails alone', async () => {
      const failure = await store
        .readAside((db) => db.all('select nothing from nowhere'))
        .catch((error: Error) => error);
      expect(failure).to.be.instanceOf(Error);
      expect(numbers(await store.readAside((db) => db.all<{ n: number }>('select 1 as n')))).to.deep.equal([1]);
    });

    if (kind === 'sqlite')
      it('cannot write', async () => {
        const failure = await store
          .readAside((db) => db.run('delete from number_series'))
          .catch((error: Error) => error);
        expect(failure)
          .to.be.instanceOf(Error)
          .with.property('message')
          .that.matches(/readonly/);
      });

    it('lets a question that is under way end before the store closes', async () => {
      const other = await openStore(url());
      const order: string[] = [];
      let closed: Promise<unknown> = Promise.resolve();
      await other.readAside(async (db) => {
        await db.all('select 1 as n');
        closed = other.close().then(() => order.push('closed'));
        // as many statements as closing could take turns
        for (let statement = 0; statement < 100; statement += 1) await db.all('select 1 as n');
        order.push('answered');
      });
      await closed;
      await other.close();
      expect(order).to.deep.equal(['answered', 'closed']);
    });

    it('ends with the store', async () => {
      const other = await openStore(url());
      await other.readAside((db) => db.all('select 1 as n'));
      await other.close();
      expect(await other.readAside((db) => db.all('select 1 as n')).catch((error: Error) => error)).to.be.instanceOf(
        Error,
      );
    });
  }));
