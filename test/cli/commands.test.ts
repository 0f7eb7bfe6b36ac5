import { execFile } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { openStore, type Store } from '../../lib/store/store';
import { SoundBooks } from '../ops/sound-books';
import { type DatabaseKind, onBothDatabases } from '../support/databases';

interface Ended {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

const program = join(__dirname, '../../lib/cli/main.js');

describe('the command line', function () {
  this.timeout(600_000); // up to thirty processes a test, one after the other

  onBothDatabases((kind: DatabaseKind, url) => {
    let directory: string;
    let runtime: Store | undefined;

    before(() => {
      directory = mkdtempSync(join(tmpdir(), 'o2c-cli-'));
    });
    after(async () => {
      await runtime?.close();
      rmSync(directory, { recursive: true, force: true });
    });

    const o2c = (...args: string[]) =>
      new Promise<Ended>((resolve) => {
        execFile(
          process.execPath,
          [program, ...args],
          { env: { ...process.env, O2C_DB: url() }, cwd: directory },
          (error, out, err) => {
            resolve({ code: typeof error?.code === 'number' ? error.code : 0, out, err });
          },
        );
      });
    const json = async (...args: string[]) => JSON.parse((await o2c(...args, '--json')).out);
    const file = (name: string, content: string) => {
      writeFileSync(join(directory, name), content);
      return name;
    };

    it('says how it is used', async () => {
      expect((await o2c('--help')).out)
        .to.include('Usage: o2c COMMAND')
        .and.include('reconcile')
        .and.include('Exit codes');
      expect((await o2c('audit', '--help')).out).to.include('--expect LINK:HASH');
      expect(await o2c()).to.include({ code: 2 });
      expect((await o2c('dance')).err).to.include('There is no command dance');
      expect(await o2c('orders', '--colour', 'red')).to.include({ code: 2, out: '' });
      expect(await o2c('inbox', 'replay')).to.include({ code: 2 });
    });

    it('finds no store where none is, and makes none while it looks', async () => {
      const away = kind === 'sqlite' ? 'sqlite:./nowhere/o2c.sqlite' : 'postgres://nobody@127.0.0.1:1/none';
      expect(await o2c('reconcile', '--db', away)).to.include({ code: 3, out: '' });
      expect(await o2c('reconcile', '--db', 'mysql://x')).to.include({ code: 3, out: '' });
      const noDatabase = file('no.sqlite', 'poNumber,customer\n'.repeat(100));
      const ended = await o2c('reconcile', '--json', '--db', `sqlite:${noDatabase}`);
      expect(ended).to.include({ code: 3, out: '' });
      expect(ended.err).to.match(/^\S+no\.sqlite is no SQLite database\. Name another file\.\n$/);
    });

    it('makes the store, once', async () => {
      expect((await json('migrate')).applied).to.include('0001-order-to-cash');
      expect((await o2c('migrate')).out).to.include('is up to date');
    });

    it('works beside a running system', async () => {
      runtime = await openStore(url(), { exclusive: true });
      await SoundBooks.fill(runtime);
      expect(await o2c('reconcile')).to.include({ code: 0 });
    });

    it('imports master data from CSV and JSON, and says in which row and column a fault is', async () => {
      const customers =
        'Customer;Name;CURRENCY;credit limit;payment_terms_days;Ship To City\nC-7;Seven;EUR;unlimited;14;Bonn\nC-8;"Eight; Ltd";EUR;12,50;14;\n';
      const result = await o2c('import', 'customers', file('customers.csv', `\ufeff${customers}`));
      expect(result.code).to.equal(1);
      expect(result.out).to.include('1 customer taken, 1 rejected').and.include('row 3, column creditLimit');
      const partner = await json(
        'import',
        'partners',
        file('partners.csv', 'partner,name,channels,customers,skuMap\nSHOP,Shop,api|file,*,W-1=A|W=2=B\n'),
      );
      expect(partner).to.deep.include({ upserted: 1, rejected: [] });
      expect(
        await o2c(
          'import',
          'taxes',
          file('taxes.json', '[{"taxCode": "X", "rate": 19.50, "validFrom": "2026-01-01"}]'),
        ),
      ).to.include({ code: 0, out: '1 tax taken\n' });
      expect(await o2c('import', 'taxes', file('broken.json', '[{'))).to.include({ code: 1, out: '' });
      expect(await o2c('import', 'taxes', 'missing.json')).to.include({ code: 2 });
      for (const [name, content] of [
        ['empty.csv', ''],
        ['head.csv', 'taxCode,rate\n'],
        ['empty.json', '[]'],
      ] as const) {
        const { code, out, err } = await o2c('import', 'taxes', file(name, content));
        expect([code, out, err], name).to.deep.equal([1, '', `${name} holds no taxes.\n`]);
      }
      const stored = await runtime?.read((db) =>
        db.all<{ sku_map: string; channels: string }>("select sku_map, channels from partner where partner = 'SHOP'"),
      );
      expect(stored).to.deep.equal([{ sku_map: '{"W-1":"A","W=2":"B"}', channels: '["api","file"]' }]);
    });

    it('takes the orders of a file, says what was wrong, and knows the file when it comes again', async () => {
      const orders = file('orders.csv', 'poNumber,customer,sku,quantity\nCLI-1,NOBODY,X,1\nCLI-2,NOBODY,X,many\n');
      const first = await o2c('import', 'orders', orders, '--result', 'result.csv');
      expect(first.code, first.err).to.equal(1);
      expect(first.out)
        .to.match(/0 accepted, 0 here before, 2 rejected/)
        .and.to.match(/CLI-2 +quantity +not-a-number/);
      const result = readFileSync(join(directory, 'result.csv'), 'utf8');
      expect(result)
        .to.match(/2,CLI-1,,rejected,customer,unknown-customer/)
        .and.to.match(/3,CLI-2,,rejected,quantity,/);
      expect(await json('import', 'orders', orders)).to.include({ replayed: true, rejected: 2 });
      const good = file('good.csv', 'poNumber,customer,sku,quantity\nCLI-3,CLI-C,CLI-A,1\n');
      await o2c('import', 'customers', file('c.csv', 'customer,name,currency,paymentTermsDays\nCLI-C,C,EUR,30\n'));
      await o2c('import', 'taxes', file('t.csv', 'taxCode,rate\nCLI-T,19\n'));
      await o2c(
        'import',
        'products',
        file('p.csv', 'sku,name,baseUom,price,cost,taxCode\nCLI-A,A,EA,1.00,0.50,CLI-T\n'),
      );
      expect(await json('import', 'orders', good)).to.include({ replayed: false, accepted: 1, duplicate: 0 });
      expect(await json('import', 'orders', good)).to.include({ replayed: true, accepted: 0, duplicate: 1 });
      expect((await o2c('import', 'orders', good, '--result', 'again.csv')).out).to.contain(
        '0 accepted, 1 here before',
      );
      expect(readFileSync(join(directory, 'again.csv'), 'utf8')).to.match(/2,CLI-3,SO-\d+,was here before/);
      expect(await o2c('import', 'orders', orders, '--policy', 'all')).to.include({ code: 2 });
      expect(await o2c('import', 'taxes', orders, '--partner', 'DIRECT')).to.include({ code: 2 });
    });

    it('shows and changes the company settings', async () => {
      expect(
        (
          await o2c(
            'settings',
            'set',
            'overdue.graceDays=5',
            'overdue.minimumAmount=10',
            'requiredChecks=inventory,credit',
          )
        ).code,
      ).to.equal(0);
      const { settings, createdBy } = await json('settings');
      expect(settings).to.deep.include({
        requiredChecks: ['inventory', 'credit'],
        overdue: { graceDays: 5, minimumAmount: '10' },
      });
      expect(createdBy).to.include('o2c command line');
      expect((await o2c('settings', 'get', 'overdue.graceDays')).out).to.equal('5\n');
      expect(await o2c('settings', 'set', 'overdue.graceDays=many')).to.include({ code: 1, out: '' });
      expect(await o2c('settings', 'set', 'colour=red')).to.include({ code: 1 });
      expect(await o2c('settings', 'set', 'colour')).to.include({ code: 2 });
    });

    it('makes, replaces, ends and lists keys', async () => {
      const { key, keyId } = await json('key', 'create', '--role', 'partner', '--name', 'Shop', '--partner', 'SHOP');
      expect(key).to.match(/^o2c_[0-9a-f]{12}_[\w-]{43}$/);
      expect((await o2c('key', 'rotate', keyId, '--overlap', '1')).code).to.equal(0);
      expect((await o2c('key', 'revoke', keyId)).code).to.equal(0);
      expect(await o2c('key', 'revoke', keyId)).to.include({ code: 1 });
      const list = await o2c('key', 'list');
      expect(list.out).to.include(keyId).and.include('revoked').and.not.include(key);
      expect(await o2c('key', 'create', '--role', 'partner')).to.include({ code: 2 });
      const king = await o2c('key', 'create', '--role', 'king', '--name', 'K');
      expect(king).to.include({ code: 2, out: '' });
      expect(king.err).to.match(/^--role: This must be one of partner, /);
      const nobody = await o2c('key', 'create', '--role', 'partner', '--name', 'K', '--acts-for', 'NOBODY');
      expect(nobody).to.include({
        code: 1,
        err: '--acts-for: The partner NOBODY is not known; add it to the partners first.\n',
      });
      const nope = await o2c('key', 'create', '--role', 'partner', '--name', 'K', '--partner', 'NOPE');
      expect(nope).to.include({
        code: 1,
        err: '--partner: The partner NOPE is not known; add it to the partners first.\n',
      });
    });

    it('lists and explains orders, jobs and messages', async () => {
      expect(
        (await json('orders', '--status', 'OnHold')).orders.map(({ salesOrder }: { salesOrder: string }) => salesOrder),
      ).to.deep.equal(['SO-000002']);
      expect((await o2c('orders')).out.split('\n')[0]).to.match(/^order +status +customer/);
      for (const [value, ...words] of [
        ['0', 'orders', '--limit'],
        ['abc', 'jobs', '--limit'],
        ['', 'inbox', 'list', '--state'],
        ['501', 'answers', 'list', '--limit'],
        ['x', 'exceptions', 'list', '--cursor'],
        ['Lost', 'orders', '--status'],
        ['lost', 'inbox', 'replay', '--state'],
      ] as const) {
        const { code, out, err } = await o2c(...words, value);
        expect([code, out, err.split(':')[0]], words.join(' ')).to.deep.equal([2, '', words.at(-1)]);
        expect(err).to.include(`Usage: o2c ${words[0]}`);
      }
      expect((await o2c('explain', 'so-000002')).out).to.include('SO-000002 is on hold: operator');
      expect(await o2c('explain', 'SO-000999')).to.include({ code: 1 });
      expect(await o2c('explain', '12')).to.include({ code: 2 });
      expect((await json('jobs', '--limit', '2')).jobs).to.have.length(2);
      expect((await json('inbox', 'list')).inbox).to.have.length(8);
      for (const words of [['orders'], ['jobs'], ['inbox', 'list']]) {
        const { next } = await json(...words, '--limit', '1');
        const page = await o2c(...words, '--limit', '1');
        expect(page.out, words[0]).to.match(/\nThere are more\. Say the same again with --cursor \S+\n$/);
        expect(page.out).to.include(`--cursor ${next}\n`);
        const on = await o2c(...words, '--limit', '500', '--cursor', next);
        expect(on.code).to.equal(0);
        expect(on.out)
          .to.not.include('There are more')
          .and.not.include(page.out.split('\n')[1] as string);
      }
      expect((await o2c('inbox', 'show', '1')).out)
        .to.include('Message 1 by api from DIRECT')
        .and.include('SO-000001');
    });

    it('proves the audit trail against a head kept outside, and writes it out', async () => {
      expect((await o2c('audit', 'verify', '--head', 'head.txt')).code).to.equal(0);
      const noted = readFileSync(join(directory, 'head.txt'), 'utf8').trim();
      expect((await o2c('audit', 'verify', '--expect', noted)).code).to.equal(0);
      expect(await o2c('audit', 'verify', '--expect', noted.replace(/:../, ':zz'))).to.include({ code: 2 });
      const wrong = await o2c('audit', 'verify', '--expect', `${noted.split(':')[0]}:${'0'.repeat(64)}`);
      expect(wrong.code).to.equal(1);
      expect(wrong.out).to.include('lost-tail');
      const lines = (await o2c('audit', 'export')).out
        .trim()
        .split('\n')
        .map((line) => JSON.parse(line));
      expect(lines.length).to.be.above(10);
      expect(lines[0]).to.include.keys('link', 'hash', 'evidence', 'subjectId');
    });

    it('ends with 1 when the books are not sound, and says where', async () => {
      await runtime?.transaction((db) =>
        db.run("update credit_account set open_receivables = open_receivables + 7 where account = 'C-1'"),
      );
      const { code, out } = await o2c('reconcile');
      expect(code).to.equal(1);
      expect(out).to.match(/open receivables +C-1 +open receivables/);
      expect((await json('reconcile')).clean).to.equal(false);
    });
  });
});
