import { day, parseDate } from './dates';
import { instant, type Read } from './master-fields';

/** A point in time with its zone, or a day (its first moment in UTC), as ISO 8601 text in UTC with milliseconds. */
export const moment: Read<string> = (value, report) => {
  const date = typeof value === 'string' ? parseDate(value.trim()) : null;
  return date === null ? instant(value, report) : `${date}T00:00:00.000Z`;
};

/** Clocks and time zones differ: what has happened may be said to be a day ahead, no more. */
export const isAhead = (instantText: string, now: string): boolean => Date.parse(instantText) > Date.parse(now) + day;
