import { formatScaled } from '../../../domain/decimal';
import type { EdiSegment } from '../interchange';
import { value } from './elements';

/**
 * What a charge or allowance (SAC) takes or gives, in words; undefined when it changes no amount. SAC05 has two
 * implied decimals: 1000 is 10.00.
 */
export function chargeInWords(segment: EdiSegment): string | undefined {
  const kind = { A: 'an allowance', C: 'a charge', P: 'a promotion', Q: 'a charge', R: 'an allowance' }[
    value(segment, 1)
  ];
  if (kind === undefined) return undefined;
  const amount = value(segment, 5);
  const parts = [
    /^-?\d{1,15}$/.test(amount) ? formatScaled(Number(amount), 2, 2) : amount,
    value(segment, 7) && `${value(segment, 7)} percent`,
    value(segment, 8) && `${value(segment, 8)} a unit`,
  ].filter(Boolean);
  if (parts.length === 0) return undefined;
  const name = [value(segment, 2), value(segment, 4), value(segment, 15)].filter((part) => part !== '');
  return `${kind} of ${parts.join(', ')}${name.length === 0 ? '' : ` (${name.join(', ')})`}`;
}
