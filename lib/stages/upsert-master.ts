import { faultsInWords } from '../domain/fault-words';
import { BusinessRejection, type Fault } from '../domain/faults';
import { isObject } from '../domain/master-fields';
import { customerFields, partnerFields, productFields, stockFields, taxFields } from '../domain/master-records';
import { type Fields, readDraft } from '../domain/record-draft';
import { currentSettings } from '../store/settings';
import { countStock } from './count-stock';
import { plainNumbers } from './plain-numbers';
import { inTransaction } from './transaction';
import { upsertCustomers } from './upsert-customers';
import { upsertPartners, upsertProducts, upsertTaxes } from './upsert-records';
import type { StageContext, Work } from './work';

/** One record of a request: where it stood, what it said. `faults` grows while it is judged. */
export interface MasterEntry<Draft> {
  readonly index: number;
  /** JSON pointer of the record in the request; empty for a request of one record. */
  readonly at: string;
  readonly key: string;
  readonly draft: Draft;
  readonly faults: Fault[];
}

export interface RejectedRecord {
  readonly index: number;
  readonly key: string | null;
  readonly faults: readonly Fault[];
}

export interface MasterResult {
  readonly kind: string;
  readonly upserted: number;
  readonly rejected: readonly RejectedRecord[];
  readonly summary: string;
}

interface Kind {
  readonly fields: Fields;
  readonly key: readonly string[];
  /** Writes the entries, and adds faults to those that it refuses. */
  readonly write: (work: Work, entries: MasterEntry<never>[]) => Promise<void>;
}

const kinds: Readonly<Record<string, Kind>> = {
  customers: { fields: customerFields, key: ['customer'], write: upsertCustomers },
  products: { fields: productFields, key: ['sku'], write: upsertProducts },
  stock: { fields: stockFields, key: ['sku', 'warehouse'], write: countStock },
  partners: { fields: partnerFields, key: ['partner'], write: upsertPartners },
  taxes: { fields: taxFields, key: ['taxCode', 'validFrom'], write: upsertTaxes },
};

export const masterKinds: readonly string[] = Object.keys(kinds);

const recordsInTransaction = 500;

/**
 * Adds and changes master data of one kind: good records are written, bad ones are rejected with every fault, pointing
 * into the request. A field that a record leaves out stays as it is.
 * @param records one record or an array of them
 * @throws BusinessRejection `not-found` for a kind that does not exist, `too-many-rows` above the company's limit of rows
 */
export async function upsertMaster(context: StageContext, kind: string, records: unknown): Promise<MasterResult> {
  const sent = Array.isArray(records) ? records : [records];
  if (kind === 'creditGroups') return notBuilt(kind, sent);
  const known = Object.hasOwn(kinds, kind) ? kinds[kind] : undefined;
  if (known === undefined) {
    throw new BusinessRejection(
      'not-found',
      `There is no master data of the kind ${kind}; use one of ${masterKinds.join(', ')}.`,
    );
  }
  const { limits } = (await context.store.read(currentSettings)).settings;
  if (sent.length > limits.rows)
    throw new BusinessRejection('too-many-rows', `The request has more than ${limits.rows} records; send several.`);
  const { entries, rejected } = readEntries(known, sent, Array.isArray(records));
  let upserted = 0;
  for (let start = 0; start < entries.length; start += recordsInTransaction) {
    const chunk = entries.slice(start, start + recordsInTransaction);
    const judged = await inTransaction(context, 'master-data', async (work) => {
      // A transaction that met another one runs again, from the start.
      const attempt = chunk.map((entry) => ({ ...entry, faults: [] as Fault[] }));
      await known.write(work, attempt);
      return attempt;
    });
    upserted += judged.filter(({ faults }) => faults.length === 0).length;
    rejected.push(
      ...judged.filter(({ faults }) => faults.length > 0).map(({ index, key, faults }) => ({ index, key, faults })),
    );
  }
  rejected.sort((a, b) => a.index - b.index);
  return { kind, upserted, rejected, summary: summaryOf(kind, upserted, rejected) };
}

function readEntries(
  { fields, key }: Kind,
  sent: readonly unknown[],
  inArray: boolean,
): { entries: MasterEntry<never>[]; rejected: RejectedRecord[] } {
  const entries: MasterEntry<never>[] = [];
  const rejected: RejectedRecord[] = [];
  const seen = new Set<string>();
  sent.forEach((record, index) => {
    const at = inArray ? `/${index}` : '';
    const faults: Fault[] = [];
    const draft: Record<string, unknown> = readDraft(fields, plainNumbers(record), at, faults);
    for (const name of key) {
      if (draft[name] === undefined && fields[name]?.initial !== undefined) draft[name] = fields[name].initial;
      if (draft[name] === undefined && isObject(record) && record[name] === undefined) {
        faults.push({
          path: `${at}/${name}`,
          code: 'missing-field',
          message: `The ${name} is missing; it says which record is meant.`,
        });
      }
    }
    const name = key.every((part) => draft[part] !== undefined) ? key.map((part) => draft[part]).join(' ') : null;
    const identity = JSON.stringify(key.map((part) => draft[part]));
    if (name !== null && seen.has(identity)) {
      faults.push({
        path: at,
        code: 'duplicate-key',
        message: `The request has ${name} twice; this one is left out.`,
        value: name,
      });
    }
    if (faults.length > 0 || name === null) {
      rejected.push({ index, key: name, faults });
      return;
    }
    seen.add(identity);
    entries.push({ index, at, key: name, draft: draft as never, faults });
  });
  return { entries, rejected };
}

function notBuilt(kind: string, sent: readonly unknown[]): MasterResult {
  const faults: Fault[] = [
    {
      path: '',
      code: 'not-supported',
      message: 'Credit groups are not supported yet; give each customer a limit of its own.',
    },
  ];
  const rejected = sent.map((record, index) => ({
    index,
    key: isObject(record) && typeof record.creditGroup === 'string' ? record.creditGroup : null,
    faults,
  }));
  return { kind, upserted: 0, rejected, summary: summaryOf(kind, 0, rejected) };
}

/** Records of a kind, as people call them. */
const names: Readonly<Record<string, readonly [one: string, many: string]>> = {
  creditGroups: ['credit group', 'credit groups'],
  customers: ['customer', 'customers'],
  partners: ['partner', 'partners'],
  products: ['product', 'products'],
  stock: ['stock count', 'stock counts'],
  taxes: ['tax', 'taxes'],
};

function summaryOf(kind: string, upserted: number, rejected: readonly RejectedRecord[]): string {
  const [first] = rejected;
  const taken = `${upserted} ${names[kind]?.[upserted === 1 ? 0 : 1] ?? kind} taken`;
  if (first === undefined) return taken;
  const which = first.key === null ? 'the first' : `the first ${first.key}`;
  return `${taken}, ${rejected.length} rejected, ${which}: ${faultsInWords(first.faults)}`;
}
