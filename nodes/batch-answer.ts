import { type HttpAnswer, jsonAnswer, problemAnswer, problemOfFaults } from '../lib/answers/problem';
import type { Fault } from '../lib/domain/faults';

/** What became of one item of a request: its status as if it had come alone, and what is told of it. */
export interface ItemResult {
  readonly status: number;
  readonly faults: readonly Fault[];
  readonly body: Readonly<Record<string, unknown>>;
}

/** One item is answered by itself; several with a result each, in order, 207 when they differ from plain success. */
export function batchAnswer(results: readonly ItemResult[], inArray: boolean): HttpAnswer {
  const [only] = results;
  if (!inArray && only !== undefined && only.status >= 400) {
    const [fault] = only.faults;
    return problemAnswer(
      problemOfFaults(fault?.code ?? 'unreadable', fault?.message ?? 'It cannot be booked.', only.faults),
    );
  }
  const told = results.map(({ status, faults, body }) => ({
    status,
    ...body,
    ...(faults.length > 0 ? { errors: faults } : {}),
  }));
  return jsonAnswer(results.every(({ status }) => status === 200) ? 200 : 207, { results: told });
}
