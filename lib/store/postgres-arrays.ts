import type { Row, Value } from './database';
import { exactInteger } from './exact-numbers';

/** The numbers under which PostgreSQL knows the types of our columns. */
const typeNumbers: Readonly<Record<string, number>> = { bigint: 20, text: 25, bytea: 17 };

const headerBytes = 20;
const longestPerCharacter = 3;
let scratch = Buffer.allocUnsafe(1 << 20);

/**
 * One column of rows as a PostgreSQL array in its binary form: nothing is quoted here and nothing parsed there.
 * @param type the column's type: bigint, text or bytea
 */
export function binaryArray(rows: readonly Row[], name: string, type: string): Buffer {
  const typeNumber = typeNumbers[type];
  if (typeNumber === undefined) throw new Error(`Columns of the type ${type} are not written in bulk.`);
  let offset = headerBytes;
  let hasNull = 0;
  for (const row of rows) {
    const value = row[name] as Value;
    if (value === null || value === undefined) {
      hasNull = 1;
      reserve(offset, 4);
      offset = scratch.writeInt32BE(-1, offset);
    } else if (typeNumber === typeNumbers.bigint) {
      offset = writeBigint(Number(value), offset);
    } else {
      offset = writeBytes(value as string | Buffer, offset);
    }
  }
  scratch.writeInt32BE(1, 0);
  scratch.writeInt32BE(hasNull, 4);
  scratch.writeInt32BE(typeNumber, 8);
  scratch.writeInt32BE(rows.length, 12);
  scratch.writeInt32BE(1, 16);
  return Buffer.from(scratch.subarray(0, offset));
}

const halfOfBigint = 2 ** 32;

function writeBigint(value: number, offset: number): number {
  exactInteger(value);
  reserve(offset, 12);
  const high = Math.floor(value / halfOfBigint);
  scratch.writeInt32BE(8, offset);
  scratch.writeInt32BE(high, offset + 4);
  return scratch.writeUInt32BE(value - high * halfOfBigint, offset + 8);
}

function writeBytes(value: string | Buffer, offset: number): number {
  const most = typeof value === 'string' ? value.length * longestPerCharacter : value.length;
  reserve(offset, 4 + most);
  const written =
    typeof value === 'string' ? scratch.write(value, offset + 4, 'utf8') : value.copy(scratch, offset + 4);
  scratch.writeInt32BE(written, offset);
  return offset + 4 + written;
}

function reserve(offset: number, more: number): void {
  if (offset + more <= scratch.length) return;
  const larger = Buffer.allocUnsafe(Math.max(scratch.length * 2, offset + more));
  scratch.copy(larger, 0, 0, offset);
  scratch = larger;
}
