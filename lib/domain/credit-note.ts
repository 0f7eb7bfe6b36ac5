import { createHash } from 'node:crypto';
import { amountAboveZero, amountText } from './amount-field';
import { exponentOf } from './currency';
import type { Fault } from './faults';
import { currencyCode, isObject, oneOf, orNull, quantity, type Read, text, whole } from './master-fields';
import { completed, type Draft, type Field, readDraft } from './record-draft';

/** Why something that was invoiced is taken back. */
export const creditReasons = ['price', 'quantity', 'damaged', 'quality', 'goodwill', 'error', 'other'] as const;
export type CreditReason = (typeof creditReasons)[number];

/** The longest note, in characters. */
const longestNote = 500;

/** What is to be taken back of an invoice. Goods and stock stay where they are. */
export interface CreditNote {
  /** The caller's own number of it; with the customer it names the credit note. */
  readonly reference: string;
  /** The number of the invoice. */
  readonly invoice: string;
  /** Whose invoice the caller takes it for; null when it did not say. */
  readonly customer: string | null;
  readonly currency: string | null;
  readonly reason: CreditReason;
  readonly note: string | null;
  /** null: all that is not credited yet. */
  readonly lines: readonly CreditNoteLine[] | null;
  /** SHA-256 of what is asked for; the order of the lines does not matter. */
  readonly digest: string;
}

/** With neither quantity nor amount: all that is not credited yet of the line. */
export interface CreditNoteLine {
  /** The number of the order line. */
  readonly line: number;
  /** milli-units of the base unit, above zero */
  readonly quantity: number | null;
  /** minor units of the credit note's currency, above zero: money alone, the goods stay sold */
  readonly net: number | null;
}

/** `creditNote` is there exactly when `faults` is empty. */
export interface ReadCreditNote {
  readonly creditNote?: CreditNote;
  readonly faults: readonly Fault[];
}

const required = <T>(read: Read<T>): Field<T> => ({ read });
const optional = <T>(read: Read<T>): Field<T | null> => ({ read: orNull(read), initial: null });
const greatestNumber = 999_999;

const someLines: Read<readonly unknown[]> = (value, report) => {
  if (Array.isArray(value) && value.length > 0) return value;
  if (Array.isArray(value)) report('missing-field', 'Name at least one line, or leave the lines out to credit all.');
  else report('wrong-type', 'This must be a list in square brackets.');
  return undefined;
};

const quantityAboveZero: Read<number> = (value, report) => {
  const milli = quantity(value, report);
  if (milli !== 0) return milli;
  report('out-of-range', 'The quantity must be above zero.');
  return undefined;
};

const creditNoteFields = {
  creditNote: required(text(100)),
  invoice: required(text(40)),
  reason: required(oneOf(creditReasons)),
  note: optional(text(longestNote)),
  customer: optional(text(100)),
  currency: optional(currencyCode),
  lines: optional(someLines),
};

const lineFields = {
  line: required(whole(1, greatestNumber)),
  quantity: optional(quantityAboveZero),
  net: optional(amountText),
};

/** Whether somebody meant a credit note by this. */
export const isCreditNote = (sent: unknown): boolean => isObject(sent) && sent.creditNote != null;

/** Reads one credit note, with every fault of its form; `at` is its place, a JSON pointer. What the invoice allows is another question. */
export function readCreditNote(sent: unknown, at: string): ReadCreditNote {
  const faults: Fault[] = [];
  const draft = readDraft(creditNoteFields, sent, at, faults);
  if (!isObject(sent)) return { faults };
  const { creditNote: reference, lines: _drafts, ...rest } = completed(creditNoteFields, draft, undefined, at, faults);
  const lines = draft.lines == null ? null : readLines(draft.lines, draft.currency, at, faults);
  if (faults.length > 0) return { faults };
  return { creditNote: { reference, ...rest, lines, digest: digestOf(rest, lines) }, faults };
}

function readLines(
  sent: readonly unknown[],
  currency: string | null | undefined,
  at: string,
  faults: Fault[],
): CreditNoteLine[] {
  const seen = new Set<number>();
  const lines = sent.map((each, i) => {
    const ofLine: Fault[] = [];
    const line = readLine(each, currency, seen, `${at}/lines/${i}`, ofLine);
    for (const fault of ofLine) faults.push(fault);
    return line;
  });
  if (currency == null && sent.some((each) => isObject(each) && each.net != null))
    faults.push({ path: `${at}/currency`, code: 'missing-field', message: 'An amount needs its currency.' });
  return lines;
}

function readLine(
  sent: unknown,
  currency: string | null | undefined,
  seen: Set<number>,
  path: string,
  faults: Fault[],
): CreditNoteLine {
  const draft = readDraft(lineFields, sent, path, faults);
  if (!isObject(sent)) return { line: 0, quantity: null, net: null };
  const { line } = completed(lineFields, draft, undefined, path, faults);
  if (draft.line !== undefined && seen.has(line)) {
    const message = `Line ${line} is there twice; say once what to credit of it.`;
    faults.push({ path: `${path}/line`, code: 'duplicate-line', message, value: String(line) });
  }
  seen.add(line);
  return { line, quantity: draft.quantity ?? null, net: netOf(draft, currency, path, faults) };
}

function netOf(
  { quantity: milli, net }: Draft<typeof lineFields>,
  currency: string | null | undefined,
  path: string,
  faults: Fault[],
): number | null {
  if (net == null) return null;
  if (milli != null) {
    const message = 'Send the quantity to credit, or the net amount, not both.';
    faults.push({ path: `${path}/net`, code: 'conflicting-values', message, value: net });
  }
  if (currency == null || exponentOf(currency) === undefined) return null;
  return amountAboveZero(net, currency, `${path}/net`, faults);
}

/** Customer and currency only say again what the invoice says. */
function digestOf(
  { invoice, reason, note }: Pick<CreditNote, 'invoice' | 'reason' | 'note'>,
  lines: readonly CreditNoteLine[] | null,
): string {
  const sorted = lines?.toSorted((a, b) => a.line - b.line).map(({ line, quantity, net }) => [line, quantity, net]);
  return createHash('sha256')
    .update(JSON.stringify([invoice, reason, note, sorted ?? null]))
    .digest('hex');
}
