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
    return [...this.faults, notListed(this.left)];
  }
}

/** Whether a document has so many faults already that no more are listed. */
export const isFull = (faults: readonly Fault[]): boolean => faults.length >= mostFaults;

/** The faults of one document, and such as were found later; as many as one document lists. */
export function withFurther(faults: readonly Fault[], further: readonly Fault[]): readonly Fault[] {
  if (further.length === 0) return faults;
  const all = [...faults, ...further];
  return all.length <= mostFaults ? all : [...all.slice(0, mostFaults), notListed(all.length - mostFaults)];
}

function notListed(left: number): Fault {
  const message = `${left} more faults are not listed; correct these ${mostFaults} first.`;
  return { path: '', code: 'too-many-faults', message };
}

/** What is told of a message with too many faults: that, and the first of them. */
export function tooManyFaults(first: readonly Fault[]): Fault[] {
  const message = `The message has more than ${mostFaultsOfMessage} faults; the first ones follow. Most likely they have one cause.`;
  return [{ path: '', code: 'too-many-faults', message }, ...first.slice(0, 20)];
}
