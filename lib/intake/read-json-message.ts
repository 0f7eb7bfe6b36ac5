import type { Fault } from '../domain/faults';
import { mostDuplicates, readJson } from './json';
import { type ArrayElement, elementsOf } from './json-array';
import { type JsonPath, pointerOf } from './json-pointer';
import {
  type IntakeLimits,
  type KeepDocument,
  type KeptDocument,
  type MessageContent,
  type ReadDocument,
  type ReceivedMessage,
  unreadable,
} from './message-content';
import { normalizeOrder } from './normalize-order';
import { documentOf, readEach } from './read-documents';
import { shownText } from './shown-value';

export function readJsonMessage<Kept extends KeptDocument>(
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

/** The orders in a value: one object, or an array of them. */
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

function jsonDocument(
  value: unknown,
  ordinal: number,
  place: string,
  duplicates: readonly JsonPath[],
  limits: IntakeLimits,
): ReadDocument {
  const normalized = normalizeOrder(value, limits);
  const doubled = duplicates.map((path): Fault => {
    const message = `The field ${shownText(String(path.at(-1)))} is there more than once; send it once.`;
    return { path: pointerOf(path), code: 'duplicate-key', message };
  });
  return documentOf({ ordinal, place }, value, normalized, [...doubled, ...normalized.faults]);
}
