import { BusinessRejection, type Fault } from '../domain/faults';
import { statusOf } from '../domain/lifecycle';
import { mappedBy, type Partner } from '../domain/master';
import { createdOrder, type Hold, type Order, salesOrderNumber } from '../domain/order';
import { orderAmounts } from '../domain/pricing';
import { type CanonicalOrder, loosePoKey, poKey } from '../intake/canonical-order';
import { placedFaults } from '../intake/field-places';
import { together } from '../store/database';
import { type DocumentVerdict, lockDocuments, type StoredDocument, saveVerdicts } from '../store/inbox-documents';
import { findOrders, type KnownOrder } from '../store/order-identity';
import type { NewOrder } from '../store/order-rows';
import { insertOrders } from '../store/orders';
import { changeOrders } from './change-orders';
import { changesBehind } from './changes-in-order';
import {
  describedLater,
  describeReplayed,
  missing,
  recordedOutcomes,
  recordVerdict,
  rejection,
  tested,
} from './document-outcomes';
import { type IndicatorRule, indicatorOf } from './indicator-rules';
import { loadMasterData, loadPartnersOf, type MasterData } from './master-data';
import { summarize } from './outcome';
import { rememberEdiOrders } from './overtaken-changes';
import { resolveOrder } from './resolve-order';
import type { BehindOutcome, TagOutcome } from './tag-outcome';
import { takeAcknowledgements } from './take-acknowledgements';
import { inTransaction } from './transaction';
import type { StageContext, Work } from './work';

export interface DocumentToTag {
  readonly documentId: number;
  readonly rules: readonly IndicatorRule[];
}

/**
 * Creates an order of each document that waits, with its source. A document that was decided before gives its recorded
 * outcome again. A change behind others that wait still is left as it is.
 */
export function createOrders(
  context: StageContext,
  items: readonly DocumentToTag[],
): Promise<(TagOutcome | BehindOutcome)[]> {
  const ids = items.map((item) => item.documentId);
  const decideAll = async (
    work: Work,
    documents: readonly StoredDocument[],
  ): Promise<(TagOutcome | BehindOutcome)[]> => {
    const stored = documents.filter((document) => document.state === 'stored');
    const behind = await changesBehind(work, stored.filter(isChange));
    const waiting = stored.filter(({ documentId }) => !behind.has(documentId));
    const decided = await decideOrders(
      work,
      waiting.filter(({ kind }) => kind === 'order' || kind === 'test'),
      new Map(items.map((item) => [item.documentId, item.rules])),
    );
    for (const [id, outcome] of await decideOthers(work, waiting)) decided.set(id, outcome);
    const known = documents.filter(({ documentId }) => !decided.has(documentId) && !behind.has(documentId));
    const recorded = await recordedOutcomes(work.db, known);
    return ids.map((documentId) => {
      const earlier = behind.get(documentId);
      if (earlier !== undefined) return { output: 'behind', documentId, earlier };
      return decided.get(documentId) ?? recorded.get(documentId) ?? missing(documentId);
    });
  };
  return inTransaction(context, 'source', decideAll, (db) => lockDocuments(db, ids));
}

const isChange = ({ kind }: StoredDocument): boolean => kind === 'change' || kind === 'cancel';

/** Changes come after the orders that they may have travelled with. */
async function decideOthers(
  work: Work,
  waiting: readonly StoredDocument[],
): Promise<[documentId: number, outcome: TagOutcome][]> {
  const changes = waiting.filter(isChange);
  const acknowledgements = waiting.filter(({ kind }) => kind === 'acknowledgement');
  return [...(await changeOrders(work, changes)), ...(await takeAcknowledgements(work, acknowledgements))];
}

interface Candidate {
  readonly document: StoredDocument;
  readonly order: CanonicalOrder;
  /** Our number of the customer. */
  readonly customer: string;
  readonly identity: string;
  readonly loose: string;
}

async function decideOrders(
  work: Work,
  documents: readonly StoredDocument[],
  rules: ReadonlyMap<number, readonly IndicatorRule[]>,
): Promise<Map<number, TagOutcome>> {
  const outcomes = new Map<number, TagOutcome>();
  if (documents.length === 0) return outcomes;
  const orders = documents.map((document) => JSON.parse(document.canonical ?? '{}') as CanonicalOrder);
  const partners = await loadPartnersOf(work.db, documents);
  const candidates = documents.map((document, i) => candidateOf(document, orders[i] as CanonicalOrder, partners));
  const [master, known, numbers] = await together([
    loadMasterData(
      work.db,
      partners,
      candidates.map(({ document, order }) => ({ partner: document.partner, order })),
    ),
    findOrders(
      work.db,
      candidates.map(({ customer, loose }) => ({ customer, loose })),
    ),
    work.db.take('sales_order', candidates.length),
  ]);
  const created: NewOrder[] = [];
  const verdicts: DocumentVerdict[] = [];
  for (const candidate of candidates) {
    const outcome = decide(work, candidate, {
      master,
      known,
      rules: rules.get(candidate.document.documentId) ?? [],
      number: numbers[created.length] as number,
    });
    if ('created' in outcome) {
      created.push(outcome.created);
      known.add({
        ...identityOf(candidate),
        orderId: outcome.created.order.id,
        alike: outcome.created.alike,
        fingerprint: outcome.created.fingerprint,
      });
    }
    verdicts.push(outcome.verdict);
    if (!('created' in outcome)) recordVerdict(work, candidate.document, outcome.verdict);
    if ('rejected' in outcome && candidate.document.channel === 'edi' && candidate.document.kind === 'order')
      work.answerDue('rejection', candidate.document.documentId);
    outcomes.set(candidate.document.documentId, outcomeOf(candidate, outcome));
  }
  await insertCreated(work, created);
  work.send(saveVerdicts(work.db, verdicts, work.now));
  await describeReplayed(work.db, outcomes);
  return outcomes;
}

function candidateOf(
  document: StoredDocument,
  order: CanonicalOrder,
  partners: ReadonlyMap<string, Partner>,
): Candidate {
  const customer = mappedBy(partners.get(document.partner)?.customerMap, order.customer);
  return { document, order, customer, identity: poKey(order.poNumber), loose: loosePoKey(order.poNumber) };
}

const identityOf = ({ document, order, customer, identity, loose }: Candidate) => ({
  partner: document.partner,
  customer,
  poKey: identity,
  loose,
  releaseNumber: order.release ?? '',
});

interface Surroundings {
  readonly master: MasterData;
  readonly known: KnownOrders;
  readonly rules: readonly IndicatorRule[];
  readonly number: number;
}

type KnownOrders = Awaited<ReturnType<typeof findOrders>>;

type Decided = { readonly verdict: DocumentVerdict } & (
  | { readonly created: NewOrder }
  | { readonly duplicateOf: KnownOrder }
  | { readonly tested: true }
  | { readonly rejected: readonly Fault[] }
);

function decide(work: Work, candidate: Candidate, { master, known, rules, number }: Surroundings): Decided {
  const { document, order } = candidate;
  const { documentId } = document;
  const same = document.kind === 'test' ? undefined : known.same(identityOf(candidate));
  if (same !== undefined) {
    if (same.fingerprint === document.fingerprint) {
      return {
        duplicateOf: same,
        verdict: { documentId, state: 'duplicate', orderId: same.orderId, code: null, faults: [] },
      };
    }
    const wayOut = document.channel === 'edi' ? 'Send a change, or use a new number.' : 'Use a new number.';
    const words = `The purchase order ${order.poNumber} of ${order.customer} is ${salesOrderNumber(same.orderId)} already, with another content. ${wayOut}`;
    return rejected(document, [{ path: '/poNumber', code: 'order-conflict', message: words, value: order.poNumber }]);
  }
  if (document.purpose === 'copy' || document.purpose === 'duplicate') {
    const words = `This is a ${document.purpose} of the purchase order ${order.poNumber}, which has not come. Send the original.`;
    return rejected(document, [{ path: '/poNumber', code: 'unknown-order', message: words, value: order.poNumber }]);
  }
  try {
    const resolved = resolveOrder(order, document, master, {
      settings: work.settings,
      today: work.today,
      now: work.now,
      indicator: indicatorOf(document, order, rules),
    });
    if (document.kind === 'test')
      return { tested: true, verdict: { documentId, state: 'accepted', orderId: null, code: null, faults: [] } };
    const lookalike = known.alike(identityOf(candidate));
    const holds = lookalike === undefined ? resolved.holds : [...resolved.holds, possibleDuplicate(work, lookalike)];
    const created = {
      ...newOrder(createdOrder({ id: number, ...resolved.terms }, resolved.lines), holds, candidate, work),
      alike: known.countAlike(identityOf(candidate)),
    };
    return { created, verdict: { documentId, state: 'accepted', orderId: number, code: null, faults: [] } };
  } catch (error) {
    if (!(error instanceof BusinessRejection)) throw error;
    return rejected(document, error.faults);
  }
}

function rejected({ documentId, places }: StoredDocument, found: readonly Fault[]): Decided {
  const faults = placedFaults(found, places);
  return {
    rejected: faults,
    verdict: { documentId, state: 'rejected', orderId: null, code: faults[0]?.code ?? 'unreadable', faults },
  };
}

function possibleDuplicate(work: Work, lookalike: KnownOrder): Hold {
  return {
    reason: 'possible-duplicate',
    rule: 'intake',
    evidence: { looksLike: salesOrderNumber(lookalike.orderId) },
    since: work.now,
    by: work.actor,
    forced: false,
  };
}

function newOrder(order: Order, holds: readonly Hold[], candidate: Candidate, work: Work): Omit<NewOrder, 'alike'> {
  order.holds = [...holds];
  order.status = statusOf(order);
  order.heldSince = order.holds.length > 0 ? work.now : null;
  const { net, tax, gross } = orderAmounts(order);
  return {
    order,
    poKey: candidate.identity,
    loosePoKey: candidate.loose,
    fingerprint: candidate.document.fingerprint ?? '',
    net,
    tax,
    gross,
  };
}

async function insertCreated(work: Work, created: readonly NewOrder[]): Promise<void> {
  work.send(insertOrders(work.db, created, work.stamp));
  work.insertedOrders(created.map(({ order }) => order));
  await rememberEdiOrders(work, created);
  for (const { order } of created) {
    work.record({
      subject: 'order',
      subjectId: salesOrderNumber(order.id),
      from: null,
      to: order.status,
      reason: order.holds[0]?.reason ?? null,
      evidence: {
        poNumber: order.poNumber,
        source: {
          channel: order.channel,
          partner: order.partner,
          indicator: order.indicator,
          document: order.document,
        },
        inboxId: order.inboxId,
        lines: order.lines.length,
      },
    });
  }
}

function outcomeOf({ document }: Candidate, decided: Decided): TagOutcome {
  const { documentId } = document;
  if ('created' in decided) {
    const { order } = decided.created;
    const words = `created from ${order.channel} ${order.partner}: ${order.poNumber}${order.holds.length > 0 ? `, on hold: ${order.holds[0]?.reason}` : ''}`;
    return { output: 'created', documentId, orderId: order.id, summary: summarize(order, words) };
  }
  if ('duplicateOf' in decided)
    return { output: 'replayed', documentId, orderId: decided.duplicateOf.orderId, summary: describedLater };
  if ('tested' in decided) return tested(document);
  return rejection(document, decided.rejected);
}
