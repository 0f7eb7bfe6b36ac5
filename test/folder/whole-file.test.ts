import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { expect } from 'chai';
import { NameTaken, writeWhole } from '../../lib/folder/whole-file';
import { RefusingFileSystem } from '../support/refusing-file-system';

const replace = { replace: true };

describe('a file that is written whole', () => {
  const system = new RefusingFileSystem();
  let folder: string;
  let path: string;
  let unfinished: string;

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'o2c-whole-'));
    path = join(folder, '855-1.x12');
    unfinished = join(folder, '.855-1.x12.part');
  });
  afterEach(() => {
    system.restore();
    rmSync(folder, { recursive: true, force: true });
  });

  const failure = async (work: Promise<void>): Promise<Error | undefined> =>
    work.then(
      () => undefined,
      (error: Error) => error,
    );

  it('has its name only when all of it is there', async () => {
    const seen: string[][] = [];
    async function* pieces() {
      for (const piece of ['ISA', '*00', '*~']) {
        yield Buffer.from(piece);
        seen.push(readdirSync(folder));
      }
    }
    await writeWhole(path, pieces(), replace);
    expect(seen).to.deep.equal(Array(3).fill(['.855-1.x12.part']));
    expect(readdirSync(folder)).to.deep.equal(['855-1.x12']);
    expect(readFileSync(path, 'utf8')).to.equal('ISA*00*~');
  });

  it('is on the disk before it gets its name', async () => {
    const steps = system.steps();
    await writeWhole(path, Buffer.from('whole'), replace);
    expect(steps.slice(0, 2)).to.deep.equal(['flush .855-1.x12.part', 'rename .855-1.x12.part to 855-1.x12']);
    if (process.platform !== 'win32') expect(steps[2]).to.equal(`flush ${basename(folder)}`);
  });

  it('leaves what was there under its name, and nothing else, when it fails in the middle', async () => {
    writeFileSync(path, 'before');
    async function* broken() {
      yield Buffer.from('half');
      throw new Error('disk full');
    }
    expect((await failure(writeWhole(path, broken(), replace)))?.message).to.equal('disk full');
    system.refuse('rename', '.855-1.x12.part', 'EIO');
    expect((await failure(writeWhole(path, Buffer.from('after'), replace)))?.message).to.match(/^EIO/);
    expect(readdirSync(folder)).to.deep.equal(['855-1.x12']);
    expect(readFileSync(path, 'utf8')).to.equal('before');
  });

  it('takes the place of what a crash has left half-written', async () => {
    writeFileSync(unfinished, 'half of it, and more');
    utimesSync(unfinished, 0, 0);
    await writeWhole(path, Buffer.from('whole'), replace);
    expect(readdirSync(folder)).to.deep.equal(['855-1.x12']);
    expect(readFileSync(path, 'utf8')).to.equal('whole');
  });

  it('waits for one who writes it now', async () => {
    writeFileSync(unfinished, 'half');
    expect(await failure(writeWhole(path, Buffer.from('whole'), replace))).to.be.instanceOf(NameTaken);
    expect(readFileSync(unfinished, 'utf8')).to.equal('half');
    expect(existsSync(path)).to.equal(false);
  });

  it('replaces another file only when it is told to', async () => {
    writeFileSync(path, 'first');
    const refused = await failure(writeWhole(path, Buffer.from('second'), { replace: false }));
    expect(refused).to.be.instanceOf(NameTaken);
    expect(readFileSync(path, 'utf8')).to.equal('first');
    await writeWhole(path, Buffer.from('second'), replace);
    expect(readFileSync(path, 'utf8')).to.equal('second');
    expect(readdirSync(folder)).to.deep.equal(['855-1.x12']);
  });
});
