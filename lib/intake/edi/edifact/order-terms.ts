import type { EdiSegment } from '../interchange';
import type { EdiReading } from '../mapped-message';
import { readMessageDate } from './message-dates';
import { type MessageFindings, placeOfSegment } from './message-findings';
import type { MessageGroups, PlacedSegment } from './message-groups';
import { decimalText, equalNumbers, readNumber, sum } from './message-numbers';
import { freeText } from './order-header';
import { isComponent, type ReadLine } from './order-lines';
import { codeValue, textValue } from './segment-view';

/** Segments that the directories D.93A to D.01B have in ORDERS and ORDCHG. */
const known: ReadonlySet<string> = new Set(
  `UNH BGM DTM PAI ALI IMD FTX GIR RFF NAD LOC FII DOC CTA COM TAX MOA CUX PCD PAT TDT TOD PAC MEA PCI GIN EQD HAN SCC QTY
   APR RNG ALC RTE RCS DGS LIN PIA PRI QVR CCI CAV UNS CNT UNT STG PSD GEI AJT EQN INP`.split(/\s+/),
);
/** Segments that are read, here or for the order. */
const used: ReadonlySet<string> = new Set(
  'UNH BGM DTM FTX RFF NAD CUX TAX ALC PCD RTE LIN PIA QTY PRI MOA UNS CNT UNT IMD LOC SCC CTA COM'.split(' '),
);

/** Says which segments are not used; unknown ones are faults for a partner whose messages are read strictly. */
export function remarkSegments(groups: MessageGroups, reading: EdiReading, findings: MessageFindings): void {
  const unused = new Set<string>();
  const visit = (segments: readonly PlacedSegment[], line: number) => {
    for (const { segment } of segments) {
      if (used.has(segment.tag)) continue;
      unused.add(segment.tag.slice(0, 3));
      if (reading.strict && !known.has(segment.tag)) {
        const message = 'The message has a segment that an order has not; leave it out.';
        findings.fault(placeOfSegment(segment, line), 'not-supported', message);
      }
    }
  };
  visit(groups.header, 0);
  for (const line of groups.lines) visit(line.segments, line.ordinal);
  visit(groups.summary, 0);
  remarkDates(groups, findings);
  if (unused.size > 0) findings.remark(`Read, but not used: ${[...unused].slice(0, 20).join(', ')}.`);
}

/** Dates (2005) that the order is made of, and 171, the date of the reference before it. */
const usedDates: ReadonlySet<string> = new Set(['137', '4', '2', '64', '63', '10', '61', '171']);

function remarkDates({ header, lines }: MessageGroups, findings: MessageFindings): void {
  const said = [...header, ...lines.flatMap((line) => line.segments)]
    .filter(({ segment, opener }) => segment.tag === 'DTM' && opener?.tag !== 'SCC' && opener?.tag !== 'LOC')
    .map(({ segment }) => [codeValue(segment, 1, 1), codeValue(segment, 1, 2)] as const)
    .filter(([qualifier, date]) => date !== '' && !usedDates.has(qualifier))
    .map(([qualifier, date]) => `${qualifier.slice(0, 3)} ${(readMessageDate(date, '')?.date ?? date).slice(0, 35)}`);
  if (said.length === 0) return;
  const more = said.length > 10 ? `, and ${said.length - 10} more` : '';
  findings.remark(`Dates that are not used: ${said.slice(0, 10).join(', ')}${more}.`);
}

/** Allowances, charges and taxes that change what is to be paid: a person decides, because the order does not hold them. */
export function reviewTerms(groups: MessageGroups, findings: MessageFindings): void {
  reviewGroup(groups.header, 'The order', findings);
  for (const line of groups.lines) reviewGroup(line.segments, `Line ${line.ordinal}`, findings);
}

function reviewGroup(segments: readonly PlacedSegment[], what: string, findings: MessageFindings): void {
  const details = allowanceDetails(segments);
  for (const { segment, opener } of segments) {
    if (segment.tag === 'ALC') reviewAllowance(segment, details.get(segment) ?? [], what, findings);
    else if (segment.tag === 'TAX' && opener?.tag !== 'ALC') reviewTax(segment, what, findings);
  }
}

function reviewAllowance(
  segment: EdiSegment,
  details: readonly string[],
  what: string,
  findings: MessageFindings,
): void {
  const kind = codeValue(segment, 1);
  if (kind === 'N') return;
  const other = `an allowance or charge (${kind.slice(0, 3)})`;
  const name = kind === 'A' ? 'an allowance' : kind === 'C' ? 'a charge' : other;
  const said = [codeValue(segment, 5, 1), textValue(segment, 5, 4), ...details]
    .filter((detail) => detail !== '')
    .join(', ')
    .slice(0, 120);
  findings.doubt(`${what} has ${name}${said === '' ? '' : ` (${said})`} that the order does not hold.`);
}

/** What each ALC says of its rate or amount. */
function allowanceDetails(segments: readonly PlacedSegment[]): ReadonlyMap<EdiSegment, string[]> {
  const details = new Map<EdiSegment, string[]>();
  for (const { segment, opener } of segments) {
    if (opener?.tag !== 'ALC' || !['PCD', 'MOA', 'RTE', 'QTY'].includes(segment.tag)) continue;
    const detail = `${segment.tag} ${codeValue(segment, 1, 2)}${segment.tag === 'PCD' ? ' %' : ''}`;
    const ofAllowance = details.get(opener);
    if (ofAllowance) ofAllowance.push(detail);
    else details.set(opener, [detail]);
  }
  return details;
}

/** The usual tax on sales at a rate is calculated here anyway; an exemption or another tax is a question for a person. */
function reviewTax(segment: EdiSegment, what: string, findings: MessageFindings): void {
  const type = codeValue(segment, 2, 1);
  const category = codeValue(segment, 6);
  const rate = codeValue(segment, 5, 4);
  const usual = (type === 'VAT' || type === 'GST') && (category === '' || category === 'S');
  const said = [type, category, rate === '' ? '' : `${rate} %`]
    .filter((part) => part !== '')
    .join(' ')
    .slice(0, 40);
  if (usual)
    findings.remark(`${what} states the tax ${said}; the rates that are kept here hold (segment ${segment.position}).`);
  else findings.doubt(`${what} states a tax or an exemption (${said}) that the order does not hold.`);
}

/** Longest note of an order. */
const longestNote = 4000;

/** The texts of the message as they were sent, those of lines with the line before them. */
export function noteOf(
  groups: MessageGroups,
  numbers: readonly string[],
  reading: EdiReading,
  findings: MessageFindings,
): string | undefined {
  const texts: string[] = [];
  const codes: string[] = [];
  const read = (segments: readonly PlacedSegment[], before: string) => {
    for (const { segment } of segments) {
      if (segment.tag !== 'FTX') continue;
      const { text, code } = freeText(segment);
      if (text !== '') texts.push(before + text);
      else if (code !== '') codes.push(`${codeValue(segment, 1)} ${code}`.trim());
    }
  };
  read(groups.header, '');
  groups.lines.forEach((line, index) => {
    read(line.segments, `Line ${numbers[index]}: `);
  });
  read(groups.summary, '');
  if (codes.length > 0) {
    const message = `The message has coded texts whose meaning only the sender knows: ${codes.join(', ').slice(0, 80)}.`;
    if (reading.reviewText) findings.doubt(message);
    else findings.remark(message);
  }
  if (texts.length === 0) return undefined;
  if (reading.reviewText) findings.doubt('The order has texts that may change it; read the note.');
  const note = texts.join('\n');
  if (note.length <= longestNote) return note;
  findings.doubt(`The texts of the order are longer than ${longestNote} characters; the rest is in the message only.`);
  return note.slice(0, longestNote).toWellFormed();
}

/** CNT+2 counts the lines, CNT+1 adds up their quantities. */
export function checkTotals(
  groups: MessageGroups,
  lines: readonly ReadLine[],
  reading: EdiReading,
  findings: MessageFindings,
): void {
  const doubt = (segment: EdiSegment, message: string) => {
    if (reading.strict)
      findings.fault(placeOfSegment(segment, 0, 1), 'conflicting-values', message, codeValue(segment, 1, 2));
    else findings.doubt(message);
  };
  for (const { segment } of groups.summary) {
    if (segment.tag !== 'CNT') continue;
    const sent = codeValue(segment, 1, 2);
    const stated = readNumber(sent);
    const all = groups.lines.length;
    const own = groups.lines.filter((line) => !isComponent(line)).length;
    if (codeValue(segment, 1, 1) === '2') {
      const matches =
        stated !== null && [all, own].some((count) => equalNumbers(stated, { units: BigInt(count), scale: 0 }));
      if (!matches)
        doubt(
          segment,
          `The message says ${sent.slice(0, 20) || 'nothing'} of the number of its lines, there are ${own}.`,
        );
    } else if (codeValue(segment, 1, 1) === '1') {
      const quantities = lines.map((line) => (line.quantity === undefined ? null : readNumber(line.quantity)));
      const total = sum(quantities.filter((quantity) => quantity !== null));
      if (stated === null || !equalNumbers(stated, total)) {
        doubt(
          segment,
          `The message says ${sent.slice(0, 20) || 'nothing'} of the sum of its quantities, it is ${decimalText(total)}.`,
        );
      }
    }
  }
}
