import type { EdiSegment } from '../interchange';
import { decimalOf, equal, sumOf, textOf } from './decimal-text';
import { value, x12Date } from './elements';
import type { Findings } from './findings';
import { badDate } from './requested-dates';

/** A part of a line's quantity and the day on which it is wanted (SCH). */
export interface ScheduledQuantity {
  readonly segment: EdiSegment;
  readonly quantity: string;
  /** YYYY-MM-DD, '' when there is none. */
  readonly date: string;
}

/** Reads an SCH of a line that is ordered in `uom`; undefined when its date is none. */
export function scheduledQuantity(segment: EdiSegment, uom: string, findings: Findings): ScheduledQuantity | undefined {
  const sent = value(segment, 6);
  const date = sent === '' ? '' : x12Date(sent);
  if (date === null) {
    findings.fault(segment, 6, 'bad-date', badDate);
    return undefined;
  }
  const unit = value(segment, 2);
  if (unit !== '' && uom !== '' && unit !== uom) {
    const message = `The quantity by date is in ${unit}, the line in ${uom}; send one unit.`;
    findings.fault(segment, 2, 'conflicting-values', message);
  }
  return { segment, quantity: value(segment, 1), date };
}

/** The quantity of a line: as ordered, which its parts by date must add up to, or their sum when it is not said. */
export function quantityOf(ordered: string, schedule: readonly ScheduledQuantity[], findings: Findings): string {
  const [first] = schedule;
  if (!first) return ordered;
  const sum = sumOf(schedule.map(({ quantity }) => quantity));
  if (sum === null) {
    findings.fault(first.segment, 1, 'not-a-number', 'A quantity by date is no number; send digits.');
    return ordered;
  }
  if (ordered === '') return textOf(sum);
  const whole = decimalOf(ordered);
  if (whole !== null && !equal(sum, whole)) {
    const message = `The quantities by date add up to ${textOf(sum)}, ordered are ${textOf(whole)}; send equal ones.`;
    findings.fault(first.segment, 1, 'conflicting-values', message);
  }
  return ordered;
}

const none: readonly string[] = [];

/** The days of a schedule, each once and the earliest first. */
export function scheduledDates(schedule: readonly ScheduledQuantity[]): readonly string[] {
  if (schedule.length === 0) return none;
  return [...new Set(schedule.map(({ date }) => date).filter((date) => date !== ''))].sort();
}

/** `3 on 2026-12-01, 2 on 2026-12-08` */
export function scheduleInWords(schedule: readonly ScheduledQuantity[]): string {
  return schedule.map(({ quantity, date }) => `${quantity} on ${date || 'no date'}`).join(', ');
}
