import { withFurther } from '../intake/fault-list';
import { placedFaults } from '../intake/field-places';
import type { ReadableOrder } from '../intake/readable-order';
import { loadMasterData, loadPartnersOf } from './master-data';
import type { ReadOrder } from './read-reception';
import { faultsOfNames, type OrderSource } from './resolve-order';
import type { Work } from './work';

/** A document as it was read, with its source; without one, nobody knows whose master data it speaks of. */
export interface SourcedDocument {
  readonly document: ReadOrder;
  readonly source: OrderSource | undefined;
}

interface Readable {
  readonly at: number;
  readonly partner: string;
  readonly source: OrderSource;
  readonly order: ReadableOrder;
}

/**
 * What could be read of faulty orders is looked up at once, so that their sender hears of all faults in one answer: an
 * order with a bad date and an unknown SKU has both. Of documents without a fault nothing is asked here.
 */
export async function judgeFaulty(work: Work, documents: readonly SourcedDocument[]): Promise<ReadOrder[]> {
  const read = documents.map(({ document }) => document);
  const faulty = documents.flatMap(({ document: { readable: order }, source }, at): Readable[] =>
    order === undefined || source === undefined ? [] : [{ at, partner: source.partner, source, order }],
  );
  if (faulty.length === 0) return read;
  const master = await loadMasterData(work.db, await loadPartnersOf(work.db, faulty), faulty);
  for (const { at, source, order } of faulty) {
    const document = read[at] as ReadOrder;
    const named = faultsOfNames(order, source, master, work);
    read[at] = { ...document, faults: withFurther(document.faults, placedFaults(named, document.places)) };
  }
  return read;
}
