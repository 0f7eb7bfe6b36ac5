import { formatScaled } from '../../../domain/decimal';
import { parsePrice } from '../../../domain/money';
import { formatQuantity, parseQuantity } from '../../../domain/quantity';
import type { EdiMessage } from '../interchange';
import type { EdiReading, LineChange, MappedMessage } from '../mapped-message';
import { MessageFindings, placeOfSegment } from './message-findings';
import { groupsOf, type LineGroup, type MessageGroups } from './message-groups';
import {
  type DocumentHead,
  datesOf,
  deliveryWindow,
  documentHead,
  partiesOf,
  purposeName,
  requestedDelivery,
} from './order-header';
import { isComponent, pieces, type ReadLine, readLine } from './order-lines';
import { checkTotals, noteOf, remarkSegments, reviewTerms } from './order-terms';
import { codeValue } from './segment-view';

/** Action codes of a line (1229). */
const actions: ReadonlyMap<string, LineChange['action']> = new Map<string, LineChange['action']>([
  ['1', 'add'],
  ['2', 'delete'],
  ['3', 'change'],
  ['4', 'none'],
  ['11', 'none'],
  ['', 'change'],
]);

/** ORDCHG as a change, or a cancellation, of an order that was sent before. */
export function mapOrderChange(message: EdiMessage, reading: EdiReading): MappedMessage {
  return new ChangeMapping(message, reading).map();
}

class ChangeMapping {
  private readonly findings: MessageFindings;
  private readonly groups: MessageGroups;
  private readonly head: DocumentHead;

  constructor(
    message: EdiMessage,
    private readonly reading: EdiReading,
  ) {
    this.findings = new MessageFindings(message);
    this.groups = groupsOf(message);
    this.head = documentHead(this.groups, this.findings);
  }

  map(): MappedMessage {
    const { findings, groups, head, reading } = this;
    // What is original is the change, not the order.
    const purpose = head.purpose === 'original' ? 'change' : head.purpose;
    this.checkHead();
    const dates = datesOf(groups.header, findings);
    const order = this.order();
    const buyer = partiesOf(groups).find(({ code }) => code === 'BY');
    const own = groups.lines.filter((line) => !isComponent(line));
    const note = noteOf(
      groups,
      groups.lines.map(({ lin, ordinal }) => codeValue(lin, 1) || String(ordinal)),
      reading,
      findings,
    );
    const date = dates.get('137') ?? dates.get('4');
    const requested = requestedDelivery(dates);
    const window = deliveryWindow(dates);
    if (window !== '') findings.remark(`Delivery is wanted ${window}; the change holds the date ${requested?.date}.`);
    const lines = purpose === 'cancel' ? [] : this.lines(own);
    if (purpose === 'cancel' && own.length > 0) {
      findings.remark('The whole order is cancelled; the lines of the message were not read.');
    }
    reviewTerms(groups, findings);
    remarkSegments(groups, reading, findings);
    const found = findings.result();
    if (found.faults.length > 0) return { purpose, ...found };
    const change = {
      poNumber: order.poNumber,
      ...(order.release === '' ? {} : { release: order.release }),
      ...(buyer === undefined || buyer.id === '' ? {} : { customer: buyer.id }),
      changeNumber: head.number,
      ...(date === undefined ? {} : { changeDate: date.date }),
      ...(requested === undefined || purpose === 'cancel' ? {} : { requestedDelivery: requested.date }),
      ...(note === undefined ? {} : { note }),
      lines,
    };
    return { purpose, change, ...found };
  }

  private checkHead(): void {
    const { head, findings } = this;
    if (!head.segment) return;
    if (head.purpose === 'unsupported' || head.purpose === 'replace') {
      const instead =
        head.purpose === 'replace'
          ? 'send the whole order as an ORDERS with 5'
          : 'send 4 for a change, 1 for a cancellation';
      const message = `An ORDCHG with the purpose ${purposeName(head.purposeCode)} is not read; ${instead}.`;
      findings.fault(placeOfSegment(head.segment, 0, 3), 'not-supported', message, head.purposeCode);
    }
    if (head.type !== '' && head.type !== '230') {
      const message = `A document of the type ${head.type.slice(0, 10)} is not read as a change of an order; 230 is one.`;
      findings.fault(placeOfSegment(head.segment, 0, 1), 'not-supported', message, head.type);
    }
  }

  /** RFF+ON names the order that is changed; without it the change bears the order's own number. */
  private order(): { poNumber: string; release: string } {
    const { groups, head, findings } = this;
    const reference = groups.header.find(
      ({ segment, opener }) => segment.tag === 'RFF' && codeValue(segment, 1, 1) === 'ON' && opener?.tag !== 'NAD',
    )?.segment;
    const poNumber = (reference && codeValue(reference, 1, 2)) || head.number;
    if (poNumber === '' && head.segment) {
      findings.fault(findings.place, 'missing-field', 'The change names no order; send its number as RFF+ON.');
    }
    return { poNumber, release: reference ? codeValue(reference, 1, 5) || codeValue(reference, 1, 4) : head.revision };
  }

  private lines(groups: readonly LineGroup[]): LineChange[] {
    const { findings, reading } = this;
    const read = groups.map((group, index) => readLine(group, `/lines/${index}`, findings));
    checkTotals(this.groups, read, reading, findings);
    if (groups.length === 0 && this.head.segment && !this.changesHeader()) {
      findings.fault(
        findings.place,
        'missing-field',
        'The change has no lines and changes no date; what is to be changed?',
      );
    }
    return read.map((line) => this.line(line));
  }

  private changesHeader(): boolean {
    return this.groups.header.some(
      ({ segment }) => segment.tag === 'FTX' || (segment.tag === 'DTM' && codeValue(segment, 1, 1) !== '137'),
    );
  }

  private line(read: ReadLine): LineChange {
    const { findings } = this;
    const { lin, ordinal, segments } = read.group;
    const code = codeValue(lin, 2);
    const action = actions.get(code);
    if (action === undefined) {
      const message = `The action ${code.slice(0, 10)} of a line is not read; 1 adds, 2 deletes, 3 changes, 4 leaves it.`;
      findings.fault(placeOfSegment(lin, ordinal, 2), 'not-supported', message, code);
    }
    const line = this.lineNumber(read);
    if (line === undefined && action !== 'add' && action !== undefined) {
      const message = 'The line has no number (1082), so that it cannot be found in the order.';
      findings.fault(placeOfSegment(lin, ordinal, 1), 'missing-field', message, read.reference);
    }
    const quantity = action === 'delete' ? undefined : this.quantity(read, action === 'add');
    const unitPrice = action === 'delete' ? undefined : this.price(read);
    if (action === 'add' && read.primary === undefined) {
      findings.fault(placeOfSegment(lin, ordinal, 3), 'missing-field', 'The added line names no product.');
    }
    if (read.splits.some(({ location }) => location !== '')) {
      findings.fault(
        placeOfSegment(lin, ordinal),
        'not-supported',
        'The line is split over stores (LOC+7); that is not read.',
      );
    } else if (read.splits.length > 0) {
      findings.doubt(`Line ${ordinal} is wanted in parts, which the order does not hold.`);
    }
    const requested = requestedDelivery(datesOf(segments, findings, ordinal));
    // A line that is changed keeps its unit when none is sent; only a new line without one is in pieces.
    const uom = quantity === undefined ? '' : read.echo.uom || (action === 'add' ? pieces : '');
    const further = read.ids.filter((id) => id !== read.primary);
    return {
      action: action ?? 'none',
      ...(line === undefined ? {} : { line }),
      ...(read.primary === undefined ? {} : { sku: read.primary.value }),
      ...(further.length === 0 ? {} : { ids: further }),
      ...(quantity === undefined ? {} : { quantity }),
      ...(uom === '' ? {} : { uom }),
      ...(unitPrice === undefined ? {} : { unitPrice }),
      ...(requested === undefined ? {} : { requestedDelivery: requested.date }),
    };
  }

  /** The line in the order that is changed: RFF names it (1156), where the LIN only counts the lines of the change. */
  private lineNumber({ reference, group }: ReadLine): number | undefined {
    const references = group.segments.filter(({ segment }) => segment.tag === 'RFF').map(({ segment }) => segment);
    const order = references.find((segment) => codeValue(segment, 1, 1) === 'ON');
    const line = references.find((segment) => codeValue(segment, 1, 1) === 'LI');
    const named = (order && codeValue(order, 1, 3)) || (line && (codeValue(line, 1, 3) || codeValue(line, 1, 2)));
    const text = named || reference;
    return /^\d{1,6}$/.test(text) && Number(text) > 0 ? Number(text) : undefined;
  }

  private quantity({ quantity, group, echo }: ReadLine, added: boolean): string | undefined {
    const { findings } = this;
    const segment = group.segments.find((each) => each.segment.tag === 'QTY')?.segment ?? group.lin;
    const place = placeOfSegment(segment, group.ordinal, 1);
    if (quantity === undefined) {
      if (added) findings.fault(place, 'missing-field', 'The added line has no quantity (QTY+21).');
      return undefined;
    }
    const milli = parseQuantity(quantity);
    if (typeof milli === 'number' && (added ? milli > 0 : milli >= 0)) return formatQuantity(milli);
    if (typeof milli === 'number')
      findings.fault(place, 'out-of-range', 'The quantity must be above zero.', echo.quantity);
    else findings.fault(place, milli, 'The quantity must be a number with at most 3 decimals.', echo.quantity);
    return undefined;
  }

  private price({ unitPrice, group, echo }: ReadLine): string | undefined {
    if (unitPrice === undefined) return undefined;
    const units = parsePrice(unitPrice);
    if (typeof units === 'number' && units >= 0) return formatScaled(units, 4, 0);
    const segment = group.segments.find((each) => each.segment.tag === 'PRI')?.segment ?? group.lin;
    const place = placeOfSegment(segment, group.ordinal, 1);
    const code = typeof units === 'number' ? 'out-of-range' : units;
    this.findings.fault(
      place,
      code,
      'The price must be a number from zero on, with at most 4 decimals.',
      echo.unitPrice,
    );
    return undefined;
  }
}
