import { type Delimiters, defaultDelimiters, readServiceString } from '../lib/intake/edi/edifact/delimiters';
import type { EdiFile, EdiInterchange, EdiMessage, EdiSegment, SyntaxFault } from '../lib/intake/edi/interchange';
import type { MappedMessage } from '../lib/intake/edi/mapped-message';
import { promise } from './invariants';

/** Readers list so many faults of one thing at most; with more, single segments cannot be accounted for. */
const listedFaults = { x12: 1000, edifact: 20 } as const;
const envelopeTags = new Set(['ISA', 'GS', 'SE', 'GE', 'IEA', 'UNA', 'UNB', 'UNG', 'UNE', 'UNZ']);

interface Piece {
  readonly text: string;
  readonly offset: number;
}

/**
 * That no byte of a file is dropped in silence: the file is cut once more, in the simplest way, and each piece must be a
 * segment of a message, one of the envelope, or named in a fault.
 * @param bytes as they were read; UTF-16, whose offsets are those of another text, is left out by the caller
 */
export function checkAccounting(bytes: Buffer, file: EdiFile): void {
  const text = bytes.toString('latin1');
  const told = new Set(faultsOf(file).map(({ offset }) => offset));
  promise(file.interchanges.length > 0 || file.faults.length > 0, 'Neither interchanges nor faults came of a file.');
  const edifactUnknown = file.interchanges.some(
    (each) => each.standard === 'edifact' && delimitersOf(each, text) === undefined,
  );
  let end = 0;
  for (const interchange of file.interchanges) {
    promise(interchange.start >= end && interchange.end >= interchange.start, 'Interchanges overlap.');
    checkGap(text, end, interchange.start, file.faults);
    end = interchange.end;
    if (!edifactUnknown) checkInterchange(interchange, text, told);
  }
  checkGap(text, end, text.length, file.faults);
}

/** That each line of an order that was taken is there. */
export function checkLines(message: EdiMessage, { order, faults, change, acknowledgements }: MappedMessage): void {
  const content = [order, change, acknowledgements].filter((each) => each !== undefined);
  promise(content.length <= 1, 'A message became several things.');
  promise(content.length === 1 || faults.length > 0, 'A message became nothing, and has no fault.');
  if (order === undefined || faults.length > 0) return;
  const lines = message.segments.filter((segment) => isLine(segment, message.type)).length;
  promise((order.lines as unknown[]).length === lines, `The order has not the ${lines} lines of its message.`);
}

const lineTags: Readonly<Record<string, string>> = { '850': 'PO1', '875': 'G68', ORDERS: 'LIN' };

/** A LIN with C829 of 1 is a component of another line. */
function isLine({ tag, elements }: EdiSegment, type: string): boolean {
  return tag === lineTags[type] && !(tag === 'LIN' && (elements[3]?.[0]?.[0] ?? '').trim() === '1');
}

function checkInterchange(interchange: EdiInterchange, text: string, told: ReadonlySet<number>): void {
  const { groups, segments = [], standard } = interchange;
  const lists = [
    interchange.faults,
    ...groups.flatMap((group) => [group.faults, ...group.messages.map((each) => each.faults)]),
  ];
  if (lists.some((list) => list.length >= listedFaults[standard])) return;
  const kept = new Map<number, EdiSegment>();
  for (const each of [
    ...segments,
    ...groups.flatMap((group) => group.messages.flatMap((message) => message.segments)),
  ]) {
    kept.set(each.offset, each);
  }
  const strays = lists.some((list) => list.some(({ rejects }) => rejects));
  for (const { text: piece, offset } of piecesOf(interchange, text)) {
    const segment = kept.get(offset);
    if (segment === undefined) {
      // a tag may be written with release characters
      const isEnvelope = [piece, piece.replaceAll('?', '')].some((each) =>
        envelopeTags.has(/^[A-Z]*/.exec(each)?.[0] ?? ''),
      );
      promise(
        isEnvelope || told.has(offset) || (standard === 'edifact' && strays),
        `Dropped in silence: ${piece.slice(0, 80)}`,
      );
    } else if (standard === 'x12' && !told.has(offset)) checkValues(segment, piece, interchange);
  }
}

/** The parts of a segment put together are what was sent. */
function checkValues({ tag, elements }: EdiSegment, piece: string, { separators }: EdiInterchange): void {
  if (separators === undefined || /[^\x20-\x7e]/.test(piece)) return;
  const { element, component, repetition } = separators;
  const parts = elements.map((each) => each.map((repeated) => repeated.join(component)).join(repetition));
  const again = [tag, ...parts].join(element);
  promise(
    plain(again) === plain(piece),
    `A segment was sent as ${piece.slice(0, 80)} and read as ${again.slice(0, 80)}`,
  );
}

const plain = (text: string): string => text.replaceAll(' ', '');

function piecesOf(interchange: EdiInterchange, text: string): Piece[] {
  const { start, end, separators } = interchange;
  const { terminator, release } = separators
    ? { terminator: separators.terminator, release: '' }
    : (delimitersOf(interchange, text) ?? defaultDelimiters);
  const pieces: Piece[] = [];
  let from = separators ? endOfIsa(text, start) : start + (text.startsWith('UNA', start) ? 9 : 0);
  for (let at = from; at <= end; at += 1) {
    if (release !== '' && text[at] === release) at += 1;
    else if (at === end || text[at] === terminator) {
      const piece = text.slice(from, Math.min(at, end));
      const blanks = /^(?:[\s\0\x1a]|\xef\xbb\xbf)*/.exec(piece)?.[0].length ?? 0;
      const trimmed = piece.slice(blanks).replace(/[\r\n]+$/, '');
      if (trimmed !== '') pieces.push({ text: trimmed, offset: from + blanks });
      from = at + 1;
    }
  }
  return pieces;
}

/** Behind the component separator, the sixteenth element: the elements before it may hold the terminator. */
function endOfIsa(text: string, start: number): number {
  const element = text.charAt(start + 3);
  let at = start;
  for (let left = 16; left > 0; left -= 1) at = text.indexOf(element, at) + 1;
  return at + 1;
}

/** undefined when an interchange has no UNA and not the standard delimiters: then another one says which. */
function delimitersOf({ start, separators }: EdiInterchange, text: string): Delimiters | undefined {
  if (separators !== undefined) return defaultDelimiters;
  if (text.startsWith('UNA', start)) return readServiceString(text, start) ?? undefined;
  return start === 0 && text.startsWith('UNB+', start) ? defaultDelimiters : undefined;
}

function checkGap(text: string, start: number, end: number, faults: readonly SyntaxFault[]): void {
  // the terminator of the interchange before, alone, ends segments that hold nothing
  const gap = text
    .slice(start, end)
    .replaceAll(text.charAt(start - 1) || "'", '')
    .replaceAll("'", '');
  if (/^(?:[\s\0\x1a\x1c]|\xef\xbb\xbf)*$/.test(gap) || faults.length >= listedFaults.edifact) return;
  promise(
    faults.some(({ offset, rejects }) => rejects && offset >= start && offset <= end),
    `Nothing is said of ${gap.length} bytes between interchanges: ${gap.trim().slice(0, 80)}`,
  );
}

function faultsOf({ faults, interchanges }: EdiFile): SyntaxFault[] {
  return [
    ...faults,
    ...interchanges.flatMap((interchange) => [
      ...interchange.faults,
      ...interchange.groups.flatMap((group) => [
        ...group.faults,
        ...group.messages.flatMap((message) => message.faults),
      ]),
    ]),
  ];
}
