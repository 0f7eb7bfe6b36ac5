import { today } from '../domain/dates';
import type { Difference } from '../store/comparison';
import type { Database } from '../store/database';
import { writtenDates, writtenUnder } from '../store/recomputation';
import { timeZonesSince } from '../store/settings';

/**
 * Whatever is posted bears the date of that instant in the company's time zone; where the time zone was changed, that of
 * any it had. Time goes one way, so that a date's first and last instant speak for all between them.
 */
export async function compareDates(db: Database): Promise<{ compared: number; differences: Difference[] }> {
  const dates = await writtenDates(db);
  const [first] = dates.map(({ earliest }) => earliest).sort();
  const zones = await timeZonesSince(db, first ?? '');
  const differences: Difference[] = [];
  for (const { date, earliest, latest } of dates) {
    if (isDateAt(date, earliest, zones) && isDateAt(date, latest, zones)) continue;
    for (const { subject, at } of await writtenUnder(db, date)) {
      if (!isDateAt(date, at, zones))
        differences.push({ subject, what: 'date', expected: dateAt(at, zones), found: date });
    }
  }
  return { compared: dates.reduce((sum, { count }) => sum + count, 0), differences };
}

const isInstant = (at: string): boolean => !Number.isNaN(Date.parse(at));

const isDateAt = (date: string, at: string, zones: readonly string[]): boolean =>
  isInstant(at) && zones.some((zone) => today(at, zone) === date);

const dateAt = (at: string, zones: readonly string[]): string | null =>
  isInstant(at) ? today(at, zones.at(-1) as string) : null;
