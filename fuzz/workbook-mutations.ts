import { inflateRawSync } from 'node:zlib';
import { type ZipEntry, zipOf } from '../test/support/workbooks';
import { byteMutations } from './byte-mutations';
import type { Mutation } from './mutation';
import type { Random } from './random';
import { trickyValues } from './values';

const localHeader = 30;
const directoryHeader = 46;
const directoryEnd = 22;
const mostUnpacked = 400_000;
const mostRepeats = 3000;

/** The parts of an archive that `zipOf` wrote; undefined when it is damaged. */
export function unzipped(bytes: Buffer): ZipEntry[] | undefined {
  try {
    const end = bytes.length - directoryEnd;
    const entries: ZipEntry[] = [];
    let at = bytes.readUInt32LE(end + 16);
    for (let left = bytes.readUInt16LE(end + 10); left > 0; left -= 1) {
      const method = bytes.readUInt16LE(at + 10);
      const packed = bytes.readUInt32LE(at + 20);
      const nameLength = bytes.readUInt16LE(at + 28);
      const rest = bytes.readUInt16LE(at + 30) + bytes.readUInt16LE(at + 32);
      const local = bytes.readUInt32LE(at + 42);
      const start = local + localHeader + bytes.readUInt16LE(local + 26) + bytes.readUInt16LE(local + 28);
      const content = bytes.subarray(start, start + packed);
      const name = bytes.toString('utf8', at + directoryHeader, at + directoryHeader + nameLength);
      entries.push({
        name,
        content: method === 8 ? inflateRawSync(content, { maxOutputLength: mostUnpacked }) : content,
      });
      at += directoryHeader + nameLength + rest;
    }
    return entries;
  } catch {
    return undefined;
  }
}

const inParts =
  (change: (entries: ZipEntry[], random: Random, seeds: readonly Buffer[]) => void): Mutation =>
  (input, random, seeds) => {
    const entries = unzipped(input);
    if (entries === undefined || entries.length === 0) return input;
    change(entries, random, seeds);
    return zipOf(entries);
  };

/** Sheets and strings most of all: the other parts are small and say little. */
function changePart(entries: ZipEntry[], random: Random, change: (xml: string) => string): void {
  const sheets = entries.filter(({ name }) => /sheet\d|sharedStrings/.test(name));
  const chosen = random.oneIn(3) || sheets.length === 0 ? random.pick(entries) : random.pick(sheets);
  const xml = change(chosen.content.toString('utf8')).slice(0, mostUnpacked);
  entries[entries.indexOf(chosen)] = { ...chosen, content: xml };
}

const inMatches =
  (pattern: RegExp, change: (found: string, random: Random) => string): Mutation =>
  (input, random, seeds) =>
    inParts((entries) =>
      changePart(entries, random, (xml) => {
        const matches = [...xml.matchAll(pattern)];
        if (matches.length === 0) return xml;
        const { index, 0: found } = random.pick(matches);
        return xml.slice(0, index) + change(found, random) + xml.slice(index + found.length);
      }),
    )(input, random, seeds);

const escaped = (text: string): string =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('"', '&quot;');
const attributeValues = [
  's',
  'b',
  'e',
  'str',
  'inlineStr',
  'd',
  'n',
  'A1',
  'XFD1048576',
  'ZZZZ1',
  'A0',
  'A99999999999',
  'A1:XFD1048576',
  '1',
  '-1',
  '1e9',
  'hidden',
];

const changeAttribute = inMatches(/="[^"]*"/g, (_found, random) => {
  const value = random.oneIn(2) ? random.pick(attributeValues) : escaped(random.pick(trickyValues));
  return `="${value}"`;
});
const changeText = inMatches(/>[^<]+</g, (_found, random) => `>${escaped(random.pick(trickyValues))}<`);
const deleteTag = inMatches(/<[^>]{1,200}>/g, () => '');
const repeatElement = inMatches(
  /<(c|row|si|t|v|mergeCell|xf|sheet|Relationship)\b.*?(?:<\/\1>|\/>)/gs,
  (found, random) => found.repeat(random.oneIn(20) ? random.below(mostRepeats) : random.below(6)),
);
const insertMarkup = inMatches(
  />/g,
  (found, random) =>
    found +
    random.pick([
      '<!DOCTYPE x [<!ENTITY a "b">]>',
      '&a;',
      '&#0;',
      '&#xffffffff;',
      '<![CDATA[x',
      '<!--',
      '<?xml version="1.1"?>',
      '<mergeCells><mergeCell ref="A1:XFD1048576"/></mergeCells>',
      '<row r="2147483648">',
      '<c r="B2" t="s"><v>99999999</v></c>',
      '<c><f>1/0</f><v>1e309</v></c>',
      '<a:b xmlns:a="x"/>',
    ]),
);
const changeXmlBytes = inParts((entries, random, seeds) => {
  changePart(entries, random, (xml) => random.pick(byteMutations)(Buffer.from(xml), random, seeds).toString('utf8'));
});
const deletePart = inParts((entries, random) => void entries.splice(random.below(entries.length), 1));
const copyPart = inParts((entries, random) => {
  const { content } = random.pick(entries);
  const { name } = random.pick(entries);
  entries.push({
    name: random.oneIn(2) ? name : random.pick(['../x', '/etc/x', 'xl/vbaProject.bin', 'XL/WORKBOOK.XML', '']),
    content,
  });
});
const swapParts = inParts((entries, random) => {
  const [one, other] = [random.below(entries.length), random.below(entries.length)];
  const content = entries[one]?.content ?? '';
  entries[one] = { ...(entries[one] as ZipEntry), content: entries[other]?.content ?? '' };
  entries[other] = { ...(entries[other] as ZipEntry), content };
});
/** The directory says another size, method or flag than is true. */
const lieInDirectory = inParts((entries, random) => {
  const at = random.below(entries.length);
  const entry = entries[at] as ZipEntry;
  entries[at] = {
    ...entry,
    ...random.pick([
      { size: 0 },
      { size: 0xffffffff },
      { size: 1 + random.below(5000) },
      { flags: 1 },
      { flags: 8 },
      { method: 0 },
      { method: 99 },
    ]),
  };
});

export const workbookMutations: readonly Mutation[] = [
  changeAttribute,
  changeAttribute,
  changeText,
  changeText,
  deleteTag,
  repeatElement,
  insertMarkup,
  changeXmlBytes,
  changeXmlBytes,
  deletePart,
  copyPart,
  swapParts,
  lieInDirectory,
];
