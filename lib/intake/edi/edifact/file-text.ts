/** A file as a text that can be cut at its delimiters before the character set of an interchange is known. */
export interface FileText {
  readonly text: string;
  /** True: the characters are final (UTF-16). False: each character stands for a byte. */
  readonly decoded: boolean;
  /** True: a byte order mark says UTF-8, whatever the interchanges say. */
  readonly utf8: boolean;
  /** The first character after a byte order mark. */
  readonly start: number;
  /** The offset in bytes of a character. */
  byteAt(at: number): number;
}

export function textOfFile(bytes: Uint8Array): FileText {
  const [first, second, third] = bytes;
  if ((first === 0xff && second === 0xfe) || (first === 0xfe && second === 0xff)) {
    const decoder = new TextDecoder(first === 0xff ? 'utf-16le' : 'utf-16be', { ignoreBOM: true });
    return {
      text: decoder.decode(bytes),
      decoded: true,
      utf8: false,
      start: 1,
      byteAt: (at) => Math.min(at * 2, bytes.length),
    };
  }
  const utf8 = first === 0xef && second === 0xbb && third === 0xbf;
  const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('latin1');
  return { text, decoded: false, utf8, start: utf8 ? 3 : 0, byteAt: (at) => at };
}
