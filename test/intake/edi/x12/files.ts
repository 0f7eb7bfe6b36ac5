import { Buffer } from 'node:buffer';
import type { EdiFile, EdiInterchange, EdiMessage, SyntaxFault } from '../../../../lib/intake/edi/interchange';
import { defaultEdiReading, type EdiReading, type MappedMessage } from '../../../../lib/intake/edi/mapped-message';
import { mapX12 } from '../../../../lib/intake/edi/x12/map-x12';
import { readX12 } from '../../../../lib/intake/edi/x12/read-x12';

/** How a file is written; elements and components of messages are given with `*` and `>`. */
export interface FileOptions {
  readonly element?: string;
  readonly component?: string;
  readonly terminator?: string;
  readonly repetition?: string;
  readonly interchangeVersion?: string;
  readonly version?: string;
  readonly functionalId?: string;
  readonly controlNumber?: string;
  readonly usage?: string;
  readonly wanted?: string;
}

/** A file with one interchange and one group; messages are their segments without ST and SE. */
export function x12File(messages: Readonly<Record<string, string>>[], options: FileOptions = {}): string {
  const { element = '*', component = '>', terminator = '~', functionalId = 'PO', version = '004010' } = options;
  const { controlNumber = '000000001', interchangeVersion = '00401', repetition = 'U' } = options;
  const segments = [
    `GS*${functionalId}*ACME*SELLER*20261120*1200*7*X*${version}`,
    ...messages.flatMap((message, index) => messageSegments(message, String(index + 1).padStart(4, '0'))),
    `GE*${messages.length}*7`,
    `IEA*1*${controlNumber}`,
  ];
  const isa = [
    ...['ISA', '00', ' '.repeat(10), '00', ' '.repeat(10), 'ZZ', 'ACME'.padEnd(15), '01', 'SELLER'.padEnd(15)],
    ...['261120', '1205', repetition, interchangeVersion, controlNumber, options.wanted ?? '0', options.usage ?? 'P'],
  ].join(element);
  const rest = segments.map((segment) =>
    segment.replaceAll('*', '\u0000').replaceAll('>', component).replaceAll('\u0000', element),
  );
  return [isa + element + component, ...rest, ''].join(terminator);
}

function messageSegments(message: Readonly<Record<string, string>>, number: string): string[] {
  return Object.entries(message).flatMap(([type, body]) => {
    const segments = body.split('\n').filter((segment) => segment.trim() !== '');
    return [
      `ST*${type}*${number}`,
      ...segments.map((segment) => segment.trim()),
      `SE*${segments.length + 2}*${number}`,
    ];
  });
}

export const plainOrder = `
  BEG*00*SA*PO-1001**20261123
  CUR*BY*EUR
  DTM*002*20261130
  N1*BY*ACME STORES*92*C-1001
  N1*ST*ACME STORE 7*92*0007
  N3*MAIN STREET 1
  N4*COLUMBUS*OH*43228*US
  PO1*1*5*EA*12.50*PE*VN*WIDGET-1*UP*012345678905
  PID*F****A WIDGET
  PO1*2*2.5*KG*.75**VN*WIDGET-2
  CTT*2*7.5`;

export function bytesOf(text: string, encoding: BufferEncoding = 'utf8'): Uint8Array {
  return Buffer.from(text, encoding);
}

export function readText(text: string): EdiFile {
  return readX12(bytesOf(text));
}

export function onlyInterchange({ interchanges }: EdiFile): EdiInterchange {
  const [interchange] = interchanges;
  if (!interchange || interchanges.length > 1) throw new Error(`There are ${interchanges.length} interchanges.`);
  return interchange;
}

export function messagesOf(file: EdiFile): EdiMessage[] {
  return file.interchanges.flatMap(({ groups }) => groups.flatMap(({ messages }) => messages));
}

/** Level and code of every fault of a file, the rejecting ones with an exclamation mark. */
export function faultsOf(file: EdiFile): string[] {
  return allFaults(file).map(({ level, code, rejects }) => `${level} ${code}${rejects ? '!' : ''}`);
}

export function allFaults(file: EdiFile): SyntaxFault[] {
  const ofInterchanges = file.interchanges.flatMap((interchange) => [
    ...interchange.faults,
    ...interchange.groups.flatMap((group) => [...group.faults, ...group.messages.flatMap(({ faults }) => faults)]),
  ]);
  return [...file.faults, ...ofInterchanges];
}

export function mapAll(file: EdiFile, reading: EdiReading = defaultEdiReading): MappedMessage[] {
  return file.interchanges.flatMap((interchange) =>
    interchange.groups.flatMap((group) =>
      group.messages.map((message) => mapX12(message, group, interchange, reading)),
    ),
  );
}

/** The only message of a file with the segments of one, mapped. */
export function mapOne(
  type: string,
  body: string,
  reading: Partial<EdiReading> = {},
  options: FileOptions = {},
): MappedMessage {
  const [mapped] = mapAll(readText(x12File([{ [type]: body }], options)), { ...defaultEdiReading, ...reading });
  if (!mapped) throw new Error('There is no message.');
  return mapped;
}

/** The plain order with some segments replaced by others: `{ 'CUR': 'CUR*BY*USD' }`; by none with ''. */
export function changedOrder(changes: Readonly<Record<string, string>>, body = plainOrder): string {
  const left = { ...changes };
  const segments = body.split('\n').map((segment) => {
    const start = Object.keys(left).find((each) => segment.trim().startsWith(each));
    if (start === undefined) return segment;
    const changed = left[start] ?? '';
    delete left[start];
    return changed;
  });
  if (Object.keys(left).length > 0) throw new Error(`The order has no ${Object.keys(left).join(', ')}.`);
  return segments.join('\n');
}
