import { createHash } from 'node:crypto';
import { expect } from 'chai';
import { type ExportedRecord, exportAudit } from '../../lib/ops/export-audit';
import { type AuditProof, verifyAudit } from '../../lib/ops/verify-audit';
import { upsertMaster } from '../../lib/stages/upsert-master';
import { proofOf, recordText } from '../../lib/store/audit';
import type { AuditHead } from '../../lib/store/audit-trail';
import type { Database } from '../../lib/store/database';
import { migrate, migrations } from '../../lib/store/migrate';
import { openStore, type Store } from '../../lib/store/store';
import { type DatabaseKind, freshDatabase, onBothDatabases } from '../support/databases';

class Undo extends Error {}

const at = '2026-11-23T10:00:00.000Z';

/** SQL: a record of batch 2 under another number. */
const move = (from: number, to: number): string =>
  `update audit_record set position = ${to} where batch = 2 and position = ${from}`;

type Place = readonly [batch: number, position: number];

/** SQL: a record once more, at another place. */
const copy = (from: Place, to: Place): string =>
  `insert into audit_record select ${to.join(', ')}, at, actor, stage, subject, subject_id, from_state, to_state, reason, evidence
   from audit_record where batch = ${from[0]} and position = ${from[1]}`;

describe('the audit trail', () => {
  onBothDatabases((kind, url) => {
    let store: Store;

    before(async () => {
      store = await openStore(url());
      const context = { store, actor: 'tester', clock: () => at };
      for (let i = 1; i <= 4; i++) {
        await upsertMaster(context, 'taxes', [
          { taxCode: `T-${i}-a`, rate: '7' },
          { taxCode: `T-${i}-b`, rate: '7' },
          { taxCode: `T-${i}-c`, rate: '7' },
        ]);
      }
    });
    after(() => store.close());

    const tampered = (sql: readonly string[], expected?: AuditHead) => proofAfter(store, kind, sql, expected);
    const faultOf = async (...sql: string[]) => (await tampered(sql)).fault;

    it('is whole, and says where it ends', async () => {
      const proof = await verifyAudit(store);
      expect(proof).to.deep.include({ links: 4, records: 12, fault: null });
      expect(proof.head.link).to.equal(4);
      expect(await verifyAudit(store, proof.head)).to.deep.equal(proof);
    });

    it('refuses changes in the database itself', async () => {
      for (const sql of [
        "update audit_record set actor = 'x'",
        'delete from audit_record',
        "update audit_link set hash = 'x'",
        'delete from audit_link',
      ]) {
        const refused = await store.transaction((db) => db.run(sql)).catch((error: Error) => error);
        expect(refused).to.be.an('error').with.property('message').that.includes('append-only');
      }
    });

    it('names the first altered record, whatever was altered', async () => {
      for (const column of [
        'at',
        'actor',
        'stage',
        'subject',
        'subject_id',
        'from_state',
        'to_state',
        'reason',
        'evidence',
      ]) {
        const fault = await faultOf(
          `update audit_record set ${column} = 'x' where batch = 2 and position = 1`,
          "update audit_record set actor = 'y' where batch = 3",
        );
        expect(fault, column).to.include({ kind: 'altered', batch: 2, link: 2, position: 1 });
      }
      const fault = await faultOf("update audit_record set subject_id = 'tax T-9' where batch = 2 and position = 1");
      expect(fault?.message).to.equal(
        'Record 1 of batch 2 was altered. It says now: tax T-9, master-data at 2026-11-23T10:00:00.000Z.',
      );
    });

    it('names a missing record, also when the others were numbered anew', async () => {
      for (const position of [0, 1, 2]) {
        const removed = `delete from audit_record where batch = 2 and position = ${position}`;
        const missing = { kind: 'missing', batch: 2, position, message: `Record ${position} of batch 2 is missing.` };
        expect(await faultOf(removed)).to.include(missing);
        expect(await faultOf(removed, ...[0, 1, 2].slice(position).map((at) => move(at + 1, at)))).to.include(missing);
      }
      expect(await faultOf('delete from audit_record where batch = 2')).to.include({
        kind: 'missing',
        batch: 2,
        position: 0,
      });
    });

    it('names a record that was inserted, also when the others were numbered anew', async () => {
      expect(await faultOf(copy([3, 0], [3, 3]))).to.include({ kind: 'inserted', batch: 3, position: 3 });
      expect(await faultOf(copy([3, 0], [3, -1]))).to.include({ kind: 'inserted', batch: 3, position: -1 });
      expect(await faultOf(copy([3, 0], [99, 0]))).to.include({ kind: 'inserted', batch: 99, position: 0 });
      const pushedUp = [move(2, 3), move(1, 2), copy([3, 1], [2, 1])];
      expect(await faultOf(...pushedUp)).to.include({ kind: 'inserted', batch: 2, position: 1 });
      const pushedOut = ['delete from audit_record where batch = 2 and position = 2', ...pushedUp.slice(1)];
      expect(await faultOf(...pushedOut)).to.include({ kind: 'inserted', batch: 2, position: 1 });
    });

    it('names records that changed places', async () => {
      const fault = await faultOf(move(0, 9), move(2, 0), move(9, 2));
      expect(fault).to.include({ kind: 'reordered', batch: 2, position: 0 });
      expect(fault?.message).to.include('tax T-2-a').and.include('It stands at 2 now.');
      expect(await faultOf(move(1, 9))).to.include({ kind: 'reordered', batch: 2, position: 1 });
    });

    it('names the first of several faults in a batch', async () => {
      const altered = "update audit_record set actor = 'x' where batch = 2 and position = 0";
      const removed = 'delete from audit_record where batch = 2 and position = 1';
      expect(await faultOf(altered, removed)).to.include({ kind: 'altered', position: 0 });
      expect(await faultOf(altered, copy([3, 0], [2, 3]))).to.include({ kind: 'altered', position: 0 });
      expect(await faultOf(altered.replace('= 0', '= 2'), removed)).to.include({ kind: 'missing', position: 1 });
    });

    it('does not go by the marks of a link that was altered itself', async () => {
      const altered = "update audit_record set actor = 'x' where batch = 2 and position = 1";
      const { marks } = proofOf(['a', 'b', 'c']);
      const misled = await faultOf(altered, `update audit_link set marks = '${marks}' where link = 2`);
      expect(misled).to.include({ kind: 'altered', link: 2, position: null });
      expect(misled?.message).to.match(/^Batch 2 was altered. One of its 3 records is not what was written/);
      expect(await faultOf(`update audit_link set marks = '${marks}' where link = 2`)).to.include({
        kind: 'altered',
        link: 2,
        message: 'Link 2 does not follow from the one before it: it, or its order, was changed.',
      });
      expect(await faultOf('update audit_link set marks = null where link = 2')).to.include({
        kind: 'altered',
        link: 2,
      });
    });

    it('proves what was written before links had marks, and what came after', async () => {
      const older = await freshDatabase(kind as DatabaseKind);
      const before = migrations.filter(({ number }) => number < 8);
      await onceOpen(older.url, (db) => migrate(db, at, before));
      await onceOpen(older.url, (db) => writeWithoutMarks(db, ['tax A', 'tax B', 'tax C']));
      const grown = await openStore(older.url);
      try {
        await upsertMaster({ store: grown, actor: 'tester', clock: () => at }, 'taxes', [
          { taxCode: 'T-2-a', rate: '7' },
          { taxCode: 'T-2-b', rate: '7' },
        ]);
        expect(await verifyAudit(grown)).to.deep.include({ links: 2, records: 5, fault: null });
        const marks: (string | null)[] = [];
        await exportAudit(grown, ({ mark }) => marks.push(mark));
        expect(marks.map((mark) => mark?.length)).to.deep.equal([undefined, undefined, undefined, 8, 8]);
        const fault = async (...sql: string[]) => (await proofAfter(grown, kind, sql)).fault;
        expect(await fault("update audit_record set actor = 'x' where batch = 1 and position = 1")).to.deep.equal({
          kind: 'altered',
          link: 1,
          batch: 1,
          position: null,
          message: `Batch 1 was altered. One of its 3 records is not what was written: tax A, master at ${at}, tax B, master at ${at}, tax C, master at ${at}.`,
        });
        expect(await fault('delete from audit_record where batch = 1 and position = 1')).to.include({
          kind: 'missing',
          batch: 1,
          position: 1,
        });
        expect(await fault(copy([1, 0], [1, 3]))).to.include({ kind: 'inserted', batch: 1, position: 3 });
        expect(await fault("update audit_record set actor = 'x' where batch > 1 and position = 1")).to.include({
          kind: 'altered',
          link: 2,
          position: 1,
        });
      } finally {
        await grown.close();
        await older.drop();
      }
    });

    it('finds records that were altered together with their digest, and links that were removed', async () => {
      const [record] = await store.read((db) =>
        db.all<Record<string, string>>('select * from audit_record where batch = 2 and position = 0'),
      );
      expect(record?.actor).to.equal('tester');
      const rows = await store.read((db) =>
        db.all<Record<string, string>>('select * from audit_record where batch = 2 order by position'),
      );
      const texts = rows.map((row, i) =>
        recordText(
          i,
          {
            at: row.at as string,
            actor: 'x',
            stage: row.stage as string,
            subject: 'master',
            subjectId: row.subject_id as string,
            from: row.from_state ?? null,
            to: row.to_state ?? null,
            reason: null,
          },
          row.evidence as string,
        ),
      );
      const { digest, marks } = proofOf(texts);
      expect(
        await faultOf(
          "update audit_record set actor = 'x' where batch = 2",
          `update audit_link set digest = '${digest}', marks = '${marks}' where link = 2`,
        ),
      ).to.include({ kind: 'altered', link: 2, position: null });
      expect(await faultOf('delete from audit_link where link = 2')).to.include({ kind: 'missing', link: 2 });
      expect(await faultOf("update audit_link set hash = 'x' where link = 4")).to.include({ kind: 'altered', link: 4 });
    });

    it('finds a lost tail: by the head, and when that was set back too, by a head kept outside', async () => {
      const { head } = await verifyAudit(store);
      const cut = ['delete from audit_record where batch = 4', 'delete from audit_link where link = 4'];
      expect((await tampered(cut)).fault).to.include({ kind: 'lost-tail', link: 4 });
      const back = 'update audit_head set link = 3, hash = (select hash from audit_link where link = 3)';
      expect((await tampered([...cut, back])).fault).to.equal(null);
      expect((await tampered([...cut, back], head)).fault).to.include({ kind: 'lost-tail', link: 4 });
      expect((await verifyAudit(store, { link: 4, hash: 'f'.repeat(64) })).fault).to.include({
        kind: 'lost-tail',
        link: 4,
      });
    });

    it('can be written out, each record with its link', async () => {
      const records: ExportedRecord[] = [];
      await exportAudit(store, (record) => records.push(record));
      expect(records.map(({ link, position }) => [link, position])).to.deep.equal(
        [1, 2, 3, 4].flatMap((link) => [0, 1, 2].map((position) => [link, position])),
      );
      expect(records[0]).to.include({ subjectId: 'tax T-1-a 0001-01-01', actor: 'tester' });
    });
  });
});

/** The proof after somebody who may do anything in the database did this; taken back afterwards. */
async function proofAfter(
  store: Store,
  kind: string,
  sql: readonly string[],
  expected?: AuditHead,
): Promise<AuditProof> {
  let proof: AuditProof | undefined;
  await store
    .transaction(async (db) => {
      await takeGuardsAway(db, kind);
      for (const statement of sql) await db.run(statement);
      const same = Object.assign(Object.create(db), { run: async () => 0 }) as Database;
      const inside = {
        ...store,
        read: (work: (connection: Database) => Promise<unknown>) => work(same),
      } as unknown as Store;
      proof = await verifyAudit(inside, expected);
      throw new Undo();
    })
    .catch((error: unknown) => {
      if (!(error instanceof Undo)) throw error;
    });
  return proof as AuditProof;
}

/** A transaction on a store as it is found; its tables are looked at when it is opened. */
async function onceOpen(url: string, work: (db: Database) => Promise<unknown>): Promise<void> {
  const store = await openStore(url, { migrate: false });
  await store.transaction(work).finally(() => store.close());
}

/** A batch as it was written before links had marks: the first of its store. */
async function writeWithoutMarks(db: Database, subjects: readonly string[]): Promise<void> {
  const [batch] = await db.take('audit_batch', 1);
  const texts = subjects.map((subject, position) =>
    JSON.stringify([position, at, 'tester', 'master', 'master', subject, null, null, null, '{}']),
  );
  const digest = createHash('sha256')
    .update(`${texts.join('\n')}\n`)
    .digest('hex');
  const hash = createHash('sha256')
    .update(`${'0'.repeat(64)}|${batch}|3|${digest}`)
    .digest('hex');
  await db.insert(
    'audit_record',
    subjects.map((subject, position) => ({
      batch: batch as number,
      position,
      at,
      actor: 'tester',
      stage: 'master',
      subject: 'master',
      subject_id: subject,
      from_state: null,
      to_state: null,
      reason: null,
      evidence: '{}',
    })),
  );
  await db.insert('audit_link', [{ link: 1, batch: batch as number, records: 3, digest, hash, at }]);
  await db.run('update audit_head set link = 1, hash = ?', [hash]);
}

async function takeGuardsAway(db: Database, kind: string): Promise<void> {
  for (const name of ['audit_record', 'audit_link']) {
    if (kind === 'postgres') await db.run(`drop trigger ${name}_append_only on ${name}`);
    else for (const verb of ['update', 'delete']) await db.run(`drop trigger ${name}_no_${verb}`);
  }
}
