import { expect } from 'chai';
import { inboxMessage } from '../../lib/answers/inbox-lists';
import { rawMessage } from '../../lib/answers/inbox-raw';
import { BusinessRejection } from '../../lib/domain/faults';
import { reconcile } from '../../lib/ops/reconcile';
import { changeCompanySettings, readSettings } from '../../lib/stages/company-settings';
import { createOrders } from '../../lib/stages/create-orders';
import { dropRawMessages } from '../../lib/stages/drop-raw-messages';
import { openStore, type Store } from '../../lib/store/store';
import { onBothDatabases } from '../support/databases';
import { post, purchase, receive } from '../support/intake';
import { SampleCompany } from '../support/orders';

describe('retention of bytes', () =>
  onBothDatabases((_kind, url) => {
    let store: Store;
    let company: SampleCompany;

    before(async () => {
      store = await openStore(url());
      company = new SampleCompany(store);
      await company.open(['C-1'], ['A'], 1000);
    });
    after(() => store.close());

    const keepFor = async (retentionDays: number | null): Promise<void> => {
      const { version } = await readSettings({ store });
      await changeCompanySettings(company.context, version, { retentionDays });
    };
    const dropped = async (): Promise<number[]> =>
      (
        await company.rows<{ inbox_id: number }>(
          'select inbox_id from inbox_message where bytes_dropped_at is not null order by inbox_id',
        )
      ).map((row) => row.inbox_id);
    const audited = () =>
      company.rows<{ subject_id: string; evidence: string }>(
        "select subject_id, evidence from audit_record where stage = 'retention' order by batch, position",
      );

    it('drops the bytes of what was decided long ago, and nothing of what waits, is parked or was touched since', async () => {
      const accepted = (await receive(company.context, purchase())).documents[0];
      const rejected = await receive(company.context, '{"broken');
      const waiting = await receive(company.context, purchase());
      const touched = await receive(company.context, purchase());
      const ids = [accepted?.documentId as number];
      await createOrders(
        company.context,
        ids.map((documentId) => ({ documentId, rules: [] })),
      );
      company.now = '2026-12-20T10:00:00.000Z';
      await createOrders(company.context, [{ documentId: touched.documents[0]?.documentId as number, rules: [] }]);
      await post(company.context, purchase());

      company.now = '2026-12-24T10:00:00.000Z';
      expect(await dropRawMessages(company.context)).to.deep.equal({ next: null, dropped: 0 });
      await keepFor(30);
      expect(await dropRawMessages(company.context)).to.deep.equal({ next: null, dropped: 2 });
      expect(await dropped()).to.deep.equal([accepted?.inboxId, rejected.inboxId]);
      expect(await dropRawMessages(company.context)).to.deep.equal({ next: null, dropped: 0 });
      const records = await audited();
      expect(records).to.have.length(1);
      expect(JSON.parse(records[0]?.evidence ?? '{}')).to.include({ retentionDays: 30, messages: 2 });
      expect(records[0]?.subject_id).to.equal(`messages ${accepted?.inboxId} to ${rejected.inboxId}`);

      const shown = await store.read((db) => inboxMessage(db, rejected.inboxId));
      expect(shown).to.include({ bytesDroppedAt: company.now, size: 8 });
      expect(shown?.sha256).to.match(/^[0-9a-f]{64}$/);
      expect(shown?.documents[0]?.errors[0]?.code).to.be.a('string');
      expect(shown?.raw).to.deep.equal({ encoding: 'text', content: '', truncated: true });
      const refused = await store.read((db) => rawMessage(db, rejected.inboxId)).catch((error: unknown) => error);
      expect(refused).to.be.instanceOf(BusinessRejection).and.include({ code: 'raw-dropped' });
      const kept = await store.read((db) => rawMessage(db, waiting.inboxId));
      expect(kept.body.length).to.be.above(0);

      company.now = '2027-01-20T10:00:00.000Z';
      await dropRawMessages(company.context);
      expect(await dropped()).to.not.include(waiting.inboxId);
      expect(await dropped()).to.include(touched.inboxId);
      expect((await reconcile(store)).clean).to.equal(true);
    });

    it('keeps everything for ever when the company says so', async () => {
      await keepFor(null);
      const before = await dropped();
      company.now = '2100-01-01T00:00:00.000Z';
      expect(await dropRawMessages(company.context)).to.deep.equal({ next: null, dropped: 0 });
      expect(await dropped()).to.deep.equal(before);
    });

    it('takes no other retention', async () => {
      for (const days of [0, -1, 1.5, '30', 40_000]) {
        const { version } = await readSettings({ store });
        const refused = await changeCompanySettings(company.context, version, { retentionDays: days }).catch(
          (error: unknown) => error,
        );
        expect(refused, String(days)).to.be.instanceOf(BusinessRejection).and.include({ code: 'out-of-range' });
      }
    });
  }));
