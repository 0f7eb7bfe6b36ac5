import { join } from 'node:path';

/** Folders of the drop folder that are no partner's. */
export const doneFolder = 'done';
export const failedFolder = 'failed';
const ours: ReadonlySet<string> = new Set([doneFolder, failedFolder]);

/** A file in the drop folder: in its root, or in the folder of a partner. */
export interface DroppedName {
  /** Name of the partner's folder; '' for the root. */
  readonly folder: string;
  readonly name: string;
}

/** The path below the drop folder, for people to read. */
export const shownName = ({ folder, name }: DroppedName): string => (folder === '' ? name : `${folder}/${name}`);

/** What a person hears of a file that nobody takes. */
export const leftAlone = (dropped: DroppedName, why: string): string =>
  `${shownName(dropped)} in the drop folder is left alone: ${why}.`;

export const pathBelow = (root: string, { folder, name }: DroppedName): string => join(root, folder, name);

/** Names that programs give to files that are not finished, and files that nobody wants to see. */
export function isUnfinishedName(name: string): boolean {
  return /^[.~]|~$|\.(?:part|partial|tmp|temp|crdownload|filepart|swp)$/i.test(name);
}

export function isPartnerFolder(name: string): boolean {
  return !name.startsWith('.') && !ours.has(name.toLowerCase());
}

/** A name whose bytes are no UTF-8 cannot be found again under the name that is shown. */
export const isReadableName = (name: string): boolean => !name.includes('\ufffd');
