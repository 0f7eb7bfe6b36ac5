import { addDays, parseDate } from '../domain/dates';
import { BusinessRejection, type Fault, type FaultCode } from '../domain/faults';
import { isStorable, shownText } from '../domain/storable-text';

/** The parameters of a list as they come in: of a URL, a message or a command. */
export type ListQuery = Readonly<Record<string, unknown>>;

const defaultLimit = 50;
const greatestLimit = 500;
const longestText = 200;
const instantPattern = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(:\d{2}(\.\d{1,9})?)?(Z|[+-]\d{2}:\d{2})$/;

/** Reads the parameters of a list and collects every fault before it refuses. */
export class ListQueryReader {
  private readonly faults: Fault[] = [];

  constructor(
    private readonly query: ListQuery,
    known: readonly string[],
  ) {
    for (const name of Object.keys(query)) {
      if (!known.includes(name))
        this.fault(name, 'unknown-field', `There is no parameter ${name}; there are: ${known.join(', ')}.`);
    }
  }

  text(name: string): string | undefined {
    const value = this.query[name];
    if (value === undefined || value === null) return undefined;
    if (typeof value === 'number') return String(value);
    if (typeof value !== 'string' || value.length > longestText) {
      const words = `must be given once, as a text of at most ${longestText} characters`;
      return this.fault(name, 'wrong-type', `The parameter ${name} ${words}.`);
    }
    if (value === '') return this.fault(name, 'missing-field', `The parameter ${name} is empty; leave it out for all.`);
    if (isStorable(value)) return value;
    return this.fault(name, 'wrong-type', `The parameter ${name} holds characters that no text here has.`);
  }

  oneOf<Word extends string>(name: string, words: readonly Word[]): Word | undefined {
    const value = this.text(name);
    const word = words.find((candidate) => candidate === value);
    if (value !== undefined && word === undefined)
      this.fault(name, 'out-of-range', `The parameter ${name} must be one of: ${words.join(', ')}.`);
    return word;
  }

  /** Words separated by commas. */
  someOf<Word extends string>(name: string, words: readonly Word[]): Word[] | undefined {
    const values = this.text(name)?.split(',');
    const unknown = values?.filter((value) => !words.includes(value as Word)) ?? [];
    if (unknown.length > 0)
      this.fault(name, 'out-of-range', `The parameter ${name} must be one or more of: ${words.join(', ')}.`);
    return values as Word[] | undefined;
  }

  id(name: string, pattern: RegExp, example: string): number | undefined {
    const value = this.text(name);
    if (value === undefined) return undefined;
    const match = pattern.exec(value);
    if (match !== null) return Number(match[1]);
    this.fault(name, 'out-of-range', `The parameter ${name} must be a number such as ${example}.`);
    return undefined;
  }

  limit(otherwise = defaultLimit): number {
    const value = this.text('limit');
    if (value === undefined) return otherwise;
    if (/^\d{1,3}$/.test(value) && Number(value) >= 1 && Number(value) <= greatestLimit) return Number(value);
    this.fault('limit', 'out-of-range', `The parameter limit must be a whole number from 1 to ${greatestLimit}.`);
    return otherwise;
  }

  date(name: string): string | undefined {
    const value = this.text(name);
    if (value === undefined || parseDate(value) !== null) return value;
    this.fault(name, 'bad-date', `The parameter ${name} must be a date such as 2026-11-23.`);
    return undefined;
  }

  /** The start of a period as ISO text: a date stands for its beginning in UTC. */
  from(name = 'from'): string | undefined {
    return this.instant(
      name,
      (date) => date,
      (time) => time,
    );
  }

  /** The first instant after a period that ends with `to`: a date, or an instant, that is itself part of it. */
  until(name = 'to'): string | undefined {
    return this.instant(
      name,
      (date) => addDays(date, 1),
      (time) => time + 1,
    );
  }

  /** Where the last page of the list `name` ended. */
  cursor<Key extends readonly (string | number)[]>(name: string, shape: Key): Key | undefined {
    const value = this.text('cursor');
    if (value === undefined) return undefined;
    const key = readCursor(name, value);
    if (key !== undefined && isShaped(key, shape)) return key;
    this.fault('cursor', 'out-of-range', 'The cursor is not one that this list has given. Start again without it.');
    return undefined;
  }

  /** @throws BusinessRejection with every fault found. */
  check(): void {
    const [fault] = this.faults;
    if (fault !== undefined) throw new BusinessRejection(fault.code, fault.message, this.faults);
  }

  private instant(
    name: string,
    ofDate: (date: string) => string,
    ofTime: (time: number) => number,
  ): string | undefined {
    const value = this.text(name);
    if (value === undefined) return undefined;
    const date = parseDate(value);
    if (date !== null && date < '9999-12-31') return ofDate(date);
    const time = instantPattern.test(value) ? Date.parse(value) : Number.NaN;
    if (!Number.isNaN(time)) return new Date(ofTime(time)).toISOString();
    this.fault(
      name,
      'bad-date',
      `The parameter ${name} must be a date such as 2026-11-23 or a time such as 2026-11-23T10:00:00Z.`,
    );
    return undefined;
  }

  private fault(name: string, code: FaultCode, message: string): undefined {
    const value = this.query[name];
    const shown = typeof value === 'string' && value !== '' ? { value: shownText(value) } : {};
    this.faults.push({ path: `/${name}`, code, message, ...shown });
  }
}

/**
 * The days of a report: `from` and `to`, both included.
 * @throws BusinessRejection with every parameter that is not valid.
 */
export function periodOf(query: ListQuery): { readonly from: string | undefined; readonly to: string | undefined } {
  const reader = new ListQueryReader(query, ['from', 'to']);
  const period = { from: reader.date('from'), to: reader.date('to') };
  reader.check();
  return period;
}

/** A cursor is opaque to its reader; it names its list, so that it cannot be used on another one. */
function writeCursor(name: string, key: readonly (string | number)[]): string {
  return Buffer.from(JSON.stringify([name, ...key])).toString('base64url');
}

function isShaped<Key extends readonly (string | number)[]>(key: readonly unknown[], shape: Key): key is Key {
  const isPart = (part: unknown, i: number): boolean =>
    typeof part === typeof shape[i] && (typeof part === 'string' ? isStorable(part) : Number.isSafeInteger(part));
  return key.length === shape.length && key.every(isPart);
}

function readCursor(name: string, text: string): unknown[] | undefined {
  try {
    const parsed: unknown = JSON.parse(Buffer.from(text, 'base64url').toString());
    return Array.isArray(parsed) && parsed[0] === name ? parsed.slice(1) : undefined;
  } catch {
    return undefined;
  }
}

/** One page of rows that were read with one more than `limit`, and the cursor of the next page, or null at the end. */
export function pageOf<Row>(
  name: string,
  rows: readonly Row[],
  limit: number,
  keyOf: (row: Row) => readonly (string | number)[],
): { readonly page: readonly Row[]; readonly next: string | null } {
  const page = rows.slice(0, limit);
  const last = page.at(-1);
  return { page, next: rows.length > limit && last !== undefined ? writeCursor(name, keyOf(last)) : null };
}
