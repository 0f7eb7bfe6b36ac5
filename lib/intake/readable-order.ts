import type { Fault } from '../domain/faults';
import type { CanonicalLine, CanonicalOrder } from './canonical-order';

export type ReadableLine = Pick<CanonicalLine, 'line'> & Partial<CanonicalLine>;

/**
 * What of an order could be read, so that what it names can be looked up: of a faulty one the fields without a fault, its
 * lines in the order in which they were sent. Every canonical order is one too.
 */
export type ReadableOrder = Partial<Pick<CanonicalOrder, 'customer' | 'currency' | 'orderDate' | 'warehouse'>> & {
  readonly lines: readonly ReadableLine[];
};

const orderFields = ['customer', 'currency', 'orderDate', 'warehouse'] as const;
const lineFields = ['sku', 'ids', 'quantity', 'uom', 'unitPrice'] as const;
const inIds = /^(\/lines\/\d+\/ids)\/.*$/s;

/**
 * An order without its faulty fields.
 * @param placeOf where the paths of the faults lead that a pointer into the order has
 */
export function readableOf(
  order: ReadableOrder,
  faults: readonly Fault[],
  placeOf = (pointer: string): string => pointer,
): ReadableOrder {
  const faulty = new Set(faults.map(({ path }) => path.replace(inIds, '$1')));
  return without(order, (pointer) => faulty.has(placeOf(pointer)));
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
