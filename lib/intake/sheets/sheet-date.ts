import { parseDate } from '../../domain/dates';
import type { DateFormat } from './layout';

/** A time behind a date: an order has days only, as they are written. */
const time = '(?:[T ]+\\d{1,2}:\\d{2}(?::\\d{2}(?:[.,]\\d+)?)?(?: ?[AP]M)?(?: ?(?:Z|UTC|GMT|[+-]\\d{2}:?\\d{2}))?)?';
const patterns: Readonly<Record<DateFormat, RegExp>> = {
  '': pattern('(?<year>\\d{4})-(?<month>\\d{2})-(?<day>\\d{2})'),
  'DD.MM.YYYY': pattern('(?<day>\\d{1,2})\\.(?<month>\\d{1,2})\\.(?<year>\\d{4})'),
  'DD/MM/YYYY': pattern('(?<day>\\d{1,2})/(?<month>\\d{1,2})/(?<year>\\d{4})'),
  'DD-MM-YYYY': pattern('(?<day>\\d{1,2})-(?<month>\\d{1,2})-(?<year>\\d{4})'),
  'MM/DD/YYYY': pattern('(?<month>\\d{1,2})/(?<day>\\d{1,2})/(?<year>\\d{4})'),
  'MM-DD-YYYY': pattern('(?<month>\\d{1,2})-(?<day>\\d{1,2})-(?<year>\\d{4})'),
  'YYYY/MM/DD': pattern('(?<year>\\d{4})/(?<month>\\d{1,2})/(?<day>\\d{1,2})'),
  YYYYMMDD: pattern('(?<year>\\d{4})(?<month>\\d{2})(?<day>\\d{2})'),
};

function pattern(date: string): RegExp {
  return new RegExp(`^${date}${time}$`, 'i');
}

/** The date of a cell as YYYY-MM-DD, or in words why it is none. ISO dates are read whatever the format. */
export function readSheetDate(
  text: string,
  format: DateFormat,
): { readonly date: string } | { readonly words: string } {
  if (text.length <= 40) {
    const groups = (patterns[format].exec(text) ?? patterns[''].exec(text))?.groups;
    const date =
      groups && parseDate(`${groups.year}-${groups.month?.padStart(2, '0')}-${groups.day?.padStart(2, '0')}`);
    if (date) return { date };
    if (groups) return { words: 'This is no date of the calendar.' };
  }
  if (format !== '') return { words: `This is no date as the layout has them: ${format}, or YYYY-MM-DD.` };
  return {
    words: /^\d{1,4}[./-]\d{1,2}[./-]\d{1,4}/.test(text)
      ? 'The date can be read in several ways. Set the date format of the file, or send it as YYYY-MM-DD, such as 2026-11-23.'
      : 'This is no date of the calendar; send it as YYYY-MM-DD, such as 2026-11-23.',
  };
}
