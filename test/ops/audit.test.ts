import { expect } from 'chai';
import { type ExportedRecord, exportAudit } from '../../lib/ops/export-audit';
import { type AuditProof, verifyAudit } from '../../lib/ops/verify-audit';
import { upsertMaster } from '../../lib/stages/upsert-master';
import { digestOf, recordText } from '../../lib/store/audit';
import type { Database } from '../../lib/store/database';
import { openStore, type Store } from '../../lib/store/store';
import { onBothDatabases } from '../support/databases';

class Undo extends Error {}

describe('the audit trail', () => {
  onBothDatabases((kind, url) => {
    let store: Store;

    before(async () => {
      store = await openStore(url());
      const context = { store, actor: 'tester', clock: () => '2026-11-23T10:00:00.000Z' };
      for (let i = 1; i <= 4; i++) {
        await upsertMaster(context, 'taxes', [
          { taxCode: `T-${i}-a`, rate: '7' },
          { taxCode: `T-${i}-b`, rate: '7' },
          { taxCode: `T-${i}-c`, rate: '7' },
        ]);
      }
    });
    after(() => store.close());

    /** The proof after somebody who may do anything in the database did this; taken back afterwards. */
    async function tampered(sql: readonly string[], expected?: { link: number; hash: string }): Promise<AuditProof> {
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
        expect(fault, column).to.include({ kind: 'altered', batch: 2, link: 2 });
      }
      const { fault } = await tampered([
        "update audit_record set subject_id = 'tax T-9' where batch = 2 and position = 1",
      ]);
      expect(fault?.message).to.include('tax T-2-a').and.include('tax T-9');
    });

    it('names a missing record, and one that was inserted', async () => {
      expect(await faultOf('delete from audit_record where batch = 2 and position = 0')).to.include({
        kind: 'missing',
        batch: 2,
        position: 0,
      });
      expect(await faultOf('delete from audit_record where batch = 2 and position = 1')).to.include({
        kind: 'missing',
        batch: 2,
        position: 1,
      });
      expect(await faultOf('delete from audit_record where batch = 2 and position = 2')).to.include({
        kind: 'missing',
        batch: 2,
        position: 2,
      });
      expect(await faultOf('delete from audit_record where batch = 2')).to.include({
        kind: 'missing',
        batch: 2,
        position: 0,
      });
      const copied =
        'insert into audit_record select batch, 3, at, actor, stage, subject, subject_id, from_state, to_state, reason, evidence from audit_record where batch = 3 and position = 0';
      expect(await faultOf(copied)).to.include({ kind: 'inserted', batch: 3, position: 3 });
      expect(await faultOf(copied.replace('batch, 3', '99, 0'))).to.include({
        kind: 'inserted',
        batch: 99,
        position: 0,
      });
    });

    it('names records that changed places', async () => {
      const swap = [
        'update audit_record set position = 9 where batch = 2 and position = 0',
        'update audit_record set position = 0 where batch = 2 and position = 2',
        'update audit_record set position = 2 where batch = 2 and position = 9',
      ];
      expect(await faultOf(...swap)).to.include({ kind: 'reordered', batch: 2, position: 0 });
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
      const digest = digestOf(texts);
      expect(
        await faultOf(
          "update audit_record set actor = 'x' where batch = 2",
          `update audit_link set digest = '${digest}' where link = 2`,
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

async function takeGuardsAway(db: Database, kind: string): Promise<void> {
  for (const name of ['audit_record', 'audit_link']) {
    if (kind === 'postgres') await db.run(`drop trigger ${name}_append_only on ${name}`);
    else for (const verb of ['update', 'delete']) await db.run(`drop trigger ${name}_no_${verb}`);
  }
}
