import { salesOrderNumber } from '../domain/order';
import type { Database } from './database';

interface Source {
  readonly table: string;
  readonly id: string;
  /** SQL */
  readonly words: string;
}

/** Where the numbers stand by which people know what is answered; those of orders follow from their ids. */
const sources: Readonly<Record<string, Source>> = {
  'credit-note': { table: 'credit_note', id: 'credit_note_id', words: "'credit note ' || number" },
  document: {
    table: 'inbox_document',
    id: 'document_id',
    words: `case kind when 'change' then 'change of ' when 'cancel' then 'cancellation of ' else '' end
      || case when po_number is null then 'message ' || inbox_id else 'purchase order ' || po_number end`,
  },
  interchange: {
    table: 'edi_interchange',
    id: 'interchange_id',
    words: "'interchange ' || control_number || ' of ' || sender",
  },
  invoice: { table: 'invoice', id: 'invoice_id', words: "'invoice ' || number" },
  slip: { table: 'packing_slip', id: 'slip_id', words: "'packing slip ' || packing_slip || ' of ' || warehouse" },
};

interface Subject {
  readonly subject: string;
  readonly kind: string;
  readonly id: number;
  /** `group 2`, `refused`, `cancelled 3000`, or the partner that a slip is told to */
  readonly rest: string;
}

/**
 * What answers are for, in words with the numbers that people know: `packing slip PS-1 of MAIN` for `slip 131 ALPINE`.
 * One statement a kind of subject. A subject that is not there stays as it is.
 */
export async function subjectsInWords(db: Database, subjects: readonly string[]): Promise<(subject: string) => string> {
  const known = new Map<string, string>();
  const byKind = Map.groupBy(subjects.map(partsOf), ({ kind }) => kind);
  for (const [kind, ofKind] of byKind) {
    const source = sources[kind];
    if (source === undefined) continue;
    const rows = await db.all<{ id: number; words: string }>(
      `select ${source.id} as id, ${source.words} as words from ${source.table} where ${db.dialect.inList(source.id, 'bigint')}`,
      [db.dialect.listOf([...new Set(ofKind.map(({ id }) => id))])],
    );
    for (const { id, words } of rows) known.set(`${kind} ${id}`, words);
  }
  return (subject) => inWords(partsOf(subject), known);
}

function partsOf(subject: string): Subject {
  const [, kind = '', id = '', rest = ''] = /^([a-z-]+) (\d+) ?(.*)$/.exec(subject) ?? [];
  return { subject, kind, id: Number(id), rest };
}

function inWords({ subject, kind, id, rest }: Subject, known: ReadonlyMap<string, string>): string {
  if (kind === 'order') return `${rest === '' ? '' : 'what was cancelled of '}${salesOrderNumber(id)}`;
  const words = known.get(`${kind} ${id}`);
  if (words === undefined) return subject;
  return rest === '' || kind === 'slip' ? words : `${words}, ${rest}`;
}
