import type { DespatchAdvice, OutgoingEnvelope } from '../outgoing';
import { lineReference, writeDate, writeLine, writeOrderReference, writeParties } from './answer-segments';
import { type SegmentWriter, textPieces, writeInterchange } from './segment-writer';

const serialsAPiece = 5;

/** DESADV: what has left the warehouse, without packing structure; each line names its order. */
export function writeDesadv(advice: DespatchAdvice, envelope: OutgoingEnvelope): Uint8Array {
  return writeInterchange(envelope, 'DESADV', (segments) => {
    segments.write('BGM', '351', advice.number, '9');
    writeDate(segments, '137', advice.shippedAt);
    writeDate(segments, '11', advice.shippedAt);
    const [first] = advice.orders;
    if (first) {
      if (advice.orders.length === 1) writeOrderReference(segments, first.echo, first.salesOrder);
      writeParties(segments, first.echo, envelope, ['BY', 'SU']);
      writeDestination(segments, first);
    }
    segments.write('CPS', '1');
    for (const order of advice.orders) for (const line of order.lines) writeShipped(segments, order, line);
    const lines = advice.orders.reduce((count, order) => count + order.lines.length, 0);
    segments.write('CNT', ['2', String(lines)]);
  });
}

function writeShipped(
  segments: SegmentWriter,
  { echo }: DespatchAdvice['orders'][number],
  line: DespatchAdvice['orders'][number]['lines'][number],
): void {
  writeLine(segments, echo, line);
  segments.write('QTY', ['12', line.shipped, line.uom]);
  if (line.lot !== null) segments.write('GIN', 'BX', line.lot);
  for (let from = 0; from < line.serials.length; from += serialsAPiece) {
    segments.write('GIN', 'BN', ...line.serials.slice(from, from + serialsAPiece));
  }
  segments.write('RFF', ['ON', echo.poNumber, lineReference(echo, line.line)]);
}

function writeDestination(segments: SegmentWriter, { echo, shipTo }: DespatchAdvice['orders'][number]): void {
  const party = ['DP', 'ST', 'UC'].map((code) => echo.parties.find((each) => each.code === code)).find((each) => each);
  const id = party ? [party.id, '', party.qualifier] : '';
  const { name = '', address = '', city = '', postalCode = '', country = '' } = shipTo;
  segments.write(
    'NAD',
    'DP',
    id,
    '',
    textPieces(name, 35, 5),
    textPieces(address, 35, 4),
    city.slice(0, 35),
    '',
    postalCode.slice(0, 17),
    country,
  );
}
