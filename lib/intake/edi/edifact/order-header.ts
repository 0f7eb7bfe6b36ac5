import type { EdiSegment } from '../interchange';
import type { EdiPurpose, Reference } from '../mapped-message';
import { type MessageDate, readMessageDate } from './message-dates';
import { type MessageFindings, placeOfSegment } from './message-findings';
import type { MessageGroups, PlacedSegment } from './message-groups';
import { addressOf, type MessageParty, partyOf } from './message-parties';
import { codeValue, rawValue } from './segment-view';

/** Purposes of a document (1225) and what they mean here. */
const purposes: ReadonlyMap<string, EdiPurpose> = new Map<string, EdiPurpose>([
  ['', 'original'],
  ['9', 'original'],
  ['1', 'cancel'],
  ['4', 'change'],
  ['33', 'change'],
  ['36', 'change'],
  ['5', 'replace'],
  ['7', 'duplicate'],
  ['35', 'duplicate'],
  ['31', 'copy'],
  ['6', 'confirmation'],
  ['42', 'confirmation'],
]);

const purposeNames: ReadonlyMap<string, string> = new Map<string, string>([
  ['2', 'addition'],
  ['3', 'deletion'],
  ['8', 'status'],
  ['11', 'response'],
  ['12', 'not processed'],
  ['13', 'request'],
  ['14', 'advance notification'],
  ['15', 'reminder'],
  ['16', 'proposal'],
  ['17', 'cancel, to be reissued'],
  ['18', 'reissue'],
  ['20', 'replace heading section only'],
  ['21', 'replace item detail and summary only'],
  ['22', 'final transmission'],
  ['23', 'transaction on hold'],
  ['27', 'not accepted'],
  ['29', 'accepted without amendment'],
  ['34', 'accepted with amendment'],
  ['40', 'request for deletion'],
  ['43', 'additional transmission'],
  ['46', 'provisional'],
  ['47', 'definitive'],
]);

export function purposeOf(code: string): EdiPurpose {
  return purposes.get(code) ?? 'unsupported';
}

/** `46 (provisional)` */
export function purposeName(code: string): string {
  const name = purposeNames.get(code);
  return name === undefined ? code.slice(0, 10) : `${code} (${name})`;
}

/** The BGM of ORDERS and ORDCHG. */
export interface DocumentHead {
  readonly segment: EdiSegment | undefined;
  /** 1001 */
  readonly type: string;
  /** 1004 */
  readonly number: string;
  /** 1060 */
  readonly revision: string;
  /** 1225 */
  readonly purposeCode: string;
  readonly purpose: EdiPurpose;
  /** 4343: NA none, AB, AC, AA. */
  readonly answerWanted: string;
}

export function documentHead({ header }: MessageGroups, findings: MessageFindings): DocumentHead {
  const segment = header.find((each) => each.segment.tag === 'BGM')?.segment;
  if (!segment) {
    findings.fault(findings.place, 'missing-field', 'The BGM is missing: without it there is no number of the order.');
    return { segment, type: '', number: '', revision: '', purposeCode: '', purpose: 'unsupported', answerWanted: '' };
  }
  const purposeCode = codeValue(segment, 3);
  if (purposeCode === '') findings.remark('The BGM does not say its purpose; it was read as an original.');
  return {
    segment,
    type: codeValue(segment, 1),
    number: codeValue(segment, 2),
    revision: codeValue(segment, 2, 3),
    purposeCode,
    purpose: purposeOf(purposeCode),
    answerWanted: codeValue(segment, 4),
  };
}

/** A DTM that could be read. */
export interface PlacedDate extends MessageDate {
  readonly qualifier: string;
  readonly place: string;
}

/** Parts of a line or order that are wanted at a time of their own. */
const ownDates: ReadonlySet<string> = new Set(['SCC', 'LOC']);
/** Dates of documents: after an RFF that of the document it names. */
const documentDates: ReadonlySet<string> = new Set(['137', '4']);
/** Qualifiers (2005) that speak of the order; one that cannot be read is a fault. */
const orderDates: ReadonlySet<string> = new Set(['137', '4', '2', '64', '63', '10', '61']);

/** The dates that speak of the order or the line, those that cannot be read as faults. */
export function datesOf(
  segments: readonly PlacedSegment[],
  findings: MessageFindings,
  line = 0,
): ReadonlyMap<string, PlacedDate> {
  const dates = new Map<string, PlacedDate>();
  for (const { segment, opener } of segments) {
    if (segment.tag !== 'DTM' || ownDates.has(opener?.tag ?? '')) continue;
    const qualifier = codeValue(segment, 1, 1);
    const text = codeValue(segment, 1, 2);
    if (text === '' || (opener?.tag === 'RFF' && documentDates.has(qualifier))) continue;
    const place = placeOfSegment(segment, line, 1);
    const date = readMessageDate(text, codeValue(segment, 1, 3));
    if (date !== null) {
      if (!dates.has(qualifier)) dates.set(qualifier, { ...date, qualifier, place });
    } else if (orderDates.has(qualifier)) {
      const format = codeValue(segment, 1, 3);
      const message = `This is no date of the format ${format === '' ? 'CCYYMMDD (102)' : format.slice(0, 10)}; send one such as 20261130 with 102.`;
      findings.fault(place, 'bad-date', message, text);
    }
  }
  return dates;
}

/** Delivery requested, else the first day of the delivery window, else the last, else the shipment requested. */
export function requestedDelivery(dates: ReadonlyMap<string, PlacedDate>): PlacedDate | undefined {
  return dates.get('2') ?? dates.get('64') ?? dates.get('63') ?? dates.get('10');
}

/** What else the dates say of when the goods are wanted, in words. */
export function deliveryWindow(dates: ReadonlyMap<string, PlacedDate>): string {
  const chosen = requestedDelivery(dates);
  const said: string[] = [];
  const earliest = dates.get('64');
  const latest = dates.get('63');
  if (chosen?.until !== undefined && chosen.until !== chosen.date) said.push(`from ${chosen.date} to ${chosen.until}`);
  if (earliest && earliest !== chosen) said.push(`not before ${earliest.date}`);
  if (latest && latest !== chosen) said.push(`not after ${latest.until ?? latest.date}`);
  return said.join(', ');
}

/** Parties of the header in order. */
export function partiesOf({ header }: MessageGroups): MessageParty[] {
  return header.filter(({ segment }) => segment.tag === 'NAD').map(({ segment }) => partyOf(segment));
}

/** References of the order or of a line. */
export function referencesOf(segments: readonly PlacedSegment[]): Reference[] {
  return segments
    .filter(({ segment, opener }) => segment.tag === 'RFF' && opener?.tag !== 'NAD')
    .map(({ segment }) => referenceOf(segment))
    .filter(({ value }) => value !== '');
}

/** References under a NAD are numbers of that party: of its VAT, of its account. */
export function partyReferences(segments: readonly PlacedSegment[]): ReadonlyMap<EdiSegment, Reference[]> {
  const found = new Map<EdiSegment, Reference[]>();
  for (const { segment, opener } of segments) {
    if (segment.tag !== 'RFF' || opener?.tag !== 'NAD') continue;
    const reference = referenceOf(segment);
    if (reference.value === '') continue;
    const ofParty = found.get(opener);
    if (ofParty) ofParty.push(reference);
    else found.set(opener, [reference]);
  }
  return found;
}

function referenceOf(segment: EdiSegment): Reference {
  return { qualifier: codeValue(segment, 1, 1), value: codeValue(segment, 1, 2) };
}

/** The order currency: what a CUX says with 9, else its reference currency (2), else its first. */
export function currencyOf(segment: EdiSegment): { readonly currency: string; readonly others: readonly string[] } {
  const details = [1, 2].map((element) => ({
    usage: codeValue(segment, element, 1),
    currency: codeValue(segment, element, 2),
    of: codeValue(segment, element, 3),
  }));
  const given = details.filter(({ currency }) => currency !== '');
  const chosen = given.find(({ of }) => of === '9') ?? given.find(({ usage }) => usage === '2') ?? given[0];
  const others = given.map(({ currency }) => currency).filter((currency) => currency !== chosen?.currency);
  return { currency: chosen?.currency ?? '', others };
}

/** Where the goods go: DP, else ST, else UC, else the buyer when he has an address. */
export function shipToOf(
  parties: readonly MessageParty[],
): { party: MessageParty; shipTo: Record<string, string> } | undefined {
  const buyer = parties.find(({ code }) => code === 'BY');
  const party =
    ['DP', 'ST', 'UC'].map((code) => parties.find((each) => each.code === code)).find((each) => each) ?? buyer;
  if (!party) return undefined;
  const shipTo = addressOf(party);
  if (shipTo) return { party, shipTo };
  // A location that is only a number must not become the customer's own address.
  const name = party.name === '' ? party.id : party.name;
  return party === buyer || name === '' || (party.id !== '' && party.id === buyer?.id)
    ? undefined
    : { party, shipTo: { name } };
}

/** Texts of FTX as they stand: components of a text belong together, a code alone has its meaning by agreement. */
export function freeText(segment: EdiSegment): { readonly text: string; readonly code: string } {
  const parts = [1, 2, 3, 4, 5].map((component) => rawValue(segment, 4, component).replace(/\r\n?/g, '\n'));
  while (parts.at(-1)?.trim() === '') parts.pop();
  return { text: parts.join('\n').trim(), code: codeValue(segment, 3, 1) };
}
