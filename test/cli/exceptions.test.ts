import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { expect } from 'chai';
import { verifyAudit } from '../../lib/ops/verify-audit';
import { confirmDeliveries } from '../../lib/stages/confirm-delivery';
import { openStore, type Store } from '../../lib/store/store';
import { onBothDatabases } from '../support/databases';
import { purchaseOrder, x12 } from '../support/edi';
import { receive } from '../support/intake';
import { SampleCompany } from '../support/orders';
import { slipOf } from '../support/slips';

const program = join(__dirname, '../../lib/cli/main.js');

describe('exceptions on the command line', () => {
  onBothDatabases((_kind, url) => {
    let store: Store;
    let company: SampleCompany;

    before(async () => {
      store = await openStore(url());
      company = new SampleCompany(store);
      await company.open(['C-1'], ['A', 'B'], 10);
      const acme = { partner: 'ACME', name: 'Acme', channels: ['edi'], customers: ['C-1'], ediIds: ['ZZ:ACME'] };
      await company.master('partners', [acme]);
      for (const sku of ['A', 'B']) {
        const order = purchaseOrder('P-1', 'C-1', [['1', '1', 'EA', '', 'VN', sku]]);
        await receive(company.context, x12('850', [order]), { channel: 'edi', contentType: 'application/edi-x12' });
      }
    });
    after(() => store.close());

    const o2c = (...args: string[]) =>
      new Promise<{ code: number; out: string; err: string }>((resolve) => {
        execFile(
          process.execPath,
          [program, 'exceptions', ...args],
          { env: { ...process.env, O2C_DB: url() } },
          (error, out, err) => resolve({ code: typeof error?.code === 'number' ? error.code : 0, out, err }),
        );
      });
    const listed = async (...args: string[]) => JSON.parse((await o2c('list', '--json', ...args)).out).exceptions;

    it('are listed, and closed with a note', async () => {
      const [conflict] = await listed();
      expect(conflict).to.include({ kind: 'interchange-conflict', closedAt: null });
      expect((await o2c('list')).out).to.match(/interchange-conflict .*close.*which one counts/);
      const { exception } = conflict;
      const silent = await o2c('close', exception);
      expect(silent.code).to.equal(2);
      expect(silent.err).to.match(/^Say with --note what was done, or why\.\n/);
      const other = await o2c('reject', exception, '--note', 'no');
      expect(other.code).to.equal(1);
      expect(other.err).to.match(/Close it when the partner has said/);
      const closed = await o2c('close', exception, '--note', 'the first counts');
      expect([closed.code, closed.out]).to.deep.equal([
        0,
        `Exception ${exception} (interchange-conflict): closed. the first counts\n`,
      ]);
      expect(await listed()).to.deep.equal([]);
      expect((await o2c('list')).out).to.equal('There are none.\n');
      const [past] = await listed('--state', 'closed');
      expect(past).to.include({ exception, resolution: 'close: the first counts' });
      expect(past.closedBy).to.match(/^o2c command line/);
      expect((await o2c('close', exception, '--note', 'again')).code).to.equal(1);
      expect((await verifyAudit(store)).fault).to.equal(null);
    });

    it('of a slip say what may be done with the slip', async () => {
      const slip = slipOf([[4711, 1, 5]], { packingSlip: 'PS-GHOST' });
      await confirmDeliveries(company.context, [slip]);
      expect((await o2c('list', '--kind', 'delivery')).out).to.include('accept, correct, reject: the slip');
    });

    it('that are not there are no wrong usage, and words are', async () => {
      expect((await o2c('close', '4711', '--note', 'x')).code).to.equal(1);
      expect((await o2c('close', 'x', '--note', 'x')).code).to.equal(2);
      expect((await o2c('sell', '1')).code).to.equal(2);
      expect((await o2c('list', '--state', 'lost')).code).to.equal(2);
    });
  });
});
