import { hash } from 'node:crypto';
import type { Fault } from './faults';
import { isObject, list, orNull, quantity, type Read, text, whole } from './master-fields';
import { moment } from './moment';
import { completed, type Draft, type Field, readDraft } from './record-draft';

/** What a warehouse says it has shipped. */
export interface PackingSlip {
  readonly warehouse: string;
  /** Its number, unique in the warehouse. */
  readonly packingSlip: string;
  /** Nothing more will come for the orders of this slip. */
  readonly final: boolean;
  /** ISO 8601; null when the warehouse did not say. */
  readonly shippedAt: string | null;
  /** The order of lines that name none. */
  readonly salesOrder: string | null;
  /** As they were sent. */
  readonly lines: readonly PackingSlipLine[];
  /** SHA-256 of the content; the order of the lines does not matter. */
  readonly digest: string;
}

export interface PackingSlipLine {
  readonly slipLine: number;
  readonly salesOrder: string;
  readonly release: number | null;
  readonly line: number;
  /** milli-units of `uom`; 0 says that nothing came */
  readonly quantity: number;
  /** null: the base unit, in which the warehouse was asked to ship */
  readonly uom: string | null;
  readonly sku: string | null;
  readonly lot: string | null;
  readonly serials: readonly string[];
}

/** `slip` is there exactly when `faults` is empty. */
export interface ReadPackingSlip {
  readonly slip?: PackingSlip;
  readonly faults: readonly Fault[];
}

const yesOrNo: Read<boolean> = (value, report) => {
  if (typeof value === 'boolean') return value;
  report('wrong-type', 'This must be true or false.');
  return undefined;
};

const lines: Read<readonly unknown[]> = (value, report) => {
  if (Array.isArray(value)) return value;
  report('wrong-type', 'This must be a list in square brackets.');
  return undefined;
};

const required = <T>(read: Read<T>): Field<T> => ({ read });
const optional = <T>(read: Read<T>): Field<T | null> => ({ read: orNull(read), initial: null });
const greatestNumber = 999_999;

const slipFields = {
  warehouse: required(text(40)),
  packingSlip: required(text(100)),
  final: optional(yesOrNo),
  shippedAt: optional(moment),
  salesOrder: optional(text(40)),
  lines: { read: lines, initial: [] as readonly unknown[] },
};

const lineFields = {
  slipLine: optional(whole(1, greatestNumber)),
  salesOrder: optional(text(40)),
  release: optional(whole(1, greatestNumber)),
  line: required(whole(1, greatestNumber)),
  quantity: required(quantity),
  uom: optional(text(20)),
  sku: optional(text(100)),
  lot: optional(text(100)),
  serials: optional(list(text(100))),
};

/**
 * Reads packing slips, one or an array of them, as a warehouse sends them. Numbers must be numbers of a program or texts.
 * Each comes with every fault of its form; whether its orders exist is another question.
 */
export function readPackingSlips(value: unknown): ReadPackingSlip[] {
  return Array.isArray(value) ? value.map((slip, i) => readSlip(slip, `/${i}`)) : [readSlip(value, '')];
}

function readSlip(sent: unknown, at: string): ReadPackingSlip {
  const faults: Fault[] = [];
  const draft = readDraft(slipFields, sent, at, faults);
  if (!isObject(sent)) return { faults };
  const slip = completed(slipFields, draft, undefined, at, faults);
  const salesOrder = slip.salesOrder ?? null;
  const drafts: LineDraft[] = [];
  const slipLines: PackingSlipLine[] = [];
  for (const [i, line] of (draft.lines ?? []).entries()) {
    const ofLine: Fault[] = [];
    const path = `${at}/lines/${i}`;
    const lineDraft = readDraft(lineFields, line, path, ofLine);
    drafts.push(lineDraft);
    if (isObject(line)) slipLines.push(readLine(lineDraft, i, salesOrder, path, ofLine));
    for (const fault of ofLine) faults.push(fault);
  }
  const final = slip.final ?? false;
  if (!slipLines.some((line) => line.quantity > 0) && !final && faults.length === 0) {
    faults.push({
      path: `${at}/lines`,
      code: 'missing-field',
      message:
        'Nothing came with this slip; send at least one line, or final for an order that is closed without goods.',
    });
  } else if (slipLines.length === 0 && salesOrder === null && faults.length === 0) {
    faults.push({
      path: `${at}/salesOrder`,
      code: 'missing-field',
      message: 'The slip names no order; a final slip without lines needs its salesOrder.',
    });
  }
  refuseRepeatedNumbers(slipLines, drafts, at, faults);
  if (faults.length > 0) return { faults };
  const content = {
    warehouse: slip.warehouse,
    packingSlip: slip.packingSlip,
    final,
    shippedAt: slip.shippedAt ?? null,
    salesOrder,
  };
  return { slip: { ...content, lines: slipLines, digest: digestOf(content, slipLines, drafts) }, faults };
}

type LineDraft = Draft<typeof lineFields>;

function readLine(
  draft: LineDraft,
  index: number,
  ofSlip: string | null,
  at: string,
  faults: Fault[],
): PackingSlipLine {
  const line = completed(lineFields, draft, undefined, at, faults);
  const salesOrder = line.salesOrder ?? ofSlip;
  if (salesOrder === null && !faults.some((fault) => fault.path === `${at}/salesOrder`)) {
    faults.push({
      path: `${at}/salesOrder`,
      code: 'missing-field',
      message: 'The line names no order, and the slip neither.',
    });
  }
  return {
    slipLine: line.slipLine ?? index + 1,
    salesOrder: salesOrder ?? '',
    release: line.release,
    line: line.line,
    quantity: line.quantity,
    uom: line.uom,
    sku: line.sku,
    lot: line.lot,
    serials: line.serials ?? [],
  };
}

function refuseRepeatedNumbers(
  slipLines: readonly PackingSlipLine[],
  drafts: readonly LineDraft[],
  at: string,
  faults: Fault[],
): void {
  const seen = new Set<number>();
  slipLines.forEach(({ slipLine }, i) => {
    if (seen.has(slipLine)) {
      const path = `${at}/lines/${i}${drafts[i]?.slipLine == null ? '' : '/slipLine'}`;
      faults.push({
        path,
        code: 'duplicate-line',
        message: `Slip line ${slipLine} is there twice; give each a number of its own.`,
        value: String(slipLine),
      });
    }
    seen.add(slipLine);
  });
}

/** Lines without a number of their own are the same in whatever order they stand. */
function digestOf(content: object, slipLines: readonly PackingSlipLine[], drafts: readonly LineDraft[]): string {
  const texts = slipLines.map(({ slipLine, salesOrder, release, line, quantity, uom, sku, lot, serials }, i) =>
    JSON.stringify([
      drafts[i]?.slipLine == null ? null : slipLine,
      [salesOrder, release, line, quantity, uom, sku, lot],
      serials.toSorted(),
    ]),
  );
  return hash('sha256', JSON.stringify([content, texts.sort()]));
}
