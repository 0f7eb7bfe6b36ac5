import { defaultEdiSettings } from '../domain/edi-settings';
import { readEdifact } from '../intake/edi/edifact/read-edifact';
import type { EdiInterchange, EdiStandard } from '../intake/edi/interchange';
import type { EdiReading } from '../intake/edi/mapped-message';
import { readX12 } from '../intake/edi/x12/read-x12';
import type { Database } from '../store/database';
import { partnersBySender } from '../store/edi-interchanges';
import { loadPartners } from '../store/master';
import { partnerBySender } from './admit-interchanges';

/** Enough for the header of any interchange, whatever stands before it. */
const headerBytes = 2_048;

/** What can be known of an EDI message before it is read. */
export interface EdiBeginning {
  /** The first interchange's control number, for people: `ISA 000000042`, `UNB 42`; undefined when there is none. */
  readonly document: string | undefined;
  /** How its sender's messages are read. The first sender speaks for the whole message. */
  readonly reading: EdiReading;
}

export async function beginningOf(db: Database, bytes: Uint8Array, standard: EdiStandard): Promise<EdiBeginning> {
  const [first] = interchangesIn(bytes.subarray(0, headerBytes), standard);
  const document = first && `${standard === 'x12' ? 'ISA' : 'UNB'} ${first.controlNumber}`;
  return { document, reading: await readingFor(db, first) };
}

const interchangesIn = (bytes: Uint8Array, standard: EdiStandard): readonly EdiInterchange[] =>
  (standard === 'x12' ? readX12(bytes) : readEdifact(bytes)).interchanges;

async function readingFor(db: Database, first: EdiInterchange | undefined): Promise<EdiReading> {
  const senders = first === undefined ? new Map<string, string>() : await partnersBySender(db);
  const name = first && partnerBySender(senders, first.sender);
  const partner = name === undefined ? undefined : (await loadPartners(db, [name])).get(name);
  const { charset, strict, reviewText } = partner?.edi ?? defaultEdiSettings;
  const customers = partner?.customers ?? [];
  const [customer] = customers;
  return {
    strict,
    reviewText,
    ...(charset === null ? {} : { charset }),
    // who has one customer need not name it
    ...(customers.length === 1 && customer !== undefined && customer !== '*' ? { customer } : {}),
  };
}
