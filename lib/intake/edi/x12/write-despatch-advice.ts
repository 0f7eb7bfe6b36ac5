import type { DespatchAdvice, OutgoingEnvelope } from '../outgoing';
import { addressOf, echoOf, idElements } from './answer-parts';
import { dateText, free, type OutgoingSegment, timeText, writeInterchange } from './write-interchange';

/** BSN05: what lies in what. Shipment, order, item; without packages. */
const structure = '0004';

type DespatchedOrder = DespatchAdvice['orders'][number];
type DespatchedLine = DespatchedOrder['lines'][number];

/** Deliveries as 856: a message for each. */
export function write856(advices: readonly DespatchAdvice[], envelope: OutgoingEnvelope): string {
  const messages = advices.map((advice) => {
    return { type: '856', segments: new AdviceWriter(advice, envelope.version).segments() };
  });
  return writeInterchange(envelope, 'SH', messages);
}

/** Levels are numbered in the order of the message, each with the number of the one that it lies in. */
class AdviceWriter {
  private readonly written: OutgoingSegment[] = [];
  private levels = 0;

  constructor(
    private readonly advice: DespatchAdvice,
    private readonly version: string,
  ) {}

  segments(): OutgoingSegment[] {
    const { advice, version, written } = this;
    const date = dateText(advice.shippedAt, version);
    const time = timeText(advice.shippedAt);
    written.push(['BSN', '00', advice.number, date, time, structure]);
    const shipment = this.level('S', 0, advice.orders.length > 0);
    written.push(['REF', 'PK', free(advice.number, 30)], ['DTM', '011', date, time]);
    const [first] = advice.orders;
    if (first && Object.keys(first.shipTo).length > 0) written.push(...addressOf(first.shipTo));
    for (const order of advice.orders) this.order(order, shipment);
    written.push(['CTT', String(this.levels)]);
    return written;
  }

  private order(order: DespatchedOrder, shipment: number): void {
    const { echo, salesOrder, lines } = order;
    const number = this.level('O', shipment, lines.length > 0);
    const ordered = echo.poDate === '' ? '' : dateText(echo.poDate, this.version);
    this.written.push(['PRF', echo.poNumber, echo.release, '', ordered], ['REF', 'VN', free(salesOrder, 30)]);
    for (const line of lines) this.item(order, line, number);
  }

  private item({ echo }: DespatchedOrder, line: DespatchedLine, parent: number): void {
    this.level('I', parent, false);
    const ordered = echoOf(echo, line.line, line.sku);
    const uom = ordered.uom || line.uom;
    const wanted = ordered.quantity === '' ? [] : ['', ordered.quantity, uom];
    this.written.push(
      ['LIN', ordered.reference, ...idElements(ordered)],
      ['SN1', ordered.reference, line.shipped, uom, ...wanted],
    );
    if (line.lot !== null) this.written.push(['REF', 'LT', free(line.lot, 30)]);
    for (const serial of line.serials) this.written.push(['REF', 'SE', free(serial, 30)]);
  }

  private level(code: string, parent: number, hasChildren: boolean): number {
    this.levels += 1;
    const number = String(this.levels);
    this.written.push(['HL', number, parent === 0 ? '' : String(parent), code, hasChildren ? '1' : '0']);
    return this.levels;
  }
}
