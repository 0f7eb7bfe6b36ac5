import { execFile } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { verifyAudit } from '../../lib/ops/verify-audit';
import { confirmSent, takeAnswers } from '../../lib/stages/send-answers';
import { openStore, type Store } from '../../lib/store/store';
import { onBothDatabases } from '../support/databases';
import { purchaseOrder, x12 } from '../support/edi';
import { post } from '../support/intake';
import { SampleCompany } from '../support/orders';

const program = join(__dirname, '../../lib/cli/main.js');

describe('answers by EDI on the command line', () => {
  onBothDatabases((_kind, url) => {
    let directory: string;
    let store: Store;
    let company: SampleCompany;

    before(async () => {
      directory = mkdtempSync(join(tmpdir(), 'o2c-cli-'));
      store = await openStore(url());
      company = new SampleCompany(store);
      await company.open(['C-1'], ['A'], 10);
      const acme = { partner: 'ACME', name: 'Acme', channels: ['edi'], customers: ['C-1'], ediIds: ['ZZ:ACME'] };
      await company.master('partners', [acme]);
      const order = purchaseOrder('P-1', 'C-1', [['1', '1', 'EA', '', 'VN', 'A']]);
      await post(company.context, x12('850', [order]), { channel: 'edi', contentType: 'application/edi-x12' });
    });
    after(async () => {
      await store.close();
      rmSync(directory, { recursive: true, force: true });
    });

    const o2c = (...args: string[]) =>
      new Promise<{ code: number; out: string; err: string }>((resolve) => {
        execFile(
          process.execPath,
          [program, 'answers', ...args],
          { cwd: directory, env: { ...process.env, O2C_DB: url() } },
          (error, out, err) => resolve({ code: typeof error?.code === 'number' ? error.code : 0, out, err }),
        );
      });

    it('are listed, shown, saved and sent again', async () => {
      const [sent] = await takeAnswers(company.context, {}, 10);
      const id = sent?.answerId as number;
      await confirmSent(company.context, [id]);
      const listed = JSON.parse((await o2c('list', '--partner', 'ACME', '--json')).out);
      expect(listed.answers).to.have.length(1);
      expect(listed.answers[0]).to.include({ answer: String(id), kind: '997', state: 'sent', interchangeNumber: '1' });
      expect((await o2c('show', String(id))).out).to.include('ISA*');
      expect((await o2c('show', String(id), '--raw', 'answer.x12')).code).to.equal(0);
      expect(readFileSync(join(directory, 'answer.x12')).equals(sent?.bytes as Buffer)).to.equal(true);
      expect((await o2c('resend', String(id))).code).to.equal(0);
      const [again] = await takeAnswers(company.context, {}, 10);
      expect(again?.bytes.equals(sent?.bytes as Buffer)).to.equal(true);
      expect((await verifyAudit(store)).fault).to.equal(null);
    });

    it('that are not there are no wrong usage, and words are', async () => {
      expect((await o2c('resend', '4711')).code).to.equal(1);
      expect((await o2c('resend', 'x')).code).to.equal(2);
      expect((await o2c('list', '--state', 'lost')).code).to.equal(2);
    });
  });
});
