import { type Database, first, sequences } from './database';
import type { DialectName } from './dialect';
import { orderToCash } from './migrations/0001-order-to-cash';
import { importJobs } from './migrations/0002-import-jobs';
import { inboxReplay } from './migrations/0003-inbox-replay';
import { edi } from './migrations/0004-edi';
import { intake } from './migrations/0005-intake';
import { lookups } from './migrations/0006-lookups';
import { creditNotes } from './migrations/0007-credit-notes';
import { proof } from './migrations/0008-proof';
import { fieldPlaces } from './migrations/0009-field-places';
import { lookupsAtSize } from './migrations/0010-lookups-at-size';
import { alikeNumbers } from './migrations/0011-alike-numbers';
import { waitingChanges } from './migrations/0012-waiting-changes';
import { invoiceSubjects } from './migrations/0013-invoice-subjects';

/** The words in which a migration is written for either database. */
export interface SchemaWords {
  /** text that is compared and sorted by its bytes, in both databases alike */
  readonly text: string;
  /** a 64 bit integer */
  readonly int: string;
  /** an integer primary key given by the program */
  readonly id: string;
  /** an integer primary key given by the database */
  readonly serial: string;
  readonly bytes: string;
  /** table options */
  readonly table: string;
  /** table options of a table that is found by its own key only */
  readonly narrow: string;
  /** table options of a table that is found by its own key only and whose rows hardly ever change */
  readonly written: string;
  /** table options of a table that is found by its own key only and whose rows are rewritten a few times */
  readonly rewritten: string;
  /** table options of a table whose rows are rewritten at every step */
  readonly changing: string;
  /** an integer given by the database; a unique index of the table's own holds it */
  readonly counted: string;
  /** a field of an object that a text column holds as JSON, as text */
  readonly field: (column: string, name: string) => string;
}

/** One numbered step forward. A released migration is never edited: what comes later is a later number. */
export interface Migration {
  readonly number: number;
  readonly name: string;
  statements(words: SchemaWords): readonly string[];
  /** Tables whose rows the database itself refuses to change or delete. */
  readonly appendOnly: readonly string[];
}

export const migrations: readonly Migration[] = [
  orderToCash,
  importJobs,
  inboxReplay,
  edi,
  intake,
  lookups,
  creditNotes,
  proof,
  fieldPlaces,
  lookupsAtSize,
  alikeNumbers,
  waitingChanges,
  invoiceSubjects,
];

const words: Record<DialectName, SchemaWords> = {
  postgres: {
    text: 'text collate "C"',
    int: 'bigint',
    id: 'bigint primary key',
    serial: 'bigint generated always as identity primary key',
    bytes: 'bytea',
    table: '',
    narrow: 'with (fillfactor = 80)',
    written: '',
    rewritten: 'with (fillfactor = 50)',
    changing: 'with (fillfactor = 50)',
    counted: 'bigint generated always as identity',
    field: (column, name) => `(${column}::jsonb ->> '${name}')`,
  },
  sqlite: {
    text: 'text',
    int: 'integer',
    id: 'integer primary key',
    serial: 'integer primary key autoincrement',
    bytes: 'blob',
    table: 'strict',
    narrow: 'strict, without rowid',
    written: 'strict, without rowid',
    rewritten: 'strict, without rowid',
    changing: 'strict',
    counted: 'integer primary key autoincrement',
    field: (column, name) => `cast(${column} ->> '${name}' as text)`,
  },
};

/** Brings the schema to the newest of these migrations, in the caller's transaction. Returns the names of those applied now. */
export async function migrate(db: Database, now: string, known = migrations): Promise<string[]> {
  if (db.dialect.name === 'postgres')
    await db.run("select pg_advisory_xact_lock(hashtextextended(current_schema() || '.order-to-cash', 0))");
  await db.run(
    'create table if not exists schema_migration (number bigint primary key, name text not null, applied_at text not null)',
  );
  const row = await first<{ number: number | null }>(db, 'select max(number) as number from schema_migration');
  const applied: string[] = [];
  const missing = known.filter((candidate) => candidate.number > (row?.number ?? 0));
  if (missing.length > 0) await createSequences(db);
  for (const migration of missing) {
    for (const statement of migration.statements(words[db.dialect.name])) await db.run(statement);
    await refuseChanges(db, migration.appendOnly);
    await db.run('insert into schema_migration (number, name, applied_at) values (?, ?, ?)', [
      migration.number,
      migration.name,
      now,
    ]);
    applied.push(`${String(migration.number).padStart(4, '0')}-${migration.name}`);
  }
  return applied;
}

/** Those that are not there yet: a later schema may count more things than an earlier one. */
async function createSequences(db: Database): Promise<void> {
  if (db.dialect.name === 'postgres') {
    for (const name of sequences) await db.run(`create sequence if not exists ${name}_sequence`);
    return;
  }
  await db.run(
    'create table if not exists id_sequence (name text primary key, next integer not null) strict, without rowid',
  );
  for (const name of sequences)
    await db.run('insert into id_sequence (name, next) values (?, 1) on conflict do nothing', [name]);
}

async function refuseChanges(db: Database, tables: readonly string[]): Promise<void> {
  if (db.dialect.name === 'sqlite') {
    for (const table of tables) {
      for (const verb of ['update', 'delete']) {
        await db.run(
          `create trigger ${table}_no_${verb} before ${verb} on ${table} begin select raise(abort, '${table} is append-only'); end`,
        );
      }
    }
    return;
  }
  await db.run(`create or replace function refuse_change() returns trigger language plpgsql as
    $$ begin raise exception '% is append-only', tg_table_name; end $$`);
  for (const table of tables) {
    await db.run(
      `create trigger ${table}_append_only before update or delete or truncate on ${table} for each statement execute function refuse_change()`,
    );
  }
}
