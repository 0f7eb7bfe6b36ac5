import { shownText } from './shown-value';

/** Keys and array indexes from the root to a value. */
export type JsonPath = readonly (string | number)[];

/** JSON pointer (RFC 6901) of a path; very long keys are cut, since the pointer is for people. */
export function pointerOf(path: JsonPath): string {
  return path.map((step) => `/${escapeStep(shownText(String(step)))}`).join('');
}

/** The value that a pointer leads to, or undefined when it leads nowhere. */
export function valueAt(root: unknown, pointer: string): unknown {
  let value = root;
  for (const step of pointer.split('/').slice(1)) {
    const key = step.replaceAll('~1', '/').replaceAll('~0', '~');
    if (typeof value !== 'object' || value === null || !Object.hasOwn(value, key)) return undefined;
    value = (value as Record<string, unknown>)[key];
  }
  return value;
}

function escapeStep(step: string): string {
  return step.replaceAll('~', '~0').replaceAll('/', '~1');
}
