import { readPackingSlips } from '../lib/domain/delivery';
import type { Fault } from '../lib/domain/faults';
import { readIncoming } from '../lib/domain/incoming-money';
import { mapEdifact } from '../lib/intake/edi/edifact/map-edifact';
import { readEdifact } from '../lib/intake/edi/edifact/read-edifact';
import type { EdiStandard } from '../lib/intake/edi/interchange';
import { defaultEdiReading, type EdiReading } from '../lib/intake/edi/mapped-message';
import { mapX12 } from '../lib/intake/edi/x12/map-x12';
import { readX12 } from '../lib/intake/edi/x12/read-x12';
import {
  defaultIntakeLimits,
  type IntakeLimits,
  type MessageContent,
  type ReceivedMessage,
} from '../lib/intake/message-content';
import { presets } from '../lib/intake/presets/presets';
import { readAnyMessage, readMessage } from '../lib/intake/read-message';
import { encodings, plainLayout, type SheetLayout } from '../lib/intake/sheets/layout';
import { workbookType } from '../lib/intake/sheets/xlsx/workbook';
import { checkAccounting, checkLines } from './edi-accounting';
import { ediMutations } from './edi-mutations';
import { edifactSeeds, x12Seeds } from './edi-seeds';
import { checkContent, checkFaultForms, checkFaults, checkPurpose, promise } from './invariants';
import { jsonMutations } from './json-mutations';
import type { Mutation } from './mutation';
import type { Random } from './random';
import { orderSeeds, paymentSeeds, slipSeeds, tableSeeds, workbookSeeds } from './seeds';
import { tableMutations } from './table-mutations';
import { workbookMutations } from './workbook-mutations';

/** What came of an input: documents, or no document at all. */
export interface Outcome {
  readonly accepted: number;
  readonly faulty: number;
  readonly unreadable: number;
}

/** A reader that is tried. */
export interface Target {
  readonly name: string;
  /** How many parts of all inputs it gets. */
  readonly share: number;
  readonly seeds: () => readonly Buffer[] | Promise<readonly Buffer[]>;
  readonly mutations: readonly Mutation[];
  /** Reads an input and checks what comes of it. @throws anything, when the reader is wrong */
  readonly read: (bytes: Buffer, random: Random) => Outcome | Promise<Outcome>;
}

/** Workbooks are unpacked and read as a stream, some twenty times slower than the others: their share is small. */
export const targets: readonly Target[] = [
  {
    name: 'json',
    share: 20,
    seeds: orderSeeds,
    mutations: jsonMutations,
    read: (bytes, random) => outcomeOf(readMessage(message(bytes, 'application/json', random))),
  },
  {
    name: 'csv',
    share: 20,
    seeds: tableSeeds,
    mutations: tableMutations,
    read: (bytes, random) =>
      outcomeOf(readMessage({ ...message(bytes, csvType(random), random), csv: layout(random) })),
  },
  {
    name: 'xlsx',
    share: 1,
    seeds: workbookSeeds,
    mutations: workbookMutations,
    read: async (bytes, random) =>
      outcomeOf(await readAnyMessage({ ...message(bytes, workbookType, random), csv: layout(random) })),
  },
  {
    name: 'x12',
    share: 16,
    seeds: x12Seeds,
    mutations: ediMutations,
    read: (bytes, random) =>
      outcomeOf(readMessage({ ...message(bytes, 'application/edi-x12', random), edi: ediReading(random) })),
  },
  {
    name: 'edifact',
    share: 16,
    seeds: edifactSeeds,
    mutations: ediMutations,
    read: (bytes, random) =>
      outcomeOf(readMessage({ ...message(bytes, 'application/edifact', random), edi: ediReading(random) })),
  },
  {
    name: 'x12-reader',
    share: 10,
    seeds: x12Seeds,
    mutations: ediMutations,
    read: (bytes, random) => readEdi(bytes, 'x12', random),
  },
  {
    name: 'edifact-reader',
    share: 10,
    seeds: edifactSeeds,
    mutations: ediMutations,
    read: (bytes, random) => readEdi(bytes, 'edifact', random),
  },
  {
    name: 'packing-slip',
    share: 4,
    seeds: slipSeeds,
    mutations: jsonMutations,
    read: (bytes) =>
      ofValues(bytes, (value) => readPackingSlips(value).map(({ slip, faults }) => ({ content: slip, faults }))),
  },
  {
    name: 'payment',
    share: 3,
    seeds: paymentSeeds,
    mutations: jsonMutations,
    read: (bytes) =>
      ofValues(bytes, (value) =>
        readIncoming(value).map((read) => ({
          content: read.kind === 'payment' ? read.payment : read.creditNote,
          faults: read.faults,
        })),
      ),
  },
];

const tightLimits: IntakeLimits = { bytes: 200_000, rows: 5, ordersPerMessage: 2, linesPerOrder: 2, depth: 4 };

function message(bytes: Buffer, contentType: string, random: Random): ReceivedMessage {
  return {
    bytes,
    contentType,
    limits: random.oneIn(20) ? { ...tightLimits, bytes: defaultIntakeLimits.bytes } : defaultIntakeLimits,
    batchPolicy: random.oneIn(8) ? 'reject-file' : 'reject-order',
    csv: plainLayout,
  };
}

function csvType(random: Random): string {
  return random.oneIn(10) ? `text/csv; charset=${random.pick(['utf-8', 'latin1', 'utf-16le', 'x', ''])}` : 'text/csv';
}

function layout(random: Random): SheetLayout {
  if (random.oneIn(4)) return { ...random.pick(presets).layout, fixed: { customer: 'C-1' } };
  return {
    separator: random.oneIn(8) ? random.pick([',', ';', '\t', '|', 'plain-tab'] as const) : '',
    decimalMark: random.pick(['', '.', ','] as const),
    mapping: random.oneIn(8) ? { Menge: 'quantity', uom: '', __proto__: 'sku' } : {},
    encoding: random.oneIn(8) ? random.pick(encodings) : '',
    dateFormat: random.oneIn(4) ? 'DD.MM.YYYY' : '',
    othersLeftOut: random.oneIn(4),
    firstRowOnly: random.oneIn(8),
  };
}

function ediReading(random: Random): EdiReading {
  if (random.oneIn(2)) return defaultEdiReading;
  return {
    reviewText: random.oneIn(2),
    strict: random.oneIn(3),
    ...(random.oneIn(2) ? { customer: 'C-9' } : {}),
    ...(random.oneIn(8)
      ? { charset: random.pick(['utf-8', 'iso-8859-1', 'windows-1250', 'shift_jis', 'utf-16le', 'no such']) }
      : {}),
  };
}

function outcomeOf(content: MessageContent): Outcome {
  checkContent(content);
  const faulty = content.documents.filter(({ faults }) => faults.length > 0).length;
  return { accepted: content.documents.length - faulty, faulty, unreadable: content.unreadable === undefined ? 0 : 1 };
}

const isUtf16 = (bytes: Buffer): boolean =>
  /^(?:\xff\xfe|\xfe\xff|I\0S|\0I\0)/.test(bytes.subarray(0, 3).toString('latin1'));

function readEdi(bytes: Buffer, standard: EdiStandard, random: Random): Outcome {
  const reading: EdiReading = { ...ediReading(random), charset: 'utf-8' };
  const file = standard === 'x12' ? readX12(bytes, { charset: 'utf-8' }) : readEdifact(bytes);
  if (!isUtf16(bytes)) checkAccounting(bytes, file);
  let accepted = 0;
  let faulty = 0;
  for (const interchange of file.interchanges) {
    for (const group of interchange.groups) {
      for (const each of group.messages) {
        const mapped = (standard === 'x12' ? mapX12 : mapEdifact)(each, group, interchange, reading);
        checkFaultForms(mapped.faults);
        checkPurpose(mapped.purpose);
        checkLines(each, mapped);
        if (mapped.faults.length === 0) accepted += 1;
        else faulty += 1;
      }
    }
  }
  return { accepted, faulty, unreadable: file.interchanges.length === 0 ? 1 : 0 };
}

/** Slips and payments come as values, after the JSON of a request has been read. */
function ofValues(
  bytes: Buffer,
  read: (value: unknown) => readonly { readonly content: object | undefined; readonly faults: readonly Fault[] }[],
): Outcome {
  let value: unknown;
  try {
    value = JSON.parse(bytes.toString());
  } catch {
    return { accepted: 0, faulty: 0, unreadable: 1 };
  }
  const documents = read(value);
  for (const { content, faults } of documents) {
    checkFaults(faults);
    promise((content !== undefined) === (faults.length === 0), 'There must be either content or faults.');
  }
  const faulty = documents.filter(({ faults }) => faults.length > 0).length;
  return { accepted: documents.length - faulty, faulty, unreadable: documents.length === 0 ? 1 : 0 };
}
