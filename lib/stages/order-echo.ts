import type { EdiStandard } from '../intake/edi/interchange';
import type { LineChange, LineEcho, OrderChange, OrderEcho } from '../intake/edi/mapped-message';
import type { AppliedChange } from '../store/edi-changes';

/** As what a seller's own number goes out when the change did not keep its qualifier. */
const sellersNumber: Readonly<Record<EdiStandard, string>> = { x12: 'VN', edifact: 'SA' };

/**
 * What answers say back of an order that was changed since: the lines as the buyer last ordered them, so that nobody is
 * told that the article shipped which stood in the line before.
 */
export function echoAfter(echo: OrderEcho, changes: readonly AppliedChange[], standard: EdiStandard): OrderEcho {
  return changes.reduce((sofar, change) => {
    if (change.purpose === 'replace') return replaced(sofar, change.echo);
    const { lines } = JSON.parse(change.canonical) as OrderChange;
    return lines.reduce((before, line) => withLine(before, line, sellersNumber[standard]), sofar);
  }, echo);
}

/** Lines that are no more stay, for they are in the order, as cancelled. */
function replaced(before: OrderEcho, after: OrderEcho | null): OrderEcho {
  if (after === null) return before;
  const there = new Set(after.lines.map(({ line }) => line));
  return { ...before, ...after, lines: [...after.lines, ...before.lines.filter(({ line }) => !there.has(line))] };
}

function withLine(echo: OrderEcho, change: LineChange, qualifier: string): OrderEcho {
  if (change.action !== 'add' && change.action !== 'change') return echo;
  const named = change.reference === undefined || change.reference === '' ? undefined : change.reference;
  const known =
    echo.lines.find(({ reference }) => reference !== '' && reference === named) ??
    echo.lines.find(({ line }) => line === change.line);
  const line = known?.line ?? change.line;
  if (line === undefined) return echo;
  const now: LineEcho = {
    ...(known?.references === undefined ? {} : { references: known.references }),
    line,
    reference: named ?? known?.reference ?? '',
    quantity: change.quantity ?? known?.quantity ?? '',
    uom: change.uom ?? known?.uom ?? '',
    unitPrice: change.unitPrice ?? known?.unitPrice ?? '',
    basis: change.unitPrice === undefined ? (known?.basis ?? '') : '',
    ids: idsAfter(known, change, qualifier),
  };
  return { ...echo, lines: [...echo.lines.filter((each) => each !== known), now] };
}

/** The numbers as they were, when the change names the same article. */
function idsAfter(known: LineEcho | undefined, { sku, ids = [] }: LineChange, qualifier: string): LineEcho['ids'] {
  const sent = [...(sku === undefined ? [] : [{ qualifier, value: sku }]), ...ids];
  const before = new Set(known?.ids.map(({ value }) => value));
  return known !== undefined && sent.every(({ value }) => before.has(value)) ? known.ids : sent;
}
