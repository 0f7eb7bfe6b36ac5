import type { Decision } from '../domain/order';
import type { Database } from './database';

/** One decision row an order and check: the newest one stands, the audit keeps the others. */
export function saveDecisions(
  db: Database,
  decisions: readonly { readonly orderId: number; readonly decision: Decision }[],
): Promise<number> {
  const rows = decisions.map(({ orderId, decision }) => ({
    order_id: orderId,
    check_name: decision.check,
    outcome: decision.outcome,
    reason: decision.reason,
    explanation: decision.explanation,
    evidence: JSON.stringify(decision.evidence),
    passes_if: decision.passesIf,
    decided_at: decision.decidedAt,
  }));
  return db.insert('decision', rows, { onConflict: ['order_id', 'check_name'] });
}

interface DecisionRow {
  order_id: number;
  check_name: Decision['check'];
  outcome: Decision['outcome'];
  reason: string | null;
  explanation: string;
  evidence: string;
  passes_if: string | null;
  decided_at: string;
}

export async function loadDecisions(db: Database, ids: readonly number[]): Promise<Map<number, Decision[]>> {
  const decisions = new Map<number, Decision[]>();
  for (const row of await decisionRows(db, ids)) {
    const decision: Decision = {
      check: row.check_name,
      outcome: row.outcome,
      reason: row.reason,
      explanation: row.explanation,
      evidence: JSON.parse(row.evidence),
      passesIf: row.passes_if,
      decidedAt: row.decided_at,
    };
    decisions.set(row.order_id, [...(decisions.get(row.order_id) ?? []), decision]);
  }
  return decisions;
}

function decisionRows(db: Database, ids: readonly number[]): Promise<DecisionRow[]> {
  if (ids.length === 0) return Promise.resolve([]);
  const { dialect } = db;
  return db.all<DecisionRow>(
    `select * from decision where ${dialect.inList('order_id', 'bigint')} order by order_id, decided_at`,
    [dialect.listOf(ids)],
  );
}
