/** Decodes a text of single bytes (each character U+0000 to U+00FF is a byte); null when the bytes are not valid. */
export type ByteDecoder = (bytes: string) => string | null;

export interface Charset {
  /** Absent: the bytes are the characters, as in ISO 8859-1. */
  readonly decode?: ByteDecoder;
  /** What characters the syntax identifier allows; absent: all. */
  readonly members?: RegExp;
  /** False: no syntax identifier that is known. */
  readonly known: boolean;
}

const strictUtf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

export const decodeUtf8Bytes: ByteDecoder = (bytes) => {
  try {
    return strictUtf8.decode(Buffer.from(bytes, 'latin1'));
  } catch {
    return null;
  }
};

/** Decoders of the platform take 0x80 to 0x9F for those of Windows; ISO 8859 has control characters there. */
function iso8859(part: number): Charset {
  const decoder = new TextDecoder(`iso-8859-${part}`);
  const decode: ByteDecoder = (bytes) =>
    bytes.replace(/[\xa0-\xff]+/g, (run) => decoder.decode(Buffer.from(run, 'latin1')));
  return { decode, known: true };
}

const charsets: ReadonlyMap<string, Charset> = new Map<string, Charset>([
  ['UNOA', { members: /^[A-Z0-9 .,\-()/='+:?!"%&*;<>\r\n]*$/, known: true }],
  ['UNOB', { members: /^[\x20-\x7e\x1c-\x1f\r\n]*$/, known: true }],
  ['UNOC', { known: true }],
  ['UNOD', iso8859(2)],
  ['UNOE', iso8859(5)],
  ['UNOF', iso8859(7)],
  ['UNOG', iso8859(3)],
  ['UNOH', iso8859(4)],
  ['UNOI', iso8859(6)],
  ['UNOJ', iso8859(8)],
  ['UNOK', iso8859(9)],
  ['UNOL', iso8859(15)],
  ['UNOX', { known: true }],
  ['UNOW', { decode: decodeUtf8Bytes, known: true }],
  ['UNOY', { decode: decodeUtf8Bytes, known: true }],
]);

/** The character set of a syntax identifier (UNB 0001), ISO 9735. */
export function charsetOf(syntaxIdentifier: string): Charset {
  return charsets.get(syntaxIdentifier.toUpperCase()) ?? { known: false };
}
