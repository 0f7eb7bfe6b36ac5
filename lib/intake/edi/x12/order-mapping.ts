import type { EdiSegment } from '../interchange';
import type { EdiPurpose, MappedMessage } from '../mapped-message';
import { restOf, value, x12Date } from './elements';
import type { Findings } from './findings';
import { finished, type LineDraft, OrderDraft } from './order-draft';
import { type Party, partyOf } from './parties';
import { badDate, type QualifiedDate } from './requested-dates';

/** One of the messages that are orders. */
export interface OrderForm {
  /** 850, 875 */
  readonly type: string;
  /** The segment that its order begins with. */
  readonly begin: string;
  /** Segments that may follow an N1 and still belong to the party. */
  readonly partyTags: ReadonlySet<string>;
  /** Segments that are not mapped by name: they are kept as references. All others are mistakes. */
  readonly keptTags: ReadonlySet<string>;
}

/** What comes of the segments of a line itself. */
type LineStart = Omit<
  LineDraft,
  'ordinal' | 'dates' | 'schedule' | 'parties' | 'references' | 'currency' | 'unitPrice'
>;

/** What the orders of X12 have in common: a head, parties with their segments, lines, and totals that are checked last. */
export abstract class OrderMapping {
  protected readonly draft: OrderDraft;
  protected purpose: EdiPurpose = 'unsupported';
  /** The one that segments belong to now; none before the first and after the last. */
  protected line: LineDraft | undefined;
  private party: Party | undefined;

  constructor(
    protected readonly findings: Findings,
    private readonly form: OrderForm,
  ) {
    this.draft = new OrderDraft(findings);
  }

  map(segments: readonly EdiSegment[]): MappedMessage {
    const { draft, findings, form } = this;
    for (const segment of segments) if (segment.tag !== 'ST' && segment.tag !== 'SE') this.take(segment);
    if (!draft.begin) {
      const message = `The ${form.begin} segment is missing: an ${form.type} without it is no order.`;
      findings.add({ path: findings.place, code: 'missing-field', message });
    }
    if (this.purpose === 'unsupported') return finished(findings, this.purpose, { echo: draft.echo([]) });
    if (this.purpose === 'cancel') return draft.cancelled();
    this.complete();
    const { order, ...mapped } = draft.mapped(this.purpose);
    this.checkTotals();
    if (order === undefined) return mapped;
    return { ...mapped, ...(findings.faults.length === 0 ? { order } : { readable: order }) };
  }

  /** Reads a segment that belongs to no party. */
  protected abstract read(segment: EdiSegment): void;

  protected abstract readOfParty(party: Party, segment: EdiSegment): void;

  /** All segments are read: what is still missing is filled in, or found to be missing. */
  protected complete(): void {}

  /** Amounts need the prices that mapping finds: it is done. */
  protected abstract checkTotals(): void;

  private take(segment: EdiSegment): void {
    const { party } = this;
    if (party && this.form.partyTags.has(segment.tag)) {
      this.readOfParty(party, segment);
      return;
    }
    this.party = undefined;
    this.read(segment);
  }

  /** False for a second beginning: the order of the first one goes on. */
  protected begins(segment: EdiSegment): boolean {
    if (this.draft.begin) {
      const message = `There is a second ${segment.tag}; send one order a message.`;
      this.findings.fault(segment, 0, 'conflicting-values', message);
      return false;
    }
    this.draft.begin = segment;
    return true;
  }

  protected readNumberAndDate(
    segment: EdiSegment,
    at: { readonly poNumber: number; readonly orderDate: number },
  ): void {
    const { draft, findings } = this;
    draft.poNumber = value(segment, at.poNumber);
    findings.came('/poNumber', segment, at.poNumber);
    findings.came('/orderDate', segment, at.orderDate);
    if (draft.poNumber === '')
      findings.fault(segment, at.poNumber, 'missing-field', 'The number of the purchase order is missing.');
    const sent = value(segment, at.orderDate);
    const date = x12Date(sent);
    if (sent !== '' && date === null) findings.fault(segment, at.orderDate, 'bad-date', badDate);
    draft.poDate = date ?? '';
  }

  protected beginParty(segment: EdiSegment): void {
    this.party = partyOf(segment);
    (this.line ? this.line.parties : this.draft.parties).push(this.party);
  }

  protected beginLine(start: LineStart): LineDraft {
    const ordinal = this.draft.lines.length + 1;
    const line = { ...start, ordinal, dates: [], schedule: [], parties: [], references: [], currency: '' };
    this.draft.lines.push(line);
    this.line = line;
    return line;
  }

  protected addDate(date: QualifiedDate, segment: EdiSegment): void {
    if (this.line) this.line.dates.push(date);
    else {
      this.draft.dates.push(date);
      this.findings.came('/requestedDelivery', segment, 2);
    }
  }

  /** A charge or allowance is told to a person: `named` says what it is. */
  protected addCharge(named: string): void {
    this.draft.charged = true;
    const where = this.line ? `Line ${this.draft.nameOf(this.line)}` : 'The order';
    this.findings.doubt(`${where} names ${named}; it is not taken into the prices.`);
  }

  protected noteUnknown(segment: EdiSegment): void {
    const { type, keptTags } = this.form;
    if (keptTags.has(segment.tag)) return;
    const message = `The segment ${segment.tag} is not known in an ${type}; it is not taken.`;
    this.findings.mistake(segment, 0, 'not-supported', message);
  }

  protected keep(qualifier: string, sent: string): void {
    this.draft.keep(this.line ? `line ${this.draft.nameOf(this.line)} ${qualifier}` : qualifier, sent);
  }

  /** A segment, or its elements from one on, under its tag. */
  protected keepRest(segment: EdiSegment, from = 1): void {
    this.keep(`${segment.tag} segment`, restOf(segment, from));
  }
}
