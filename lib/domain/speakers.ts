/** The partner of everything that belongs to none: entered by hand, or dropped into the root of the watched folder. */
export const directPartner = 'DIRECT';

/** The partners whose orders a key may touch; meaningless for keys of the company itself, which see all. */
export function partnersOf(key: { readonly partner: string | null; readonly actsFor: readonly string[] }): string[] {
  return [...new Set(key.partner === null ? key.actsFor : [key.partner, ...key.actsFor])];
}
