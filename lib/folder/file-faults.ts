const codeOf = (error: unknown): string | undefined =>
  error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : undefined;

/** It was there a moment ago: another one took it, or its owner took it back. */
export const isMissing = (error: unknown): boolean => codeOf(error) === 'ENOENT';

/** A folder that is to be removed has something in it. */
export const isOccupied = (error: unknown): boolean => ['ENOTEMPTY', 'EEXIST'].includes(codeOf(error) ?? '');

const remedies: Readonly<Record<string, string>> = {
  EACCES: 'Node-RED’s user has no right to it. Give that user the right to read, write and move it',
  EPERM: 'Node-RED’s user has no right to it. Give that user the right to read, write and move it',
  EROFS: 'it is on a disk that cannot be written to. Mount the disk for writing',
  EIO: 'its disk or share does not answer as it should. Check the disk or share',
  EXDEV: 'it is on another file system than the drop folder. Mount both as one, or copy the files instead',
};

/** Why the file system refuses something, and what a person does about it; to be put behind a colon. Names no path. */
export function whyRefused(error: unknown): string {
  const message = error instanceof Error ? error.message : String(error);
  const words = message.replace(/, \w+ '.*$/s, '');
  const remedy = remedies[codeOf(error) ?? ''];
  return remedy === undefined ? words : `${remedy} (${words})`;
}

/** Tells a person in one sentence what was left as it is. */
export type Tell = (words: string) => void;

/** The value, or undefined when what it is of has just gone. @throws every other fault */
export async function unlessMissing<Value>(value: Promise<Value>): Promise<Value | undefined> {
  try {
    return await value;
  } catch (error) {
    if (isMissing(error)) return undefined;
    throw error;
  }
}
