import type { Dirent, Stats } from 'node:fs';
import { lstat, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { type Tell, unlessMissing, whyRefused } from './file-faults';
import {
  type DroppedName,
  isPartnerFolder,
  isReadableName,
  isUnfinishedName,
  leftAlone,
  pathBelow,
  shownName,
} from './names';

interface Sight {
  readonly size: number;
  readonly modified: number;
  /** When it was first seen like this, in ms. */
  readonly since: number;
}

export interface FolderScan {
  /** Files that have not changed for the settle time, the oldest first. */
  readonly settled: readonly DroppedName[];
  /** Files that wait for it. */
  readonly waiting: number;
}

/**
 * Looks into a drop folder again and again. A file counts when two looks that lie the settle time apart have seen the
 * same size and time of change. Links and other special files are never followed.
 */
export class FolderScanner {
  private sights = new Map<string, Sight>();

  constructor(
    private readonly root: string,
    /** ms */
    private readonly settle: number,
    /** Hears at every look what stays where it is, and why. */
    private readonly tell: Tell,
  ) {}

  /** @param now a clock that never goes back, in ms */
  async look(now: number): Promise<FolderScan> {
    const seen = new Map<string, Sight>();
    const settled: { dropped: DroppedName; modified: number }[] = [];
    for (const dropped of await this.files()) {
      const stats = await this.statsOf(dropped);
      if (!stats?.isFile()) continue;
      const key = shownName(dropped);
      const before = this.sights.get(key);
      const isSame = before?.size === stats.size && before.modified === stats.mtimeMs;
      const sight = { size: stats.size, modified: stats.mtimeMs, since: isSame ? before.since : now };
      seen.set(key, sight);
      if (now - sight.since >= this.settle && isSame) settled.push({ dropped, modified: stats.mtimeMs });
    }
    this.sights = seen;
    settled.sort((one, other) => one.modified - other.modified);
    return {
      settled: settled.map(({ dropped }) => dropped),
      waiting: seen.size - settled.length,
    };
  }

  private async statsOf(dropped: DroppedName): Promise<Stats | undefined> {
    try {
      return await unlessMissing(lstat(pathBelow(this.root, dropped)));
    } catch (error) {
      this.leave(dropped, whyRefused(error));
      return undefined;
    }
  }

  private async files(): Promise<DroppedName[]> {
    const found: DroppedName[] = [];
    const folders = [''];
    for (let next = folders.shift(); next !== undefined; next = folders.shift()) {
      for (const entry of await this.entriesOf(next)) {
        const dropped = { folder: next, name: entry.name };
        if (isUnfinishedName(entry.name)) continue;
        if (!isReadableName(entry.name)) this.leave(dropped, 'its name is not written in UTF-8');
        else if (entry.isFile()) found.push(dropped);
        else if (entry.isDirectory() && next === '') {
          if (isPartnerFolder(entry.name)) folders.push(entry.name);
        } else if (entry.isDirectory()) this.leave(dropped, 'it is a folder inside a partner’s folder');
        else this.leave(dropped, 'it is a link or another special file');
      }
    }
    return found;
  }

  private async entriesOf(folder: string): Promise<Dirent[]> {
    try {
      return (await unlessMissing(readdir(join(this.root, folder), { withFileTypes: true }))) ?? [];
    } catch (error) {
      if (folder === '') this.tell(`The drop folder ${this.root} cannot be looked into: ${whyRefused(error)}.`);
      else this.leave({ folder: '', name: folder }, whyRefused(error));
      return [];
    }
  }

  private leave(dropped: DroppedName, why: string): void {
    this.tell(leftAlone(dropped, why));
  }
}
