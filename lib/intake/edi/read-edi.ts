import type { Fault } from '../../domain/faults';
import { storableText } from '../../domain/storable-text';
import { mostFaultsOfMessage, tooManyFaults } from '../fault-list';
import { documentsOfFile, type EdiDocument, faultOf } from './edi-documents';
import { readEdifact } from './edifact/read-edifact';
import type { EdiFile, EdiLimits, EdiStandard } from './interchange';
import { type InterchangeOutline, outlineOf } from './interchange-outline';
import type { EdiReading } from './mapped-message';
import type { SegmentPlaces } from './segment-places';
import { readX12 } from './x12/read-x12';

export interface EdiContent {
  readonly unreadable?: readonly Fault[];
  readonly interchanges: readonly InterchangeOutline[];
  readonly documents: readonly EdiDocument[];
  readonly warnings: readonly string[];
}

export interface EdiReadingLimits {
  readonly edi: EdiLimits;
  readonly messages: number;
  readonly linesPerOrder: number;
}

/** Splits a file into its interchanges and messages, each mapped or refused with its place. Never throws on bad input. */
export function readEdi(
  bytes: Uint8Array,
  standard: EdiStandard,
  reading: EdiReading,
  limits: EdiReadingLimits,
): EdiContent {
  const charset = reading.charset === undefined ? {} : { charset: reading.charset };
  const file: EdiFile =
    standard === 'x12'
      ? readX12(bytes, { limits: limits.edi, ...charset })
      : readEdifact(bytes, { limits: limits.edi });
  if (file.interchanges.length === 0) {
    const nothing: Fault = {
      path: '',
      code: 'unreadable',
      message: `There is no ${standardName[standard]} interchange in the message.`,
    };
    return refused([nothing, ...file.faults.map(faultOf).map(storableFault)], file.warnings.map(storableText));
  }
  const messages = messageCount(file);
  if (messages > limits.messages) {
    const message = `The message has at least ${messages} EDI messages, at most ${limits.messages} are taken; send several.`;
    return refused([{ path: '', code: 'too-many-orders', message }]);
  }
  const documents: EdiDocument[] = [];
  let faults = 0;
  for (const document of documentsOfFile(file, { ...reading, ...limits, mayHoldZeros: bytes.includes(0) })) {
    documents.push(storableDocument(document));
    faults += document.faults.length;
    if (faults > mostFaultsOfMessage) return refused(tooManyFaults(documents.flatMap((each) => each.faults)));
  }
  return {
    interchanges: file.interchanges.map((interchange) => outlineOf(interchange, bytes)),
    documents,
    warnings: file.warnings.map(storableText),
  };
}

function refused(unreadable: readonly Fault[], warnings: readonly string[] = []): EdiContent {
  return { unreadable, interchanges: [], documents: [], warnings };
}

const messageCount = ({ interchanges }: EdiFile): number =>
  interchanges.reduce(
    (sum, { groups }) => groups.reduce((ofGroups, { messages }) => ofGroups + messages.length, sum),
    0,
  );

const standardName: Readonly<Record<EdiStandard, string>> = { x12: 'X12', edifact: 'EDIFACT' };

/** A document whose texts can be stored, whatever was sent; its content can be anyway. */
function storableDocument(document: EdiDocument): EdiDocument {
  return {
    ...document,
    place: storableText(document.place),
    messageType: storableText(document.messageType),
    controlNumber: storableText(document.controlNumber),
    version: storableText(document.version),
    ...(document.poNumber === undefined ? {} : { poNumber: storableText(document.poNumber) }),
    review: document.review.map(storableText),
    faults: document.faults.map(storableFault),
    ...(document.places === undefined ? {} : { places: storablePlaces(document.places) }),
  };
}

function storablePlaces({ order, tags, ...places }: SegmentPlaces): SegmentPlaces {
  const storable = Object.entries(order).map(([field, place]) => [field, storableText(place)]);
  return { ...places, order: Object.fromEntries(storable), tags: tags.map(storableText) };
}

function storableFault({ path, code, message, value }: Fault): Fault {
  const fault = { path: storableText(path), code, message: storableText(message) };
  return value === undefined ? fault : { ...fault, value: storableText(value) };
}
