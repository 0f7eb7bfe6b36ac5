import { codeTable } from '../code-table';
import type { EdiMessage, EdiSegment } from '../interchange';
import type { EdiPurpose, MappedMessage } from '../mapped-message';
import { restOf, value, x12Date } from './elements';
import type { Findings } from './findings';
import { OrderMapping } from './order-mapping';
import { addToParty, type Party } from './parties';
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
const form = {
  type: '875',
  begin: 'G50',
  partyTags: new Set(['N2', 'N3', 'N4', 'G61', 'REF', 'PER']),
  keptTags: new Set('G61 G66 G23 G69 G70 G22 G53 G72 G73 QTY LX G25 REF PER N9'.split(' ')),
};

/** Elements of the G68; the number of a case stands before those of the article. */
const lineElements = { quantity: 1, uom: 2, unitPrice: 3, sku: 6, ids: 6 };
const caseElements = { ...lineElements, sku: 4 };

/** An 875, the purchase order of the grocery trade, as an order or as the cancellation of one. */
export function mapGroceryOrder(message: EdiMessage, findings: Findings): MappedMessage {
  return new GroceryOrderMapping(findings, form).map(message.segments);
}

class GroceryOrderMapping extends OrderMapping {
  private total: EdiSegment | undefined;

  protected override checkTotals(): void {
    const { draft, total } = this;
    if (!total) return;
    draft.checkQuantitySum(total, 1);
    draft.checkAmount(total, 8, draft.lines);
  }

  protected override readOfParty(party: Party, segment: EdiSegment): void {
    addToParty(party, segment);
    this.keep(`${party.code} ${segment.tag} segment`, restOf(segment));
  }

  protected override read(segment: EdiSegment): void {
    switch (segment.tag) {
      case 'G50':
        this.begin(segment);
        return;
      case 'G62':
        this.date(segment);
        return;
      case 'N1':
        this.beginParty(segment);
        return;
      case 'NTE':
        this.draft.addText(segment, value(segment, 2), this.line);
        return;
      case 'G68':
        this.lineOf(segment);
        return;
      case 'G72':
        this.keepRest(segment);
        this.addCharge(`an allowance or charge (G72 ${restOf(segment)})`);
        return;
      case 'G76':
        this.line = undefined;
        this.total = segment;
        return;
      default:
        this.keep(this.qualifierOf(segment), this.textOf(segment));
        this.noteUnknown(segment);
    }
  }

  private begin(segment: EdiSegment): void {
    const { draft, findings } = this;
    if (!this.begins(segment)) return;
    const status = value(segment, 1);
    this.purpose = purposes.get(status) ?? 'unsupported';
    if (this.purpose === 'unsupported') {
      const name = statusNames.get(status);
      const message = `The order status "${status}"${name === undefined ? '' : ` (${name})`} of an 875 is not supported; send N for an order.`;
      findings.fault(segment, 1, 'not-supported', message);
    }
    if (status === 'S') findings.doubt('The order is dated for the future (G5001 S).');
    this.readNumberAndDate(segment, { poNumber: 3, orderDate: 2 });
    draft.orderType = value(segment, 7);
    draft.keep('G50 segment', restOf(segment, 4));
  }

  private date(segment: EdiSegment): void {
    const qualifier = value(segment, 1);
    const date = x12Date(value(segment, 2));
    this.keep(`G62 ${qualifier}`, date ?? restOf(segment, 2));
    if (date !== null) this.addDate({ qualifier: dateQualifiers.get(qualifier) ?? `G62 ${qualifier}`, date }, segment);
    else if (value(segment, 2) !== '') this.findings.fault(segment, 2, 'bad-date', badDate);
  }

  private lineOf(segment: EdiSegment): void {
    const caseCode = value(segment, 4);
    const ids = productIds(segment, 5, 8);
    const line = this.beginLine({
      segment,
      reference: '',
      quantity: value(segment, 1),
      uom: value(segment, 2),
      price: value(segment, 3),
      basis: '',
      ids: caseCode === '' ? ids : [{ qualifier: 'UA', value: caseCode }, ...ids],
      elements: caseCode === '' ? lineElements : caseElements,
    });
    this.keepRest(segment, 9);
    if (value(segment, 10) !== '') {
      const said = `Line ${line.ordinal} names a cost for another unit (G6810 ${value(segment, 10)}), which is not taken.`;
      this.findings.doubt(said);
    }
  }

  /** A grocery order has its references as N9: its N9 is what a REF is elsewhere. */
  private qualifierOf(segment: EdiSegment): string {
    const reference = (segment.tag === 'N9' || segment.tag === 'REF') && !this.line;
    return reference ? value(segment, 1) : `${segment.tag} segment`;
  }

  private textOf(segment: EdiSegment): string {
    return this.qualifierOf(segment).includes(' ') ? restOf(segment) : value(segment, 2);
  }
}
