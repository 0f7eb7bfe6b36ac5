import type { Principal } from '../../lib/access/principal';
import { directPartner, partnersOf } from '../../lib/domain/speakers';
import type { EdiStandard } from '../../lib/intake/edi/interchange';
import { beginningOf } from '../../lib/stages/edi-reading';
import type { ReceivedMessage } from '../../lib/stages/read-reception';
import type { Database } from '../../lib/store/database';

const standards: Readonly<Partial<Record<string, EdiStandard>>> = {
  'application/edi-x12': 'x12',
  'application/edifact': 'edifact',
};

/** The standard of a content type, undefined when it is none of EDI. */
export const standardOf = (contentType: string): EdiStandard | undefined =>
  standards[contentType.split(';')[0]?.trim().toLowerCase() ?? ''];

/** In whose name a request may bring EDI messages: their senders are in them, so an agent need not name one. */
export function speaksFor(principal: Principal, named: string | undefined): readonly string[] | null {
  const wanted = named?.trim();
  if (wanted) return [wanted];
  return principal.role === 'partner' ? partnersOf(principal) : null;
}

/** An EDI message with what its first interchange says: whatever brings it, its channel is EDI. */
export async function asEdi(
  received: ReceivedMessage,
  standard: EdiStandard,
  read: <T>(work: (db: Database) => Promise<T>) => Promise<T>,
): Promise<ReceivedMessage> {
  const { document, reading } = await read((db) => beginningOf(db, received.bytes, standard));
  const { partner, speaksFor: said } = received;
  return {
    ...received,
    channel: 'edi',
    document: document ?? received.document,
    edi: reading,
    speaksFor: said === undefined ? (partner === directPartner ? null : [partner]) : said,
  };
}
