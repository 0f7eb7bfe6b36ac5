import { hash } from 'node:crypto';
import type { Fault } from '../../domain/faults';
import { fingerprintOf } from '../canonical-order';
import { isFull } from '../fault-list';
import { sentPointer } from '../field-places';
import { normalizeOrder } from '../normalize-order';
import { type ReadableOrder, readableOf } from '../readable-order';
import { mapEdifact } from './edifact/map-edifact';
import type { EdiFile, EdiGroup, EdiInterchange, EdiMessage, EdiStandard, SyntaxFault } from './interchange';
import type { EdiPurpose, EdiReading, MappedMessage, ReceivedAcknowledgement } from './mapped-message';
import { type SegmentPlaces, segmentPlaces } from './segment-places';
import { interchangeAcknowledgements } from './x12/map-acknowledgement';
import { mapX12 } from './x12/map-x12';

type EdiDocumentKind = 'order' | 'change' | 'cancel' | 'acknowledgement' | 'unreadable';

/** One message of an EDI file. `content` is what is worked later, as JSON text; it is there exactly when there are no faults. */
export interface EdiDocument {
  readonly place: string;
  readonly kind: EdiDocumentKind;
  readonly purpose: EdiPurpose;
  readonly poNumber?: string;
  readonly content?: string;
  readonly fingerprint?: string;
  /** What of a faulty order could be read. */
  readonly readable?: ReadableOrder;
  /** Where the fields of what is named in it stand. */
  readonly places?: SegmentPlaces;
  /** An `OrderEcho` as JSON, as it is stored. */
  readonly echo?: string;
  readonly review: readonly string[];
  readonly faults: readonly Fault[];
  /** Position of its interchange in `interchanges`; undefined for what stands in none. */
  readonly interchange?: number;
  readonly messageType: string;
  readonly controlNumber: string;
  /** `004010`, `D:96A:UN:EAN008` */
  readonly version: string;
}

/** How the messages of a file are read. */
export interface DocumentReading extends EdiReading {
  readonly linesPerOrder: number;
  /** False: no message needs to be searched for zero characters. */
  readonly mayHoldZeros: boolean;
}

/** The messages of a file as documents, in their order; what stands in no interchange comes last. */
export function* documentsOfFile(file: EdiFile, reading: DocumentReading): Generator<EdiDocument> {
  for (const [index, interchange] of file.interchanges.entries()) yield* documentsOf(interchange, index, reading);
  if (file.faults.length > 0) yield strayOf(file.faults);
}

/** Faults of an envelope that each of its messages repeats; all of them stand in the interchange. */
const mostRepeated = 10;

function* documentsOf(interchange: EdiInterchange, index: number, reading: DocumentReading): Generator<EdiDocument> {
  const envelope = interchange.faults.filter(({ rejects }) => rejects);
  const said = envelope.length === 0 && interchange.standard === 'x12' ? interchangeAcknowledgements(interchange) : [];
  if (said.length > 0) {
    const faults = reading.mayHoldZeros ? zeroCharacters(interchange, interchange).map(faultOf) : [];
    yield interchangeAcknowledgement(said, faults, interchange, index);
  }
  let messages = 0;
  for (const group of interchange.groups) {
    const around = repeated([...envelope, ...group.faults.filter(({ rejects }) => rejects)]);
    for (const message of group.messages) {
      messages += 1;
      const own = message.faults.filter(({ rejects }) => rejects).map(faultOf);
      const zeros = reading.mayHoldZeros ? zeroCharacters(message, interchange).map(faultOf) : [];
      const faults = [...around, ...own, ...zeros, ...farTooManyLines(message, reading.linesPerOrder)];
      yield {
        interchange: index,
        messageType: message.type,
        controlNumber: message.controlNumber,
        version: message.version,
        ...(faults.length > 0
          ? unreadable(`${message.type} ${message.controlNumber}`.trim(), faults)
          : documentOf(mapMessage(message, group, interchange, reading), interchange.standard, reading.linesPerOrder)),
      };
    }
  }
  // an envelope without messages must not pass in silence
  if (messages === 0 && said.length === 0) yield emptyInterchange(interchange, index, envelope);
}

const lineTags: ReadonlySet<string> = new Set(['PO1', 'G68', 'POC', 'LIN']);
/** A message may have more line segments than an order has lines, for components; so many more are not looked at. */
const lineSegmentsForLine = 10;

/** Told before the lines are mapped: mapping takes much more memory than reading does. */
function farTooManyLines({ segments }: EdiMessage, linesPerOrder: number): Fault[] {
  if (segments.length <= linesPerOrder * lineSegmentsForLine) return [];
  const lines = segments.reduce((sum, { tag }) => sum + (lineTags.has(tag) ? 1 : 0), 0);
  if (lines <= linesPerOrder * lineSegmentsForLine) return [];
  const message = `The message has ${lines} lines, an order may have ${linesPerOrder}; split it.`;
  return [{ path: '', code: 'too-many-lines', message }];
}

function repeated(faults: readonly SyntaxFault[]): Fault[] {
  const left = faults.length - mostRepeated;
  const first = faults.slice(0, mostRepeated).map(faultOf);
  if (left <= 0) return first;
  const message = `${left} more faults of the envelope are not listed here; correct these first.`;
  return [...first, { path: '', code: 'too-many-faults', message }];
}

const unreadable = (place: string, faults: readonly Fault[]): MessageDocument => ({
  place,
  kind: 'unreadable',
  purpose: 'unsupported',
  review: [],
  faults,
});

/** What is no message has nothing of one. */
const noMessage = { messageType: '', controlNumber: '', version: '' };

function emptyInterchange(
  { controlNumber }: EdiInterchange,
  index: number,
  envelope: readonly SyntaxFault[],
): EdiDocument {
  const empty: Fault = { path: '', code: 'empty-document', message: 'The interchange holds no messages.' };
  const faults = envelope.length === 0 ? [empty] : envelope.map(faultOf);
  return { ...unreadable(`interchange ${controlNumber}`, faults), interchange: index, ...noMessage };
}

/** No character set of EDI has a zero character, and no database keeps one: the message is not taken. */
function zeroCharacters(
  { segments = [] }: Pick<EdiInterchange, 'segments'>,
  { standard }: EdiInterchange,
): SyntaxFault[] {
  const segment = segments.find(({ tag, elements }) => JSON.stringify([tag, elements]).includes('\\u0000'));
  if (segment === undefined) return [];
  const { tag, offset, position } = segment;
  const code = standard === 'x12' ? '6' : '21';
  const message = 'There is a zero character in the segment; send the message without it.';
  return [{ level: 'message', code, rejects: true, message, offset, segment: tag, position }];
}

/** The TA1 segments of an interchange, which stand in no message. */
function interchangeAcknowledgement(
  said: readonly ReceivedAcknowledgement[],
  faults: readonly Fault[],
  { controlNumber, version }: EdiInterchange,
  index: number,
): EdiDocument {
  return {
    place: 'TA1',
    kind: 'acknowledgement',
    purpose: 'acknowledgement',
    review: [],
    faults,
    interchange: index,
    messageType: 'TA1',
    controlNumber,
    version,
    ...(faults.length === 0 ? stored(said) : {}),
  };
}

function mapMessage(
  message: EdiMessage,
  group: EdiGroup,
  interchange: EdiInterchange,
  reading: EdiReading,
): MappedMessage {
  return interchange.standard === 'x12'
    ? mapX12(message, group, interchange, reading)
    : mapEdifact(message, group, interchange, reading);
}

type MessageDocument = Omit<EdiDocument, 'interchange' | 'messageType' | 'controlNumber' | 'version'>;

function documentOf(mapped: MappedMessage, standard: EdiStandard, linesPerOrder: number): MessageDocument {
  const { place, purpose, review, faults, echo } = mapped;
  const base = { place, purpose, review, ...(echo === undefined ? {} : { echo: JSON.stringify(echo) }) };
  if (mapped.acknowledgements !== undefined && faults.length === 0)
    return { ...base, kind: 'acknowledgement', faults, ...stored(mapped.acknowledgements) };
  if (mapped.change !== undefined) {
    const kind = purpose === 'cancel' && mapped.change.lines.length === 0 ? 'cancel' : 'change';
    const poNumber = mapped.change.poNumber.slice(0, 100);
    if (faults.length > 0) return { ...base, kind, poNumber, faults };
    const places = segmentPlaces(standard, mapped.change, mapped);
    return { ...base, kind, poNumber, places, faults, ...stored(mapped.change) };
  }
  const sent = mapped.order ?? mapped.readable;
  if (sent === undefined) {
    const named = echo === undefined || echo.poNumber === '' ? {} : { poNumber: echo.poNumber.slice(0, 100) };
    return { ...base, ...named, kind: faults.length > 0 ? 'order' : 'unreadable', faults };
  }
  const normalized = normalizeOrder(sent, { linesPerOrder });
  const reported = new Set(faults.map(({ path }) => path));
  const others = normalized.faults
    .map((fault) => ({ ...fault, path: mapped.placeOf(fault.path) }))
    .filter(({ path }) => !reported.has(path));
  const all = [...faults, ...others];
  const kind = purpose === 'replace' && faults.length === 0 ? 'change' : 'order';
  const number = sent.poNumber;
  const poNumber = typeof number === 'string' && number !== '' ? { poNumber: number.slice(0, 100) } : {};
  const read = normalized.readable ?? normalized.order;
  const places = read && segmentPlaces(standard, read, mapped, normalized.sentAs);
  if (normalized.order === undefined || all.length > 0) {
    // what replaces an order is judged against it
    const isJudged = read !== undefined && purpose !== 'replace' && !isFull(all);
    return {
      ...base,
      kind,
      ...poNumber,
      faults: all,
      ...(isJudged
        ? {
            readable: readableOf(read, all, (pointer) => mapped.placeOf(sentPointer(pointer, normalized.sentAs))),
            places,
          }
        : {}),
    };
  }
  const content = JSON.stringify(normalized.order);
  return {
    ...base,
    kind,
    poNumber: normalized.order.poNumber,
    ...(places === undefined ? {} : { places }),
    faults: [],
    content,
    fingerprint: fingerprintOf(normalized.order, content),
  };
}

function stored(value: unknown): { readonly content: string; readonly fingerprint: string } {
  const content = JSON.stringify(value);
  return { content, fingerprint: hash('sha256', content) };
}

const strayOf = (faults: readonly SyntaxFault[]): EdiDocument => ({
  ...unreadable('outside of any interchange', faults.map(faultOf)),
  ...noMessage,
});

/** A fault of the syntax with its place in words: `segment 7 (PO1), element 2`, or `byte 106`. */
export function faultOf(fault: SyntaxFault): Fault {
  const { segment, position, element, component, message, value, code, offset } = fault;
  const place =
    segment === undefined
      ? `byte ${offset}`
      : [
          `segment ${position ?? 0} (${segment})`,
          element === undefined ? '' : `element ${element}`,
          component === undefined ? '' : `component ${component}`,
        ]
          .filter(Boolean)
          .join(', ');
  const words = `${message} (code ${code})`;
  return value === undefined
    ? { path: place, code: 'edi-syntax', message: words }
    : { path: place, code: 'edi-syntax', message: words, value };
}
