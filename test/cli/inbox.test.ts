import { execFile } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { createOrders } from '../../lib/stages/create-orders';
import { documentsLeft } from '../../lib/store/left-behind';
import { openStore, type Store } from '../../lib/store/store';
import { onBothDatabases } from '../support/databases';
import { purchase, receive } from '../support/intake';
import { SampleCompany } from '../support/orders';

const program = join(__dirname, '../../lib/cli/main.js');

describe('the inbox on the command line', () => {
  onBothDatabases((_kind, url) => describe('beside a runtime', () => theInbox(url)));
});

function theInbox(url: () => string): void {
  let directory: string;
  let store: Store;
  let company: SampleCompany;
  let runtime: NodeJS.Timeout | undefined;
  let working: Promise<unknown> = Promise.resolve();

  /** What source-tag does in a Node-RED that runs on the store. */
  const work = async (): Promise<void> => {
    const now = new Date().toISOString();
    const left = await store.read((db) => documentsLeft(db, {}, { before: now, now }, 100));
    await createOrders(
      company.context,
      left.map(({ documentId }) => ({ documentId, rules: [] })),
    );
  };

  before(async () => {
    directory = mkdtempSync(join(tmpdir(), 'o2c-cli-'));
    store = await openStore(url(), { exclusive: true });
    company = new SampleCompany(store);
    company.now = new Date().toISOString(); // the command line has no other clock
    await company.open(['C-1', 'C-2'], ['A'], 1000);
    runtime = setInterval(() => {
      working = working.then(work);
    }, 50);
  });
  after(async () => {
    clearInterval(runtime);
    await working;
    await store.close();
    rmSync(directory, { recursive: true, force: true });
  });

  const o2c = (...args: string[]) =>
    new Promise<{ code: number; out: string; err: string }>((resolve) => {
      execFile(
        process.execPath,
        [program, ...args],
        { cwd: directory, env: { ...process.env, O2C_DB: url() } },
        (error, out, err) => resolve({ code: typeof error?.code === 'number' ? error.code : 0, out, err }),
      );
    });
  const json = async (...args: string[]) => JSON.parse((await o2c(...args, '--json')).out);

  async function rejected(body: unknown): Promise<string> {
    const { inboxId } = await receive(company.context, body);
    working = working.then(work);
    await working;
    return String(inboxId);
  }

  it('finds a message by a text and a code, shows what failed where, and writes its bytes to a file', async () => {
    const order = purchase({ poNumber: 'CLI-Search-1', sku: 'GONE' });
    const id = await rejected(order);
    expect((await json('inbox', 'list', '--text', 'cli-search', '--code', 'unknown-sku')).inbox[0].inboxId).to.equal(
      id,
    );
    expect((await json('inbox', 'list', '--text', 'cli-search', '--state', 'accepted')).inbox).to.deep.equal([]);
    const shown = await o2c('inbox', 'show', id);
    expect(shown.out).to.include('unknown-sku').and.include('source-tag').and.include('/lines/0/sku');
    expect(await o2c('inbox', 'show', id, '--raw', 'raw.json')).to.include({ code: 0 });
    expect(JSON.parse(readFileSync(join(directory, 'raw.json'), 'utf8'))).to.deep.equal(order);
    expect(await o2c('inbox', 'show', id, '--raw', 'raw.json')).to.include({ code: 2 });
  });

  it('works messages again, by number or by what they have in common', async () => {
    const ids = [await rejected(purchase({ sku: 'SOON' })), await rejected(purchase({ sku: 'SOON', customer: 'C-2' }))];
    const failing = await o2c('inbox', 'replay', ids[0] as string);
    expect(failing).to.include({ code: 1 });
    expect(failing.out).to.include('1 document still fails: ').and.include('SOON');
    await company.addProducts(['SOON']);
    const [first] = (await json('inbox', 'replay', ids[0] as string)).messages;
    expect(first).to.include({ inboxId: ids[0], reopened: 1, accepted: 1, rejected: 0 });
    const { messages } = await json('inbox', 'replay', '--code', 'unknown-sku', '--partner', 'DIRECT');
    expect(messages.find(({ inboxId }: { inboxId: string }) => inboxId === ids[1])).to.include({ accepted: 1 });
    expect(
      (await json('inbox', 'replay', ...ids)).messages.map(({ reopened }: { reopened: number }) => reopened),
    ).to.deep.equal([0, 0]);
    expect(await o2c('inbox', 'replay', '--partner', 'NOBODY')).to.include({ code: 0 });
  });

  it('takes a corrected copy, and says when it is none', async () => {
    const order = purchase({ sku: 'TYPO' });
    const id = await rejected(order);
    writeFileSync(join(directory, 'copy.json'), JSON.stringify({ ...order, lines: [{ sku: 'A', quantity: '1' }] }));
    writeFileSync(join(directory, 'same.json'), JSON.stringify(order));
    expect(await o2c('inbox', 'correct', id, 'same.json')).to.include({ code: 1 });
    const typed = await o2c('inbox', 'correct', id, 'copy.json', '--type', 'foo/bar');
    expect(typed).to.include({ code: 2 });
    expect(typed.err).to.match(/^--type: .*foo\/bar/);
    const corrected = await o2c('inbox', 'correct', id, 'copy.json', '--reason', 'a typing error');
    expect(corrected).to.include({ code: 0 });
    expect(corrected.out).to.match(new RegExp(`Message \\d+ corrects message ${id}\\.`));
    const shown = await json('inbox', 'show', id);
    expect(shown).to.include({ state: 'replaced' });
    expect((await o2c('inbox', 'show', shown.corrections[0])).out)
      .to.include(`A corrected copy of message ${id} by o2c command line`)
      .and.include('a typing error');
    expect((await o2c('inbox', 'show', id)).out).to.include(`Corrected by message ${shown.corrections[0]}`);
    expect(await o2c('inbox', 'correct', id, 'copy.json')).to.include({ code: 0 });
    expect(await o2c('reconcile')).to.include({ code: 0 });
  });

  it('reads a file again with the layout that is given', async () => {
    const { inboxId } = await receive(company.context, 'Nummer;Kunde;Artikel;Menge\nCSV-1;C-1;A;1,5\n', {
      channel: 'file',
      contentType: 'text/csv',
    });
    const mapping = { Nummer: 'poNumber', Kunde: 'customer', Artikel: 'sku', Menge: 'quantity' };
    writeFileSync(join(directory, 'layout.json'), JSON.stringify({ csv: { decimalMark: ',', mapping } }));
    writeFileSync(join(directory, 'wrong.json'), JSON.stringify({ csv: { decimalMark: 'x' } }));
    expect(await o2c('inbox', 'replay', String(inboxId), '--reading', 'wrong.json')).to.include({ code: 1 });
    expect(await o2c('inbox', 'replay', String(inboxId))).to.include({ code: 1 });
    const again = await json('inbox', 'replay', String(inboxId), '--reading', 'layout.json');
    expect(again.messages[0]).to.include({ accepted: 1, rejected: 0 });
  });

  it('says how it is used', async () => {
    for (const words of [
      ['replay', '1', '--all'],
      ['replay', 'seven'],
      ['replay', '1', '--wait', 'long'],
      ['correct', '1'],
      ['correct', '1', 'missing.json'],
      ['correct', '1', 'a', 'b'],
      ['replay', '--all', '--reading', 'layout.json'],
      ['dance'],
    ])
      expect(await o2c('inbox', ...words), words.join(' ')).to.include({ code: 2 });
    expect(await o2c('inbox', 'replay', '999999')).to.include({ code: 1 });
    expect(await o2c('inbox', 'replay', '--state', 'accepted')).to.include({ code: 2 });
    expect((await o2c('inbox', '--help')).out).to.include('inbox correct ID FILE');
  });
}
