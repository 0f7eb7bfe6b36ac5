import { BusinessRejection, type Fault } from '../domain/faults';
import { type CanonicalOrder, fingerprintOf } from './canonical-order';
import { defaultEdiLimits, type EdiStandard } from './edi/interchange';
import { defaultEdiReading, type EdiReading } from './edi/mapped-message';
import { type EdiDocument, type InterchangeOutline, readEdi } from './edi/read-edi';
import { mostFaultsOfMessage, tooManyFaults } from './fault-list';
import { mostDuplicates, readJson } from './json';
import { type ArrayElement, elementsOf } from './json-array';
import { type JsonPath, pointerOf } from './json-pointer';
import { normalizeOrder } from './normalize-order';
import { readCsv } from './sheets/csv';
import type { SheetField } from './sheets/fields';
import type { SheetLayout } from './sheets/layout';
import type { SheetOrder } from './sheets/order-rows';
import type { TableContent } from './sheets/order-table';
import { readWorkbook, workbookType } from './sheets/xlsx/workbook';
import { shownText } from './shown-value';

/** What a message may have at most. */
export interface IntakeLimits {
  readonly bytes: number;
  readonly rows: number;
  readonly ordersPerMessage: number;
  readonly linesPerOrder: number;
  readonly depth: number;
}

export const defaultIntakeLimits: IntakeLimits = {
  bytes: 10_000_000,
  rows: 200_000,
  ordersPerMessage: 20_000,
  linesPerOrder: 1_000,
  depth: 64,
};

/** `reject-order`: a faulty order is rejected alone; `reject-file`: it takes all the others of the message with it. */
export type BatchPolicy = 'reject-order' | 'reject-file';

export interface ReceivedMessage {
  readonly bytes: Buffer;
  readonly contentType: string;
  readonly limits: IntakeLimits;
  readonly batchPolicy: BatchPolicy;
  /** How tables of orders are written. */
  readonly csv: SheetLayout;
  /** How EDI messages are read; as by default when nothing is said. */
  readonly edi?: EdiReading;
}

/** One order document of a message. `order` and `fingerprint` are there exactly when `faults` is empty. */
export interface ReadDocument {
  /** From 1, in the order of the message. */
  readonly ordinal: number;
  /** `rows 2-6` of a file, `/0` of an array, '' for the only one. */
  readonly place: string;
  /** As far as it could be read, also of a faulty order; at most 100 characters. */
  readonly poNumber?: string;
  readonly order?: CanonicalOrder;
  readonly fingerprint?: string;
  /** Why a person has to look at the order before it goes on (hold `intake-review`): a sentence each. Absent: nothing. */
  readonly review?: readonly string[];
  /** Paths lead into the order (`/lines/0/sku`), or to a cell of the file. */
  readonly faults: readonly Fault[];
  /** What an EDI message is besides its order. */
  readonly edi?: EdiDocument;
}

/** What of a document is kept in any case. */
export type KeptDocument = Omit<ReadDocument, 'order'>;

/** What is made of each document as soon as it is read, so that the orders of a large message are never all there. */
export type KeepDocument<Kept extends KeptDocument> = (document: ReadDocument) => Kept;

const asRead: KeepDocument<ReadDocument> = (document) => document;

export interface MessageContent<Document extends KeptDocument = ReadDocument> {
  /** There when nothing in the message can be read as orders; `documents` is empty then. */
  readonly unreadable?: readonly Fault[];
  /** The message is one JSON object, not a list: it is answered as one order. */
  readonly single: boolean;
  readonly warnings: readonly string[];
  /** What the columns of a table were taken for; the field is '' for one that is left out. */
  readonly columns?: readonly { readonly name: string; readonly field: SheetField | '' }[];
  readonly documents: readonly Document[];
  /** The interchanges of an EDI message; `edi.interchange` of a document counts in them. */
  readonly interchanges?: readonly InterchangeOutline[];
}

/**
 * Splits a message into its orders. Throws BusinessRejection `message-too-large` and `unsupported-media-type` for what is
 * refused at the door; everything else that is wrong stands in the result. Not for what `isStreamed`.
 */
export function readMessage(message: ReceivedMessage): MessageContent {
  return readMessageKeeping(message, asRead);
}

/** As `readMessage`; `keep` says what is kept of each document. */
export function readMessageKeeping<Kept extends KeptDocument>(
  message: ReceivedMessage,
  keep: KeepDocument<Kept>,
): MessageContent<Kept> {
  const { type, charset } = takenType(message);
  const read = readers[type];
  if (!read) throw new Error(`A message of the type ${type} can only be read as a stream.`);
  return withPolicy(read(message, charset, keep), message.batchPolicy, keep);
}

/** As `readMessage`, for messages of every type. */
export const readAnyMessage = (message: ReceivedMessage): Promise<MessageContent> =>
  readAnyMessageKeeping(message, asRead);

/** As `readMessageKeeping`, for messages of every type. */
export async function readAnyMessageKeeping<Kept extends KeptDocument>(
  message: ReceivedMessage,
  keep: KeepDocument<Kept>,
): Promise<MessageContent<Kept>> {
  const { type } = takenType(message);
  const read = streamReaders[type];
  return read ? withPolicy(await read(message, keep), message.batchPolicy, keep) : readMessageKeeping(message, keep);
}

/** Whether a message is unpacked or taken in piece by piece, so that only `readAnyMessage` can read it. */
export function isStreamed(contentType: string): boolean {
  return mediaTypeOf(contentType).type in streamReaders;
}

/**
 * What is decided about a message before anything of it is read or stored.
 * @throws BusinessRejection `message-too-large` and `unsupported-media-type`
 */
export function takenType({
  bytes,
  contentType,
  limits,
}: Pick<ReceivedMessage, 'bytes' | 'contentType' | 'limits'>): ReturnType<typeof mediaTypeOf> {
  const media = mediaTypeOf(contentType);
  if (!(media.type in readers) && !(media.type in streamReaders)) throw unsupported(media.type);
  if (bytes.length <= limits.bytes) return media;
  throw new BusinessRejection(
    'message-too-large',
    `The message has ${bytes.length} bytes, at most ${limits.bytes} are taken; send several.`,
  );
}

/** The orders in values that a program hands over: one object, or an array of them. */
export function readOrders(
  value: unknown,
  limits: IntakeLimits = defaultIntakeLimits,
  batchPolicy: BatchPolicy = 'reject-order',
): MessageContent {
  return withPolicy(documentsOf(value, [], limits, asRead), batchPolicy, asRead);
}

export type { SheetLayout } from './sheets/layout';
export { workbookType } from './sheets/xlsx/workbook';

type Reader = <Kept extends KeptDocument>(
  message: ReceivedMessage,
  charset: string | undefined,
  keep: KeepDocument<Kept>,
) => MessageContent<Kept>;
type StreamReader = <Kept extends KeptDocument>(
  message: ReceivedMessage,
  keep: KeepDocument<Kept>,
) => Promise<MessageContent<Kept>>;

const readers: Readonly<Partial<Record<string, Reader>>> = Object.assign(Object.create(null), {
  'application/json': readJsonMessage,
  'text/csv': readCsvMessage,
  'application/edi-x12': (message, _charset, keep) => readEdiMessage(message, 'x12', keep),
  'application/edifact': (message, _charset, keep) => readEdiMessage(message, 'edifact', keep),
} satisfies Record<string, Reader>);

const streamReaders: Readonly<Partial<Record<string, StreamReader>>> = Object.assign(Object.create(null), {
  [workbookType]: readWorkbookMessage,
} satisfies Record<string, StreamReader>);

const takenTypes = [...Object.keys(readers), ...Object.keys(streamReaders)];

function mediaTypeOf(contentType: string): { type: string; charset: string | undefined } {
  const [type = '', ...parameters] = contentType.split(';');
  const charset = parameters
    .map((parameter) => /^\s*charset\s*=\s*"?([^"\s]+)"?\s*$/i.exec(parameter)?.[1])
    .find(Boolean);
  return { type: type.trim().toLowerCase(), charset };
}

function unsupported(type: string): BusinessRejection {
  const said =
    type === '' ? 'The message has no content type' : `The content type ${type.slice(0, 80)} is not supported`;
  return new BusinessRejection('unsupported-media-type', `${said}; send one of ${takenTypes.join(', ')}.`);
}

function readJsonMessage<Kept extends KeptDocument>(
  { bytes, limits }: ReceivedMessage,
  _charset: string | undefined,
  keep: KeepDocument<Kept>,
): MessageContent<Kept> {
  const items = Math.max(limits.ordersPerMessage, limits.linesPerOrder + 1);
  const elements = elementsOf(bytes, limits.ordersPerMessage);
  const oneByOne = elements && readElements(bytes, elements, limits, items, keep);
  if (oneByOne !== undefined) return oneByOne;
  const content = readJson(bytes, { depth: limits.depth, items });
  return 'fault' in content
    ? unreadable([content.fault])
    : documentsOf(content.value, content.duplicates, limits, keep);
}

/**
 * An array order by order, each read and forgotten before the next. undefined when the JSON of one is broken: then the
 * whole is read once more, to say where.
 */
function readElements<Kept extends KeptDocument>(
  bytes: Buffer,
  elements: readonly ArrayElement[],
  limits: IntakeLimits,
  items: number,
  keep: KeepDocument<Kept>,
): MessageContent<Kept> | undefined {
  let duplicates = 0;
  const broken = new Error('The JSON of an element is broken.');
  try {
    return readEach(elements, [], keep, ({ start, end }, index) => {
      const content = readJson(bytes.subarray(start, end), { depth: limits.depth - 1, items });
      if ('fault' in content) throw broken;
      duplicates += content.duplicates.length;
      if (duplicates > mostDuplicates) throw broken;
      return jsonDocument(content.value, index + 1, `/${index}`, content.duplicates, limits);
    });
  } catch (error) {
    if (error === broken) return undefined;
    throw error;
  }
}

function documentsOf<Kept extends KeptDocument>(
  value: unknown,
  duplicates: readonly JsonPath[],
  limits: IntakeLimits,
  keep: KeepDocument<Kept>,
): MessageContent<Kept> {
  if (!Array.isArray(value)) {
    return { single: true, warnings: [], documents: [keep(jsonDocument(value, 1, '', duplicates, limits))] };
  }
  if (value.length === 0) {
    return unreadable([{ path: '', code: 'empty-document', message: 'The array is empty; send at least one order.' }]);
  }
  if (value.length > limits.ordersPerMessage) {
    const message = `The message has ${value.length} orders, at most ${limits.ordersPerMessage} are taken; send several.`;
    return unreadable([{ path: '', code: 'too-many-orders', message }]);
  }
  const duplicatesOf = Map.groupBy(duplicates, (path) => path[0]);
  return readEach(value, [], keep, (item: unknown, index) => {
    const inside = (duplicatesOf.get(index) ?? []).map((path) => path.slice(1));
    return jsonDocument(item, index + 1, `/${index}`, inside, limits);
  });
}

function readEach<Item, Kept extends KeptDocument>(
  items: Iterable<Item>,
  warnings: readonly string[],
  keep: KeepDocument<Kept>,
  read: (item: Item, index: number) => ReadDocument,
): MessageContent<Kept> {
  const documents: Kept[] = [];
  let faults = 0;
  for (const item of items) {
    const document = read(item, documents.length);
    documents.push(keep(document));
    faults += document.faults.length;
    if (faults > mostFaultsOfMessage) return unreadable(tooManyFaults(documents.flatMap((each) => each.faults)));
  }
  return { single: false, warnings, documents };
}

function jsonDocument(
  value: unknown,
  ordinal: number,
  place: string,
  duplicates: readonly JsonPath[],
  limits: IntakeLimits,
): ReadDocument {
  const { order, faults } = normalizeOrder(value, limits);
  const doubled = duplicates.map((path): Fault => {
    const message = `The field ${shownText(String(path.at(-1)))} is there more than once; send it once.`;
    return { path: pointerOf(path), code: 'duplicate-key', message };
  });
  return documentOf({ ordinal, place }, value, order, [...doubled, ...faults]);
}

function readEdiMessage<Kept extends KeptDocument>(
  { bytes, limits, edi }: ReceivedMessage,
  standard: EdiStandard,
  keep: KeepDocument<Kept>,
): MessageContent<Kept> {
  const content = readEdi(bytes, standard, edi ?? defaultEdiReading, {
    edi: {
      ...defaultEdiLimits,
      bytes: limits.bytes,
      // so that a message with a few orders too many can be told from one without end
      envelopes: Math.max(defaultEdiLimits.envelopes, 3 * limits.ordersPerMessage),
    },
    messages: limits.ordersPerMessage,
    linesPerOrder: limits.linesPerOrder,
  });
  if (content.unreadable !== undefined) return unreadable(content.unreadable);
  const { interchanges, warnings } = content;
  if (content.documents.length > limits.ordersPerMessage) {
    const message = `The message has ${content.documents.length} EDI messages, at most ${limits.ordersPerMessage} are taken; send several.`;
    return unreadable([{ path: '', code: 'too-many-orders', message }]);
  }
  const documents = content.documents.map((edi, index): Kept => {
    const { place, poNumber, fingerprint, review, faults } = edi;
    return keep({
      ordinal: index + 1,
      place,
      ...(poNumber === undefined ? {} : { poNumber }),
      ...(fingerprint === undefined ? {} : { fingerprint }),
      ...(review.length === 0 ? {} : { review }),
      faults,
      edi,
    });
  });
  return { single: false, warnings, documents, interchanges };
}

function readCsvMessage<Kept extends KeptDocument>(
  { bytes, limits, csv }: ReceivedMessage,
  charset: string | undefined,
  keep: KeepDocument<Kept>,
): MessageContent<Kept> {
  return documentsOfTable(readCsv(bytes, csv, limits, charset), limits, keep);
}

async function readWorkbookMessage<Kept extends KeptDocument>(
  { bytes, limits, csv }: ReceivedMessage,
  keep: KeepDocument<Kept>,
): Promise<MessageContent<Kept>> {
  return documentsOfTable(await readWorkbook(bytes, csv, limits), limits, keep);
}

function documentsOfTable<Kept extends KeptDocument>(
  table: TableContent,
  limits: IntakeLimits,
  keep: KeepDocument<Kept>,
): MessageContent<Kept> {
  const content =
    table.unreadable === undefined
      ? readEach(released(table.orders), table.warnings, keep, (order, index) =>
          sheetDocument(order, index + 1, limits),
        )
      : unreadable(table.unreadable);
  if (table.columns === undefined) return content;
  const { header, fields } = table.columns;
  return { ...content, columns: header.map((name, index) => ({ name: shownText(name), field: fields[index] ?? '' })) };
}

/** Lets go of each item when it has been read: the rows of a large file and their orders need not be held both. */
function* released<Item>(items: Item[]): Generator<Item> {
  items.reverse();
  for (let item = items.pop(); item !== undefined; item = items.pop()) yield item;
}

function sheetDocument(sheetOrder: SheetOrder, ordinal: number, limits: IntakeLimits): ReadDocument {
  const { place, value } = sheetOrder;
  const { order, faults } = normalizeOrder(value, limits);
  const reported = new Set(sheetOrder.faults.map(({ path }) => path));
  const others = faults
    .map((fault) => ({ ...fault, path: sheetOrder.placeOf(fault.path) }))
    .filter(({ path }) => !reported.has(path));
  return documentOf({ ordinal, place }, value, order, [...sheetOrder.faults, ...others]);
}

function documentOf(
  where: Pick<ReadDocument, 'ordinal' | 'place'>,
  value: unknown,
  order: CanonicalOrder | undefined,
  faults: readonly Fault[],
): ReadDocument {
  if (order && faults.length === 0) {
    return { ...where, poNumber: order.poNumber, order, fingerprint: fingerprintOf(order), faults };
  }
  const poNumber = poNumberOf(value);
  return poNumber === undefined ? { ...where, faults } : { ...where, poNumber, faults };
}

function poNumberOf(value: unknown): string | undefined {
  const poNumber = typeof value === 'object' && value !== null && 'poNumber' in value ? value.poNumber : undefined;
  if (typeof poNumber !== 'string') return undefined;
  // A list of rejected orders shows it, so it must be storable whatever was sent.
  return (
    poNumber
      .trim()
      .replace(/\p{Cc}/gu, ' ')
      .slice(0, 100)
      .toWellFormed() || undefined
  );
}

function withPolicy<Kept extends KeptDocument>(
  content: MessageContent<Kept>,
  batchPolicy: BatchPolicy,
  keep: KeepDocument<Kept>,
): MessageContent<Kept> {
  const faulty = content.documents.find(({ faults }) => faults.length > 0);
  if (batchPolicy === 'reject-order' || !faulty) return content;
  const at = faulty.place === '' ? '' : ` (${faulty.place})`;
  const message = `Rejected with its file: document ${faulty.ordinal}${at} is faulty, and files are taken whole or not at all. Correct it and send the file again.`;
  const documents = content.documents.map((document): Kept => {
    if (document.faults.length > 0) return document;
    const { ordinal, place, poNumber } = document;
    const faults: Fault[] = [{ path: '', code: 'file-rejected', message }];
    return keep(poNumber === undefined ? { ordinal, place, faults } : { ordinal, place, poNumber, faults });
  });
  return { ...content, documents };
}

function unreadable(faults: readonly Fault[]): MessageContent<never> {
  return { unreadable: faults, single: false, warnings: [], documents: [] };
}
