const quote = 0x22;
const comma = 0x2c;
const backslash = 0x5c;
const opening: ReadonlySet<number> = new Set([0x5b, 0x7b]);
const closing: ReadonlySet<number> = new Set([0x5d, 0x7d]);
const bracket = { left: 0x5b, right: 0x5d } as const;
const byteOrderMark = 0xef;

/** Where an element of an array stands: from `start` to before `end`, in bytes. */
export interface ArrayElement {
  readonly start: number;
  readonly end: number;
}

/**
 * Finds the elements of a JSON array without reading them, so that they can be read one by one and a large message is
 * never there as a whole tree of values. undefined for anything that is not plainly an array of at most `most` elements:
 * then the whole has to be read to say what is wrong with it. When each element is JSON by itself, the whole is JSON.
 */
export function elementsOf(bytes: Uint8Array, most: number): readonly ArrayElement[] | undefined {
  const first = afterBlanks(bytes, hasByteOrderMark(bytes) ? 3 : 0);
  if (bytes[first] !== bracket.left) return undefined;
  const elements: ArrayElement[] = [];
  let start = first + 1;
  for (;;) {
    const end = endOfElement(bytes, start);
    if (end === undefined || elements.length >= most || startsWithMark(bytes, start)) return undefined;
    elements.push({ start, end });
    if (bytes[end] === comma) start = end + 1;
    else return bytes[end] === bracket.right && afterBlanks(bytes, end + 1) === bytes.length ? elements : undefined;
  }
}

/** The comma or bracket that ends the element; undefined when there is none. */
function endOfElement(bytes: Uint8Array, start: number): number | undefined {
  let depth = 0;
  for (let at = start; at < bytes.length; at += 1) {
    const byte = bytes[at] as number;
    if (byte === quote) {
      at = endOfText(bytes, at);
    } else if (opening.has(byte)) {
      depth += 1;
    } else if (depth === 0) {
      if (byte === comma || closing.has(byte)) return at;
    } else if (closing.has(byte)) {
      depth -= 1;
    }
  }
  return undefined;
}

/** The quote that ends a text, or the end of all. */
function endOfText(bytes: Uint8Array, start: number): number {
  let at = start + 1;
  for (; at < bytes.length && bytes[at] !== quote; at += 1) if (bytes[at] === backslash) at += 1;
  return at;
}

function afterBlanks(bytes: Uint8Array, start: number): number {
  let at = start;
  while (bytes[at] === 32 || bytes[at] === 10 || bytes[at] === 13 || bytes[at] === 9) at += 1;
  return at;
}

const hasByteOrderMark = (bytes: Uint8Array): boolean =>
  bytes[0] === byteOrderMark && bytes[1] === 0xbb && bytes[2] === 0xbf;

/** Only the whole may begin with a byte order mark. */
const startsWithMark = (bytes: Uint8Array, start: number): boolean =>
  bytes[afterBlanks(bytes, start)] === byteOrderMark;
