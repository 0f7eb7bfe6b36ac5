import type { Knex } from 'knex';

/**
 * Knex tells what it throws a second time: with its stack, and on stdout, where commands print what was asked for.
 * Whoever catches an error says it, once. What is deprecated is thrown nowhere.
 */
export const knexLog: Knex.Logger = {
  warn: () => undefined,
  error: () => undefined,
  deprecate: (message: string) => process.emitWarning(message, 'DeprecationWarning'),
};
