import { isDeepStrictEqual } from 'node:util';
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
