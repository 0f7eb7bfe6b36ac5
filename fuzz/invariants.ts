import type { Fault } from '../lib/domain/faults';
import { type CanonicalOrder, fingerprintOf } from '../lib/intake/canonical-order';
import type { EdiPurpose } from '../lib/intake/edi/mapped-message';
import { type FieldPlaces, placedFaults } from '../lib/intake/field-places';
import { defaultIntakeLimits, type MessageContent, type ReadDocument } from '../lib/intake/message-content';
import { normalizeOrder } from '../lib/intake/normalize-order';
import { readMessage } from '../lib/intake/read-message';
import { plainLayout } from '../lib/intake/sheets/layout';

/** A reader gave what it must never give. */
export class BrokenPromise extends Error {}

export function promise(holds: boolean, words: string): asserts holds {
  if (!holds) throw new BrokenPromise(words);
}

const purposes: ReadonlySet<string> = new Set<EdiPurpose>([
  'original',
  'change',
  'replace',
  'cancel',
  'duplicate',
  'copy',
  'confirmation',
  'acknowledgement',
  'unsupported',
]);
const sha256 = /^[0-9a-f]{64}$/;
const codeForm = /^[a-z]+(?:-[a-z]+)*$/;

/** What holds of every message, whatever was in it. */
export function checkContent(content: MessageContent): void {
  const { unreadable, documents, warnings } = content;
  promise((unreadable === undefined) === documents.length > 0, 'There must be documents, or faults of the message.');
  promise(unreadable === undefined || unreadable.length > 0, 'An unreadable message must have a fault.');
  checkFaults(unreadable ?? []);
  for (const warning of warnings) checkText(warning, 'a warning');
  for (const [index, document] of documents.entries()) {
    promise(document.ordinal === index + 1, `Document ${index + 1} has the ordinal ${document.ordinal}.`);
    checkDocument(document);
  }
  for (const { controlNumber, version, sender, receiver } of content.interchanges ?? []) {
    for (const text of [controlNumber, version, sender.id, sender.qualifier, receiver.id, receiver.qualifier]) {
      checkText(text, 'the envelope of an interchange');
    }
  }
}

function checkDocument({ place, poNumber, order, fingerprint, places, review, faults, edi }: ReadDocument): void {
  checkFaults(faults);
  checkText(place, 'a place');
  const accepted = edi === undefined ? order !== undefined : edi.content !== undefined;
  promise(accepted === (faults.length === 0), 'A document must have either content or faults.');
  promise((fingerprint !== undefined) === accepted, 'A fingerprint must be there exactly for what was accepted.');
  promise(fingerprint === undefined || sha256.test(fingerprint), 'A fingerprint must be a SHA-256.');
  promise(poNumber === undefined || poNumber.length <= 100, 'A PO number is longer than 100 characters.');
  checkText(poNumber ?? '', 'a PO number');
  for (const sentence of review ?? []) checkText(sentence, 'a reason for a review');
  if (order !== undefined) checkOrder(order, fingerprint);
  if (places !== undefined) checkPlaces(places, order ?? (JSON.parse(edi?.content ?? '{}') as Partial<CanonicalOrder>));
  if (edi === undefined) return;
  checkJson(edi.content ?? '', 'the content');
  checkJson(edi.echo ?? '', 'what answers say back');
  for (const text of [edi.messageType, edi.controlNumber, edi.version]) checkText(text, 'the header of a message');
  const isOrder = edi.kind === 'order' || edi.purpose === 'replace';
  if (edi.content !== undefined && isOrder) checkOrder(JSON.parse(edi.content) as CanonicalOrder, fingerprint);
  checkPurpose(edi.purpose);
  promise(edi.content === undefined || edi.kind !== 'unreadable', 'What is unreadable must have no content.');
}

export function checkPurpose(purpose: EdiPurpose): void {
  promise(purposes.has(purpose), `There is no purpose ${String(purpose)}.`);
}

/** The canonical form stays as it is when it is read again, as an object and as JSON. */
function checkOrder(order: CanonicalOrder, fingerprint: string | undefined): void {
  const json = JSON.stringify(order);
  checkJson(json, 'an order');
  promise(fingerprintOf(order) === fingerprint, 'The fingerprint is not that of the order.');
  promise(
    JSON.stringify(normalizeOrder(order, defaultIntakeLimits).order) === json,
    'The order is not in canonical form.',
  );
  if (json.length > 2000) return;
  const again = readMessage({
    bytes: Buffer.from(json),
    contentType: 'application/json',
    limits: defaultIntakeLimits,
    batchPolicy: 'reject-order',
    csv: plainLayout,
  });
  promise(again.documents[0]?.fingerprint === fingerprint, 'The order as JSON gives another fingerprint.');
}

/** Each line, and what it names, is found again; in a table and in EDI by words. */
function checkPlaces(places: FieldPlaces, { lines = [] }: Partial<CanonicalOrder>): void {
  const kept = JSON.stringify(places);
  checkJson(kept, 'the places of fields');
  const pointers = lines.flatMap((line, i) => [`/lines/${i}`, ...('sku' in line ? [`/lines/${i}/sku`] : [])]);
  const told = placedFaults(
    pointers.map((path) => ({ path, code: 'unknown-sku', message: 'not known' })),
    kept,
  );
  for (const [i, { path }] of told.entries()) {
    checkText(path, 'the place of a field');
    promise('sentAs' in places || !path.startsWith('/lines/'), `The place of ${pointers[i]} is not known.`);
  }
}

/** The form of faults, and that they can be stored. */
export function checkFaults(faults: readonly Fault[]): void {
  checkFaultForms(faults);
  for (const { path, message, value = '' } of faults) {
    checkText(path, 'the path of a fault');
    checkText(message, 'the message of a fault');
    checkText(value, 'the value of a fault');
  }
}

export function checkFaultForms(faults: readonly Fault[]): void {
  for (const { path, code, message, value } of faults) {
    promise(typeof path === 'string', 'A fault must have a path.');
    promise(typeof code === 'string' && codeForm.test(code), `A fault has the code ${String(code)}.`);
    promise(typeof message === 'string' && message.length > 1, 'A fault must have a message.');
    promise(value === undefined || typeof value === 'string', 'The value of a fault must be a text.');
  }
}

/** Databases keep neither zero characters nor halves of surrogate pairs. */
function checkText(text: string, what: string): void {
  promise(typeof text === 'string', `${what} must be a text.`);
  promise(text.isWellFormed() && !text.includes('\u0000'), `There are characters in ${what} that cannot be stored.`);
}

function checkJson(json: string, what: string): void {
  checkText(json, what);
  const escaped = /(?<!\\)(?:\\\\)*\\u(?:0000|d[89a-f])/.test(json);
  promise(!escaped, `There are characters in ${what} that cannot be stored.`);
}

const builtIns = [Object.prototype, Array.prototype, String.prototype, Function.prototype, Map.prototype];
const keysOf = (): string => builtIns.map((each) => Reflect.ownKeys(each).length).join();
const keysAtStart = keysOf();

export function checkPrototypes(): void {
  promise(keysOf() === keysAtStart, 'The prototypes of JavaScript were changed.');
}
