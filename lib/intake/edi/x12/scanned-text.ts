import { Buffer } from 'node:buffer';

/** The bytes of a file as text with a character for each byte, and how its values are decoded later. */
export interface ScannedText {
  readonly text: string;
  readonly bytes: Uint8Array;
  /** Absent: UTF-8, and Latin-1 for what is no UTF-8. */
  readonly decode: ((bytes: Uint8Array) => string) | undefined;
  readonly warnings: readonly string[];
}

const byteOrderMark = '\ufeff';
/** The encodings in which no byte of a character can be taken for a separator: they are decoded after separating. */
const oneByte = /^(?:windows-(?:874|125\d)|iso-8859-\d+(?:-i)?|koi8-[ru]|macintosh|x-mac-cyrillic|ibm866)$/;

/**
 * X12 does not say its charset: a byte order mark wins, then the charset agreed with the partner, then UTF-8 with
 * Latin-1 for what is none. Null when the charset is not known.
 */
export function scannedText(bytes: Uint8Array, charset?: string): ScannedText | null {
  const label = markedCharset(bytes) ?? charset?.trim().toLowerCase() ?? '';
  if (label === '' || label === 'utf-8' || label === 'utf8' || label === 'us-ascii' || label === 'ascii') {
    return { text: latin1(bytes), bytes, decode: undefined, warnings: [] };
  }
  // For browsers, and so for TextDecoder, these are names of Windows-1252.
  if (label === 'iso-8859-1' || label === 'latin1' || label === 'iso8859-1') {
    return { text: latin1(bytes), bytes, decode: latin1, warnings: [] };
  }
  let decoder: TextDecoder;
  try {
    decoder = new TextDecoder(label);
  } catch {
    return null;
  }
  if (oneByte.test(decoder.encoding)) {
    return { text: latin1(bytes), bytes, decode: (value) => decoder.decode(value), warnings: [] };
  }
  const recoded = Buffer.from(decoder.decode(bytes).replace(byteOrderMark, ''), 'utf8');
  const warning = `The file is ${decoder.encoding}; places in it are counted in bytes of its text as UTF-8.`;
  return { text: latin1(recoded), bytes: recoded, decode: undefined, warnings: [warning] };
}

function latin1(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('latin1');
}

function markedCharset(bytes: Uint8Array): string | undefined {
  const [first, second] = bytes;
  if (first === 0xff && second === 0xfe) return 'utf-16le';
  if (first === 0xfe && second === 0xff) return 'utf-16be';
  // "IS" in UTF-16 without a mark
  if (first === 0x49 && second === 0 && bytes[2] === 0x53) return 'utf-16le';
  if (first === 0 && second === 0x49 && bytes[2] === 0) return 'utf-16be';
  return undefined;
}
