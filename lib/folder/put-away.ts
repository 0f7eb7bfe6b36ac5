import { createReadStream } from 'node:fs';
import { link, mkdir, unlink, writeFile } from 'node:fs/promises';
import { join, parse } from 'node:path';
import type { Claim } from './claims';
import { isMissing } from './file-faults';
import { doneFolder, failedFolder, shownName } from './names';
import { NameTaken, syncNames, writeWhole } from './whole-file';

/** Where a file went, below the drop folder. */
export interface PutAway {
  readonly movedTo: string;
  readonly resultFile: string;
}

/** A result as it is written beside the file. */
export interface ResultFile {
  readonly bytes: Buffer;
  readonly extension: 'csv' | 'xlsx';
}

/** Longest name, in bytes, that file systems take; with room for what is added to it. */
const longestName = 200;

/**
 * Moves a claimed file to `done/` or `failed/`, in the folder of its partner, and writes the result beside it. What is
 * there already under its name stays: the later file gets the time in its name. Each appears whole under its name, and
 * is on the disk before the claim is given up. Safe to be done again after a crash.
 * @param now ISO 8601
 */
export async function putAway(
  root: string,
  claim: Claim,
  { failed, result, now }: { readonly failed: boolean; readonly result: ResultFile; readonly now: string },
): Promise<PutAway> {
  const folder = join(failed ? failedFolder : doneFolder, claim.folder);
  await mkdir(join(root, folder), { recursive: true });
  const written = join(claim.directory, 'result');
  await writeFile(written, result.bytes, { flush: true });
  const name = await place(claim.path, join(root, folder), claim.name, now);
  const resultName = await place(written, join(root, folder), `${name}.result.${result.extension}`, now);
  await syncNames(join(root, folder));
  await unlink(claim.path).catch((error: unknown) => {
    if (!isMissing(error)) throw error;
  });
  return { movedTo: shownName({ folder, name }), resultFile: shownName({ folder, name: resultName }) };
}

/** Gives the file its name in `directory`, one that nothing has there, and returns it. */
async function place(path: string, directory: string, name: string, now: string): Promise<string> {
  for (let again = 0; ; again++) {
    const candidate = again === 0 && Buffer.byteLength(name) <= longestName ? name : otherName(name, now, again);
    try {
      await linkOrCopy(path, join(directory, candidate));
      return candidate;
    } catch (error) {
      if (!(error instanceof NameTaken)) throw error;
    }
  }
}

/** `orders.csv` as `orders.20261127-101500.csv`. */
function otherName(file: string, now: string, again: number): string {
  const { name, ext } = parse(file);
  const time = now.slice(0, 19).replace(/[-:]/g, '').replace('T', '-');
  return `${shortened(name)}.${time}${again > 1 ? `-${again}` : ''}${shortened(ext)}`;
}

function shortened(text: string): string {
  let short = text;
  while (Buffer.byteLength(short) > longestName / 2) short = short.slice(0, -1).toWellFormed();
  return short;
}

/** Neither way replaces a file that is there. */
async function linkOrCopy(from: string, to: string): Promise<void> {
  try {
    await link(from, to);
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    if (code === 'EEXIST') throw new NameTaken(message);
    if (code === 'ENOENT') throw error;
    await writeWhole(to, createReadStream(from), { replace: false }); // a file system without hard links
  }
}
