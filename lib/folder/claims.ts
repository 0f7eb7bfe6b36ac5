import { randomBytes } from 'node:crypto';
import { mkdir, readdir, rename, rm, rmdir, stat, utimes } from 'node:fs/promises';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { isMissing, isOccupied, type Tell, unlessMissing, whyRefused } from './file-faults';
import { type DroppedName, leftAlone, pathBelow } from './names';

/** Where claimed files are while they are worked: out of the sight of whoever looks into the drop folder. */
const claimsFolder = '.claimed';
/** A claimer that has not shown itself for so long, in ms, is taken for gone. */
const goneAfter = 60_000;

/** A file that is this process's alone: nobody else has it under this path. */
export interface Claim extends DroppedName {
  /** A folder of its own, which holds nothing but the file. */
  readonly directory: string;
  readonly path: string;
}

const ownHost = hostname().replace(/[^\w.-]/g, '_');

/** Claimers of this process that are at work. */
const alive = new Set<string>();

/**
 * Claims files by renaming them, which only one of several can do. A claimed file whose claimer has died is claimed by
 * another one, at once when its process is known to be gone, else after a while. That two take one file then, is not
 * feared: the inbox knows a file by its content.
 */
export class Claims {
  private readonly id = `${ownHost}~${process.pid}~${randomBytes(6).toString('hex')}`;
  private readonly directory: string;
  private next = 0;

  constructor(
    private readonly root: string,
    /** Hears of what cannot be claimed, again and again as long as it cannot. */
    private readonly tell: Tell,
  ) {
    this.directory = join(root, claimsFolder, this.id);
  }

  /** Makes the folders that are missing. */
  async open(): Promise<void> {
    await mkdir(this.directory, { recursive: true });
    alive.add(this.id);
  }

  /** What is claimed still is left to the next claimer. */
  async close(): Promise<void> {
    alive.delete(this.id);
    await this.removeEmpty(this.directory);
  }

  /** Shows the others that this claimer is at work. */
  async beat(): Promise<void> {
    const now = new Date();
    try {
      await utimes(this.directory, now, now);
    } catch (error) {
      if (isMissing(error)) await this.open();
      else this.tell(`Others may take the files that this Node-RED works on: ${whyRefused(error)}.`);
    }
  }

  /** Undefined when it cannot be had: another one was quicker, its owner took it back, or a right is missing. */
  async claim(dropped: DroppedName): Promise<Claim | undefined> {
    const directory = join(this.directory, String(++this.next));
    const claim = claimOf(directory, dropped);
    await mkdir(join(directory, 'file', dropped.folder), { recursive: true });
    try {
      await rename(pathBelow(this.root, dropped), claim.path);
      return claim;
    } catch (error) {
      await this.remove(directory);
      if (!isMissing(error)) this.tell(leftAlone(dropped, whyRefused(error)));
      return undefined;
    }
  }

  /** The claim's folder is not needed any more. */
  async end({ directory }: Claim): Promise<void> {
    await this.remove(directory);
  }

  /** Files that claimers left behind when they died. */
  async takeOver(): Promise<Claim[]> {
    const taken: Claim[] = [];
    const claims = join(this.root, claimsFolder);
    for (const other of await this.namesIn(claims)) {
      const left = join(claims, other);
      if (other === this.id || !(await this.isGone(left, other))) continue;
      for (const number of await this.namesIn(left)) {
        const claim = await this.takeLeft(join(left, number));
        if (claim !== undefined) taken.push(claim);
      }
      await this.removeEmpty(left);
    }
    return taken;
  }

  private async takeLeft(left: string): Promise<Claim | undefined> {
    const directory = join(this.directory, String(++this.next));
    try {
      await rename(left, directory);
    } catch (error) {
      if (!isMissing(error)) this.tell(notTakenOver(left, error)); // else another one was quicker
      return undefined;
    }
    try {
      const dropped = await droppedIn(directory);
      if (dropped !== undefined) return claimOf(directory, dropped);
      await this.remove(directory);
    } catch (error) {
      this.tell(notTakenOver(left, error));
      await this.putBack(directory, left);
    }
    return undefined;
  }

  /** For the next look, or another claimer. */
  private async putBack(directory: string, left: string): Promise<void> {
    try {
      await rename(directory, left);
    } catch (error) {
      this.tell(notTakenOver(directory, error));
    }
  }

  private async isGone(directory: string, id: string): Promise<boolean> {
    const [host, pid] = id.split('~');
    if (host === ownHost) {
      if (Number(pid) === process.pid) return !alive.has(id);
      if (!isRunning(Number(pid))) return true;
    }
    try {
      const seen = await unlessMissing(stat(directory));
      return seen !== undefined && Date.now() - seen.mtimeMs > goneAfter;
    } catch (error) {
      this.tell(notTakenOver(directory, error));
      return false;
    }
  }

  private async namesIn(directory: string): Promise<string[]> {
    try {
      return (await unlessMissing(readdir(directory))) ?? [];
    } catch (error) {
      this.tell(notTakenOver(directory, error));
      return [];
    }
  }

  /** Files in it keep it. */
  private async removeEmpty(directory: string): Promise<void> {
    try {
      await rmdir(directory);
    } catch (error) {
      if (!isMissing(error) && !isOccupied(error)) this.tell(notRemoved(directory, error));
    }
  }

  private async remove(directory: string): Promise<void> {
    try {
      await rm(directory, { recursive: true, force: true });
    } catch (error) {
      this.tell(notRemoved(directory, error));
    }
  }
}

const notTakenOver = (path: string, error: unknown): string =>
  `Files that another Node-RED has left in ${path} are not taken over: ${whyRefused(error)}.`;
const notRemoved = (path: string, error: unknown): string =>
  `The folder ${path} is of no more use and cannot be removed: ${whyRefused(error)}.`;

const claimOf = (directory: string, dropped: DroppedName): Claim => ({
  ...dropped,
  directory,
  path: pathBelow(join(directory, 'file'), dropped),
});

/** The file of a claim's folder: in its root, or in the folder of a partner. */
async function droppedIn(directory: string): Promise<DroppedName | undefined> {
  const entries = await unlessMissing(readdir(join(directory, 'file'), { withFileTypes: true }));
  for (const entry of entries ?? []) {
    if (!entry.isDirectory()) return { folder: '', name: entry.name };
    const inside = await readdir(join(directory, 'file', entry.name), { withFileTypes: true });
    const file = inside.find((inner) => !inner.isDirectory());
    if (file !== undefined) return { folder: entry.name, name: file.name };
  }
  return undefined;
}

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}
