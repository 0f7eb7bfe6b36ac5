import type { Fault } from '../../../domain/faults';

/** Ends the reading of a workbook: nothing more of it can be used. */
export class UnreadableWorkbook extends Error {
  readonly fault: Fault;

  constructor(message: string, code: Fault['code'] = 'unreadable', path = '') {
    super(message);
    this.fault = { path, code, message };
  }
}
