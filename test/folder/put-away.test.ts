import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { type Claim, Claims } from '../../lib/folder/claims';
import { type PutAway, putAway } from '../../lib/folder/put-away';
import { RefusingFileSystem } from '../support/refusing-file-system';

const result = { bytes: Buffer.from('row,outcome'), extension: 'csv' as const };
const now = '2026-11-27T10:15:00.000Z';

describe('a file that is put away', () => {
  const system = new RefusingFileSystem();
  let folder: string;

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'o2c-put-away-'));
  });
  afterEach(() => {
    system.restore();
    rmSync(folder, { recursive: true, force: true });
  });

  const claimed = async (): Promise<Claim> => {
    const claims = new Claims(folder, (words) => expect.fail(words));
    await claims.open();
    writeFileSync(join(folder, 'orders.csv'), 'poNumber');
    return (await claims.claim({ folder: '', name: 'orders.csv' })) as Claim;
  };
  const away = async (): Promise<PutAway> => putAway(folder, await claimed(), { failed: false, result, now });
  const expectBoth = (): void => {
    expect(readdirSync(join(folder, 'done')).sort()).to.deep.equal([
      'orders.20261127-101500.csv',
      'orders.20261127-101500.csv.result.csv',
      'orders.csv',
      'orders.csv.result.csv',
    ]);
    for (const name of readdirSync(join(folder, 'done')))
      expect(readFileSync(join(folder, 'done', name), 'utf8')).to.equal(
        name.includes('.result.') ? 'row,outcome' : 'poNumber',
      );
  };

  it('lies whole beside its result, and replaces nothing', async () => {
    expect(await away()).to.deep.equal({ movedTo: 'done/orders.csv', resultFile: 'done/orders.csv.result.csv' });
    await away();
    expectBoth();
  });

  it('does so where there are no hard links, under its name only when it is complete', async () => {
    for (const name of ['orders.csv', 'result']) system.refuse('link', name, 'EPERM');
    const steps = system.steps();
    await away();
    expect(steps.filter((step) => /orders\.csv/.test(step))).to.deep.equal([
      'rename orders.csv to orders.csv', // the claim
      'flush .orders.csv.part',
      'rename .orders.csv.part to orders.csv',
      'flush .orders.csv.result.csv.part',
      'rename .orders.csv.result.csv.part to orders.csv.result.csv',
    ]);
    await away();
    expectBoth();
  });
});
