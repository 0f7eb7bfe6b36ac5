import { lstat, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { type DroppedName, isPartnerFolder, isReadableName, isUnfinishedName, pathBelow, shownName } from './names';

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
  /** What stays where it is, and why: said once. */
  readonly leftAlone: readonly { readonly name: string; readonly why: string }[];
}

/**
 * Looks into a drop folder again and again. A file counts when two looks that lie the settle time apart have seen the
 * same size and time of change. Links and other special files are never followed.
 */
export class FolderScanner {
  private sights = new Map<string, Sight>();
  private readonly told = new Set<string>();

  constructor(
    private readonly root: string,
    /** ms */
    private readonly settle: number,
  ) {}

  /** @param now a clock that never goes back, in ms */
  async look(now: number): Promise<FolderScan> {
    const leftAlone: { name: string; why: string }[] = [];
    const seen = new Map<string, Sight>();
    const settled: { dropped: DroppedName; modified: number }[] = [];
    for (const dropped of await this.files(leftAlone)) {
      const stats = await lstat(pathBelow(this.root, dropped)).catch(() => undefined);
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
      leftAlone: leftAlone.filter(({ name }) => !this.told.has(name) && this.told.add(name)),
    };
  }

  private async files(leftAlone: { name: string; why: string }[]): Promise<DroppedName[]> {
    const found: DroppedName[] = [];
    const folders = [''];
    for (let next = folders.shift(); next !== undefined; next = folders.shift()) {
      for (const entry of await readdir(join(this.root, next), { withFileTypes: true }).catch(() => [])) {
        const dropped = { folder: next, name: entry.name };
        if (isUnfinishedName(entry.name)) continue;
        if (!isReadableName(entry.name))
          leftAlone.push({ name: shownName(dropped), why: 'its name is not written in UTF-8' });
        else if (entry.isFile()) found.push(dropped);
        else if (entry.isDirectory() && next === '') {
          if (isPartnerFolder(entry.name)) folders.push(entry.name);
        } else if (entry.isDirectory())
          leftAlone.push({ name: shownName(dropped), why: 'it is a folder inside a partner’s folder' });
        else leftAlone.push({ name: shownName(dropped), why: 'it is a link or another special file' });
      }
    }
    return found;
  }
}
