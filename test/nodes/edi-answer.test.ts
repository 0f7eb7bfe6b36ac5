import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { sendAnswersAgain } from '../../lib/stages/send-answers';
import { openStore, type Store } from '../../lib/store/store';
import { onBothDatabases } from '../support/databases';
import { inGroups, purchaseOrder, x12 } from '../support/edi';
import { receive } from '../support/intake';
import { SampleCompany } from '../support/orders';
import { FlowUnderTest, type NodeUnderTest } from './flow-under-test';

describe('answers as files', () =>
  onBothDatabases((_kind, url) => {
    let store: Store;
    let company: SampleCompany;
    let flow: FlowUnderTest;
    let folder: string;

    before(async () => {
      store = await openStore(url());
      company = new SampleCompany(store);
      company.now = new Date(Date.now() - 60_000).toISOString();
      await company.open(['C-1'], ['A'], 100);
      const partner = (name: string) => ({ partner: name, name, channels: ['edi'], customers: ['C-1'] });
      await company.master(
        'partners',
        ['ACME', 'OTHER'].map((name) => ({ ...partner(name), ediIds: [`ZZ:${name}`] })),
      );
    });
    after(() => store.close());

    beforeEach(() => {
      folder = mkdtempSync(join(tmpdir(), 'o2c-answers-'));
      flow = new FlowUnderTest();
    });
    afterEach(async () => {
      await flow.end();
      rmSync(folder, { recursive: true, force: true });
    });

    const answers = (): NodeUnderTest => ({
      id: 'answers',
      type: 'edi-answer',
      outputs: 1,
      partner: '',
      sentWhen: 'written',
      folder,
    });
    let control = 0;
    const send = (sender: string) =>
      receive(
        company.context,
        x12('850', [purchaseOrder(`P-${++control}`, 'C-1', [['1', '1', 'EA', '9.99', 'VN', 'A']])], {
          control,
          sender,
        }),
        { channel: 'edi', contentType: 'application/edi-x12' },
      );
    const states = (): Promise<{ answer_id: number; partner: string; state: string }[]> =>
      company.rows('select answer_id, partner, state from edi_answer order by answer_id');

    it('are written whole, one partner a folder; what cannot be written stops no other, and is given again', async () => {
      await send('ACME');
      await send('OTHER');
      writeFileSync(join(folder, 'ACME'), 'no folder can be made here');
      await flow.load(url(), [answers()]);
      const { filename, answer } = await flow.next('answers', 0);
      await flow.until(() => flow.caught.length > 0, 'the fault');
      expect(filename).to.equal(join(folder, 'OTHER', '997-000000001.x12'));
      const about = 'interchange 000000002 of ZZ:OTHER';
      expect(answer).to.include({
        partner: 'OTHER',
        kind: '997',
        answers: about,
        summary: `997 1 to OTHER for ${about}`,
      });
      expect(readdirSync(join(folder, 'OTHER'))).to.deep.equal(['997-000000001.x12']);
      expect(readFileSync(String(filename), 'utf8')).to.match(/^ISA\*.*IEA\*1\*000000001~\s*$/s);
      expect(flow.caught[0]?.error.message).to.contain(join(folder, 'ACME'));
      const kept = await states();
      expect(kept.map(({ partner, state }) => [partner, state])).to.deep.equal([
        ['ACME', 'ready'],
        ['OTHER', 'sent'],
      ]);
      rmSync(join(folder, 'ACME'));
      await sendAnswersAgain(company.context, [(kept[0] as (typeof kept)[number]).answer_id]); // instead of a minute
      await flow.next('answers', 0, 2);
      expect(readdirSync(join(folder, 'ACME'))).to.deep.equal(['997-000000001.x12']);
      expect((await states()).map(({ state }) => state)).to.deep.equal(['sent', 'sent']);
      expect(existsSync(join(folder, 'OTHER', '997-000000001.x12'))).to.equal(true);
    });

    it('stand in the response to a request for all groups that it brought, and go out no other way', async () => {
      const orders = ['G-1', 'G-2'].map((number) =>
        purchaseOrder(number, 'C-1', [['1', '1', 'EA', '9.99', 'VN', 'A']]),
      );
      company.now = new Date().toISOString();
      const { inboxId } = await receive(company.context, inGroups('850', orders, ++control), {
        channel: 'edi',
        contentType: 'application/edi-x12',
        keyId: 'key',
      });
      await flow.load(url(), [answers()]);
      flow.send('answers', { payload: { inboxId }, res: {} });
      const told = (await flow.next('answers', 0)) as { payload?: unknown; statusCode?: number };
      await flow.until(() => flow.completed.length > 0, 'the end of the request');
      expect(told.statusCode).to.equal(200);
      expect([...String(told.payload).matchAll(/AK1\*PO\*(\d+)/g)].map(([, number]) => number)).to.deep.equal([
        '1',
        '2',
      ]);
      expect((await states()).filter(({ state }) => state !== 'sent')).to.deep.equal([]);
      expect(readdirSync(folder)).to.deep.equal([]);
    });
  }));
