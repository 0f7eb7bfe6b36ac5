import { randomBytes } from 'node:crypto';
import { lstat, open, rename, rm, writeFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { unlessMissing } from './file-faults';

/** What is unfinished and has not grown for so long, in ms, was left by one who ended in the middle of it. */
const leftAfter = 30_000;

/** A name is taken: by a file, or by one that is being written. */
export class NameTaken extends Error {}

/**
 * Writes a file that whoever looks into its folder finds whole or not at all, also after a crash: it gets its name when
 * all of it is on the disk. Until then it is `.NAME.part` beside it; one that a crash left behind is written anew.
 * @throws NameTaken when the name is another file's already, unless that is to be replaced, or being written now
 */
export async function writeWhole(
  path: string,
  content: Buffer | AsyncIterable<Buffer>,
  { replace }: { readonly replace: boolean },
): Promise<void> {
  const unfinished = join(dirname(path), `.${basename(path)}.part`);
  await removeLeft(unfinished);
  const file = await openNew(unfinished);
  try {
    try {
      await file.writeFile(content);
      await file.sync();
    } finally {
      await file.close();
    }
    if (!replace && (await unlessMissing(lstat(path))) !== undefined) throw new NameTaken(`${path} is there already.`);
    await rename(unfinished, path);
  } catch (error) {
    await rm(unfinished, { force: true });
    throw error;
  }
  await syncNames(dirname(path));
}

async function removeLeft(unfinished: string): Promise<void> {
  const left = await unlessMissing(lstat(unfinished));
  if (left !== undefined && (await timeBeside(unfinished)) - left.mtimeMs > leftAfter)
    await rm(unfinished, { force: true });
}

/** The time by the clock of the disk or share, which may go before or after ours, in ms. */
async function timeBeside(path: string): Promise<number> {
  const probe = `${path}.${process.pid}.${randomBytes(4).toString('hex')}`;
  try {
    await writeFile(probe, '', { flag: 'wx' });
    return (await lstat(probe)).mtimeMs;
  } finally {
    await rm(probe, { force: true });
  }
}

async function openNew(unfinished: string) {
  try {
    return await open(unfinished, 'wx');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    throw new NameTaken(`${unfinished} is being written, or was left half a minute ago at most.`, { cause: error });
  }
}

/** Names that were given in a folder stay when the power fails. Windows sees to that by itself. */
export async function syncNames(directory: string): Promise<void> {
  if (process.platform === 'win32') return;
  const folder = await open(directory, 'r');
  try {
    await folder.sync();
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EINVAL') throw error; // a share that knows no such thing
  } finally {
    await folder.close();
  }
}
