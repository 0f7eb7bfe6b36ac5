import type { Fault } from '../domain/faults';

/** Text of a file, or the fault that makes it unreadable. `warning` says what had to be guessed. */
export type DecodedText = { readonly text: string; readonly warning?: string } | { readonly fault: Fault };

const strictUtf8 = new TextDecoder('utf-8', { fatal: true });

/** UTF-8 as text, without its byte order mark; null when the bytes are not valid UTF-8. */
export function decodeUtf8(bytes: Uint8Array): string | null {
  try {
    return strictUtf8.decode(bytes);
  } catch {
    return null;
  }
}

/**
 * Text of a file in an encoding that nobody stated for sure: a byte order mark wins, then the charset that the sender
 * named, then UTF-16 when every other byte is zero, UTF-8 when the bytes are valid UTF-8, else Windows-1252 with a warning.
 */
export function decodeText(bytes: Uint8Array, charset?: string): DecodedText {
  const label = markedEncoding(bytes) ?? charset ?? unmarkedUtf16(bytes);
  if (label !== undefined) return decodeAs(bytes, label);
  const text = decodeUtf8(bytes);
  if (text === null) {
    const warning =
      'The file is not UTF-8 and was read as Windows-1252. Save it as UTF-8, or state its charset in the content type.';
    const decoded = decodeAs(bytes, 'windows-1252');
    return 'fault' in decoded ? decoded : { ...decoded, warning };
  }
  return checked(text);
}

function markedEncoding(bytes: Uint8Array): string | undefined {
  if (bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf) return 'utf-8';
  if (bytes[0] === 0xff && bytes[1] === 0xfe) return 'utf-16le';
  if (bytes[0] === 0xfe && bytes[1] === 0xff) return 'utf-16be';
  return undefined;
}

/** Latin text in UTF-16 is zero in every other byte; a zero in both places is no text. */
function unmarkedUtf16(bytes: Uint8Array): string | undefined {
  const zeros = [0, 0];
  const length = Math.min(bytes.length, 1000);
  for (let at = 0; at < length; at += 1) if (bytes[at] === 0) zeros[at % 2] = (zeros[at % 2] ?? 0) + 1;
  const [even = 0, odd = 0] = zeros;
  if (even === 0 && odd > length / 4) return 'utf-16le';
  return odd === 0 && even > length / 4 ? 'utf-16be' : undefined;
}

function decodeAs(bytes: Uint8Array, label: string): DecodedText {
  let decoder: TextDecoder;
  try {
    decoder = new TextDecoder(label, { fatal: true });
  } catch {
    return badEncoding(`The charset ${label.slice(0, 40)} is not known; send UTF-8.`);
  }
  try {
    return checked(decoder.decode(bytes));
  } catch {
    return badEncoding(
      `The bytes are not valid ${decoder.encoding}; save the file as UTF-8, or state its real charset.`,
    );
  }
}

function checked(text: string): DecodedText {
  if (!text.includes('\u0000')) return { text };
  return badEncoding('The file holds zero bytes: it is no text, or its charset is another one; save it as UTF-8.');
}

function badEncoding(message: string): DecodedText {
  return { fault: { path: '', code: 'bad-encoding', message } };
}
