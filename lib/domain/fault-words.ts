import type { Fault } from './faults';

/**
 * The first of several faults in one line for a person: where, which value, what is wrong, and how many more there are:
 * `row 3, column quantity, "many": This is no number; … (and 2 more)`. `place`: where the faulty thing itself stands.
 */
export function faultsInWords(faults: readonly Fault[], place = ''): string {
  const [fault] = faults;
  const more = faults.length > 1 ? ` (and ${faults.length - 1} more)` : '';
  const path = fault?.path ?? '';
  const around = isCell(path) ? '' : placeInWords(place);
  const where = [around, placeInWords(path), valueShown(fault)].filter(Boolean).join(', ');
  return `${where === '' ? '' : `${where}: `}${fault?.message ?? 'It cannot be read.'}${more}`;
}

/** Who has the row needs no other place in the file. */
const isCell = (path: string): boolean => /^(?:sheet .*, )?row \d/s.test(path);

/** A value of a few characters may be in the words by chance. */
const shortest = 4;

/** The value in quotation marks, unless the message names it. */
function valueShown(fault: Fault | undefined): string {
  if (fault?.value === undefined) return '';
  return fault.value.length >= shortest && fault.message.includes(fault.value) ? '' : `"${fault.value}"`;
}

/** `/lines/0/sku` is `line 1, sku`; what is no JSON pointer is in words already. */
export function placeInWords(path: string): string {
  if (!path.startsWith('/')) return path;
  const words: string[] = [];
  for (const step of path.slice(1).split('/')) {
    const name = step.replaceAll('~1', '/').replaceAll('~0', '~');
    if (!/^\d{1,9}$/.test(name)) words.push(name);
    else words.push(`${singular(words.pop())} ${Number(name) + 1}`);
  }
  return words.join(', ');
}

/** Of a list in a list, or of the outermost one, there is no name. */
const singular = (list: string | undefined): string =>
  list === undefined ? 'no.' : /\d$/.test(list) ? `${list}, no.` : list.replace(/s$/, '');
