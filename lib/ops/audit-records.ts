import { digestWithoutMarks, markOf, proofOf } from '../store/audit';
import { type AuditLink, type StoredRecord, textAt } from '../store/audit-trail';

export type AuditFaultKind = 'altered' | 'missing' | 'inserted' | 'reordered' | 'lost-tail';

/** The first place where the trail is not what was written. `position` counts from 0 in the batch; null: the batch as a whole. */
export interface AuditFault {
  readonly kind: AuditFaultKind;
  readonly link: number | null;
  readonly batch: number | null;
  readonly position: number | null;
  readonly message: string;
}

type Deviation = Omit<AuditFault, 'link' | 'batch'>;

/**
 * How the records of a batch differ from what was written; null when they do not.
 * @param marks what the link keeps of each record, where that can be relied on: it then tells which record is the first
 */
export function faultOfRecords(
  link: AuditLink,
  records: readonly StoredRecord[],
  marks: readonly string[] | undefined,
): AuditFault | null {
  if (isAsWritten(link, records)) return null;
  const deviation =
    (marks === undefined ? undefined : firstDeviation(link.batch, marks, records)) ??
    countedDeviation(link, records) ??
    deviationOfWhole(link.batch, records);
  return { link: link.link, batch: link.batch, ...deviation };
}

function isAsWritten(link: AuditLink, records: readonly StoredRecord[]): boolean {
  if (records.length !== link.records || records.some(({ position }, i) => position !== i)) return false;
  const texts = records.map((record) => textAt(record, record.position));
  return (link.marks === null ? digestWithoutMarks(texts) : proofOf(texts).digest) === link.digest;
}

/** The first place whose record does not bear the mark that was written; failing that, a record at no place of the batch. */
function firstDeviation(
  batch: number,
  marks: readonly string[],
  records: readonly StoredRecord[],
): Deviation | undefined {
  const bears = (record: StoredRecord, place: number): boolean => markOf(textAt(record, place)) === marks[place];
  const byPlace = new Map(records.map((record) => [record.position, record]));
  for (const place of marks.keys()) {
    const found = byPlace.get(place);
    if (found !== undefined && bears(found, place)) continue;
    const moved = records.find((record) => record.position !== place && bears(record, place));
    const isOfBatch = found === undefined || marks.some((_, other) => other !== place && bears(found, other));
    if (moved !== undefined && isOfBatch) return reordered(batch, place, moved);
    if (found === undefined || isOfBatch) return missing(batch, place);
    return moved === undefined ? altered(batch, found) : inserted(batch, found);
  }
  const stray = records.find(({ position }) => marks[position] === undefined);
  return stray === undefined ? undefined : inserted(batch, stray);
}

/** What the number of records and their places tell. */
function countedDeviation(link: AuditLink, records: readonly StoredRecord[]): Deviation | undefined {
  const gap = records.findIndex(({ position }, i) => position !== i);
  const place = gap >= 0 ? gap : records.length;
  if (place < link.records) return missing(link.batch, place);
  const extra = records[link.records];
  return extra === undefined ? undefined : inserted(link.batch, extra);
}

function deviationOfWhole(batch: number, records: readonly StoredRecord[]): Deviation {
  const many = records.length === 1 ? 'Its record' : `One of its ${records.length} records`;
  const named = records.slice(0, 5).map(describe).join(', ');
  return {
    kind: 'altered',
    position: records.length === 1 ? 0 : null,
    message: `Batch ${batch} was altered. ${many} is not what was written: ${named}${records.length > 5 ? ', …' : ''}.`,
  };
}

const altered = (batch: number, record: StoredRecord): Deviation => ({
  kind: 'altered',
  position: record.position,
  message: `Record ${record.position} of batch ${batch} was altered. It says now: ${describe(record)}.`,
});

const missing = (batch: number, position: number): Deviation => ({
  kind: 'missing',
  position,
  message: `Record ${position} of batch ${batch} is missing.`,
});

const inserted = (batch: number, record: StoredRecord): Deviation => ({
  kind: 'inserted',
  position: record.position,
  message: `Record ${record.position} of batch ${batch} (${describe(record)}) was inserted.`,
});

const reordered = (batch: number, position: number, record: StoredRecord): Deviation => ({
  kind: 'reordered',
  position,
  message: `Record ${position} of batch ${batch} (${describe(record)}) was moved. It stands at ${record.position} now.`,
});

const describe = (record: StoredRecord): string => `${record.subjectId}, ${record.stage} at ${record.at}`;
