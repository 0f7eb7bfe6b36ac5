import type { Visibility } from '../domain/visibility';
import type { Database } from '../store/database';
import { partnersIn } from '../store/edi-interchanges';

/**
 * Whether somebody may see a message: those of their partner. EDI that an agent collected holds documents of several
 * partners in one message, which only who stands for all of them sees.
 */
export async function mayReadMessage(
  db: Database,
  { inboxId, partner }: { readonly inboxId: number; readonly partner: string },
  visible: Visibility,
): Promise<boolean> {
  if (visible === null) return true;
  const partners = [partner, ...(await partnersIn(db, inboxId))];
  return partners.every((name) => Object.hasOwn(visible, name));
}
