import { codeTable } from '../code-table';
import type { EdiMessage, EdiSegment } from '../interchange';
import type { MappedMessage } from '../mapped-message';
import { chargeInWords } from './charges';
import { decimalOf, equal } from './decimal-text';
import { scheduledQuantity } from './delivery-schedule';
import { restOf, value } from './elements';
import type { Findings } from './findings';
import { OrderMapping } from './order-mapping';
import { addToParty, type Party } from './parties';
import { productIds } from './product-ids';
import { purposeOf, unsupportedPurpose } from './purposes';
import { badDate, dateOfDtm } from './requested-dates';

const form = {
  type: '850',
  begin: 'BEG',
  partyTags: new Set('REF PER IN2 NX2 N2 N3 N4 SI'.split(' ')),
  /** In any of the releases 003010 to 005010. */
  keptTags: new Set(
    [
      'REF PER TAX FOB PAM CSH ITD DIS INC LDT LIN SI PID MEA PWK PKG TD1 TD3 TD4 TD5 MAN PCT CTB TXI FA1 FA2 LM LQ',
      'SPI CB1 ADV IN2 NX2 PO3 PO4 IT3 IT8 QTY SSS NM1 RED CN1 BIN EFI G61 GPO LS LE III R2A R4 SHP V1',
    ].flatMap((tags) => tags.split(' ')),
  ),
};
/** Types of order (BEG02) that are not simply to be delivered. */
const doubtfulTypes = codeTable<string>({
  BK: 'a blanket order, from which releases are called off',
  BL: 'a blanket order',
  CF: 'a confirmation of an order that was placed before',
  IN: 'for information only',
  PR: 'a promotion',
  CN: 'a consignment order',
});

/** Data element 236: resale, retail, and suggested retail prices. */
const resalePrices: ReadonlySet<string> = new Set(['RES', 'RTL', 'MSR', 'SLP']);

/** Elements of the PO1. */
const lineElements = { line: 1, quantity: 2, uom: 3, unitPrice: 4, sku: 7, ids: 7 };
/** An order has one CTT and few AMT. */
const mostTotals = 10;

/** An 850 as an order, or as the cancellation of one. */
export function mapPurchaseOrder(message: EdiMessage, findings: Findings): MappedMessage {
  return new PurchaseOrderMapping(findings, form).map(message.segments);
}

class PurchaseOrderMapping extends OrderMapping {
  private summary = false;
  private allocated = false;
  private totalsChecked = 0;
  private readonly checks: (() => void)[] = [];

  protected override complete(): void {
    this.draft.checkCurrencies();
    this.draft.checkSchedules();
    this.defaultQuantities();
  }

  protected override checkTotals(): void {
    for (const check of this.checks) check();
  }

  protected override read(segment: EdiSegment): void {
    switch (segment.tag) {
      case 'BEG':
        this.begin(segment);
        return;
      case 'CUR':
        this.currency(segment);
        return;
      case 'DTM':
        this.date(segment);
        return;
      case 'N1':
        this.beginParty(segment);
        if (this.line) this.keepRest(segment);
        return;
      case 'PO1':
        this.lineOf(segment);
        return;
      case 'SCH':
        this.schedule(segment);
        return;
      case 'SDQ':
        this.allocation(segment);
        return;
      case 'SLN':
        this.component(segment);
        return;
      case 'SAC':
      case 'ITA':
        this.charge(segment);
        return;
      case 'N9':
        this.extendedReference(segment);
        return;
      case 'MSG':
        this.draft.addText(segment, value(segment, 1), this.line);
        return;
      case 'MTX':
      case 'NTE':
        this.draft.addText(segment, value(segment, 2), this.line);
        return;
      case 'CTP':
        this.otherPrice(segment);
        return;
      case 'CTT':
        this.totals(segment);
        return;
      case 'AMT':
        this.amount(segment);
        return;
      default:
        this.keepSegment(segment);
        this.noteUnknown(segment);
    }
  }

  private begin(segment: EdiSegment): void {
    const { draft, findings } = this;
    if (!this.begins(segment)) return;
    this.purpose = purposeOf(value(segment, 1));
    if (this.purpose === 'unsupported') {
      findings.fault(segment, 1, 'not-supported', unsupportedPurpose('850', value(segment, 1)));
    }
    draft.orderType = value(segment, 2);
    const doubtful = doubtfulTypes.get(draft.orderType);
    if (doubtful !== undefined) findings.doubt(`The order is ${doubtful} (BEG02 ${draft.orderType}).`);
    this.readNumberAndDate(segment, { poNumber: 3, orderDate: 5 });
    draft.release = value(segment, 4);
    findings.came('/release', segment, 4);
    draft.keep('BEG segment', restOf(segment, 6));
  }

  private currency(segment: EdiSegment): void {
    const currency = value(segment, 2);
    if (this.line) this.line.currency ||= currency;
    else if (this.draft.currency === '') {
      this.draft.currency = currency;
      this.findings.came('/currency', segment, 2);
    } else if (currency !== '' && currency !== this.draft.currency) {
      const message = `The order names the currencies ${this.draft.currency} and ${currency}; send one.`;
      this.findings.fault(segment, 2, 'currency-mismatch', message);
    }
    this.keepRest(segment, 3);
  }

  private date(segment: EdiSegment): void {
    const found = dateOfDtm(segment);
    if (found === undefined) {
      this.findings.fault(segment, 2, 'bad-date', badDate);
      return;
    }
    const rest = restOf(segment, found ? 3 : 2);
    this.keep(`DTM ${value(segment, 1)}`, found ? `${found.date} ${rest}`.trimEnd() : rest);
    if (!found) return;
    this.addDate(found, segment);
    if (value(segment, 5) === 'RD8') {
      this.findings.doubt(`${this.findings.at(segment)} gives a range of dates; its first day is taken.`);
    }
  }

  protected override readOfParty(party: Party, segment: EdiSegment): void {
    if (addToParty(party, segment)) {
      const name = this.line ? '' : `${party.code} `;
      this.keep(`${name}${segment.tag} segment`, restOf(segment));
      return;
    }
    this.keep(`${party.code} ${this.qualifierOf(segment)}`, this.textOf(segment));
  }

  private lineOf(segment: EdiSegment): void {
    if (this.summary) {
      const message = 'A line comes after the totals of the order; send lines first.';
      this.findings.fault(segment, 0, 'conflicting-values', message);
    }
    this.beginLine({
      segment,
      reference: value(segment, 1),
      quantity: value(segment, 2),
      uom: value(segment, 3),
      price: value(segment, 4),
      basis: value(segment, 5),
      ids: productIds(segment, 6),
      elements: lineElements,
    });
  }

  /** The standard lets the quantity go only together with the unit; a single piece is then what can be meant. */
  private defaultQuantities(): void {
    for (const line of this.draft.lines) {
      if (line.quantity !== '') continue;
      if (line.uom !== '') {
        this.findings.fault(line.segment, 2, 'missing-field', 'The quantity is missing; a line with a unit needs one.');
        continue;
      }
      line.quantity = '1';
      this.findings.doubt(`Line ${this.draft.nameOf(line)} has no quantity; it is taken as 1.`);
    }
  }

  private schedule(segment: EdiSegment): void {
    const { line } = this;
    if (!line) {
      this.misplaced(segment);
      return;
    }
    this.keepRest(segment);
    const scheduled = scheduledQuantity(segment, line.uom, this.findings);
    if (scheduled) line.schedule.push(scheduled);
  }

  private allocation(segment: EdiSegment): void {
    this.keepRest(segment);
    if (this.allocated) return;
    this.allocated = true;
    const message =
      'The order divides its quantities among stores (SDQ), which is not supported; send one order a store, each with its ship-to.';
    this.findings.fault(segment, 0, 'not-supported', message);
  }

  /** Sub-lines say what a line is made of; they are not ordered on their own. */
  private component(segment: EdiSegment): void {
    if (!this.line) {
      this.misplaced(segment);
      return;
    }
    this.keepRest(segment);
    const relation = value(segment, 3);
    if (relation === 'I' || relation === '') return;
    this.findings.doubt(
      `${this.findings.at(segment)}: the sub-line is not included in its line (SLN03 ${relation}); it is not ordered.`,
    );
  }

  private charge(segment: EdiSegment): void {
    this.keepRest(segment);
    const words = segment.tag === 'SAC' ? chargeInWords(segment) : 'an allowance or charge (ITA)';
    if (words !== undefined) this.addCharge(words);
  }

  private extendedReference(segment: EdiSegment): void {
    this.keep(`N9 ${value(segment, 1)}`, value(segment, 2));
    this.draft.addText(segment, value(segment, 3), this.line);
  }

  /** What the goods are sold for later is no price of the order. */
  private otherPrice(segment: EdiSegment): void {
    this.keepRest(segment);
    const multiplied = value(segment, 6) !== '' || value(segment, 7) !== '';
    const price = decimalOf(value(segment, 3));
    const ordered = this.line ? decimalOf(this.line.price) : null;
    const named = price !== null && price.units !== 0n && !(ordered !== null && equal(price, ordered));
    if (multiplied || (named && !resalePrices.has(value(segment, 2)))) this.draft.addOtherPrice(this.line);
  }

  private totals(segment: EdiSegment): void {
    this.line = undefined;
    this.summary = true;
    this.check(() => {
      this.draft.checkLineCount(segment, 1);
      this.draft.checkQuantitySum(segment, 2);
    });
  }

  private amount(segment: EdiSegment): void {
    const { line, draft } = this;
    const qualifier = value(segment, 1);
    this.keep(`AMT ${qualifier}`, restOf(segment, 2));
    if (qualifier === 'TT' || (!line && qualifier === '1')) {
      this.check(() => draft.checkAmount(segment, 2, draft.lines));
    } else if (line && qualifier === '1') this.checks.push(() => draft.checkAmount(segment, 2, [line]));
  }

  /** Each one goes through all lines, so that there cannot be any number of them. */
  private check(check: () => void): void {
    this.totalsChecked += 1;
    if (this.totalsChecked <= mostTotals) this.checks.push(check);
  }

  private misplaced(segment: EdiSegment): void {
    this.keepRest(segment);
    this.findings.mistake(segment, 0, 'conflicting-values', `The segment ${segment.tag} comes before any line.`);
  }

  private keepSegment(segment: EdiSegment): void {
    const [qualifier, sent] = [this.qualifierOf(segment), this.textOf(segment)];
    if (segment.tag === 'REF' && this.line) this.line.references.push({ qualifier, value: sent });
    else this.keep(qualifier, sent);
  }

  /** Only what came as a REF has a qualifier of one word, and goes back as a REF in answers. */
  private qualifierOf(segment: EdiSegment): string {
    return segment.tag === 'REF' ? value(segment, 1) : `${segment.tag} segment`;
  }

  /** REF03 says it in words when there is no number. */
  private textOf(segment: EdiSegment): string {
    if (segment.tag !== 'REF') return restOf(segment);
    return [value(segment, 2), restOf(segment, 3)].filter((part) => part !== '').join(' ');
  }
}
