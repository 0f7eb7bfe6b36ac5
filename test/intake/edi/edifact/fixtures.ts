import { mapEdifact } from '../../../../lib/intake/edi/edifact/map-edifact';
import { readEdifact } from '../../../../lib/intake/edi/edifact/read-edifact';
import type { EdiFile, EdiMessage, SyntaxFault } from '../../../../lib/intake/edi/interchange';
import { defaultEdiReading, type EdiReading, type MappedMessage } from '../../../../lib/intake/edi/mapped-message';

export interface Envelope {
  readonly syntax?: string;
  readonly reference?: string;
  /** What follows the reference in the UNB, such as `++++1` for 0031. */
  readonly after?: string;
  readonly una?: string;
}

/** One message: header, the segments as they are given, and a trailer with the right count. */
export function message(type: string, segments: readonly string[], reference = '1'): string {
  return [`UNH+${reference}+${type}`, ...segments, `UNT+${segments.length + 2}+${reference}`]
    .map((each) => `${each}'`)
    .join('');
}

/** Messages in an interchange with right counts. */
export function interchange(messages: readonly string[], envelope: Envelope = {}): string {
  const { syntax = 'UNOC:3', reference = '77', after = '', una = '' } = envelope;
  const header = `UNB+${syntax}+4012345000009:14+4098765000003:14+261123:1015+${reference}${after}'`;
  return `${una}${header}${messages.join('')}UNZ+${messages.length}+${reference}'`;
}

export const bytesOf = (text: string): Uint8Array => Buffer.from(text, 'latin1');

export function readText(text: string): EdiFile {
  return readEdifact(bytesOf(text));
}

/** Every fault of a file as `level code`. */
export function faultsOf(file: EdiFile): string[] {
  return allFaults(file).map(({ level, code }) => `${level} ${code}`);
}

export function allFaults(file: EdiFile): SyntaxFault[] {
  return [
    ...file.faults,
    ...file.interchanges.flatMap(({ faults, groups }) => [
      ...faults,
      ...groups.flatMap((group) => [...group.faults, ...group.messages.flatMap((each) => each.faults)]),
    ]),
  ];
}

export function messagesOf(file: EdiFile): EdiMessage[] {
  return file.interchanges.flatMap(({ groups }) => groups.flatMap(({ messages }) => messages));
}

/** All messages of a text, mapped. */
export function mapText(text: string, reading: Partial<EdiReading> = {}): MappedMessage[] {
  return readText(text).interchanges.flatMap((interchange) =>
    interchange.groups.flatMap((group) =>
      group.messages.map((each) => mapEdifact(each, group, interchange, { ...defaultEdiReading, ...reading })),
    ),
  );
}

export const ordersHead = [
  'BGM+220+PO-1+9',
  'DTM+137:20261123:102',
  'NAD+BY+C-1::92',
  'NAD+SU+4098765000003::9',
  'CUX+2:EUR:9',
];
const ordersTail = ['UNS+S'];

/** An ORDERS with a usual head and these segments before, and in, its lines. */
export function mapOrders(
  segments: readonly string[],
  reading: Partial<EdiReading> = {},
  type = 'ORDERS:D:96A:UN:EAN008',
): MappedMessage {
  return mapOne(interchange([message(type, [...ordersHead, ...segments, ...ordersTail])]), reading);
}

export function mapOne(text: string, reading: Partial<EdiReading> = {}): MappedMessage {
  const [first, ...others] = mapText(text, reading);
  if (!first || others.length > 0)
    throw new Error(`one message was expected, there are ${others.length + (first ? 1 : 0)}`);
  return first;
}

/** A line with its id and quantity, and what follows. */
export function line(number: number, more: readonly string[] = []): string[] {
  return [`LIN+${number}++ART-${number}:SA`, 'QTY+21:5:PCE', ...more];
}
