import type { EdiSegment } from '../interchange';
import type { Reference } from '../mapped-message';
import type { LineGroup } from './message-groups';
import { codeValue } from './segment-view';

/** Whose an id is, by its qualifier (7143); what is in none of the lists is somebody else's. */
const sellers: ReadonlySet<string> = new Set(['SA', 'VN', 'VP', 'VS', 'VX']);
const global: ReadonlySet<string> = new Set(['SRV', 'EN', 'UP', 'UE', 'EU', 'UA', 'IB']);
const buyers: ReadonlySet<string> = new Set(['IN', 'BP', 'BI', 'BB', 'BQ']);

/** The ids of a line with the place of each, and which of them names the product. */
export interface LineIds {
  readonly all: readonly Reference[];
  readonly primary: Reference | undefined;
  readonly primarySegment: EdiSegment;
  /** Ids of other products: substitutes. */
  readonly substitutes: readonly Reference[];
}

/**
 * The id of the LIN first, then those of its PIA in order. A PIA of the kind 5 names the product, so it replaces an id of
 * the LIN with the same qualifier; 1 adds; 2, 3 and 4 speak of substitutes.
 */
export function lineIds({ lin, segments }: LineGroup): LineIds {
  const found: { id: Reference; segment: EdiSegment }[] = [];
  const substitutes: Reference[] = [];
  const seen = new Set<string>();
  const own = referenceAt(lin, 3);
  if (own) {
    found.push({ id: own, segment: lin });
    seen.add(keyOf(own));
  }
  for (const { segment } of segments) {
    if (segment.tag !== 'PIA') continue;
    const kind = codeValue(segment, 1);
    for (let element = 2; element <= 6; element += 1) {
      const id = referenceAt(segment, element);
      if (!id) continue;
      if (kind === '2' || kind === '3' || kind === '4') substitutes.push(id);
      else if (!seen.has(keyOf(id))) {
        seen.add(keyOf(id));
        const replaces = kind === '5' && found[0]?.segment === lin && found[0].id.qualifier === id.qualifier;
        if (replaces) found[0] = { id, segment };
        else found.push({ id, segment });
      }
    }
  }
  const primary =
    found.find(({ id }) => sellers.has(id.qualifier)) ??
    found.find(({ id }) => global.has(id.qualifier)) ??
    found.find(({ id }) => buyers.has(id.qualifier)) ??
    found[0];
  return {
    all: found.map(({ id }) => id),
    primary: primary?.id,
    primarySegment: primary?.segment ?? lin,
    substitutes,
  };
}

function keyOf({ qualifier, value }: Reference): string {
  return `${qualifier}\u0000${value}`;
}

/** C212: the id and its qualifier. */
function referenceAt(segment: EdiSegment, element: number): Reference | undefined {
  const value = codeValue(segment, element, 1);
  return value === '' ? undefined : { qualifier: codeValue(segment, element, 2), value };
}
