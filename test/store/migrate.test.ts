import { fork } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { expect } from 'chai';
import { salesOrderNumber } from '../../lib/domain/order';
import type { Database } from '../../lib/store/database';
import { migrate, migrations } from '../../lib/store/migrate';
import { openStore } from '../../lib/store/store';
import { type DatabaseKind, freshDatabase, onBothDatabases } from '../support/databases';

const names = migrations.map(({ number, name }) => `${String(number).padStart(4, '0')}-${name}`);
const now = '2026-11-23T10:00:00.000Z';

function tablesOf(db: Database): Promise<{ name: string }[]> {
  return db.all(
    db.dialect.name === 'sqlite'
      ? "select name from sqlite_master where type = 'table' and name not like 'sqlite_%' order by name"
      : "select table_name as name from information_schema.tables where table_schema = current_schema() and table_type = 'BASE TABLE' order by table_name",
  );
}

/** Another process that brings the store up to date. */
async function migratingProcess(url: string): Promise<{ code: number | null; log: string }> {
  const child = fork(join(__dirname, 'store-holder.js'), [url], {
    silent: true,
    execArgv: ['--require', join(__dirname, '../support/exit-with-parent.js')],
  });
  let log = '';
  child.stderr?.setEncoding('utf8').on('data', (text: string) => {
    log += text;
  });
  const outcome = await Promise.race([
    once(child, 'message').then(() => null),
    once(child, 'exit').then(([code]) => code as number),
  ]);
  child.kill('SIGKILL');
  return { code: outcome, log };
}

/** The migrations before the one of this name. */
const before = (migration: string) =>
  migrations.slice(
    0,
    migrations.findIndex(({ name }) => name === migration),
  );

describe('migrations', () =>
  onBothDatabases((kind, url) => {
    it('bring an empty database to the newest schema, once', async () => {
      const store = await openStore(url(), { migrate: false });
      try {
        expect(await store.transaction((db) => migrate(db, now))).to.deep.equal(names);
        const tables = await store.read(tablesOf);
        expect(await store.transaction((db) => migrate(db, now))).to.deep.equal([]);
        expect(await store.read(tablesOf)).to.deep.equal(tables);
        expect(tables.map(({ name }) => name)).to.include.members([
          'inbox_message',
          'sales_order_state',
          'audit_record',
        ]);
        const applied = await store.read((db) =>
          db.all<{ number: number; applied_at: string }>(
            'select number, applied_at from schema_migration order by number',
          ),
        );
        expect(applied.map(({ number }) => number)).to.deep.equal(migrations.map(({ number }) => number));
      } finally {
        await store.close();
      }
    });

    it('leave nothing behind when they fail', async () => {
      const empty = await freshDatabase(kind as DatabaseKind);
      const store = await openStore(empty.url, { migrate: false });
      try {
        const failing = store.transaction(async (db) => {
          await migrate(db, now);
          throw new Error('the power went');
        });
        await failing.catch((error: Error) => expect(error.message).to.equal('the power went'));
        expect(await store.read(tablesOf)).to.deep.equal([]);
        expect(await store.transaction((db) => migrate(db, now))).to.deep.equal(names);
      } finally {
        await store.close();
        await empty.drop();
      }
    });

    it('count orders with numbers like another’s that were there before', async () => {
      const empty = await freshDatabase(kind as DatabaseKind);
      const store = await openStore(empty.url, { migrate: false });
      try {
        await store.transaction(async (db) => {
          await migrate(db, now, before('alike-numbers'));
          for (const [id, customer, poKey] of [
            [1, 'C-1', 'P-1'],
            [2, 'C-2', 'P1'],
            [3, 'C-1', 'P1'],
            [4, 'C-1', 'P.1'],
          ])
            await db.run(
              `insert into sales_order_terms (order_id, partner, customer, po_number, po_key, loose_po_key, release_number, fingerprint, document_id, inbox_id,
                 channel, document, indicator, received_at, created_at, currency, order_date, warehouse, shortage_policy, payment_terms_days, net, tax, gross,
                 tax_rates, checks_required) values (?, 'DIRECT', ?, '', ?, 'P1', '', '', 1, 1, 'api', '', '', '', '', 'EUR', '', 'MAIN', '', 0, 0, 0, 0, '', 0)`,
              [id, customer, poKey],
            );
          await migrate(db, now);
        });
        const counted = 'select order_id, alike from sales_order_terms order by order_id';
        expect(await store.read((db) => db.all(counted))).to.deep.equal([
          { order_id: 1, alike: 0 },
          { order_id: 2, alike: 0 },
          { order_id: 3, alike: 1 },
          { order_id: 4, alike: 2 },
        ]);
      } finally {
        await store.close();
        await empty.drop();
      }
    });

    it('give what could not be invoiced its slip and order, under which it closes', async () => {
      const empty = await freshDatabase(kind as DatabaseKind);
      const store = await openStore(empty.url, { migrate: false });
      try {
        await store.transaction(async (db) => {
          await migrate(db, now, before('invoice-subjects'));
          for (const id of [1, 2, 3])
            await db.run(
              `insert into packing_slip (slip_id, warehouse, packing_slip, digest, final, shipped_at, received_at, state, body)
               values (?, 'MAIN', ?, '', 0, '', '', 'confirmed', '')`,
              [id, `PS-${id}`],
            );
          await db.run(
            `insert into invoice (invoice_id, number, document_type, fiscal_year, sequence, order_id, slip_id, customer, credit_account, currency,
               net, tax, gross, open_amount, taxes, invoice_date, due_date, posted_at, disputed)
             values (1, 'INV-1', 'INV', 2026, 1, 7, 2, '', '', 'EUR', 0, 0, 0, 0, '', '', '', 'posted', 0)`,
          );
          for (const [id, exceptionKind, subject, orderId, closedAt] of [
            [1, 'invoice', 'MAIN/PS-1', 1_234_567, null],
            [2, 'invoice', 'MAIN/PS-2', 7, null], // invoiced since
            [3, 'invoice', 'MAIN/PS-3', 8, null], // failed again since
            [4, 'invoice', 'MAIN/PS-3 SO-000008', 8, null],
            [5, 'invoice', 'MAIN/PS-1', 9, 'closed'],
            [6, 'delivery', 'MAIN/PS-1', 9, null],
          ] as const)
            await db.run(
              "insert into exception (exception_id, kind, subject, message, evidence, raised_at, closed_at) values (?, ?, ?, '', ?, 'raised', ?)",
              [id, exceptionKind, subject, JSON.stringify({ orderId, faults: [] }), closedAt],
            );
          await migrate(db, now);
        });
        const found = 'select subject, closed_at, resolution from exception order by exception_id';
        expect(await store.read((db) => db.all(found))).to.deep.equal([
          { subject: `MAIN/PS-1 ${salesOrderNumber(1_234_567)}`, closed_at: null, resolution: null },
          { subject: 'MAIN/PS-2', closed_at: 'posted', resolution: 'invoiced' },
          { subject: 'MAIN/PS-3', closed_at: 'raised', resolution: 'raised again' },
          { subject: `MAIN/PS-3 ${salesOrderNumber(8)}`, closed_at: null, resolution: null },
          { subject: 'MAIN/PS-1', closed_at: 'closed', resolution: null },
          { subject: 'MAIN/PS-1', closed_at: null, resolution: null },
        ]);
      } finally {
        await store.close();
        await empty.drop();
      }
    });

    it('take a store further that was made before credit notes, with what it has', async () => {
      const empty = await freshDatabase(kind as DatabaseKind);
      const store = await openStore(empty.url, { migrate: false });
      try {
        await store.transaction(async (db) => {
          await migrate(db, now, before('credit-notes'));
          await db.run(
            db.dialect.name === 'sqlite'
              ? "delete from id_sequence where name = 'credit_note'"
              : 'drop sequence credit_note_sequence',
          );
          await db.run("insert into edi_due (kind, subject, due_at) values ('invoice', 7, 't')");
        });
        expect(await store.transaction((db) => migrate(db, now))).to.include('0007-credit-notes');
        expect(await store.read((db) => db.all('select * from edi_due'))).to.deep.equal([
          { kind: 'invoice', subject: 7, due_at: 't' },
        ]);
        await store.transaction(async (db) => {
          expect(await db.take('credit_note', 1)).to.deep.equal([1]);
          await db.run("insert into edi_due (kind, subject, due_at) values ('credit-note', 1, 't')");
        });
      } finally {
        await store.close();
        await empty.drop();
      }
    });

    it('are applied once when several processes open the store at once', async () => {
      const empty = await freshDatabase(kind as DatabaseKind);
      try {
        const outcomes = await Promise.all(Array.from({ length: 3 }, () => migratingProcess(empty.url)));
        for (const { code, log } of outcomes) expect(code, log).to.equal(null);
        const store = await openStore(empty.url, { migrate: false });
        expect(await store.read((db) => db.all('select number from schema_migration'))).to.have.length(
          migrations.length,
        );
        await store.close();
      } finally {
        await empty.drop();
      }
    });
  }));
