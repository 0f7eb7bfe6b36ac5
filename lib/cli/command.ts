import { existsSync } from 'node:fs';
import { userInfo } from 'node:os';
import { resolve } from 'node:path';
import type { ParseArgsOptionsConfig } from 'node:util';
import { BusinessRejection, TechnicalFault } from '../domain/faults';
import type { StageContext } from '../stages/work';
import type { Store } from '../store/store';

/** How a command ends, for scripts. */
export const exitCodes = { fine: 0, foundSomethingWrong: 1, wrongUsage: 2, technical: 3 } as const;
export type ExitCode = (typeof exitCodes)[keyof typeof exitCodes];

/** Someone called a command in a way that it does not have. */
export class WrongUsage extends Error {}

export interface Terminal {
  out(line: string): void;
}

/** One call of a command. */
export interface Invocation {
  /** the words after the command's name */
  readonly words: readonly string[];
  readonly options: Readonly<Record<string, string | boolean | undefined>>;
  readonly json: boolean;
  readonly database: string;
  readonly terminal: Terminal;
}

/**
 * What a command is. Its file is loaded by every call of `o2c`, also for the help: what it works with it imports when it
 * is run.
 */
export interface Command {
  readonly name: string;
  /** what follows the name, for the help */
  readonly usage: string;
  readonly help: string;
  readonly options?: ParseArgsOptionsConfig;
  run(invocation: Invocation): Promise<ExitCode>;
}

export const text = ({ options }: Invocation, name: string): string | undefined =>
  typeof options[name] === 'string' ? options[name] : undefined;

/** Options that take a text. */
export const textOptions = (names: readonly string[]): ParseArgsOptionsConfig =>
  Object.fromEntries(names.map((name) => [name, { type: 'string' }]));

/** What was said of these options. */
export const textsOf = (invocation: Invocation, names: readonly string[]): Record<string, string | undefined> =>
  Object.fromEntries(names.map((name) => [name, text(invocation, name)]));

/** The number that a word is. `of` says what it would be a number of, such as "a message". */
export function numberOf(word: string, of: string): number {
  if (!/^\d{1,15}$/.test(word)) throw new WrongUsage(`${word} is no number of ${of}.`);
  return Number(word);
}

/** The words of a command that needs exactly these. */
export function exactly({ words }: Invocation, ...names: string[]): string[] {
  if (words.length === names.length) return [...words];
  const missing = names.slice(words.length);
  throw new WrongUsage(
    missing.length > 0
      ? `What is missing: ${missing.join(', ')}.`
      : `Too many words: ${words.slice(names.length).join(' ')}.`,
  );
}

/**
 * Opens the store for one command. A command on what is there finds no store instead of making an empty one, which would
 * always look sound; one that brings something in may begin a store with it.
 */
export async function withStore<T>(
  { database, options }: Invocation,
  wanted: 'existing' | 'any',
  work: (store: Store) => Promise<T>,
): Promise<T> {
  if (wanted === 'existing' && database.startsWith('sqlite:')) {
    const file = resolve(database.slice('sqlite:'.length));
    if (!existsSync(file))
      throw new TechnicalFault(
        'store-away',
        `There is no store at ${file}. Name it with --db or O2C_DB, or make one with "o2c migrate".`,
      );
  }
  const { openStore } = await import('../store/store.js');
  const store = await openStore(database, { connections: 2 });
  try {
    return await work(store);
  } catch (error) {
    throw wrongOptions(options, error) ?? error;
  } finally {
    await store.close();
  }
}

/** Options that are not named like the field that they fill. */
const optionOfField: Readonly<Record<string, string>> = { poNumber: 'po' };

/**
 * What is wrong with the values of options alone is wrong usage, told by the names of the options; a name that does not
 * exist is none.
 */
function wrongOptions(options: Invocation['options'], error: unknown): WrongUsage | BusinessRejection | undefined {
  if (!(error instanceof BusinessRejection)) return undefined;
  if (error.code === 'unsupported-media-type' && typeof options.type === 'string')
    return new WrongUsage(`--type: ${error.message}`);
  const lines = error.faults.map(({ path, message }) => {
    const [, field = ''] = path.split('/');
    const option = optionOfField[field] ?? field.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
    return typeof options[option] === 'string'
      ? `--${option}: ${message.replace(`The parameter ${field}`, 'It')}`
      : undefined;
  });
  if (lines.includes(undefined)) return undefined;
  const words = lines.join('\n');
  const isAbsent = error.faults.every(({ code }) => code === 'unknown-partner');
  return isAbsent ? new BusinessRejection(error.code, words) : new WrongUsage(words);
}

/** Who does it, for the audit. */
export function operator(store: Store): StageContext {
  return { store, actor: `o2c command line, ${userName()}`, clock: () => new Date().toISOString() };
}

/** A container may run under a number that has no name. */
function userName(): string {
  try {
    return userInfo().username;
  } catch {
    return `user ${process.getuid?.() ?? 'unknown'}`;
  }
}
