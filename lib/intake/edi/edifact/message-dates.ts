import { addDays, parseDate } from '../../../domain/dates';

/** A date or period of a DTM, as dates of the calendar; times of day are left out. */
export interface MessageDate {
  /** YYYY-MM-DD; of a period its first day. */
  readonly date: string;
  /** The last day of a period. */
  readonly until?: string;
}

/** Formats of code list 2379 by the pattern of their texts. */
const patterns: ReadonlyMap<string, RegExp> = new Map([
  ['2', /^(?<day>\d\d)(?<month>\d\d)(?<year>\d\d)$/],
  ['3', /^(?<month>\d\d)(?<day>\d\d)(?<year>\d\d)$/],
  ['4', /^(?<day>\d\d)(?<month>\d\d)(?<year>\d{4})$/],
  ['101', /^(?<year>\d\d)(?<month>\d\d)(?<day>\d\d)$/],
  ['102', /^(?<year>\d{4})(?<month>\d\d)(?<day>\d\d)$/],
  ['201', /^(?<year>\d\d)(?<month>\d\d)(?<day>\d\d)\d{4}$/],
  ['202', /^(?<year>\d\d)(?<month>\d\d)(?<day>\d\d)\d{6}$/],
  ['203', /^(?<year>\d{4})(?<month>\d\d)(?<day>\d\d)\d{4}$/],
  ['204', /^(?<year>\d{4})(?<month>\d\d)(?<day>\d\d)\d{6}$/],
  ['303', /^(?<year>\d{4})(?<month>\d\d)(?<day>\d\d)\d{4}.{1,5}$/],
  ['304', /^(?<year>\d{4})(?<month>\d\d)(?<day>\d\d)\d{6}.{1,5}$/],
]);

const periodPatterns: ReadonlyMap<string, { readonly pattern: RegExp; readonly format: string }> = new Map([
  ['717', { pattern: /^(\d{6})-?(\d{6})$/, format: '101' }],
  ['718', { pattern: /^(\d{8})-?(\d{8})$/, format: '102' }],
  ['719', { pattern: /^(\d{12})-?(\d{12})$/, format: '203' }],
  ['715', { pattern: /^(\d{4})-?(\d{4})$/, format: '615' }],
  ['716', { pattern: /^(\d{6})-?(\d{6})$/, format: '616' }],
]);

/** Without a format the length of the text tells it. */
const formatOfLength: ReadonlyMap<number, string> = new Map([
  [6, '101'],
  [8, '102'],
  [10, '201'],
  [12, '203'],
  [14, '204'],
  [16, '718'],
  [17, '718'],
]);

/** Reads the value of a DTM in its format (2379); null when it is no date. Two digits of a year below 70 are of this century. */
export function readMessageDate(text: string, format: string): MessageDate | null {
  const known = format === '' ? formatOfLength.get(text.length) : format;
  if (known === undefined) return null;
  const period = periodPatterns.get(known);
  if (period) return readPeriod(text, period);
  if (known === '615' || known === '616') return readWeek(text, known === '615');
  if (known === '610') return readMonth(text);
  // Some say 102 and add the time, or say 203 and leave it out.
  const pattern = patterns.get(known);
  if (pattern === undefined) return null;
  const parts = pattern.exec(text)?.groups ?? patterns.get(formatOfLength.get(text.length) ?? '')?.exec(text)?.groups;
  return parts === undefined ? null : dateOf(parts.year, parts.month, parts.day);
}

function readPeriod(text: string, { pattern, format }: { pattern: RegExp; format: string }): MessageDate | null {
  const match = pattern.exec(text);
  const first = match && readMessageDate(match[1] ?? '', format);
  const last = match && readMessageDate(match[2] ?? '', format);
  if (!first || !last) return null;
  const until = last.until ?? last.date;
  return until < first.date ? null : { date: first.date, until };
}

/** A week of ISO 8601, from Monday to Sunday. */
function readWeek(text: string, shortYear: boolean): MessageDate | null {
  const match = (shortYear ? /^(\d\d)(\d\d)$/ : /^(\d{4})(\d\d)$/).exec(text);
  if (!match) return null;
  const year = fullYear(match[1] ?? '');
  const week = Number(match[2]);
  if (week < 1 || week > 53 || parseDate(`${year}-01-04`) === null) return null;
  // The fourth of January is always in week 1.
  const fourth = `${year}-01-04`;
  const weekday = (new Date(`${fourth}T00:00:00Z`).getUTCDay() + 6) % 7;
  const date = addDays(fourth, 7 * (week - 1) - weekday);
  return { date, until: addDays(date, 6) };
}

function readMonth(text: string): MessageDate | null {
  const match = /^(\d{4})(\d\d)$/.exec(text);
  const first = match && dateOf(match[1], match[2], '01');
  if (!first) return null;
  const next = addDays(first.date, 31).slice(0, 7);
  return { date: first.date, until: addDays(`${next}-01`, -1) };
}

function dateOf(year = '', month = '', day = ''): MessageDate | null {
  const date = parseDate(`${fullYear(year)}-${month}-${day}`);
  return date === null ? null : { date };
}

function fullYear(year: string): string {
  return year.length === 4 ? year : `${Number(year) < 70 ? '20' : '19'}${year}`;
}
