import type { EdiMessage } from '../interchange';
import type { EdiReading, MappedMessage, OrderChange, OrderEcho } from '../mapped-message';
import { readMessageDate } from './message-dates';
import { MessageFindings, placeOfSegment } from './message-findings';
import { groupsOf, type LineGroup, type MessageGroups } from './message-groups';
import { decimalText, equalNumbers, readNumber, sum } from './message-numbers';
import {
  currencyOf,
  type DocumentHead,
  datesOf,
  deliveryWindow,
  documentHead,
  partiesOf,
  partyReferences,
  purposeName,
  referencesOf,
  requestedDelivery,
  shipToOf,
} from './order-header';
import { isComponent, lineNumbers, type ReadLine, readLine } from './order-lines';
import { checkTotals, noteOf, remarkSegments, reviewTerms } from './order-terms';
import { codeValue } from './segment-view';

/** Documents (1001) that are orders: order, spot, rush, call-off, consignment, blanket, and codes of older and national maps. */
const orderTypes: ReadonlySet<string> = new Set(['', '220', '222', '224', '226', '227', '221', '105', '50E']);

/** ORDERS as an order, or, when its purpose is to cancel one, as a change that cancels it. */
export function mapOrder(message: EdiMessage, reading: EdiReading): MappedMessage {
  return new OrderMapping(message, reading).map();
}

class OrderMapping {
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
    const { head } = this;
    if (head.segment) this.checkHead(head.segment);
    if (head.purpose === 'cancel') return this.result({ change: this.cancellation() });
    const { order, echo } = this.order();
    return this.result({ order, echo });
  }

  private result(content: Pick<MappedMessage, 'order' | 'change' | 'echo'>): MappedMessage {
    const { findings, head } = this;
    const isOrder = head.purpose !== 'unsupported' && head.purpose !== 'change' && orderTypes.has(head.type);
    const read = content.order !== undefined && isOrder ? { readable: content.order } : {};
    return { purpose: head.purpose, ...(findings.faults.length > 0 ? read : content), ...findings.result() };
  }

  private checkHead(segment: NonNullable<DocumentHead['segment']>): void {
    const { head, findings } = this;
    findings.locate('/poNumber', placeOfSegment(segment, 0, 2));
    findings.locate('/release', placeOfSegment(segment, 0, 2));
    if (head.purpose === 'unsupported' || head.purpose === 'change') {
      const instead = head.purpose === 'change' ? 'send an ORDCHG' : 'send 9 for a new order';
      const message = `An ORDERS with the purpose ${purposeName(head.purposeCode)} is not read; ${instead}.`;
      findings.fault(placeOfSegment(segment, 0, 3), 'not-supported', message, head.purposeCode);
    }
    if (!orderTypes.has(head.type)) {
      const message = `A document of the type ${head.type.slice(0, 10)} is not read as an order; 220 is an order.`;
      findings.fault(placeOfSegment(segment, 0, 1), 'not-supported', message, head.type);
    }
    if (head.type === '') findings.remark('The BGM does not say the type of the document; it was read as an order.');
    if (head.type === '221') findings.doubt('This is a blanket order (221), not one to be delivered at once.');
    if (head.type === '227')
      findings.doubt('This is a consignment order (227): the goods stay ours until they are used.');
    if (head.type === '224') findings.remark('The order is marked as a rush order (224).');
  }

  private cancellation(): OrderChange {
    const { head, findings, groups } = this;
    if (groups.lines.length > 0)
      findings.remark('The whole order is cancelled; the lines of the message were not read.');
    if (head.number === '') this.missingNumber();
    const buyer = partiesOf(groups).find(({ code }) => code === 'BY');
    const date = datesOf(groups.header, findings).get('137');
    const note = noteOf({ ...groups, lines: [] }, [], this.reading, findings);
    return {
      poNumber: head.number,
      ...(head.revision === '' ? {} : { release: head.revision }),
      ...(buyer === undefined || buyer.id === '' ? {} : { customer: buyer.id }),
      changeNumber: head.number,
      ...(date === undefined ? {} : { changeDate: date.date }),
      ...(note === undefined ? {} : { note }),
      lines: [],
    };
  }

  private missingNumber(): void {
    const { segment } = this.head;
    if (!segment) return;
    this.findings.fault(placeOfSegment(segment, 0, 2), 'missing-field', 'The BGM has no number of the order.');
  }

  private order(): { order: Record<string, unknown>; echo: OrderEcho } {
    const { groups, head, findings, reading } = this;
    const own = groups.lines.filter((line) => !isComponent(line));
    const numbers = lineNumbers(own);
    const lines = own.map((group, index) => readLine(group, `/lines/${index}`, findings));
    this.remarkComponents();
    const parties = partiesOf(groups);
    const buyer = parties.find(({ code }) => code === 'BY');
    if (buyer) findings.locate('/customer', placeOfSegment(buyer.segment, 0, 2));
    const shipTo = this.shipTo(parties);
    const currency = this.currency();
    const dates = datesOf(groups.header, findings);
    const ordered = dates.get('137') ?? dates.get('4');
    if (ordered) findings.locate('/orderDate', ordered.place);
    const requested = this.requestedDelivery(dates, lines);
    const note = noteOf(groups, this.notedNumbers(own, numbers), reading, findings);
    reviewTerms(groups, findings);
    checkTotals(groups, lines, reading, findings);
    remarkSegments(groups, reading, findings);
    this.refuseSplits(lines, parties);
    this.refuseOtherPlaces(parties);

    const order: Record<string, unknown> = {};
    const give = (field: string, value: unknown) => {
      if (value !== undefined && value !== '') order[field] = value;
    };
    give('poNumber', head.number);
    give('release', head.revision);
    give('customer', buyer?.id);
    give('currency', currency);
    give('orderDate', ordered?.date);
    give('requestedDelivery', requested);
    give('shipTo', shipTo);
    give('note', note);
    order.lines = lines.map((line, index) => orderLine(line, numbers[index] ?? ''));
    const echoed = lines.map((line, index) => ({ line: Number(numbers[index]), ...line.echo }));
    return { order, echo: this.echo(parties, ordered?.date ?? '', currency, echoed) };
  }

  private echo(
    parties: ReturnType<typeof partiesOf>,
    poDate: string,
    currency: string,
    lines: OrderEcho['lines'],
  ): OrderEcho {
    const { head, groups } = this;
    const ofParties = partyReferences(groups.header);
    return {
      poNumber: head.number,
      release: head.revision,
      poDate,
      orderType: head.type,
      parties: parties.map(({ segment, code, agency, id, name }) => {
        const references = ofParties.get(segment);
        return { code, qualifier: agency, id, name, ...(references === undefined ? {} : { references }) };
      }),
      references: referencesOf(groups.header),
      currency,
      lines,
      ...(head.answerWanted === '' ? {} : { answerWanted: head.answerWanted }),
    };
  }

  /** For each LIN how its texts name it: by the order's line, a component by where it stands. */
  private notedNumbers(own: readonly LineGroup[], numbers: readonly string[]): string[] {
    const noted = new Map(own.map((line, index) => [line, numbers[index] ?? '']));
    return this.groups.lines.map((line) => noted.get(line) ?? `of segment ${line.lin.position}`);
  }

  private remarkComponents(): void {
    for (const line of this.groups.lines.filter(isComponent)) {
      const quantity = line.segments.find(({ segment }) => segment.tag === 'QTY')?.segment;
      const said = quantity ? `${codeValue(quantity, 1, 2)} × ` : '';
      const id = codeValue(line.lin, 3) || 'without an id';
      this.findings.remark(
        `LIN ${line.ordinal} (${said}${id.slice(0, 35)}) is a component of line ${codeValue(line.lin, 4, 2).slice(0, 6)}, not ordered by itself.`,
      );
    }
  }

  private shipTo(parties: ReturnType<typeof partiesOf>): Record<string, string> | undefined {
    const { findings } = this;
    const found = shipToOf(parties);
    if (!found) return undefined;
    const { party, shipTo } = found;
    findings.locate('/shipTo', placeOfSegment(party.segment));
    const elements = { name: 4, address: 5, city: 6, postalCode: 8, country: 9 } as const;
    for (const [field, element] of Object.entries(elements)) {
      findings.locate(`/shipTo/${field}`, placeOfSegment(party.segment, 0, element));
    }
    return shipTo;
  }

  private currency(): string {
    const { groups, findings } = this;
    const segment = groups.header.find((each) => each.segment.tag === 'CUX')?.segment;
    const { currency, others } = segment ? currencyOf(segment) : { currency: '', others: [] };
    if (segment) findings.locate('/currency', placeOfSegment(segment, 0, 1));
    if (others.length > 0) {
      findings.doubt(
        `The order is in ${currency.slice(0, 3)} and names ${others.join(', ').slice(0, 20)} too, which the order does not hold.`,
      );
    }
    for (const line of groups.lines) {
      const own = line.segments.find((each) => each.segment.tag === 'CUX')?.segment;
      const other = own ? currencyOf(own).currency : '';
      if (own && other !== '' && other !== currency) {
        const message = `The line is in ${other.slice(0, 3)}, the order in ${currency.slice(0, 3) || 'another currency'}; send an order for each currency.`;
        findings.fault(placeOfSegment(own, line.ordinal, 1), 'not-supported', message, other);
      }
    }
    return currency;
  }

  /** The header's date; one that all lines agree on stands for it; other ones of lines are for a person. */
  private requestedDelivery(dates: ReturnType<typeof datesOf>, lines: readonly ReadLine[]): string | undefined {
    const { findings } = this;
    const header = requestedDelivery(dates);
    const cancelAfter = dates.get('61');
    if (cancelAfter)
      findings.doubt(`The order is to be cancelled when it is not delivered by ${cancelAfter.date} (DTM+61).`);
    const window = deliveryWindow(dates);
    if (window !== '') findings.remark(`Delivery is wanted ${window}; the order holds the date ${header?.date}.`);
    const ofLines = lines.map(({ group }) => requestedDelivery(datesOf(group.segments, findings, group.ordinal)));
    const given = ofLines.filter((date) => date !== undefined);
    const distinct = new Set(given.map(({ date }) => date));
    if (!header && distinct.size === 1 && given.length === lines.length && given[0]) {
      findings.locate('/requestedDelivery', given[0].place);
      return given[0].date;
    }
    if (header) findings.locate('/requestedDelivery', header.place);
    const other = ofLines.flatMap((date, index) =>
      date && date.date !== header?.date ? [`line ${lines[index]?.group.ordinal} on ${date.date}`] : [],
    );
    if (other.length > 0) {
      const more = other.length > 10 ? `, and ${other.length - 10} more` : '';
      findings.doubt(`Lines are wanted on dates of their own: ${other.slice(0, 10).join(', ')}${more}.`);
    }
    return header?.date;
  }

  /** Goods of one order for several stores would all go to one place: refused, because an order has one. */
  private refuseSplits(lines: readonly ReadLine[], parties: ReturnType<typeof partiesOf>): void {
    const { findings } = this;
    const stores = new Set(
      lines.flatMap(({ splits }) => splits.map(({ location }) => location)).filter((store) => store !== ''),
    );
    if (stores.size > 1) {
      for (const { group, splits } of lines) {
        const first = splits.find(({ location }) => location !== '');
        if (!first) continue;
        const message = `The line is split over stores (LOC+7), ${stores.size} in the order; send an order for each store.`;
        findings.fault(placeOfSegment(first.segment, group.ordinal), 'not-supported', message);
      }
      return;
    }
    const [store] = stores;
    if (store !== undefined && !parties.some(({ code, id }) => ['DP', 'ST', 'UC'].includes(code) && id === store)) {
      findings.doubt(`All goods are for the location ${store.slice(0, 35)} (LOC+7), which the order does not hold.`);
    }
    for (const line of lines) this.reviewSchedule(line);
  }

  private reviewSchedule({ group, splits, quantity }: ReadLine): void {
    if (splits.length === 0) return;
    const parts = splits.map((split) => readNumber(split.quantity)).filter((part) => part !== null);
    const ordered = quantity === undefined ? null : readNumber(quantity);
    const complete = ordered !== null && equalNumbers(sum(parts), ordered);
    if (splits.length === 1 && complete && splits[0]?.date === '') return;
    const said = splits.slice(0, 10).map((split) => {
      const date = readMessageDate(split.date, '')?.date ?? split.date;
      return `${split.quantity.slice(0, 20)}${date === '' ? '' : ` on ${date.slice(0, 20)}`}`;
    });
    const total = complete ? '' : `; together ${decimalText(sum(parts))}, not the quantity ordered`;
    this.findings.doubt(`Line ${group.ordinal} is wanted in parts: ${said.join(', ')}${total}.`);
  }

  /** A line that goes elsewhere than the order. */
  private refuseOtherPlaces(parties: ReturnType<typeof partiesOf>): void {
    const { findings, groups } = this;
    const places = new Set(parties.filter(({ code }) => ['DP', 'ST', 'UC'].includes(code)).map(({ id }) => id));
    for (const { ordinal, segments } of groups.lines) {
      for (const { segment } of segments) {
        if (segment.tag !== 'NAD' || !['DP', 'ST', 'UC'].includes(codeValue(segment, 1))) continue;
        const id = codeValue(segment, 2);
        if (id !== '' && places.has(id)) continue;
        const message = 'The line has a place of delivery of its own; send an order for each place.';
        findings.fault(placeOfSegment(segment, ordinal, 2), 'not-supported', message, id);
      }
    }
  }
}

function orderLine(line: ReadLine, number: string): Record<string, unknown> {
  const { primary, quantity, uom, unitPrice, ids } = line;
  const fields: Record<string, unknown> = { line: number };
  if (primary) fields.sku = primary.value;
  if (quantity !== undefined) fields.quantity = quantity;
  fields.uom = uom;
  if (unitPrice !== undefined) fields.unitPrice = unitPrice;
  const further = ids.filter((id) => id !== primary);
  if (further.length > 0) fields.ids = further;
  return fields;
}
