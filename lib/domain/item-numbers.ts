const gtinLengths: ReadonlySet<number> = new Set([8, 12, 13, 14]);
const digitsOnly = /^\d{8,14}$/;

/**
 * A GTIN-8, -12, -13 or -14 as its 14 digits, so that one article's numbers are equal whichever form was sent; undefined
 * for a text of another form or with a wrong check digit (GS1 General Specifications 7.9).
 */
export function gtinOf(text: string): string | undefined {
  if (!digitsOnly.test(text) || !gtinLengths.has(text.length)) return undefined;
  const digits = text.padStart(14, '0');
  let sum = 0;
  for (let at = 0; at < 13; at += 1) sum += (digits.charCodeAt(at) - 48) * (at % 2 === 0 ? 3 : 1);
  return (10 - (sum % 10)) % 10 === digits.charCodeAt(13) - 48 ? digits : undefined;
}

/** The forms in which a GTIN of 14 digits may be kept with a product. */
export function gtinForms(gtin: string): string[] {
  const zeros = /^0*/.exec(gtin)?.[0].length ?? 0;
  return [...gtinLengths].filter((length) => gtin.length - length <= zeros).map((length) => gtin.slice(-length));
}

/**
 * What all of them agree on: the members that every set which has any has too. A set without members says nothing.
 * undefined: no set has a member. Empty: they contradict each other.
 */
export function agreedBy<T>(sets: readonly (readonly T[])[]): readonly T[] | undefined {
  let agreed: readonly T[] | undefined;
  for (const set of sets) {
    if (set.length === 0) continue;
    agreed = agreed === undefined ? set : agreed.filter((member) => set.includes(member));
  }
  return agreed;
}
