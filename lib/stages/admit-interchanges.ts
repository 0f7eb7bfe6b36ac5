import type { Fault } from '../domain/faults';
import type { Partner } from '../domain/master';
import type { EdiParty } from '../intake/edi/interchange';
import type { InterchangeOutline } from '../intake/edi/interchange-outline';
import { ConcurrentChange } from '../store/dialect';
import {
  findInterchanges,
  type InterchangeOutcome,
  insertInterchanges,
  partnersBySender,
  releaseIdentities,
  type StoredInterchange,
} from '../store/edi-interchanges';
import { loadPartners } from '../store/master';
import type { Work } from './work';

/** Control numbers begin again some day: for so long the same number means the same interchange. */
const windowYears = 2;

/** An interchange as it comes in with a message. */
export interface ArrivedInterchange {
  readonly inboxId: number;
  /** From 0, in its message. */
  readonly ordinal: number;
  readonly outline: InterchangeOutline;
  /** In whose name the sender of the message may speak; null: in anybody's. */
  readonly speaksFor: readonly string[] | null;
}

/** What became of an interchange; `faults` say why none of its messages is taken. */
export interface AdmittedInterchange {
  readonly interchangeId: number;
  readonly outline: InterchangeOutline;
  readonly partner: Partner | null;
  readonly outcome: InterchangeOutcome;
  readonly test: boolean;
  readonly faults: readonly Fault[];
}

/** An id of an interchange as partners keep it: `ZZ:ACME`. */
export const partyText = ({ qualifier, id }: EdiParty): string => `${qualifier}:${id}`;

/** The partner whose id the sender of an interchange names; a partner may have left out the qualifier. */
export const partnerBySender = (senders: ReadonlyMap<string, string>, sender: EdiParty): string | undefined =>
  senders.get(partyText(sender)) ?? senders.get(partyText({ ...sender, qualifier: '' }));

/**
 * Finds out whose each interchange is and whether it was here before. The same number with the same bytes is taken
 * again (its messages find their orders there); with other bytes it is refused, for nobody knows which one counts.
 */
export async function admitInterchanges(
  work: Work,
  arrived: readonly ArrivedInterchange[],
): Promise<AdmittedInterchange[]> {
  if (arrived.length === 0) return [];
  const senders = await partnersBySender(work.db);
  const named = arrived.map((interchange) => partnerOf(interchange, senders));
  const partners = await loadPartners(
    work.db,
    named.flatMap((name) => name ?? []),
  );
  const known = new Map(
    (
      await findInterchanges(
        work.db,
        arrived.map(({ outline }) => identityOf(outline)),
      )
    ).map((row) => [row.identity, row]),
  );
  const outdated = [...known.values()].filter(({ receivedAt }) => receivedAt < yearsBefore(work.now, windowYears));
  await releaseIdentities(
    work.db,
    outdated.map(({ interchangeId }) => interchangeId),
  );
  for (const { identity } of outdated) known.delete(identity);
  const holders = new Map([...known].map(([identity, { sha256 }]) => [identity, sha256]));
  const ids = await work.db.take('edi_interchange', arrived.length);
  const admitted = arrived.map((interchange, i) => {
    const partner = partners.get(named[i] ?? '') ?? null;
    return admit(interchange, ids[i] as number, partner, holders);
  });
  const rows = admitted.map((interchange, i) => rowOf(interchange, arrived[i] as ArrivedInterchange));
  if (!(await insertInterchanges(work.db, rows, work.now))) throw new ConcurrentChange('the interchanges');
  for (const [i, { outcome, outline, partner }] of admitted.entries())
    if (outcome === 'conflict') raiseConflict(work, outline, partner, (arrived[i] as ArrivedInterchange).inboxId);
  return admitted;
}

/** Whose ids the sender's are; with a partner that has told none, who brings the message counts. */
function partnerOf(
  { outline, speaksFor }: ArrivedInterchange,
  senders: ReadonlyMap<string, string>,
): string | undefined {
  const bySender = partnerBySender(senders, outline.sender);
  if (bySender !== undefined || speaksFor === null || speaksFor.length !== 1) return bySender;
  const [only] = speaksFor;
  return [...senders.values()].includes(only as string) ? undefined : only;
}

const identityOf = ({ standard, sender, receiver, controlNumber }: InterchangeOutline): string =>
  JSON.stringify([standard, partyText(sender), partyText(receiver), controlNumber]);

function yearsBefore(now: string, years: number): string {
  return `${Number(now.slice(0, 4)) - years}${now.slice(4)}`;
}

function admit(
  { outline, speaksFor }: ArrivedInterchange,
  interchangeId: number,
  partner: Partner | null,
  holders: Map<string, string>,
): AdmittedInterchange {
  const base = { interchangeId, outline, partner, test: outline.test || partner?.edi.test === true };
  const sender = partyText(outline.sender);
  if (partner === null) {
    const message = `The sender ${sender} is no partner's. Add it to the ediIds of the partner that it is.`;
    return {
      ...base,
      outcome: 'refused',
      faults: [{ path: 'interchange', code: 'unknown-sender', message, value: sender }],
    };
  }
  if (speaksFor !== null && !speaksFor.includes(partner.partner)) {
    const message = `The interchange is from ${sender}, which is ${partner.partner}; who sent it may not speak for that partner.`;
    return {
      ...base,
      outcome: 'refused',
      faults: [{ path: 'interchange', code: 'source-refused', message, value: sender }],
    };
  }
  const identity = identityOf(outline);
  const holder = holders.get(identity);
  if (holder === undefined) {
    holders.set(identity, outline.sha256);
    return { ...base, outcome: 'accepted', faults: [] };
  }
  if (holder === outline.sha256) return { ...base, outcome: 'repeated', faults: [] };
  const message = `Another interchange came from ${sender} under the control number ${outline.controlNumber}. Send this one under a number of its own.`;
  return {
    ...base,
    outcome: 'conflict',
    faults: [{ path: 'interchange', code: 'interchange-conflict', message, value: outline.controlNumber }],
  };
}

const rowOf = (
  { interchangeId, outline, partner, outcome, test }: AdmittedInterchange,
  { inboxId, ordinal }: ArrivedInterchange,
): StoredInterchange => ({
  interchangeId,
  inboxId,
  ordinal,
  partner: partner?.partner ?? null,
  standard: outline.standard,
  sender: partyText(outline.sender),
  receiver: partyText(outline.receiver),
  controlNumber: outline.controlNumber,
  version: outline.version,
  preparedAt: outline.preparedAt,
  test,
  sha256: outline.sha256,
  outcome,
  identity: outcome === 'accepted' ? identityOf(outline) : null,
});

function raiseConflict(work: Work, outline: InterchangeOutline, partner: Partner | null, inboxId: number): void {
  work.raise({
    kind: 'interchange-conflict',
    subject: `inbox ${inboxId}`,
    message: `${partner?.partner} sent another interchange under the control number ${outline.controlNumber}. It was refused; ask the partner which one counts, then close this exception.`,
    evidence: { inboxId, sender: partyText(outline.sender), controlNumber: outline.controlNumber },
  });
}
