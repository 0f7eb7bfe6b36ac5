import { SaxesParser } from 'saxes';
import { shownText } from '../../shown-value';
import { UnreadableWorkbook } from './unreadable';

/** What is told of an XML text, element by element; names without their namespace prefixes. */
export interface XmlReader {
  open(name: string, attributes: Readonly<Record<string, string>>): void;
  text?(text: string): void;
  close?(name: string): void;
}

const deepest = 100;
/** In characters; spreadsheets keep 32,767 in a cell. */
const longestText = 100_000;

/** Reads XML in pieces. @throws UnreadableWorkbook when it is not well formed, or declares entities of its own */
export async function readXml(pieces: AsyncIterable<Buffer>, reader: XmlReader): Promise<void> {
  const parser = new SaxesParser({ position: false, xmlns: false as const });
  let depth = 0;
  parser.on('error', (error) => {
    throw new UnreadableWorkbook(`The workbook's XML is broken (${shownText(error.message)}). Save it again.`);
  });
  parser.on('doctype', () => {
    throw new UnreadableWorkbook(
      'The workbook has a document type declaration. No spreadsheet writes one; it is not read.',
    );
  });
  parser.on('opentag', ({ name, attributes }) => {
    depth += 1;
    if (depth > deepest) throw new UnreadableWorkbook("The workbook's XML is nested too deeply.");
    reader.open(localName(name), attributes);
  });
  parser.on('closetag', ({ name }) => {
    depth -= 1;
    reader.close?.(localName(name));
  });
  if (reader.text !== undefined) {
    const take = (text: string): void => {
      if (text.length > longestText) throw new UnreadableWorkbook(`A cell has more than ${longestText} characters.`);
      reader.text?.(text);
    };
    parser.on('text', take);
    parser.on('cdata', take);
  }
  let decoder: TextDecoder | undefined;
  for await (const piece of pieces) {
    decoder ??= new TextDecoder(encodingOf(piece), { fatal: true });
    parser.write(decoded(decoder, piece));
  }
  parser.write(decoded(decoder ?? new TextDecoder('utf-8', { fatal: true })));
  parser.close();
}

export function localName(name: string): string {
  const colon = name.indexOf(':');
  return colon < 0 ? name : name.slice(colon + 1);
}

function encodingOf(start: Buffer): string {
  if (start[0] === 0xff && start[1] === 0xfe) return 'utf-16le';
  return start[0] === 0xfe && start[1] === 0xff ? 'utf-16be' : 'utf-8';
}

function decoded(decoder: TextDecoder, piece?: Buffer): string {
  try {
    return piece === undefined ? decoder.decode() : decoder.decode(piece, { stream: true });
  } catch {
    throw new UnreadableWorkbook('The text of the workbook is not in the encoding that it must have. Save it again.');
  }
}
