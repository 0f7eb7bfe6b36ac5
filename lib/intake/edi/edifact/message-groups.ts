import type { EdiMessage, EdiSegment } from '../interchange';
import { codeValue } from './segment-view';

/** A segment and the segment that opened the group it belongs to: the NAD before an RFF, the ALC before a MOA. */
export interface PlacedSegment {
  readonly segment: EdiSegment;
  readonly opener: EdiSegment | undefined;
}

/** A LIN and what follows it up to the next one; `ordinal` counts from 1. */
export interface LineGroup {
  readonly ordinal: number;
  readonly lin: EdiSegment;
  readonly segments: readonly PlacedSegment[];
}

/** The parts of ORDERS and ORDCHG. */
export interface MessageGroups {
  readonly header: readonly PlacedSegment[];
  readonly lines: readonly LineGroup[];
  /** After UNS+S. */
  readonly summary: readonly PlacedSegment[];
}

/** Segments that open a group of their own, in the directories D.93A to D.01B. */
const openers: ReadonlySet<string> = new Set(
  'RFF NAD TAX CUX PAT TDT TOD PAC SCC APR ALC RCS PRI LOC EQD CCI DGS CTA CNT'.split(' '),
);
/** Groups that keep their opener although a group opens inside: their amounts are no others' amounts. */
const inner: Readonly<Record<string, string>> = { ALC: 'RTE TAX', NAD: 'RFF CTA LOC', PRI: 'CUX', TDT: 'LOC' };

export function groupsOf(message: EdiMessage): MessageGroups {
  const header: PlacedSegment[] = [];
  const summary: PlacedSegment[] = [];
  const lines: { ordinal: number; lin: EdiSegment; segments: PlacedSegment[] }[] = [];
  let current = header;
  let opener: EdiSegment | undefined;
  for (const segment of message.segments) {
    const { tag } = segment;
    if (tag === 'LIN') {
      const group = { ordinal: lines.length + 1, lin: segment, segments: [] };
      lines.push(group);
      current = group.segments;
      opener = undefined;
      continue;
    }
    if (tag === 'UNS' && codeValue(segment, 1) !== 'D') {
      current = summary;
      opener = undefined;
    }
    if (tag === 'UNH' || tag === 'UNT' || tag === 'UNS') continue;
    if (openers.has(tag) && !(opener && inner[opener.tag]?.includes(tag))) opener = segment;
    current.push({ segment, opener: opener === segment ? undefined : opener });
  }
  return { header, lines, summary };
}
