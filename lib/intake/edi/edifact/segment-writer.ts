import { BusinessRejection } from '../../../domain/faults';
import type { OutgoingEnvelope } from '../outgoing';
import { defaultDelimiters } from './delimiters';

/** An element of a segment: a value, or the list of its components. */
export type WrittenElement = string | readonly string[];

const { component, element, release, terminator } = defaultDelimiters;
const serviceString = "UNA:+.? '";
const toBeReleased = /[?:+']/g;

/** Writes segments: values escaped, what is empty at the end of a segment or an element left out. Counts for itself. */
export class SegmentWriter {
  private readonly segments: string[] = [];
  private sinceHeader = 0;

  constructor(private readonly syntaxIdentifier: string) {}

  write(tag: string, ...elements: readonly WrittenElement[]): this {
    const written = elements.map((each) => (typeof each === 'string' ? this.value(each) : this.components(each)));
    this.segments.push([tag, ...withoutEmptyEnd(written)].join(element) + terminator);
    this.sinceHeader = tag === 'UNH' ? 1 : this.sinceHeader + 1;
    return this;
  }

  /** Closes the message that `UNH` began; the count has header and trailer in it. */
  endMessage(reference: string): this {
    return this.write('UNT', String(this.sinceHeader + 1), reference);
  }

  text(): string {
    return serviceString + this.segments.join('');
  }

  private components(values: readonly string[]): string {
    return withoutEmptyEnd(values.map((value) => this.value(value))).join(component);
  }

  private value(text: string): string {
    return writable(text, this.syntaxIdentifier).replace(toBeReleased, `${release}$&`);
  }
}

function withoutEmptyEnd(values: readonly string[]): readonly string[] {
  let end = values.length;
  while (end > 0 && values[end - 1] === '') end -= 1;
  return values.slice(0, end);
}

/** One interchange with one message: UNA, UNB, UNH, what `write` adds, UNT, UNZ, in the characters of its syntax. */
export function writeInterchange(
  envelope: OutgoingEnvelope,
  type: string,
  write: (segments: SegmentWriter) => void,
): Uint8Array {
  const [identifier = 'UNOC', version = '3'] = (envelope.syntax ?? 'UNOC:3').split(':');
  const reference = String(envelope.interchangeNumber);
  const message = '1';
  const segments = new SegmentWriter(identifier);
  const { sender, receiver } = envelope;
  const elements: WrittenElement[] = [
    [identifier, version],
    [sender.id, sender.qualifier],
    [receiver.id, receiver.qualifier],
    preparedAt(envelope.preparedAt, version),
    reference,
    '',
    '',
    '',
    envelope.acknowledgementRequested ? '1' : '',
    '',
    envelope.test ? '1' : '',
  ];
  segments.write('UNB', ...elements);
  segments.write('UNH', message, [type, ...envelope.version.split(':')]);
  write(segments);
  segments.endMessage(message);
  segments.write('UNZ', '1', reference);
  return encode(segments.text(), identifier);
}

/** `2026-11-23` as DTM writes it with format 102. */
export function compactDate(date: string): string {
  return date.slice(0, 10).replaceAll('-', '');
}

/** A text in pieces of at most `length` characters, at most `most` of them. */
export function textPieces(text: string, length: number, most: number): string[] {
  const found: string[] = [];
  let rest = text.replace(/\s+/g, ' ').trim();
  while (rest !== '' && found.length < most) {
    const blank = rest.lastIndexOf(' ', length);
    const end = rest.length <= length ? rest.length : blank > length / 2 ? blank : length;
    found.push(rest.slice(0, end).trim());
    rest = rest.slice(end).trim();
  }
  return found;
}

function preparedAt(instant: string, syntaxVersion: string): readonly string[] {
  const date = compactDate(instant);
  return [syntaxVersion === '4' ? date : date.slice(2), instant.slice(11, 16).replace(':', '')];
}

const substitutes: Readonly<Record<string, string>> = {
  '€': 'EUR',
  ß: 'ss',
  '’': "'",
  '‘': "'",
  '“': '"',
  '”': '"',
  '„': '"',
  '–': '-',
  '—': '-',
  '…': '...',
};

/** What each syntax identifier can write. */
const repertoires: Readonly<Record<string, RegExp>> = {
  UNOA: /[A-Z0-9 .,\-()/='+:?!"%&*;<>]/,
  UNOB: /[\x20-\x7e]/,
  UNOC: /[\x20-\x7e\xa0-\xff]/,
  UNOW: /[^\p{Cc}\p{Cs}]/u,
  UNOY: /[^\p{Cc}\p{Cs}]/u,
};

/** The text in the characters of the syntax: others by what comes next to them, control characters as blanks. */
function writable(text: string, identifier: string): string {
  const repertoire = repertoireOf(identifier);
  let written = '';
  for (const character of identifier === 'UNOA' ? text.toUpperCase() : text) {
    if (repertoire.test(character)) written += character;
    else if (/\p{Cc}/u.test(character)) written += ' ';
    else written += nearest(character, repertoire, identifier);
  }
  return written;
}

function nearest(character: string, repertoire: RegExp, identifier: string): string {
  const plain = substitutes[character] ?? character.normalize('NFKD').replace(/\p{M}+/gu, '');
  const cased = identifier === 'UNOA' ? plain.toUpperCase() : plain;
  return cased !== '' && [...cased].every((each) => repertoire.test(each)) ? cased : '?';
}

function repertoireOf(identifier: string): RegExp {
  const repertoire = repertoires[identifier];
  if (repertoire) return repertoire;
  const message = `The syntax ${identifier.slice(0, 10)} is not written; use UNOA, UNOB, UNOC, UNOW or UNOY.`;
  throw new BusinessRejection('not-supported', message);
}

function encode(text: string, identifier: string): Uint8Array {
  return Buffer.from(text, identifier === 'UNOW' || identifier === 'UNOY' ? 'utf8' : 'latin1');
}
