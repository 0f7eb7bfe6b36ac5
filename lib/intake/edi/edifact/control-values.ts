/** A count or a control number that counts: digits only, at most nine of them. */
export function countOf(text: string): number | null {
  return /^\d{1,9}$/.test(text) ? Number(text) : null;
}

/** Equal as texts, or as numbers: some count their zeros, some do not. */
export function sameReference(one: string, other: string): boolean {
  if (one === other) return true;
  const withoutZeros = (text: string) => (/^\d+$/.test(text) ? text.replace(/^0+(?=\d)/, '') : text);
  return withoutZeros(one) === withoutZeros(other);
}
