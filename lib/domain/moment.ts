import { parseDate } from './dates';
import { instant, type Read } from './master-fields';

/** A point in time with its zone, or a day (its first moment in UTC), as ISO 8601 text in UTC with milliseconds. */
export const moment: Read<string> = (value, report) => {
  const day = typeof value === 'string' ? parseDate(value.trim()) : null;
  return day === null ? instant(value, report) : `${day}T00:00:00.000Z`;
};
