/** What codes mean. A Map, because a partner may send `constructor` for a code, and every object has one. */
export function codeTable<Meaning>(meanings: Readonly<Record<string, Meaning>>): ReadonlyMap<string, Meaning> {
  return new Map(Object.entries(meanings));
}
