import { type Entry, fromBufferPromise, type ZipFile } from 'yauzl';
import { shownText } from '../../shown-value';
import { UnreadableWorkbook } from './unreadable';

/**
 * What a zip archive may be at most, told by its directory before anything is unpacked: entries, bytes of all of them
 * unpacked, and how many times larger than packed an entry may be; small ones may be more.
 */
const most = { entries: 2_000, unpacked: 500_000_000, ratio: 200 };

/** An entry that is smaller unpacked does no harm, however well it packs. */
const alwaysTaken = 1_000_000;
const stored = 0;
const deflated = 8;

/** The parts of a workbook by their names, in any case. */
export class Archive {
  private constructor(
    private readonly zip: ZipFile,
    private readonly entries: ReadonlyMap<string, Entry>,
  ) {}

  /** @throws UnreadableWorkbook for what is no zip archive, or one that would not do good to unpack */
  static async open(bytes: Buffer): Promise<Archive> {
    const zip = await orUnreadable(() => fromBufferPromise(bytes));
    if (zip.entryCount > most.entries) {
      throw new UnreadableWorkbook(`The workbook has ${zip.entryCount} parts, at most ${most.entries} are taken.`);
    }
    return new Archive(zip, await orUnreadable(() => directoryOf(zip)));
  }

  get names(): Iterable<string> {
    return this.entries.keys();
  }

  has(name: string): boolean {
    return this.entries.has(name.toLowerCase());
  }

  /** The bytes of a part in pieces. @throws UnreadableWorkbook when it is not there or damaged */
  async *read(name: string): AsyncGenerator<Buffer> {
    const entry = this.entries.get(name.toLowerCase());
    if (entry === undefined)
      throw new UnreadableWorkbook(`The workbook has no part ${shownText(name)}; save it again.`);
    const stream = await orUnreadable(() => this.zip.openReadStreamPromise(entry));
    const pieces: AsyncIterator<Buffer> = stream[Symbol.asyncIterator]();
    try {
      for (;;) {
        const piece = await orUnreadable(() => pieces.next());
        if (piece.done === true) return;
        yield piece.value;
      }
    } finally {
      stream.destroy();
    }
  }
}

async function directoryOf(zip: ZipFile): Promise<Map<string, Entry>> {
  const entries = new Map<string, Entry>();
  let unpacked = 0;
  for await (const entry of zip.eachEntry()) {
    const name = entry.fileName.toLowerCase();
    unpacked += entry.uncompressedSize;
    check(entry);
    if (unpacked > most.unpacked) {
      throw new UnreadableWorkbook(
        `The workbook is larger than ${most.unpacked / 1_000_000} MB when it is unpacked; send it in several files.`,
      );
    }
    if (entries.has(name)) throw new UnreadableWorkbook(`The workbook has two parts ${shownText(name)}.`);
    entries.set(name, entry);
  }
  return entries;
}

function check(entry: Entry): void {
  if (entry.isEncrypted()) throw new UnreadableWorkbook(protectedWords, 'not-supported');
  if (entry.compressionMethod !== stored && entry.compressionMethod !== deflated) {
    throw new UnreadableWorkbook('The workbook is packed in a way that is not read; save it as .xlsx again.');
  }
  const { uncompressedSize, compressedSize } = entry;
  if (uncompressedSize > alwaysTaken && uncompressedSize > compressedSize * most.ratio) {
    throw new UnreadableWorkbook(
      `The part ${shownText(entry.fileName)} of the workbook is more than ${most.ratio} times larger unpacked than packed. No real workbook is; it is not unpacked.`,
    );
  }
}

export const protectedWords = 'The workbook is protected with a password to open it. Save it without one.';

async function orUnreadable<Result>(work: () => Promise<Result>): Promise<Result> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof UnreadableWorkbook) throw error;
    const cause = error instanceof Error ? shownText(error.message) : 'unknown';
    throw new UnreadableWorkbook(
      `The file is no sound workbook (${cause}). Open it, save it as .xlsx, and send it again.`,
    );
  }
}
