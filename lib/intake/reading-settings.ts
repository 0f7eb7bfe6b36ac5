import { isDeepStrictEqual } from 'node:util';
import { BusinessRejection, type Fault } from '../domain/faults';
import { isStorable } from '../domain/storable-text';
import type { ReceivedMessage } from './message-content';
import { dateFormats, encodings, plainLayout, type SheetLayout } from './sheets/layout';

/** How a message is read: what a flow says of it, and its bytes do not. */
export type ReadingSettings = Pick<ReceivedMessage, 'batchPolicy' | 'csv'>;

export const defaultReading: ReadingSettings = { batchPolicy: 'reject-order', csv: plainLayout };

/** What is kept with a message so that it can be read again as it was: null when it was read as usual. */
export function storedReading({ batchPolicy, csv }: ReadingSettings): string | null {
  const reading: ReadingSettings = { batchPolicy, csv };
  return isDeepStrictEqual(reading, defaultReading) ? null : JSON.stringify(reading);
}

/** The settings that `storedReading` kept; what a later version added takes its default. */
export function readingOf(stored: string | null): ReadingSettings {
  if (stored === null) return defaultReading;
  const { batchPolicy, csv } = JSON.parse(stored) as Partial<ReadingSettings>;
  return {
    batchPolicy: batchPolicy ?? defaultReading.batchPolicy,
    csv: { ...defaultReading.csv, ...csv },
  };
}

const policies: readonly unknown[] = ['reject-order', 'reject-file'];

/**
 * Settings that a person gives, such as `{"csv": {"decimalMark": ",", "mapping": {"Menge": "quantity"}}}`; what is left
 * out is as usual.
 * @throws BusinessRejection `out-of-range` or `unknown-field`, with every fault
 */
export function readingFrom(value: unknown): ReadingSettings {
  const faults: Fault[] = [];
  const { batchPolicy = defaultReading.batchPolicy, csv = {} } = fieldsOf(value, '', ['batchPolicy', 'csv'], faults);
  const layout = { ...plainLayout, ...fieldsOf(csv, '/csv', Object.keys(layoutRules), faults) };
  const check = (path: string, isRight: boolean, words: string): void => {
    if (!isRight) faults.push({ path, code: 'out-of-range', message: `${path.slice(1)} must be ${words}.` });
  };
  check('/batchPolicy', policies.includes(batchPolicy), 'reject-order or reject-file');
  for (const [name, { isRight, words }] of Object.entries(layoutRules)) {
    const given = (layout as Record<string, unknown>)[name];
    check(`/csv/${name}`, given === undefined || isRight(given), words);
  }
  const [fault] = faults;
  if (fault !== undefined) throw new BusinessRejection(fault.code, fault.message, faults);
  return { batchPolicy, csv: layout } as ReadingSettings;
}

const oneOf =
  (...values: readonly unknown[]) =>
  (value: unknown): boolean =>
    values.includes(value);
const flag = { isRight: oneOf(true, false), words: 'true or false' };

const layoutRules: Readonly<
  Record<keyof SheetLayout, { readonly isRight: (value: unknown) => boolean; readonly words: string }>
> = {
  separator: {
    isRight: oneOf('', ',', ';', '\t', '|', 'plain-tab'),
    words: 'empty, a comma, a semicolon, a tab, a bar or plain-tab',
  },
  decimalMark: { isRight: oneOf('', '.', ','), words: 'empty, a point or a comma' },
  mapping: { isRight: (value) => isMapping(value), words: 'an object that gives columns the names of fields' },
  encoding: { isRight: oneOf(...encodings), words: `one of ${encodings.join(', ')}` },
  dateFormat: { isRight: oneOf(...dateFormats), words: `one of ${dateFormats.join(', ')}` },
  fixed: { isRight: (value) => isMapping(value), words: 'an object that gives fields their values' },
  othersLeftOut: flag,
  firstRowOnly: flag,
};

const isMapping = (value: unknown): boolean =>
  typeof value === 'object' &&
  value !== null &&
  !Array.isArray(value) &&
  Object.entries(value).every(([name, field]) => isStorable(name) && typeof field === 'string' && isStorable(field));

function fieldsOf(value: unknown, path: string, known: readonly string[], faults: Fault[]): Record<string, unknown> {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    faults.push({ path, code: 'out-of-range', message: 'An object is expected.' });
    return {};
  }
  for (const name of Object.keys(value).filter((each) => !known.includes(each))) {
    const message = `There is no setting ${name.slice(0, 80)}; there are: ${known.join(', ')}.`;
    faults.push({ path: `${path}/${name.slice(0, 80)}`, code: 'unknown-field', message });
  }
  return value as Record<string, unknown>;
}
