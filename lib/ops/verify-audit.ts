import { linkHash, marksIn } from '../store/audit';
import {
  type AuditHead,
  type AuditLink,
  auditHead,
  firstUnlinked,
  linksAfter,
  origin,
  recordsOf,
  type StoredRecord,
} from '../store/audit-trail';
import type { Database } from '../store/database';
import { inSnapshot } from '../store/snapshot';
import type { Store } from '../store/store';
import { type AuditFault, faultOfRecords } from './audit-records';

export type { AuditFault, AuditFaultKind } from './audit-records';

export interface AuditProof {
  readonly links: number;
  readonly records: number;
  /** To be kept outside: a later check against it shows whether the trail was cut off. */
  readonly head: AuditHead;
  readonly fault: AuditFault | null;
}

const linksInPage = 500;

/**
 * Walks the whole trail: every record against the digest of its link, every link against the one before it, the last
 * one against the head, and the trail against a head that was noted before.
 * @param expected a head noted earlier, outside the store
 */
export function verifyAudit(store: Store, expected?: AuditHead): Promise<AuditProof> {
  return inSnapshot(store, async (db) => {
    const head = await auditHead(db);
    const walked = {
      last: origin,
      links: 0,
      records: 0,
      knowsExpected: expected === undefined || (expected.link === 0 && expected.hash === origin.hash),
    };
    let fault: AuditFault | null = null;
    while (fault === null) {
      const links = await linksAfter(db, walked.last.link, linksInPage);
      if (links.length === 0) break;
      const records = await recordsOf(
        db,
        links.map(({ batch }) => batch),
      );
      for (const link of links) {
        const ofBatch = records.get(link.batch) ?? [];
        fault = faultOfLink(link, walked.last, ofBatch);
        if (fault !== null) break;
        walked.last = link;
        walked.links += 1;
        walked.records += ofBatch.length;
        if (link.link === expected?.link && link.hash === expected.hash) walked.knowsExpected = true;
      }
    }
    fault ??= await faultOfWhole(db, head, walked.last, walked.knowsExpected ? undefined : expected);
    return { links: walked.links, records: walked.records, head, fault };
  });
}

function faultOfLink(link: AuditLink, before: AuditHead, records: readonly StoredRecord[]): AuditFault | null {
  if (link.link !== before.link + 1) {
    return {
      kind: 'missing',
      link: before.link + 1,
      batch: null,
      position: null,
      message: `Link ${before.link + 1} is missing, and with it the proof of its records.`,
    };
  }
  const follows = linkHash(before.hash, link) === link.hash;
  const content = faultOfRecords(link, records, follows && link.marks !== null ? marksIn(link.marks) : undefined);
  if (content !== null) return content;
  if (!follows) {
    return {
      kind: 'altered',
      link: link.link,
      batch: link.batch,
      position: null,
      message: `Link ${link.link} does not follow from the one before it: it, or its order, was changed.`,
    };
  }
  return null;
}

async function faultOfWhole(
  db: Database,
  head: AuditHead,
  last: AuditHead,
  missed: AuditHead | undefined,
): Promise<AuditFault | null> {
  const nowhere = { link: null, batch: null, position: null };
  const unlinked = await firstUnlinked(db);
  if (unlinked !== undefined) {
    return {
      kind: 'inserted',
      link: null,
      ...unlinked,
      message: `Record ${unlinked.position} of batch ${unlinked.batch} belongs to no link: it was inserted, or its link was removed.`,
    };
  }
  if (head.link !== last.link || head.hash !== last.hash) {
    return {
      kind: 'lost-tail',
      ...nowhere,
      link: last.link + 1,
      message: `The trail ends at link ${last.link}, its head says ${head.link}.`,
    };
  }
  if (missed === undefined) return null;
  const message =
    missed.link > last.link
      ? `The trail ends at link ${last.link}, but link ${missed.link} was there before: its tail is lost.`
      : `Link ${missed.link} is not the one that was noted: the trail was written anew.`;
  return { kind: 'lost-tail', ...nowhere, link: missed.link, message };
}
