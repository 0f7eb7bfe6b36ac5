import type { Fault } from './faults';
import { isObject, type Read } from './master-fields';
import { shownText } from './storable-text';

export interface Field<T> {
  readonly read: Read<T>;
  /** what a new record has when it says nothing; without it the field is required */
  readonly initial?: T;
}

export type Fields = Readonly<Record<string, Field<unknown>>>;
/** What a record said: fields that it left out are absent. */
export type Draft<F extends Fields> = { -readonly [Name in keyof F]?: F[Name] extends Field<infer T> ? T : never };
export type Complete<F extends Fields> = Required<Draft<F>>;

/** Reads the fields that are there, and reports every fault with its JSON pointer below `at`. */
export function readDraft<F extends Fields>(fields: F, sent: unknown, at: string, faults: Fault[]): Draft<F> {
  const draft: Record<string, unknown> = {};
  if (!isObject(sent)) {
    faults.push({ path: at, code: 'wrong-type', message: 'The record must be an object with fields.' });
    return draft as Draft<F>;
  }
  for (const name of Object.keys(sent)) {
    const value = sent[name];
    const field = Object.hasOwn(fields, name) ? fields[name] : undefined;
    if (field === undefined) {
      faults.push({
        path: `${at}/${shownText(name).replaceAll('~', '~0').replaceAll('/', '~1')}`,
        code: 'unknown-field',
        message: `This is no field of the record; use one of ${Object.keys(fields).join(', ')}.`,
      });
      continue;
    }
    if (value === undefined) continue;
    const read = field.read(value, (code, message, below = '') =>
      faults.push({ path: `${at}/${name}${below}`, code, message, ...shown(value) }),
    );
    if (read !== undefined) draft[name] = read;
  }
  return draft as Draft<F>;
}

const shown = (value: unknown): { value?: string } =>
  typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean'
    ? { value: shownText(String(value)) }
    : {};

/**
 * The draft over what is known of the record, or over a new record's initial values; reports what is missing.
 * @param faults of this record alone: each missing field is looked for among them
 */
export function completed<F extends Fields>(
  fields: F,
  draft: Draft<F>,
  known: Partial<Complete<F>> | undefined,
  at: string,
  faults: Fault[],
): Complete<F> {
  const whole: Record<string, unknown> = {};
  for (const name in fields) {
    const value = (draft as Record<string, unknown>)[name] ?? (Object.hasOwn(draft, name) ? null : undefined);
    const before = (known as Record<string, unknown> | undefined)?.[name];
    whole[name] = value !== undefined ? value : before !== undefined ? before : fields[name]?.initial;
    if (whole[name] === undefined && !faults.some((fault) => fault.path.startsWith(`${at}/${name}`))) {
      faults.push({
        path: `${at}/${name}`,
        code: 'missing-field',
        message: `The ${name} is missing; every new record needs one.`,
      });
    }
  }
  return whole as Complete<F>;
}
