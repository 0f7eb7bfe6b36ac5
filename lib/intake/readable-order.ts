import type { Fault } from '../domain/faults';
import type { CanonicalLine, CanonicalOrder } from './canonical-order';

export type ReadableLine = Pick<CanonicalLine, 'line'> & Partial<CanonicalLine>;

/**
 * What of an order could be read, so that what it names can be looked up: of a faulty one the fields without a fault, its
 * lines in the order in which they were sent. Every canonical order is one too.
 */
export type ReadableOrder = Partial<Pick<CanonicalOrder, 'customer' | 'currency' | 'orderDate' | 'warehouse'>> & {
  readonly lines: readonly ReadableLine[];
  /** Where in its message each field stands, by its pointer into the order; absent when the pointer says it. */
  readonly places?: Readonly<Record<string, string>>;
};

const orderFields = ['customer', 'currency', 'orderDate', 'warehouse'] as const;
const lineFields = ['sku', 'ids', 'quantity', 'uom', 'unitPrice'] as const;
/** What may turn out to be wrong when it is looked up. */
const namingFields = ['customer', 'currency', 'warehouse'] as const;
const namingLineFields = ['sku', 'quantity', 'uom', 'unitPrice'] as const;

const inIds = /^(\/lines\/\d+\/ids)\/.*$/s;

/** An order without its faulty fields. The paths of the faults are pointers into it. */
export function readableOf(order: ReadableOrder, faults: readonly Fault[]): ReadableOrder {
  const faulty = new Set(faults.map(({ path }) => path.replace(inIds, '$1')));
  return without(order, (pointer) => faulty.has(pointer));
}

/** An order without the fields whose places have a fault, and with the places of the others. */
export function placed(
  order: ReadableOrder,
  faults: readonly Fault[],
  placeOf?: (pointer: string) => string,
): ReadableOrder {
  if (placeOf === undefined) return readableOf(order, faults);
  const faulty = new Set(faults.map(({ path }) => path));
  const readable = without(order, (pointer) => faulty.has(placeOf(pointer)));
  const pointers = [
    ...namingFields.map((field) => `/${field}`),
    ...order.lines.flatMap((_, i) => namingLineFields.map((field) => `/lines/${i}/${field}`)),
  ];
  return { ...readable, places: Object.fromEntries(pointers.map((pointer) => [pointer, placeOf(pointer)])) };
}

function without({ lines, ...fields }: ReadableOrder, isFaulty: (pointer: string) => boolean): ReadableOrder {
  return {
    ...kept(fields, orderFields, (field) => isFaulty(`/${field}`)),
    lines: lines.map((line, i): ReadableLine => {
      // what a line calls its item by several numbers can only be looked up when all of them are known
      const isItemFaulty = isFaulty(`/lines/${i}/sku`) || isFaulty(`/lines/${i}/ids`);
      return {
        line: line.line,
        ...kept(line, lineFields, (field) =>
          field === 'sku' || field === 'ids' ? isItemFaulty : isFaulty(`/lines/${i}/${field}`),
        ),
      };
    }),
  };
}

function kept<Record extends object, Field extends keyof Record>(
  record: Record,
  fields: readonly Field[],
  isFaulty: (field: Field) => boolean,
): Partial<Pick<Record, Field>> {
  const rest: Partial<Pick<Record, Field>> = {};
  for (const field of fields) if (record[field] !== undefined && !isFaulty(field)) rest[field] = record[field];
  return rest;
}
