import { codeTable } from '../code-table';
import type { EdiSegment } from '../interchange';
import { value, x12Date } from './elements';

/** Data element 374: dates on which an order wants its goods, the one that says it best first. */
const wantedQualifiers = ['002', '106', '074', '077', '071', '064', '063', '010', '037', '038'];
/** These two are the date of delivery itself; all others say something more that whoever ships must know. */
const deliveryQualifiers: ReadonlySet<string> = new Set(['002', '106']);

const names = codeTable<string>({
  '001': 'Cancel after',
  '010': 'Requested ship date',
  '037': 'Do not ship before',
  '038': 'Do not ship after',
  '061': 'Cancel if not delivered by',
  '063': 'Do not deliver after',
  '064': 'Do not deliver before',
  '071': 'Deliver on or after',
  '074': 'Deliver on or before',
  '077': 'Deliver in the week of',
  '118': 'Requested pick-up',
  '175': 'Cancel if not shipped by',
});

export const badDate = 'This is no date of the calendar; send it as CCYYMMDD, such as 20261123.';

/** A date that the partner sent, by its qualifier. */
export interface QualifiedDate {
  readonly qualifier: string;
  /** YYYY-MM-DD */
  readonly date: string;
}

/** The date of a DTM; null when it has none, undefined when what it has is no date. */
export function dateOfDtm(segment: EdiSegment): QualifiedDate | null | undefined {
  const qualifier = value(segment, 1);
  const sent = value(segment, 2);
  const fifth = value(segment, 5);
  if (sent !== '') {
    const date = x12Date(sent, /^\d\d$/.test(fifth) ? fifth : '');
    return date === null ? undefined : { qualifier, date };
  }
  const period = value(segment, 6);
  if (period === '') return null;
  // A range begins with its first day.
  const date = x12Date(fifth === 'RD8' ? (period.split('-')[0] ?? '') : period.slice(0, 8));
  return date === null ? undefined : { qualifier, date };
}

export function wantedDate(dates: readonly QualifiedDate[]): QualifiedDate | undefined {
  if (dates.length === 0) return undefined;
  for (const wanted of wantedQualifiers) {
    const found = dates.find(({ qualifier }) => qualifier === wanted);
    if (found) return found;
  }
  return undefined;
}

/** What whoever ships must know of a date besides the requested delivery; undefined when there is nothing. */
export function dateNote({ qualifier, date }: QualifiedDate): string | undefined {
  const name = names.get(qualifier);
  return name === undefined || deliveryQualifiers.has(qualifier) ? undefined : `${name} ${date}`;
}
