import { expect } from 'chai';
import { Client } from 'pg';
import { type Database, first, type Row, together } from '../../lib/store/database';
import { ConcurrentChange } from '../../lib/store/dialect';
import { openStore, type Store } from '../../lib/store/store';
import { onBothDatabases, postgresUrl } from '../support/databases';
import { startPostgres } from '../support/postgres';

const stockRow = (sku: string, fields: Partial<Record<string, number>> = {}): Row =>
  ({ sku, warehouse: 'MAIN', on_hand: 10, reserved: 0, safety_stock: 0, deficit: 0, ...fields }) as Row;

function message(inboxId: number, fields: Record<string, unknown> = {}): Row {
  return {
    inbox_id: inboxId,
    channel: 'api',
    partner: 'DIRECT',
    source_system: null,
    message_key: null,
    document: 'a test',
    content_type: 'text/plain',
    bytes: Buffer.from('x'),
    size: 1,
    sha256: 's',
    fingerprint: 'f',
    single: 1,
    warnings: '[]',
    received_at: '2026-11-23T10:00:00.000Z',
    key_id: null,
    ...fields,
  } as Row;
}

const posting = {
  document_type: 'invoice',
  document: 'INV-1',
  debit: 'receivables',
  credit: 'revenue',
  amount: 100,
  currency: 'EUR',
  posting_date: '2026-11-23',
  posted_at: '2026-11-23T10:00:00.000Z',
};
const auditRecord = {
  batch: 1,
  position: 0,
  at: 'now',
  actor: 'test',
  stage: 's',
  subject: 'order',
  subject_id: 'SO-1',
  from_state: null,
  to_state: null,
  reason: null,
  evidence: '{}',
};
const movement = {
  sku: 'A',
  warehouse: 'MAIN',
  kind: 'count',
  quantity: 1,
  reference: 'r',
  at: 'now',
  counted_at: null,
};

describe('both databases mean the same', () =>
  onBothDatabases((kind, url) => {
    let store: Store;
    before(async () => {
      store = await openStore(url());
    });
    after(() => store.close());

    const write = <T>(work: (db: Database) => Promise<T>) => store.transaction(work);
    const rows = <T>(sql: string, values: readonly unknown[] = []) => store.read((db) => db.all<T>(sql, values));
    const failureOf = (work: Promise<unknown>): Promise<unknown> =>
      work.then(
        () => {
          throw new Error('The work was expected to fail.');
        },
        (error: unknown) => error,
      );
    const failure = (work: (db: Database) => Promise<unknown>): Promise<unknown> => failureOf(write(work));
    const classOf = async (work: (db: Database) => Promise<unknown>) => store.dialect.classify(await failure(work));

    describe('statements', () => {
      it('insert rows and count them, none at all included', async () => {
        expect(await write((db) => db.insert('stock_item', [stockRow('I1'), stockRow('I2'), stockRow('I3')]))).to.equal(
          3,
        );
        expect(await write((db) => db.insert('stock_item', []))).to.equal(0);
        expect(await rows("select sku, on_hand from stock_item where sku like 'I%' order by sku")).to.deep.equal([
          { sku: 'I1', on_hand: 10 },
          { sku: 'I2', on_hand: 10 },
          { sku: 'I3', on_hand: 10 },
        ]);
      });

      it('leave out rows that are there, when asked to', async () => {
        await write((db) => db.insert('stock_item', [stockRow('N1')]));
        const rowsOf = [stockRow('N1', { on_hand: 99 }), stockRow('N2'), stockRow('N2')];
        expect(await write((db) => db.insert('stock_item', rowsOf, { onConflict: 'nothing' }))).to.equal(1);
        expect(await rows("select on_hand from stock_item where sku = 'N1'")).to.deep.equal([{ on_hand: 10 }]);
      });

      it('replace rows that are there, when asked to', async () => {
        await write((db) => db.insert('stock_item', [stockRow('Q1')]));
        const rowsOf = [stockRow('Q1', { on_hand: 99 }), stockRow('Q2')];
        await write((db) => db.insert('stock_item', rowsOf, { onConflict: ['sku', 'warehouse'] }));
        expect(await rows("select sku, on_hand from stock_item where sku like 'Q%' order by sku")).to.deep.equal([
          { sku: 'Q1', on_hand: 99 },
          { sku: 'Q2', on_hand: 10 },
        ]);
      });

      it('add to rows that are there, when asked to', async () => {
        await write((db) => db.insert('stock_item', [stockRow('W1')]));
        const rowsOf = [stockRow('W1', { on_hand: 3, safety_stock: 2 }), stockRow('W2', { on_hand: 4 })];
        await write((db) => db.insert('stock_item', rowsOf, { onConflict: ['sku', 'warehouse'], adding: true }));
        expect(
          await rows("select sku, on_hand, safety_stock from stock_item where sku like 'W%' order by sku"),
        ).to.deep.equal([
          { sku: 'W1', on_hand: 13, safety_stock: 2 },
          { sku: 'W2', on_hand: 4, safety_stock: 0 },
        ]);
      });

      it('write many rows, whether a column is the same in all of them or not', async () => {
        const many = Array.from({ length: 120 }, (_, i) => `M${String(i).padStart(3, '0')}`);
        const changes = many.map((sku, i) => ({ sku, warehouse: 'MAIN', on_hand: 1000 + i, safety_stock: 7 }));
        await write((db) =>
          db.insert(
            'stock_item',
            many.map((sku) => stockRow(sku)),
          ),
        );
        expect(await write((db) => db.update('stock_item', ['sku', 'warehouse'], changes))).to.equal(120);
        const sums = many.map((sku) => ({ sku, warehouse: 'MAIN', on_hand: 5, reserved: 2 }));
        expect(await write((db) => db.add('stock_item', ['sku', 'warehouse'], sums))).to.equal(120);
        expect(
          await rows("select sku, on_hand, safety_stock, reserved from stock_item where sku like 'M___' order by sku"),
        ).to.deep.equal(many.map((sku, i) => ({ sku, on_hand: 1005 + i, safety_stock: 7, reserved: 2 })));
        const notWhole = many.map((sku) => ({ sku, warehouse: 'MAIN', on_hand: 1.5 }));
        expect(await classOf((db) => db.update('stock_item', ['sku', 'warehouse'], notWhole))).to.equal('data');
      });

      it('update only the columns that are named', async () => {
        await write((db) => db.insert('stock_item', [stockRow('V1')]));
        const change = { sku: 'V1', warehouse: 'MAIN', on_hand: 77, safety_stock: 5 };
        expect(await write((db) => db.update('stock_item', ['sku', 'warehouse'], [change], ['safety_stock']))).to.equal(
          1,
        );
        expect(await rows("select on_hand, safety_stock from stock_item where sku = 'V1'")).to.deep.equal([
          { on_hand: 10, safety_stock: 5 },
        ]);
      });

      it('update by keys and count what they found', async () => {
        await write((db) => db.insert('stock_item', [stockRow('U1'), stockRow('U2'), stockRow('U3')]));
        const changes = [
          { sku: 'U1', warehouse: 'MAIN', on_hand: 1, safety_stock: 7 },
          { sku: 'U2', warehouse: 'MAIN', on_hand: 2, safety_stock: 8 },
          { sku: 'U2', warehouse: 'OTHER', on_hand: 3, safety_stock: 9 },
        ];
        expect(await write((db) => db.update('stock_item', ['sku', 'warehouse'], changes))).to.equal(2);
        expect(await write((db) => db.update('stock_item', ['sku', 'warehouse'], []))).to.equal(0);
        expect(
          await rows("select sku, on_hand, safety_stock, reserved from stock_item where sku like 'U%' order by sku"),
        ).to.deep.equal([
          { sku: 'U1', on_hand: 1, safety_stock: 7, reserved: 0 },
          { sku: 'U2', on_hand: 2, safety_stock: 8, reserved: 0 },
          { sku: 'U3', on_hand: 10, safety_stock: 0, reserved: 0 },
        ]);
      });

      it('add to numbers', async () => {
        await write((db) => db.insert('stock_item', [stockRow('P1'), stockRow('P2')]));
        const sums = [
          { sku: 'P1', warehouse: 'MAIN', on_hand: 5, reserved: 2 },
          { sku: 'P2', warehouse: 'MAIN', on_hand: -4, reserved: 0 },
        ];
        expect(await write((db) => db.add('stock_item', ['sku', 'warehouse'], sums))).to.equal(2);
        expect(await write((db) => db.add('stock_item', ['sku', 'warehouse'], []))).to.equal(0);
        expect(await rows("select on_hand, reserved from stock_item where sku like 'P%' order by sku")).to.deep.equal([
          { on_hand: 15, reserved: 2 },
          { on_hand: 6, reserved: 0 },
        ]);
      });

      it('give numbers that ascend and are never given twice', async () => {
        const taken = await Promise.all([3, 1, 0, 5].map((count) => write((db) => db.take('exception', count))));
        expect(taken.map(({ length }) => length)).to.deep.equal([3, 1, 0, 5]);
        for (const numbers of taken) expect(numbers).to.deep.equal([...numbers].sort((a, b) => a - b));
        expect(new Set(taken.flat()).size).to.equal(9);
        await failure(async (db) => {
          taken.push(await db.take('exception', 2));
          throw new Error('rolled back');
        });
        taken.push(await write((db) => db.take('exception', 2)));
        expect(new Set(taken.slice(0, 4).concat(taken.slice(5)).flat()).size).to.equal(11);
      });

      it('find values in lists, long and empty ones', async () => {
        const skus = Array.from({ length: 3000 }, (_, i) => `L-${i}`);
        await write((db) =>
          db.insert(
            'stock_item',
            skus.map((sku, i) => stockRow(sku, { on_hand: i })),
          ),
        );
        const found = (column: string, type: 'text' | 'bigint', values: (string | number)[]) =>
          store.read((db) =>
            db.all<{ sku: string }>(
              `select sku from stock_item where ${db.dialect.inList(column, type)} and sku like 'L-%' order by sku`,
              [db.dialect.listOf(values)],
            ),
          );
        expect(await found('sku', 'text', skus)).to.have.length(3000);
        expect(await found('sku', 'text', [])).to.deep.equal([]);
        expect(await found('on_hand', 'bigint', [])).to.deep.equal([]);
        expect(await found('on_hand', 'bigint', [7, 7, 2999])).to.deep.equal([{ sku: 'L-2999' }, { sku: 'L-7' }]);
      });

      it('find pairs of texts, each together, by the index on both', async () => {
        const texts = ['P-1', 'ä€😀', 'a"b\\c', "it's, {null}", ''];
        const pairs = texts.flatMap((sku) => texts.map((warehouse) => [sku, warehouse] as const));
        await write((db) =>
          db.insert(
            'stock_item',
            pairs.map(([sku, warehouse], i) => ({ ...stockRow(sku, { on_hand: i, reserved: 0 }), warehouse })),
          ),
        );
        const select = (db: Database) =>
          `select on_hand from stock_item where ${db.dialect.inPairs('sku', 'warehouse')}`;
        const found = (wanted: readonly (readonly [string, string])[]) =>
          store.read((db) => db.all<{ on_hand: number }>(`${select(db)} order by on_hand`, db.dialect.pairsOf(wanted)));
        expect((await found(pairs)).map((row) => row.on_hand)).to.deep.equal(pairs.map((_, i) => i));
        for (const [i, pair] of pairs.entries()) expect(await found([pair, pair])).to.deep.equal([{ on_hand: i }]);
        expect(await found([])).to.deep.equal([]);
        expect(await found([['P-1', 'elsewhere']])).to.deep.equal([]);
        const plan = await write(async (db) =>
          db.all<Record<string, string>>(
            `explain ${db.dialect.name === 'sqlite' ? 'query plan ' : ''}${select(db)}`,
            db.dialect.pairsOf(pairs),
          ),
        );
        expect(plan.map((step) => step.detail ?? step['QUERY PLAN']).join('\n')).to.match(
          /\(sku=\? AND warehouse=\?\)|Index Cond: \(\(sku = .* AND \(warehouse = /,
        );
      });

      it('give the first row, or none', async () => {
        expect(await store.read((db) => first(db, 'select 1 as one'))).to.deep.equal({ one: 1 });
        expect(await store.read((db) => first(db, "select sku from stock_item where sku = 'nothing'"))).to.equal(
          undefined,
        );
      });

      it('tell how many rows they changed', async () => {
        await write((db) => db.insert('stock_item', [stockRow('R1'), stockRow('R2')]));
        expect(
          await write((db) =>
            db.run("update stock_item set on_hand = 1 where sku like 'R_' and warehouse = ?", ['MAIN']),
          ),
        ).to.equal(2);
        expect(await write((db) => db.run("delete from stock_item where sku = 'nothing'"))).to.equal(0);
      });
    });

    describe('values', () => {
      const texts = [
        '',
        ' ',
        'NULL',
        'null',
        "O'Neil",
        '"quoted"',
        'back\\slash',
        '\\"',
        '{1,2}',
        'a,b',
        'line\nfeed\ttab',
        'Größe €',
        '日本語',
        '👩‍🚀',
        '$1 ? %',
        "'); drop table posting; --",
      ];

      it('texts come back as they were, whatever they hold', async () => {
        await write((db) =>
          db.insert(
            'inbox_message',
            texts.map((text, i) => message(100 + i, { document: text, partner: text })),
          ),
        );
        expect(
          (
            await rows<{ document: string }>(
              'select document from inbox_message where inbox_id between 100 and 199 order by inbox_id',
            )
          ).map(({ document }) => document),
        ).to.deep.equal(texts);
        for (const [i, text] of texts.entries())
          expect(
            await rows('select inbox_id from inbox_message where partner = ? and inbox_id between 100 and 199', [text]),
          ).to.deep.equal([{ inbox_id: 100 + i }]);
        const found = await store.read((db) =>
          db.all<{ document: string }>(
            `select document from inbox_message where ${db.dialect.inList('document', 'text')}`,
            [db.dialect.listOf(texts)],
          ),
        );
        expect(found).to.have.length(texts.length);
        await write((db) =>
          db.update(
            'inbox_message',
            ['inbox_id'],
            texts.map((text, i) => ({ inbox_id: 100 + i, source_system: text })),
          ),
        );
        expect(
          await rows(
            'select count(*) as count from inbox_message where source_system = document and inbox_id between 100 and 199',
          ),
        ).to.deep.equal([{ count: texts.length }]);
      });

      it('null is null', async () => {
        await write((db) =>
          db.insert('inbox_message', [
            message(200, { source_system: 'x', key_id: null }),
            message(201, { source_system: null, key_id: 'y' }),
          ]),
        );
        await write((db) => db.update('inbox_message', ['inbox_id'], [{ inbox_id: 200, source_system: null }]));
        expect(
          await rows('select source_system, key_id from inbox_message where inbox_id in (200, 201) order by inbox_id'),
        ).to.deep.equal([
          { source_system: null, key_id: null },
          { source_system: null, key_id: 'y' },
        ]);
      });

      it('numbers are exact up to 2^53 - 1, and refused when they are read beyond it', async () => {
        const numbers = [0, 1, -1, 9e12, Number.MAX_SAFE_INTEGER, Number.MIN_SAFE_INTEGER];
        await write((db) =>
          db.insert(
            'stock_movement',
            numbers.map((quantity) => ({ ...movement, sku: 'BIG', quantity })),
          ),
        );
        expect(
          (
            await rows<{ quantity: number }>("select quantity from stock_movement where sku = 'BIG' order by movement")
          ).map(({ quantity }) => quantity),
        ).to.deep.equal(numbers);
        expect(
          await rows("select quantity from stock_movement where sku = 'BIG' and quantity = ?", [
            Number.MAX_SAFE_INTEGER,
          ]),
        ).to.have.length(1);
        const beyond = await rows('select cast(9007199254740993 as bigint) as n').catch((error: unknown) => error);
        expect(beyond).to.be.instanceOf(RangeError);
        expect(store.dialect.classify(beyond)).to.equal('data');
      });

      it('numbers that could not be read exactly are refused on the way in, wherever they stand', async () => {
        const one = stockRow('EXACT');
        await write((db) => db.insert('stock_item', [one]));
        const many = (on_hand: number) => Array.from({ length: 60 }, (_, i) => stockRow(`E${i}`, { on_hand }));
        const keys = ['sku', 'warehouse'];
        for (const on_hand of [2 ** 53, -(2 ** 53), 1e300, 1.5, Number.NaN, Number.POSITIVE_INFINITY]) {
          const ways: Record<string, (db: Database) => Promise<unknown>> = {
            'an insert': (db) => db.insert('stock_item', [stockRow('EXACT 2', { on_hand })]),
            'an insert of many that are the same': (db) => db.insert('stock_item', many(on_hand)),
            'an insert that replaces': (db) => db.insert('stock_item', [{ ...one, on_hand }], { onConflict: keys }),
            'an update': (db) => db.update('stock_item', keys, [{ ...one, on_hand }]),
            'an update of many': (db) => db.update('stock_item', keys, many(on_hand), ['on_hand']),
            'an addition': (db) => db.add('stock_item', keys, [{ sku: 'EXACT', warehouse: 'MAIN', on_hand }]),
            'a statement': (db) => db.run("update stock_item set on_hand = ? where sku = 'EXACT'", [on_hand]),
            'a statement with rows': (db) =>
              db.all("update stock_item set on_hand = ? where sku = 'EXACT' returning sku", [on_hand]),
          };
          for (const [way, work] of Object.entries(ways)) {
            const refusal = await write(work).catch((error: unknown) => error);
            expect(refusal, `${way}: ${on_hand}`).to.be.instanceOf(RangeError);
            expect(store.dialect.classify(refusal)).to.equal('data');
          }
        }
        expect(await rows("select on_hand from stock_item where sku like 'E%'")).to.deep.equal([{ on_hand: 10 }]);
      });

      it('a number that is refused leaves the statements beside it to be waited for', async () => {
        const bad = stockRow('BESIDE', { on_hand: 2 ** 53 });
        const unhandled: unknown[] = [];
        const notice = (error: unknown) => unhandled.push(error);
        process.on('unhandledRejection', notice);
        try {
          for (const work of [
            (db: Database) => db.insert('stock_item', [bad]),
            (db: Database) => db.update('stock_item', ['sku', 'warehouse'], [bad]),
          ]) {
            const failing = write((db) => together([db.run('insert into stock_item (sku) values (null)'), work(db)]));
            expect(await failing.catch((error: unknown) => error)).to.be.instanceOf(Error);
          }
          await new Promise((resolve) => setTimeout(resolve, 20));
          expect(unhandled).to.deep.equal([]);
        } finally {
          process.off('unhandledRejection', notice);
        }
      });

      it('bytes come back as a Buffer', async () => {
        const bytes = Buffer.from(Array.from({ length: 512 }, (_, i) => i % 256));
        await write((db) =>
          db.insert('inbox_message', [message(300, { bytes }), message(301, { bytes: Buffer.alloc(0) })]),
        );
        const found = await rows<{ bytes: Buffer }>(
          'select bytes from inbox_message where inbox_id in (300, 301) order by inbox_id',
        );
        for (const row of found) expect(row.bytes).to.be.instanceOf(Buffer);
        expect(found[0]?.bytes.equals(bytes)).to.equal(true);
        expect(found[1]?.bytes.length).to.equal(0);
      });

      it('sums come back as numbers when they are cast', async () => {
        await write((db) =>
          db.insert('stock_item', [stockRow('S1', { on_hand: 4e15 }), stockRow('S2', { on_hand: 4e15 })]),
        );
        expect(
          await rows("select cast(sum(on_hand) as bigint) as sum from stock_item where sku like 'S_'"),
        ).to.deep.equal([{ sum: 8e15 }]);
      });
    });

    describe('transactions', () => {
      it('roll back whole, and give the connection back', async () => {
        for (let i = 0; i < 15; i++) {
          await failure(async (db) => {
            await db.insert('stock_item', [stockRow('T1')]);
            throw new Error('no');
          });
        }
        expect(await rows("select sku from stock_item where sku = 'T1'")).to.deep.equal([]);
      });

      it('commit nothing when one of the last statements fails', async () => {
        const error = await failureOf(
          store.transaction(async (db, last) => {
            last(db.insert('stock_item', [stockRow('L1')]));
            last(db.insert('stock_item', [stockRow('L2', { reserved: 11 })]));
            last(db.insert('stock_item', [stockRow('L3')]));
          }),
        );
        expect(store.dialect.classify(error)).to.equal('data');
        expect(await rows("select sku from stock_item where sku like 'L_'")).to.deep.equal([]);
      });

      it('leave alone who comes right behind them when they fail in the end', async () => {
        const names = Array.from({ length: 20 }, (_, i) => `NEXT-${i}`);
        const ends = await Promise.allSettled(
          names.map((sku, i) =>
            store.transaction(async (db, last) => {
              await db.all('select sku from stock_item where sku = ?', [sku]);
              last(db.insert('stock_item', [stockRow(sku)]));
              if (i % 2 === 0) last(db.insert('stock_item', [stockRow(`${sku}B`, { reserved: 11 })]));
              return sku;
            }),
          ),
        );
        const whole = names.filter((_, i) => i % 2 === 1);
        expect(ends.flatMap((end) => (end.status === 'fulfilled' ? [end.value] : []))).to.deep.equal(whole);
        for (const end of ends)
          if (end.status === 'rejected') expect(store.dialect.classify(end.reason)).to.equal('data');
        const written = await rows<{ sku: string }>("select sku from stock_item where sku like 'NEXT-%'");
        expect(written.map(({ sku }) => sku)).to.have.members(whole);
      });

      it('commit nothing when one of the last statements cannot even be sent', async () => {
        const error = await failureOf(
          store.transaction(async (db, last) => {
            last(db.insert('stock_item', [stockRow('L6')]));
            last(Promise.all([db.insert('stock_item', [stockRow('L7', { on_hand: 1.5 })])]));
            last(db.insert('stock_item', [stockRow('L8')]));
          }),
        );
        expect(store.dialect.classify(error)).to.equal('data');
        expect(await rows("select sku from stock_item where sku in ('L6', 'L7', 'L8')")).to.deep.equal([]);
      });

      it('tell what failed first, when the last statements fail as well', async () => {
        const error = await failureOf(
          store.transaction(async (db, last) => {
            last(db.insert('stock_item', [stockRow('L4', { reserved: 11 })]));
            throw new Error('the work itself');
          }),
        );
        expect(error).to.have.property('message', 'the work itself');
        expect(await write((db) => db.insert('stock_item', [stockRow('L5')]))).to.equal(1);
      });

      it('tell what failed and not what failed for that, when the work goes on after it', async () => {
        const error = await failureOf(
          store.transaction(async (db, last) => {
            last(db.insert('stock_item', [stockRow('L9', { reserved: 11 })]));
            await db.all('select sku from stock_item where sku = ?', ['L9']);
          }),
        );
        expect(error)
          .to.be.an('error')
          .with.property('message')
          .that.matches(/constraint/i);
        expect(store.dialect.classify(error)).to.equal('data');
      });

      it('tell what failed and not what failed for that, whoever is waited for beside it', async () => {
        const error = await failureOf(
          store.transaction(async (db) => {
            const nested = together([
              db.all('select 1 as one'),
              db.insert('stock_item', [stockRow('L10', { reserved: 11 })]),
            ]);
            await together([nested, db.all('select sku from stock_item where sku = ?', ['L10'])]);
          }),
        );
        expect(store.dialect.classify(error)).to.equal('data');
      });

      it('commit nothing when one of several last statements fails before it is sent', async () => {
        const unsent = async (): Promise<never> => {
          throw new TypeError('a row that cannot be made');
        };
        const error = await failureOf(
          store.transaction(async (db, last) => {
            await db.all('select sku from stock_item where sku = ?', ['L9']);
            const others = [db.insert('stock_item', [stockRow('L9')]), unsent()] as const;
            last(together([together(others), db.insert('stock_item', [stockRow('L10')])]));
          }),
        );
        expect(error).to.have.property('message', 'a row that cannot be made');
        expect(await rows("select sku from stock_item where sku in ('L9', 'L10')")).to.deep.equal([]);
      });

      it('commit nothing after a failure that the work has swallowed', async () => {
        const error = await failureOf(
          store.transaction(async (db) => {
            await db.insert('stock_item', [stockRow('L11')]);
            await db.insert('stock_item', [stockRow('L11')]).catch(() => undefined);
          }),
        );
        expect(store.dialect.classify(error)).to.equal('data');
        expect(await rows("select sku from stock_item where sku = 'L11'")).to.deep.equal([]);
      });

      it('take no statement after they were rolled back', async () => {
        let late: Promise<unknown> | undefined;
        await failureOf(
          store.transaction(async (db) => {
            const waited = new Promise((wake) => setTimeout(wake, 20));
            late = failureOf(waited.then(() => db.insert('stock_item', [stockRow('L12')])));
            throw new Error('the work itself');
          }),
        );
        expect(await late)
          .to.have.property('message')
          .that.matches(/has ended/);
        expect(await rows("select sku from stock_item where sku = 'L12'")).to.deep.equal([]);
      });

      it('give no number of a sequence twice, whether those before committed or not', async () => {
        const taken: number[] = [];
        for (const [count, commits] of [
          [5, false],
          [5, true],
          [5, false],
          [100, true],
          [3, true],
          [200, true],
        ] as const) {
          let numbers: number[] = [];
          const took = store.transaction(async (db) => {
            numbers = [...(await db.take('invoice', count)), ...(await db.take('invoice', 1))];
            if (!commits) throw new Error('the work itself');
          });
          if (commits) {
            await took;
            taken.push(...numbers);
          } else await failureOf(took);
        }
        expect(new Set(taken).size).to.equal(taken.length);
      });

      it('take no statement after their commit', async () => {
        const late = store.transaction(async (db, last) => {
          await db.insert('warehouse', [{ warehouse: 'LATE 1', failures: 0, open_until: null }]);
          last(
            (async () => {
              await new Promise((wake) => setTimeout(wake, 20));
              await db.run('delete from warehouse where warehouse = ?', ['LATE 1']);
            })(),
          );
        });
        expect(
          await late.then(
            () => undefined,
            (error: Error) => error.message,
          ),
        ).to.match(/^The transaction has ended/);
        expect(
          await store.read((db) => db.all("select warehouse from warehouse where warehouse = 'LATE 1'")),
        ).to.have.length(1);
      });

      it('are begun again when another transaction inserted the same message first', async () => {
        let attempts = 0;
        await store.transaction(async (db, last) => {
          const key = ++attempts === 1 ? 'taken' : 'free';
          last(
            db.insert('inbox_message', [message(410, { message_key: key }), message(411, { message_key: 'taken' })]),
          );
          await db.all('select inbox_id from inbox_message where message_key = ?', ['taken']);
        });
        expect(attempts).to.equal(2);
        expect(await rows('select inbox_id from inbox_message where inbox_id in (410, 411)')).to.have.length(2);
      });

      it('lose no update when many change one row', async () => {
        await write((db) => db.insert('stock_item', [stockRow('C1', { on_hand: 0 })]));
        const once = () =>
          write(async (db) => {
            const row = await first<{ on_hand: number }>(
              db,
              `select on_hand from stock_item where sku = 'C1' ${db.dialect.lockRows}`,
            );
            await db.update(
              'stock_item',
              ['sku', 'warehouse'],
              [{ sku: 'C1', warehouse: 'MAIN', on_hand: (row?.on_hand ?? 0) + 1 }],
            );
          });
        await Promise.all(Array.from({ length: 60 }, once));
        expect(await rows("select on_hand from stock_item where sku = 'C1'")).to.deep.equal([{ on_hand: 60 }]);
      });

      it('are begun again when they met another one, and give up in the end', async () => {
        let attempts = 0;
        await write(async () => {
          if (++attempts < 3) throw new ConcurrentChange('something');
        });
        expect(attempts).to.equal(3);
      });
    });

    describe('what the schema refuses', () => {
      const refused: [name: string, work: (db: Database) => Promise<unknown>][] = [
        ['more reserved than on hand', (db) => db.insert('stock_item', [stockRow('X1', { reserved: 11 })])],
        ['less than nothing reserved', (db) => db.insert('stock_item', [stockRow('X2', { reserved: -1 })])],
        ['a second row of a key', (db) => db.insert('stock_item', [stockRow('X3'), stockRow('X3')])],
        ['a channel that there is not', (db) => db.insert('inbox_message', [message(402, { channel: 'fax' })])],
        ['a missing value', (db) => db.insert('inbox_message', [message(403, { document: null })])],
        ['a posting of nothing', (db) => db.insert('posting', [{ ...posting, amount: 0 }])],
        ['a posting from an account to itself', (db) => db.insert('posting', [{ ...posting, credit: 'receivables' }])],
        [
          'a payment of an unknown customer',
          (db) =>
            db.insert('payment', [
              {
                payment_id: 1,
                customer: 'NOBODY',
                reference: 'r',
                amount: 1,
                currency: 'EUR',
                received_at: 'now',
                invoice: null,
                order_id: null,
                earmarked: 0,
                on_account: 1,
                posted_at: 'now',
              },
            ]),
        ],
        [
          'a text where a number belongs',
          (db) =>
            db.run("insert into setting (version, settings, created_at, created_by) values (?, '{}', 'now', 'me')", [
              'one',
            ]),
        ],
      ];
      for (const [name, work] of refused) {
        it(`${name}: the rows are at fault`, async () => expect(await classOf(work)).to.equal('data'));
      }

      it('a second message under a key: another transaction was first', async () => {
        const twice = [message(400, { message_key: 'k' }), message(401, { message_key: 'k' })];
        expect(await classOf((db) => db.insert('inbox_message', twice))).to.equal('conflict');
      });

      it('a second audit head', async () => {
        expect(await classOf((db) => db.insert('audit_head', [{ one: 2, link: 0, hash: '' }]))).to.equal('data');
      });

      const appendOnly: [table: string, row: Row, column: string][] = [
        ['posting', posting, 'amount'],
        ['audit_record', auditRecord, 'actor'],
        ['audit_link', { link: 1, batch: 1, records: 1, digest: 'd', hash: 'h', at: 'now' }, 'hash'],
        ['setting', { version: 1000, settings: '{}', created_at: 'now', created_by: 'me' }, 'settings'],
        ['stock_movement', movement, 'quantity'],
      ];
      for (const [table, row, column] of appendOnly) {
        it(`a change of ${table}, or a row less`, async () => {
          await write((db) => db.insert(table, [row]));
          const before = await rows(`select * from ${table}`);
          for (const sql of [`update ${table} set ${column} = ${column}`, `delete from ${table}`]) {
            const error = await failure((db) => db.run(sql));
            expect((error as Error).message).to.contain('append-only');
            expect(store.dialect.classify(error)).to.equal('data');
          }
          expect(await rows(`select * from ${table}`)).to.deep.equal(before);
        });
      }

      if (kind === 'postgres') {
        it('a table emptied at once', async () => {
          expect(((await failure((db) => db.run('truncate posting'))) as Error).message).to.contain('append-only');
        });
      }
    });

    describe('faults of the program', () => {
      it('are neither the rows’ nor the database’s absence', async () => {
        expect(await classOf((db) => db.run('select nonsense from nowhere'))).to.equal('fault');
        expect(
          await classOf(async () => {
            throw new Error('a bug');
          }),
        ).to.equal('fault');
      });
    });

    if (kind === 'postgres') {
      describe('several connections', () => {
        /** Takes the rows in the given order; the second one only when both have the first. */
        async function locking(db: Database, skus: readonly string[], met: () => Promise<void>): Promise<void> {
          for (const [i, sku] of skus.entries()) {
            if (i === 1) await met();
            await db.all(`select 1 from stock_item where sku = ? ${db.dialect.lockRows}`, [sku]);
          }
        }

        it('tell a deadlock as a conflict, and the loser comes through when it begins again', async () => {
          await write((db) => db.insert('stock_item', [stockRow('D1'), stockRow('D2')]));
          let here = 0;
          let bothHere: () => void = () => undefined;
          const both = new Promise<void>((resolve) => {
            bothHere = resolve;
          });
          const met = async (): Promise<void> => {
            if (++here >= 2) bothHere();
            await both;
          };
          const seen: unknown[] = [];
          const once = (skus: readonly string[]) =>
            write(async (db) => {
              try {
                await locking(db, skus, met);
              } catch (error) {
                seen.push(error);
                throw error;
              }
            });
          await Promise.all([once(['D1', 'D2']), once(['D2', 'D1'])]);
          expect(seen.length).to.be.greaterThan(0); // one as a rule; they may meet again
          for (const error of seen) {
            expect(store.dialect.classify(error)).to.equal('conflict');
            expect(error).to.include({ code: '40P01' });
          }
        });

        it('tell a serialization failure as a conflict', async () => {
          await write((db) => db.insert('stock_item', [stockRow('Z1')]));
          const seen: unknown[] = [];
          await write(async (db) => {
            if (seen.length > 0) return;
            try {
              await db.run('set transaction isolation level repeatable read');
              await db.all("select on_hand from stock_item where sku = 'Z1'");
              await write((other) => other.run("update stock_item set on_hand = 3 where sku = 'Z1'"));
              await db.run("update stock_item set on_hand = 4 where sku = 'Z1'");
            } catch (error) {
              seen.push(error);
              throw error;
            }
          });
          expect(seen.map((error) => [(error as { code: string }).code, store.dialect.classify(error)])).to.deep.equal([
            ['40001', 'conflict'],
          ]);
        });

        it('call a connection that was ended away, and go on with another', async () => {
          const ended = await failure(async (db) => {
            const row = await first<{ pid: number }>(db, 'select pg_backend_pid() as pid');
            await endBackend(row?.pid ?? 0);
            await db.all('select 1');
          });
          expect(store.dialect.classify(ended), String(ended)).to.equal('away');
          expect(await rows('select 1 as one')).to.deep.equal([{ one: 1 }]);
        });

        async function endBackend(pid: number): Promise<void> {
          const client = new Client({ connectionString: await postgresUrl() });
          await client.connect();
          await client.query('select pg_terminate_backend($1)', [pid]);
          await client.end();
        }

        it('call a server that was stopped away', async () => {
          const server = await startPostgres({ fsync: false });
          const other = await openStore(server.url);
          try {
            await server.stop();
            const error = await other.read((db) => db.all('select 1')).catch((thrown: unknown) => thrown);
            expect(other.dialect.classify(error)).to.equal('away');
            const opening = await openStore(server.url).catch((thrown: unknown) => thrown);
            expect(opening).to.include({ code: 'store-away' });
            expect((opening as Error).message).to.not.contain('o2c:o2c');
          } finally {
            await other.close();
          }
        });
      });
    }
  }));
