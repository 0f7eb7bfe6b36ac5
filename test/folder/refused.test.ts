import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { utimes } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { expect } from 'chai';
import { Claims } from '../../lib/folder/claims';
import { FolderScanner } from '../../lib/folder/scan';
import { RefusingFileSystem } from '../support/refusing-file-system';

describe('a drop folder with files that this user may not touch', () => {
  const system = new RefusingFileSystem();
  let folder: string;
  let told: string[];
  const tell = (words: string): void => void told.push(words);
  const drop = (name: string): void => {
    mkdirSync(join(folder, name, '..'), { recursive: true });
    writeFileSync(join(folder, name), 'poNumber');
  };

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'o2c-refused-'));
    told = [];
  });
  afterEach(() => {
    system.restore();
    rmSync(folder, { recursive: true, force: true });
  });

  const settled = async (): Promise<string[]> => {
    const scanner = new FolderScanner(folder, 10, tell);
    await scanner.look(0);
    told = [];
    return (await scanner.look(10)).settled.map(({ name }) => name).sort();
  };

  describe('looking', () => {
    it('tells which file it may not look at, why, and what to do, and takes the others', async () => {
      for (const name of ['a.csv', 'b.csv']) drop(name);
      system.refuse('lstat', 'a.csv', 'EACCES');
      expect(await settled()).to.deep.equal(['b.csv']);
      expect(told).to.deep.equal([
        'a.csv in the drop folder is left alone: Node-RED’s user has no right to it. Give that user the right to read, write and move it (EACCES: refused).',
      ]);
    });

    it('tells which partner’s folder it may not look into, and takes the others', async () => {
      for (const name of ['ACME/a.csv', 'OTHER/b.csv', 'c.csv']) drop(name);
      system.refuse('readdir', 'ACME', 'EIO');
      expect(await settled()).to.deep.equal(['b.csv', 'c.csv']);
      expect(told).to.deep.equal([
        'ACME in the drop folder is left alone: its disk or share does not answer as it should. Check the disk or share (EIO: refused).',
      ]);
    });

    it('tells when the folder itself is closed to it', async () => {
      drop('a.csv');
      system.refuse('readdir', basename(folder), 'EPERM');
      expect(await settled()).to.deep.equal([]);
      expect(told).to.have.length(1);
      expect(told[0]).to.match(/^The drop folder .* cannot be looked into: .*Give that user the right/);
    });

    it('says nothing of what has just gone', async () => {
      for (const name of ['a.csv', 'b.csv', 'ACME/c.csv']) drop(name);
      system.refuse('lstat', 'a.csv', 'ENOENT');
      system.refuse('readdir', 'ACME', 'ENOENT');
      expect(await settled()).to.deep.equal(['b.csv']);
      expect(told).to.deep.equal([]);
    });
  });

  describe('claiming', () => {
    let claims: Claims;
    const dead = 'elsewhere~1~0011';
    const left = (number: string): string => join(folder, '.claimed', dead, number);
    const leave = (number: string): void => {
      mkdirSync(join(left(number), 'file'), { recursive: true });
      writeFileSync(join(left(number), 'file', `${number}.csv`), 'poNumber');
    };
    const longAgo = (): Promise<void> => utimes(join(folder, '.claimed', dead), 0, 0);

    beforeEach(async () => {
      claims = new Claims(folder, tell);
      await claims.open();
    });

    it('tells which file it may not move, with the same words each time, and claims the others', async () => {
      for (const name of ['a.csv', 'b.csv']) drop(name);
      system.refuse('rename', 'a.csv', 'EACCES');
      expect(await claims.claim({ folder: '', name: 'a.csv' })).to.equal(undefined);
      expect(await claims.claim({ folder: '', name: 'a.csv' })).to.equal(undefined);
      expect((await claims.claim({ folder: '', name: 'b.csv' }))?.name).to.equal('b.csv');
      expect(new Set(told).size).to.equal(1);
      expect(told[0]).to.match(/^a\.csv in the drop folder is left alone: .*EACCES/);
      expect(existsSync(join(folder, 'a.csv'))).to.equal(true);
    });

    it('says nothing of a file that another one has claimed', async () => {
      expect(await claims.claim({ folder: '', name: 'gone.csv' })).to.equal(undefined);
      expect(told).to.deep.equal([]);
    });

    it('tells what it cannot take over of a dead one, leaves it there, and takes the rest', async () => {
      for (const number of ['1', '2', '3']) leave(number);
      await longAgo();
      system.refuse('rename', '1', 'EACCES');
      // the second is claimed, and cannot be looked into then
      system.refuse('readdir', 'file', 'EIO');
      expect(await claims.takeOver()).to.deep.equal([]);
      expect(told).to.have.length(3);
      expect(told[0]).to.match(/^Files that another Node-RED has left in .* are not taken over: .*EACCES/);
      expect(told[1]).to.match(/EIO/);
      system.restore();
      system.refuse('rename', '1', 'EACCES');
      await longAgo();
      expect((await claims.takeOver()).map(({ name }) => name)).to.deep.equal(['2.csv', '3.csv']);
      expect(readdirSync(join(folder, '.claimed', dead))).to.deep.equal(['1']);
    });

    it('tells that it cannot see whether another one lives, and takes nothing of it', async () => {
      leave('1');
      await longAgo();
      system.refuse('stat', dead, 'EPERM');
      expect(await claims.takeOver()).to.deep.equal([]);
      expect(told).to.have.length(1);
      expect(existsSync(left('1'))).to.equal(true);
    });

    it('makes its folder anew when that has gone, and tells when it cannot show itself', async () => {
      const [own] = readdirSync(join(folder, '.claimed')) as [string];
      rmSync(join(folder, '.claimed'), { recursive: true });
      await claims.beat();
      expect(readdirSync(join(folder, '.claimed'))).to.deep.equal([own]);
      expect(told).to.deep.equal([]);
      system.refuse('utimes', own, 'EPERM');
      await claims.beat();
      expect(told).to.have.length(1);
      expect(told[0]).to.match(/^Others may take the files .*EPERM/);
    });

    it('leaves a folder with files in it when it ends, and tells when it cannot remove an empty one', async () => {
      drop('a.csv');
      const claim = await claims.claim({ folder: '', name: 'a.csv' });
      await claims.close();
      expect(existsSync(claim?.path ?? '')).to.equal(true);
      expect(told).to.deep.equal([]);
      const [own] = readdirSync(join(folder, '.claimed')) as [string];
      system.refuse('rmdir', own, 'EACCES');
      await claims.close();
      expect(told).to.have.length(1);
      expect(told[0]).to.match(/^The folder .* is of no more use and cannot be removed: .*EACCES/);
    });
  });
});
