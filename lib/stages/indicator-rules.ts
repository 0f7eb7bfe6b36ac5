import type { CanonicalOrder } from '../intake/canonical-order';
import type { StoredDocument } from '../store/inbox-documents';

/** A rule of the integrator that gives orders of a source their indicator. Empty fields match anything. */
export interface IndicatorRule {
  readonly channel?: string;
  readonly partner?: string;
  /** A field of the order, such as `customer` or `shipTo.country`, that must equal `equals`. */
  readonly field?: string;
  readonly equals?: string;
  readonly indicator: string;
}

/** The first rule that matches gives the indicator. */
export function indicatorOf(
  document: Pick<StoredDocument, 'channel' | 'partner'>,
  order: CanonicalOrder,
  rules: readonly IndicatorRule[],
): string | undefined {
  const matches = (wanted: string | undefined, value: string): boolean =>
    wanted === undefined || wanted === '' || wanted === value;
  return rules.find(
    (rule) =>
      matches(rule.channel, document.channel) &&
      matches(rule.partner, document.partner) &&
      (rule.field === undefined || rule.field === '' || fieldOf(order, rule.field) === (rule.equals ?? '')),
  )?.indicator;
}

function fieldOf(order: CanonicalOrder, field: string): string {
  const value = field
    .split('.')
    .reduce<unknown>(
      (node, key) => (typeof node === 'object' && node !== null ? (node as Record<string, unknown>)[key] : undefined),
      order,
    );
  return typeof value === 'string' ? value : '';
}
