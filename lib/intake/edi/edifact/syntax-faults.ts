import { shownText } from '../../shown-value';
import type { EdiSegment, SyntaxFault } from '../interchange';

/** More faults of one message or envelope than anybody will read. */
const mostFaults = 200;

/** Collects the faults of one message, group, interchange or file, and counts those that are too many. */
export class SyntaxFaults {
  private readonly faults: SyntaxFault[] = [];
  private left = 0;
  private leftReject = false;

  add(fault: SyntaxFault): void {
    if (this.faults.length < mostFaults) {
      this.faults.push(fault.value === undefined ? fault : { ...fault, value: shownText(fault.value) });
      return;
    }
    this.left += 1;
    this.leftReject ||= fault.rejects;
  }

  all(): readonly SyntaxFault[] {
    const last = this.faults.at(-1);
    if (this.left === 0 || last === undefined) return this.faults;
    const message = `${this.left} more faults are not listed.`;
    return [...this.faults, { level: last.level, code: '18', rejects: this.leftReject, message, offset: last.offset }];
  }
}

export type FaultDetail = Pick<SyntaxFault, 'element' | 'component' | 'dataElement' | 'value'>;

/** A fault of a segment, with its place. */
export function faultAt(
  level: SyntaxFault['level'],
  code: string,
  message: string,
  segment: EdiSegment,
  detail: FaultDetail = {},
  rejects = true,
): SyntaxFault {
  const { tag, offset, position } = segment;
  const fault = { level, code, rejects, message, offset, segment: tag.slice(0, 3), ...detail };
  return position > 0 ? { ...fault, position } : fault;
}
