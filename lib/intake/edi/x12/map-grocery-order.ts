import { codeTable } from '../code-table';
import type { EdiMessage, EdiSegment } from '../interchange';
import type { EdiPurpose, MappedMessage, Reference } from '../mapped-message';
import { restOf, value, x12Date } from './elements';
import type { Findings } from './findings';
import { finished, type LineDraft, OrderDraft } from './order-draft';
import { addToParty, type Party, partyOf } from './parties';
import { productIds } from './product-ids';
import { badDate } from './requested-dates';

/** Data element 473, the status of a grocery order. */
const purposes = codeTable<EdiPurpose>({
  N: 'original',
  S: 'original',
  F: 'cancel',
  C: 'confirmation',
  A: 'copy',
});
const statusNames = codeTable<string>({
  B: 'backorder original',
  D: 'delete',
  E: 'backorder confirmation',
  G: 'changes to other than line items',
  L: 'line item replace',
  R: 'change',
  T: 'resubmission',
  X: 'simulation',
});
/** Data element 432 of the G62, as the qualifier of a DTM that means the same. */
const dateQualifiers = codeTable<string>({
  '02': '002',
  '10': '010',
  '01': '001',
  '37': '037',
  '38': '038',
});
const keptTags: ReadonlySet<string> = new Set([
  'G61',
  'G66',
  'G23',
  'G69',
  'G70',
  'G22',
  'G53',
  'G72',
  'G73',
  'QTY',
  'LX',
  'G25',
  'REF',
  'PER',
  'N9',
]);
const partyTags: ReadonlySet<string> = new Set(['N2', 'N3', 'N4', 'G61', 'REF', 'PER']);

/** Elements of the G68; the number of a case stands before those of the article. */
const lineElements = { quantity: 1, uom: 2, unitPrice: 3, sku: 6, ids: 6 };
const caseElements = { ...lineElements, sku: 4 };

/** An 875, the purchase order of the grocery trade, as an order or as the cancellation of one. */
export function mapGroceryOrder(message: EdiMessage, findings: Findings): MappedMessage {
  return new GroceryOrderMapping(findings).map(message.segments);
}

class GroceryOrderMapping {
  private readonly draft: OrderDraft;
  private purpose: EdiPurpose = 'unsupported';
  private line: LineDraft | undefined;
  private party: Party | undefined;
  private total: EdiSegment | undefined;

  constructor(private readonly findings: Findings) {
    this.draft = new OrderDraft(findings);
  }

  map(segments: readonly EdiSegment[]): MappedMessage {
    const { draft, findings } = this;
    for (const segment of segments) if (segment.tag !== 'ST' && segment.tag !== 'SE') this.take(segment);
    if (!draft.begin) {
      const message = 'The G50 segment is missing: an 875 without it is no order.';
      findings.add({ path: findings.place, code: 'missing-field', message });
    }
    if (this.purpose === 'unsupported') return finished(findings, this.purpose, { echo: draft.echo([]) });
    if (this.purpose === 'cancel') return draft.cancelled();
    const mapped = draft.mapped(this.purpose);
    if (this.total) {
      draft.checkQuantitySum(this.total, 1);
      draft.checkAmount(this.total, 8, draft.lines);
    }
    return findings.faults.length === 0
      ? mapped
      : finished(findings, this.purpose, { echo: mapped.echo ?? draft.echo([]) });
  }

  private take(segment: EdiSegment): void {
    const { party, draft } = this;
    if (party && partyTags.has(segment.tag)) {
      addToParty(party, segment);
      this.keep(`${party.code} ${segment.tag} segment`, this.rest(segment));
      return;
    }
    this.party = undefined;
    switch (segment.tag) {
      case 'G50':
        this.begin(segment);
        return;
      case 'G62':
        this.date(segment);
        return;
      case 'N1':
        this.party = partyOf(segment);
        (this.line ? this.line.parties : draft.parties).push(this.party);
        return;
      case 'NTE':
        draft.addText(segment, value(segment, 2), this.line);
        return;
      case 'G68':
        this.beginLine(segment);
        return;
      case 'G72':
        this.allowance(segment);
        return;
      case 'G76':
        this.line = undefined;
        this.total = segment;
        return;
      default:
        this.keep(this.qualifierOf(segment), this.valueOf(segment));
        if (keptTags.has(segment.tag)) return;
        this.findings.mistake(
          segment,
          0,
          'not-supported',
          `The segment ${segment.tag} is not known in an 875; it is not taken.`,
        );
    }
  }

  private begin(segment: EdiSegment): void {
    const { draft, findings } = this;
    if (draft.begin) {
      findings.fault(segment, 0, 'conflicting-values', 'There is a second G50; send one order a message.');
      return;
    }
    draft.begin = segment;
    const status = value(segment, 1);
    this.purpose = purposes.get(status) ?? 'unsupported';
    if (this.purpose === 'unsupported') {
      const name = statusNames.get(status);
      const message = `The order status "${status}"${name === undefined ? '' : ` (${name})`} of an 875 is not supported; send N for an order.`;
      findings.fault(segment, 1, 'not-supported', message);
    }
    if (status === 'S') findings.doubt('The order is dated for the future (G5001 S).');
    draft.poNumber = value(segment, 3);
    findings.came('/poNumber', segment, 3);
    findings.came('/orderDate', segment, 2);
    if (draft.poNumber === '')
      findings.fault(segment, 3, 'missing-field', 'The number of the purchase order is missing.');
    const sent = value(segment, 2);
    const date = x12Date(sent);
    if (sent !== '' && date === null) findings.fault(segment, 2, 'bad-date', badDate);
    draft.poDate = date ?? '';
    draft.orderType = value(segment, 7);
    draft.keep('G50 segment', restOf(segment, 4));
  }

  private date(segment: EdiSegment): void {
    const qualifier = value(segment, 1);
    const date = x12Date(value(segment, 2));
    this.keep(`G62 ${qualifier}`, date ?? restOf(segment, 2));
    if (date === null) {
      if (value(segment, 2) !== '') this.findings.fault(segment, 2, 'bad-date', badDate);
      return;
    }
    const found = { qualifier: dateQualifiers.get(qualifier) ?? `G62 ${qualifier}`, date };
    if (this.line) this.line.dates.push(found);
    else {
      this.draft.dates.push(found);
      this.findings.came('/requestedDelivery', segment, 2);
    }
  }

  private beginLine(segment: EdiSegment): void {
    const caseCode = value(segment, 4);
    const ids: Reference[] = productIds(segment, 5, 8);
    this.line = {
      segment,
      ordinal: this.draft.lines.length + 1,
      reference: '',
      quantity: value(segment, 1),
      uom: value(segment, 2),
      price: value(segment, 3),
      basis: '',
      ids: caseCode === '' ? ids : [{ qualifier: 'UA', value: caseCode }, ...ids],
      elements: caseCode === '' ? lineElements : caseElements,
      dates: [],
      schedule: [],
      parties: [],
      references: [],
      currency: '',
    };
    this.draft.lines.push(this.line);
    this.keep('G68 segment', restOf(segment, 9));
    if (value(segment, 10) !== '') {
      const said = `Line ${this.line.ordinal} names a cost for another unit (G6810 ${value(segment, 10)}), which is not taken.`;
      this.findings.doubt(said);
    }
  }

  private allowance(segment: EdiSegment): void {
    this.keep('G72 segment', this.rest(segment));
    this.draft.charged = true;
    const where = this.line ? `Line ${this.draft.nameOf(this.line)}` : 'The order';
    this.findings.doubt(
      `${where} names an allowance or charge (G72 ${this.rest(segment)}); it is not taken into the prices.`,
    );
  }

  /** A grocery order has its references as N9: its N9 is what a REF is elsewhere. */
  private qualifierOf(segment: EdiSegment): string {
    const reference = (segment.tag === 'N9' || segment.tag === 'REF') && !this.line;
    return reference ? value(segment, 1) : `${segment.tag} segment`;
  }

  private valueOf(segment: EdiSegment): string {
    return this.qualifierOf(segment).includes(' ') ? this.rest(segment) : value(segment, 2);
  }

  private rest(segment: EdiSegment): string {
    return restOf(segment);
  }

  private keep(qualifier: string, sent: string): void {
    this.draft.keep(this.line ? `line ${this.draft.nameOf(this.line)} ${qualifier}` : qualifier, sent);
  }
}
