import { isDeepStrictEqual } from 'node:util';
import { BusinessRejection, type Fault } from '../domain/faults';
import { defaultCsvSettings } from './csv';
import type { ReceivedMessage } from './read-message';

/** How a message is read: what a flow says of it, and its bytes do not. */
export type ReadingSettings = Pick<ReceivedMessage, 'batchPolicy' | 'csv'>;

export const defaultReading: ReadingSettings = { batchPolicy: 'reject-order', csv: defaultCsvSettings };

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

const separators: readonly unknown[] = ['', ',', ';', '\t', '|'];
const decimalMarks: readonly unknown[] = ['', '.', ','];
const policies: readonly unknown[] = ['reject-order', 'reject-file'];

/**
 * Settings that a person gives, such as `{"csv": {"decimalMark": ",", "mapping": {"Menge": "quantity"}}}`; what is left
 * out is as usual.
 * @throws BusinessRejection `out-of-range` or `unknown-field`, with every fault
 */
export function readingFrom(value: unknown): ReadingSettings {
  const faults: Fault[] = [];
  const { batchPolicy = defaultReading.batchPolicy, csv = {} } = fieldsOf(value, '', ['batchPolicy', 'csv'], faults);
  const { separator, decimalMark, mapping } = {
    ...defaultCsvSettings,
    ...fieldsOf(csv, '/csv', ['separator', 'decimalMark', 'mapping'], faults),
  };
  const check = (path: string, isRight: boolean, words: string): void => {
    if (!isRight) faults.push({ path, code: 'out-of-range', message: `${path.slice(1)} must be ${words}.` });
  };
  check('/batchPolicy', policies.includes(batchPolicy), 'reject-order or reject-file');
  check('/csv/separator', separators.includes(separator), 'empty, a comma, a semicolon, a tab or a bar');
  check('/csv/decimalMark', decimalMarks.includes(decimalMark), 'empty, a point or a comma');
  check('/csv/mapping', isMapping(mapping), 'an object that gives columns the names of fields');
  const [fault] = faults;
  if (fault !== undefined) throw new BusinessRejection(fault.code, fault.message, faults);
  return { batchPolicy, csv: { separator, decimalMark, mapping } } as ReadingSettings;
}

const isMapping = (value: unknown): boolean =>
  typeof value === 'object' &&
  value !== null &&
  !Array.isArray(value) &&
  Object.values(value).every((field) => typeof field === 'string');

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
