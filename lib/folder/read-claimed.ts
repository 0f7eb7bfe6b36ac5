import { constants } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';
import { BusinessRejection } from '../domain/faults';

/** The file was written to while it was read: it is read again later. */
export class StillChanging extends Error {}

/**
 * The bytes of a file that nobody else touches any more. Links are not followed, and what changed meanwhile is not taken.
 * @throws BusinessRejection `message-too-large` for more than `limit` bytes, before any is read
 * @throws StillChanging
 */
export async function readClaimed(path: string, name: string, limit: number): Promise<Buffer> {
  // Opening a pipe would wait for its other end; the check that follows refuses it.
  const file = await open(path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
  try {
    const before = await file.stat();
    if (!before.isFile()) throw new Error(`${name} is no longer a file.`);
    if (before.size > limit) {
      const words = `The file ${name} has ${before.size} bytes, at most ${limit} are taken; send several.`;
      throw new BusinessRejection('message-too-large', words);
    }
    const bytes = await readBytes(file, before.size);
    const after = await file.stat();
    if (bytes.length !== before.size || after.size !== before.size || after.mtimeMs !== before.mtimeMs)
      throw new StillChanging(`The file ${name} was written to while it was read.`);
    return bytes;
  } finally {
    await file.close();
  }
}

/** One byte more than there should be shows that there are more; a file that grows on never fills the memory. */
async function readBytes(file: FileHandle, size: number): Promise<Buffer> {
  const bytes = Buffer.allocUnsafe(size + 1);
  let filled = 0;
  while (filled < bytes.length) {
    const { bytesRead } = await file.read(bytes, filled, bytes.length - filled, filled);
    if (bytesRead === 0) break;
    filled += bytesRead;
  }
  return bytes.subarray(0, filled);
}
