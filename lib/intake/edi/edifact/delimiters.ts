/** The service characters of an interchange; '' for a release or repetition character that is not in use. */
export interface Delimiters {
  readonly component: string;
  readonly element: string;
  readonly release: string;
  readonly repetition: string;
  readonly terminator: string;
}

/** Level A of ISO 9735: what holds without a UNA. */
export const defaultDelimiters: Delimiters = {
  component: ':',
  element: '+',
  release: '?',
  repetition: '',
  terminator: "'",
};

/** Level B of ISO 9735 before version 4: control characters, none of them released. */
export const controlDelimiters: Delimiters = {
  component: '\x1f',
  element: '\x1d',
  release: '',
  repetition: '',
  terminator: '\x1c',
};

export const serviceStringLength = 9;

/**
 * The delimiters of the UNA at `at`, or null when they contradict each other. Its third character, the decimal mark, is
 * not kept: numbers are read with either mark. The fifth is the repetition character once the UNB says syntax 4.
 */
export function readServiceString(text: string, at: number): Delimiters | null {
  const [component = '', element = '', , release = '', repetition = '', terminator = ''] = text.slice(at + 3, at + 9);
  const active = [component, element, terminator];
  if (release !== ' ') active.push(release);
  if (repetition !== ' ' && repetition !== element && repetition !== component) active.push(repetition);
  const bad = active.some((character) => character.length !== 1 || /[A-Za-z0-9 ]/.test(character));
  const separators = release === ' ' ? [component, element, terminator] : [component, element, terminator, release];
  if (bad || new Set(separators).size < separators.length) return null;
  return {
    component,
    element,
    release: release === ' ' ? '' : release,
    repetition: repetition === ' ' || separators.includes(repetition) ? '' : repetition,
    terminator,
  };
}
