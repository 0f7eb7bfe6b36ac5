import { randomBytes } from 'node:crypto';
import { mkdir, readdir, rename, rm, rmdir, stat, utimes } from 'node:fs/promises';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { type DroppedName, pathBelow } from './names';

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

/** Claimers of this process that are at work. */
const alive = new Set<string>();

/**
 * Claims files by renaming them, which only one of several can do. A claimed file whose claimer has died is claimed by
 * another one, at once when its process is known to be gone, else after a while. That two take one file then, is not
 * feared: the inbox knows a file by its content.
 */
export class Claims {
  private readonly id = `${hostname().replace(/[^\w.-]/g, '_')}~${process.pid}~${randomBytes(6).toString('hex')}`;
  private readonly directory: string;
  private next = 0;

  constructor(private readonly root: string) {
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
    await rmdir(this.directory).catch(() => undefined); // files in it keep it
  }

  /** Shows the others that this claimer is at work. */
  async beat(): Promise<void> {
    const now = new Date();
    await utimes(this.directory, now, now).catch(() => this.open());
  }

  /** Undefined when the file is gone: another one was quicker, or its owner took it back. */
  async claim(dropped: DroppedName): Promise<Claim | undefined> {
    const directory = join(this.directory, String(++this.next));
    const claim = claimOf(directory, dropped);
    await mkdir(join(directory, 'file', dropped.folder), { recursive: true });
    try {
      await rename(pathBelow(this.root, dropped), claim.path);
      return claim;
    } catch (error) {
      await rm(directory, { recursive: true, force: true });
      if (isMissing(error)) return undefined;
      throw error;
    }
  }

  /** The claim's folder is not needed any more. */
  async end({ directory }: Claim): Promise<void> {
    await rm(directory, { recursive: true, force: true });
  }

  /** Files that claimers left behind when they died. */
  async takeOver(): Promise<Claim[]> {
    const taken: Claim[] = [];
    for (const other of await namesIn(join(this.root, claimsFolder))) {
      if (other === this.id || !(await isGone(join(this.root, claimsFolder, other), other))) continue;
      const left = join(this.root, claimsFolder, other);
      for (const number of await namesIn(left)) {
        const directory = join(this.directory, String(++this.next));
        const isOurs = await rename(join(left, number), directory).then(
          () => true,
          () => false, // another one was quicker
        );
        if (!isOurs) continue;
        const dropped = await droppedIn(directory);
        if (dropped === undefined) await rm(directory, { recursive: true, force: true });
        else taken.push(claimOf(directory, dropped));
      }
      await rmdir(left).catch(() => undefined);
    }
    return taken;
  }
}

const claimOf = (directory: string, dropped: DroppedName): Claim => ({
  ...dropped,
  directory,
  path: pathBelow(join(directory, 'file'), dropped),
});

/** The file of a claim's folder: in its root, or in the folder of a partner. */
async function droppedIn(directory: string): Promise<DroppedName | undefined> {
  const entries = await readdir(join(directory, 'file'), { withFileTypes: true }).catch(() => []);
  for (const entry of entries) {
    if (!entry.isDirectory()) return { folder: '', name: entry.name };
    const inside = await readdir(join(directory, 'file', entry.name), { withFileTypes: true });
    const file = inside.find((inner) => !inner.isDirectory());
    if (file !== undefined) return { folder: entry.name, name: file.name };
  }
  return undefined;
}

async function isGone(directory: string, id: string): Promise<boolean> {
  const [host, pid] = id.split('~');
  if (host === hostname().replace(/[^\w.-]/g, '_')) {
    if (Number(pid) === process.pid) return !alive.has(id);
    if (!isRunning(Number(pid))) return true;
  }
  const seen = await stat(directory).catch(() => undefined);
  return seen !== undefined && Date.now() - seen.mtimeMs > goneAfter;
}

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

const namesIn = (directory: string): Promise<string[]> => readdir(directory).catch(() => []);

export const isMissing = (error: unknown): boolean => (error as NodeJS.ErrnoException).code === 'ENOENT';
