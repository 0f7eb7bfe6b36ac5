import type { OrderAnswer, OutgoingEnvelope } from '../outgoing';
import { echoOf, idElements, partiesOf, referencesOf } from './answer-parts';
import { add, decimalOf, equal, textOf } from './decimal-text';
import { unitPriceOf } from './unit-price';
import { dateText, free, type OutgoingSegment, writeInterchange } from './write-interchange';

type AnswerLine = OrderAnswer['lines'][number];

/** One part of a line with its code (ACK01, data element 668). */
interface LinePart {
  readonly code: string;
  readonly quantity: string;
}

const longestMessage = 264;

/** What became of orders, as 855: a message for each. */
export function write855(answers: readonly OrderAnswer[], envelope: OutgoingEnvelope): string {
  const messages = answers.map((answer) => ({ type: '855', segments: acknowledgement(answer, envelope.version) }));
  return writeInterchange(envelope, 'PR', messages);
}

/** What became of changes, as 865: a message for each. */
export function write865(answers: readonly OrderAnswer[], envelope: OutgoingEnvelope): string {
  const messages = answers.map((answer) => ({
    type: '865',
    segments: changeAcknowledgement(answer, envelope.version),
  }));
  return writeInterchange(envelope, 'CA', messages);
}

function acknowledgement(answer: OrderAnswer, version: string): OutgoingSegment[] {
  const { echo, salesOrder, date } = answer;
  const ordered = dateText(echo.poDate || date, version);
  const answered = dateText(date, version);
  return [
    ['BAK', '00', typeOf(answer), echo.poNumber, ordered, echo.release, '', '', salesOrder, answered],
    ...headerSegments(answer),
    ...answer.lines.flatMap((line) => [...orderedLine(answer, line), ...lineParts(answer, line, version)]),
    ['CTT', String(answer.lines.length)],
  ];
}

function changeAcknowledgement(answer: OrderAnswer, version: string): OutgoingSegment[] {
  const { echo, salesOrder, date, answersChange = '' } = answer;
  const ordered = dateText(echo.poDate || date, version);
  const answered = dateText(date, version);
  const type = typeOf(answer);
  return [
    ['BCA', '00', type, echo.poNumber, echo.release, answersChange, ordered, '', '', salesOrder, answered],
    ...headerSegments(answer),
    ...answer.lines.flatMap((line) => [changedLine(answer, line), ...lineParts(answer, line, version)]),
    ['CTT', String(answer.lines.length)],
  ];
}

function headerSegments({ echo, currency, reason, salesOrder, lines }: OrderAnswer): OutgoingSegment[] {
  const reasons = [
    ...(reason === null ? [] : [reason]),
    ...lines.flatMap((line) => (line.reason === null ? [] : [`Line ${nameOf(echo, line)}: ${line.reason}`])),
  ];
  const said: OutgoingSegment[] = reasons.map((text) => ['MSG', free(text, longestMessage)]);
  return [
    ...(currency === '' ? [] : ([['CUR', 'SE', currency]] satisfies OutgoingSegment[])),
    ...referencesOf(echo.references),
    ...(said.length === 0
      ? []
      : ([['N9', 'ZZ', free(salesOrder || echo.poNumber, 30)], ...said] satisfies OutgoingSegment[])),
    ...partiesOf(echo),
  ];
}

function nameOf(echo: OrderAnswer['echo'], { line, sku }: AnswerLine): string {
  return echoOf(echo, line, sku).reference || String(line);
}

/** The line exactly as it was ordered, and the price when it is another one now. */
function orderedLine({ echo }: OrderAnswer, line: AnswerLine): OutgoingSegment[] {
  const ordered = echoOf(echo, line.line, line.sku);
  const { reference, quantity, uom, unitPrice, basis } = ordered;
  return [
    ['PO1', reference, quantity || line.ordered, uom || line.uom, unitPrice, basis, ...idElements(ordered)],
    ...(hasOtherPrice(echo, line) ? ([['CTP', '', 'NET', line.unitPrice]] satisfies OutgoingSegment[]) : []),
    ...referencesOf(ordered.references),
  ];
}

function changedLine({ echo }: OrderAnswer, line: AnswerLine): OutgoingSegment {
  const ordered = echoOf(echo, line.line, line.sku);
  const open = textOf(sum(line.accepted, line.backordered));
  const code = isZeroText(line.ordered) ? 'DI' : line.verdict === 'accepted' ? 'NC' : 'CA';
  const uom = ordered.uom || line.uom;
  return ['POC', ordered.reference, code, line.ordered, open, uom, line.unitPrice, '', ...idElements(ordered)];
}

/** The parts of a line add up to what was ordered. */
function lineParts(answer: OrderAnswer, line: AnswerLine, version: string): OutgoingSegment[] {
  const uom = echoOf(answer.echo, line.line, line.sku).uom || line.uom;
  return partsOf(answer, line).map(({ code, quantity }): OutgoingSegment => {
    const promised = line.promised === null || code === 'IR' ? [] : ['068', dateText(line.promised, version)];
    return ['ACK', code, quantity, uom, ...promised];
  });
}

function partsOf({ verdict, echo }: OrderAnswer, line: AnswerLine): LinePart[] {
  if (verdict === 'held') return [{ code: 'IH', quantity: line.ordered }];
  const rest = textOf(difference(line.ordered, textOf(sum(line.accepted, line.backordered))));
  const parts: LinePart[] = [];
  if (!isZeroText(line.accepted)) parts.push({ code: acceptedCode(echo, line, rest), quantity: line.accepted });
  if (!isZeroText(line.backordered)) parts.push({ code: 'IB', quantity: line.backordered });
  if (!isZeroText(rest) && !rest.startsWith('-')) parts.push({ code: 'IR', quantity: rest });
  return parts.length > 0 ? parts : [{ code: line.verdict === 'accepted' ? 'IA' : 'IR', quantity: line.ordered }];
}

function acceptedCode(echo: OrderAnswer['echo'], line: AnswerLine, rest: string): string {
  if (!isZeroText(rest)) return 'IQ';
  if (!isZeroText(line.backordered)) return 'BP';
  return hasOtherPrice(echo, line) ? 'IP' : 'IA';
}

function hasOtherPrice(echo: OrderAnswer['echo'], line: AnswerLine): boolean {
  const { unitPrice, basis, uom } = echoOf(echo, line.line, line.sku);
  const sent = decimalOf(unitPriceOf(unitPrice, basis, uom).price ?? '');
  const agreed = decimalOf(line.unitPrice);
  return sent !== null && agreed !== null && !equal(sent, agreed);
}

/** No change only when every line is accepted as it was ordered. */
function typeOf(answer: OrderAnswer): string {
  if (answer.verdict === 'rejected') return answer.lines.length > 0 ? 'RD' : 'RJ';
  if (answer.verdict === 'held') return 'AH';
  if (answer.lines.length === 0) return 'AT';
  const unchanged = answer.lines.every((line) => partsOf(answer, line).every(({ code }) => code === 'IA'));
  return unchanged ? 'AD' : 'AC';
}

function sum(one: string, other: string): { readonly units: bigint; readonly scale: number } {
  const nothing = { units: 0n, scale: 0 };
  return add(decimalOf(one) ?? nothing, decimalOf(other) ?? nothing);
}

function difference(one: string, other: string): { readonly units: bigint; readonly scale: number } {
  return sum(one, other.startsWith('-') ? other.slice(1) : `-${other}`);
}

function isZeroText(number: string): boolean {
  const decimal = decimalOf(number);
  return decimal === null || decimal.units === 0n;
}
