import type { Fault, FaultCode } from '../domain/faults';
import { valueAt } from './json-pointer';
import { shownValue } from './shown-value';

/** More faults than a person will read, and than are worth storing for one document. */
const mostFaults = 1000;
/** More faults than a whole message may fill the memory with. */
export const mostFaultsOfMessage = 100_000;

/** Collects the faults of one document; each shows the value as it was sent, cut to 80 characters. */
export class FaultList {
  readonly faults: Fault[] = [];
  private left = 0;

  /** `sent` is the document that the pointers of the faults lead into. */
  constructor(private readonly sent: unknown) {}

  add(path: string, code: FaultCode, message: string): void {
    if (this.faults.length >= mostFaults) {
      this.left += 1;
      return;
    }
    const value = shownValue(valueAt(this.sent, path));
    this.faults.push(value === undefined ? { path, code, message } : { path, code, message, value });
  }

  /** All faults; with a last one that says how many did not fit. */
  all(): Fault[] {
    if (this.left === 0) return this.faults;
    const message = `${this.left} more faults are not listed; correct these ${mostFaults} first.`;
    return [...this.faults, { path: '', code: 'too-many-faults', message }];
  }
}

/** What is told of a message with too many faults: that, and the first of them. */
export function tooManyFaults(first: readonly Fault[]): Fault[] {
  const message = `The message has more than ${mostFaultsOfMessage} faults; the first ones follow. Most likely they have one cause.`;
  return [{ path: '', code: 'too-many-faults', message }, ...first.slice(0, 20)];
}
