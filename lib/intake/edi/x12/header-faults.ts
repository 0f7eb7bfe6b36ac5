import { x12Date, x12Time } from './elements';
import type { FaultDetails, SyntaxFaults } from './syntax-faults';

/** ISA13 made of digits; nine of them are the rule, fewer are read. */
const controlNumberForm = /^\d{1,9}$/;

/** Checks the elements of an ISA, counted from 1; `preparedAt` of its interchange. */
export function checkHeader(headerValue: (element: number) => string, faults: SyntaxFaults, offset: number): string {
  const at = (element: number): FaultDetails => ({ segment: 'ISA', element, value: headerValue(element) });
  if (headerValue(6) === '') faults.reject('006', 'ISA06, the sender, is empty.', offset, at(6));
  if (headerValue(8) === '') faults.reject('008', 'ISA08, the receiver, is empty.', offset, at(8));
  if (headerValue(13) === '') faults.reject('018', 'ISA13, the control number, is empty.', offset, at(13));
  else if (!controlNumberForm.test(headerValue(13))) {
    faults.note('018', 'ISA13, the control number, is not made of nine digits.', offset, at(13));
  }
  if (!['0', '1'].includes(headerValue(14))) {
    faults.note('019', 'ISA14 is neither 0 nor 1; no TA1 is taken to be wanted.', offset, at(14));
  }
  if (!['P', 'T', 'I'].includes(headerValue(15))) {
    faults.reject('020', 'ISA15 says neither P (production) nor T (test).', offset, at(15));
  }
  const date = /^\d{6}$/.test(headerValue(9)) ? x12Date(headerValue(9)) : null;
  const time = x12Time(headerValue(10));
  if (date === null) faults.note('014', 'ISA09 is no date of the form YYMMDD.', offset, at(9));
  if (time === null) faults.note('015', 'ISA10 is no time of the form HHMM.', offset, at(10));
  return date === null || time === null ? '' : `${date}T${time}`;
}
