import type { LineVerdict, OrderAnswer, OutgoingEnvelope } from '../outgoing';
import { writeDate, writeLine, writeOrderReference, writeParties, writeText } from './answer-segments';
import { type SegmentWriter, writeInterchange } from './segment-writer';

/** 1225: accepted without amendment, change, not accepted, transaction on hold. */
const functions: Readonly<Record<OrderAnswer['verdict'], string>> = {
  accepted: '29',
  changed: '4',
  rejected: '27',
  held: '23',
};
/** 1229: 5 accepted without amendment, 3 changed, 7 not accepted, 6 accepted with amendment, which EANCOM 1997 has not. */
function actionOf(verdict: LineVerdict, version: string): string {
  if (verdict === 'backordered') return version.startsWith('D:96A') ? '3' : '6';
  return { accepted: '5', changed: '3', rejected: '7' }[verdict];
}

/** ORDRSP: what became of an order (or, with `answersChange`, of a change), line by line. */
export function writeOrdrsp(answer: OrderAnswer, envelope: OutgoingEnvelope): Uint8Array {
  const { echo, lines } = answer;
  return writeInterchange(envelope, 'ORDRSP', (segments) => {
    const number = answer.salesOrder === '' ? String(envelope.interchangeNumber) : answer.salesOrder;
    segments.write('BGM', '231', number, functions[answer.verdict]);
    writeDate(segments, '137', answer.date);
    if (answer.reason !== null) writeText(segments, 'AAI', answer.reason);
    writeOrderReference(segments, echo, answer.salesOrder);
    if (answer.answersChange !== undefined) segments.write('RFF', ['PP', answer.answersChange]);
    writeParties(segments, echo, envelope, ['BY', 'SU', 'DP']);
    if (answer.currency !== '') segments.write('CUX', ['2', answer.currency, '9']);
    for (const line of lines) writeVerdict(segments, echo, line, actionOf(line.verdict, envelope.version));
    segments.write('UNS', 'S').write('CNT', ['2', String(lines.length)]);
  });
}

/** QTY+21 is what the order is now: of a refused line what was ordered; 113 and 83 say what comes now and what later. */
function writeVerdict(
  segments: SegmentWriter,
  echo: OrderAnswer['echo'],
  line: OrderAnswer['lines'][number],
  action: string,
): void {
  writeLine(segments, echo, line, action);
  const quantity = (qualifier: string, value: string) => segments.write('QTY', [qualifier, value, line.uom]);
  quantity('21', line.verdict === 'changed' ? line.accepted : line.ordered);
  if (line.verdict === 'backordered' || !/^0*(\.0*)?$/.test(line.backordered)) {
    quantity('113', line.accepted);
    quantity('83', line.backordered);
  }
  if (line.promised !== null && line.verdict !== 'rejected') {
    writeDate(segments, line.verdict === 'backordered' ? '67' : '69', line.promised);
  }
  if (line.reason !== null) writeText(segments, 'AAI', line.reason);
  if (line.unitPrice !== '') segments.write('PRI', ['AAA', line.unitPrice]);
}
