/** Dates are `YYYY-MM-DD` texts of the Gregorian calendar, years 0001 to 9999; as texts they sort by time. Instants are ISO 8601 texts. */
const datePattern = /^(\d{4})-(\d{2})-(\d{2})$/;
const monthLengths = [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];
/** in ms */
export const hour = 3_600_000;
/** in ms */
export const day = 24 * hour;

/** The date when the text is a real calendar date in the form YYYY-MM-DD, else null. */
export function parseDate(text: string): string | null {
  const match = datePattern.exec(text);
  if (!match) return null;
  const [year, month, dayOfMonth] = [Number(match[1]), Number(match[2]), Number(match[3])];
  return year >= 1 && dayOfMonth >= 1 && dayOfMonth <= lengthOf(year, month) ? text : null;
}

/** The date `days` (a whole number, also negative) later. Throws RangeError outside the years 0001 to 9999 or for a text that is no date. */
export function addDays(date: string, days: number): string {
  const result = new Date(midnightOf(date) + days * day);
  const year = result.getUTCFullYear();
  if (!(year >= 1 && year <= 9999)) throw new RangeError(`${date} plus ${days} days is outside the years 0001 to 9999`);
  return result.toISOString().slice(0, 10);
}

/** Whole days from one date to another; negative when `to` is earlier. Throws RangeError for a text that is no date. */
export function daysBetween(from: string, to: string): number {
  return (midnightOf(to) - midnightOf(from)) / day;
}

/** The instant so many milliseconds later, as ISO 8601 text in UTC; earlier when they are negative. */
export function later(instant: string, milliseconds: number): string {
  return new Date(Date.parse(instant) + milliseconds).toISOString();
}

/** The date at an instant in an IANA time zone. Throws RangeError for a zone or an instant that does not exist. */
export function today(instant: string, timeZone: string): string {
  return formatterOf(timeZone).format(new Date(instant));
}

/** Making a formatter costs some hundred times more than using it. */
const formatters = new Map<string, Intl.DateTimeFormat>();

function formatterOf(timeZone: string): Intl.DateTimeFormat {
  let formatter = formatters.get(timeZone);
  if (!formatter) {
    // Sweden writes dates as YYYY-MM-DD.
    formatter = new Intl.DateTimeFormat('sv-SE', { timeZone, year: 'numeric', month: '2-digit', day: '2-digit' });
    formatters.set(timeZone, formatter);
  }
  return formatter;
}

function midnightOf(date: string): number {
  if (parseDate(date) === null) throw new RangeError(`${date} is no date of the form YYYY-MM-DD`);
  return Date.parse(`${date}T00:00:00.000Z`);
}

function lengthOf(year: number, month: number): number {
  const leap = year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0);
  return month === 2 && leap ? 29 : (monthLengths[month - 1] ?? 0);
}
