import { codeTable } from '../code-table';
import type { EdiPurpose } from '../mapped-message';

/** Data element 353. */
const purposes = codeTable<EdiPurpose>({
  '00': 'original',
  '01': 'cancel',
  '05': 'replace',
  '06': 'confirmation',
  '07': 'duplicate',
  '22': 'copy',
});

const names = codeTable<string>({
  '02': 'add',
  '03': 'delete',
  '04': 'change',
  '08': 'status',
  '12': 'not processed',
  '13': 'request',
  '14': 'advance notification',
  '15': 're-submission',
  '16': 'proposed',
  '17': 'cancel, to be reissued',
  '18': 'reissue',
  '19': 'seller initiated change',
  '20': 'final transmission',
  '24': 'draft',
  '25': 'incremental',
  ZZ: 'mutually defined',
});

export function purposeOf(code: string): EdiPurpose {
  return purposes.get(code) ?? 'unsupported';
}

export function unsupportedPurpose(message: string, code: string): string {
  const name = code === '' ? 'missing' : names.get(code);
  const said = name === undefined ? `"${code}"` : `${code} (${name})`.trimStart();
  return `The purpose ${said} of an ${message} is not supported; send 00 for an order, 01 to cancel it, 05 to replace it, or an 860 to change it.`;
}
