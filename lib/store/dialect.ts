import { BusinessRejection, TechnicalFault } from '../domain/faults';
import { threadEnded } from './sqlite-calls';

/** What differs between the two databases, and nothing else: types, lists, locks, sequences, the audit head, error codes. */
export type DialectName = 'postgres' | 'sqlite';

/** How a transaction failed, which decides what happens next. */
export type FailureClass =
  /** the rows themselves are at fault: split the batch until the culprit stands alone */
  | 'data'
  /** two transactions met: the whole batch again */
  | 'conflict'
  /** the database is away: pause, then the whole batch again */
  | 'away'
  /** anything else: report it */
  | 'fault';

/** Another transaction was first with a row that this one found missing: the whole of this one again. */
export class ConcurrentChange extends Error {
  constructor(what: string) {
    super(`Another transaction changed ${what} at the same moment.`);
    this.name = 'ConcurrentChange';
  }
}

/**
 * What two transactions may insert at the same moment: the second one starts again, and finds what the first has
 * written. By the constraint's name, as PostgreSQL tells it, and by its columns, as SQLite does.
 */
const identities: ReadonlyMap<unknown, string> = new Map([
  ['inbox_message_identity', 'inbox_message.message_key, inbox_message.partner, inbox_message.channel'],
  [
    'sales_order_identity',
    'sales_order_terms.po_key, sales_order_terms.customer, sales_order_terms.partner, sales_order_terms.release_number',
  ],
  [
    'sales_order_loose_number',
    'sales_order_terms.customer, sales_order_terms.loose_po_key, sales_order_terms.partner, sales_order_terms.alike',
  ],
  ['packing_slip_warehouse_packing_slip_key', 'packing_slip.warehouse, packing_slip.packing_slip'],
]);
const identityColumns = new Set([...identities.values()].map((columns) => `UNIQUE constraint failed: ${columns}`));

export interface Dialect {
  readonly name: DialectName;
  /** Appended to a select that locks the rows it returns; parents are locked so that foreign key checks still pass. */
  readonly lockRows: string;
  /** Like `lockRows`, for one table of a join. */
  lockRowsOf(alias: string): string;
  /** Like `lockRows`, leaving out rows that another transaction works on. */
  readonly lockFreeRows: string;
  /** Like `lockFreeRows`, for one table of a join. */
  lockFreeRowsOf(alias: string): string;
  /** SQL condition: `column` is one of the values bound by `listOf`. An index on the column finds them. */
  inList(column: string, type: 'bigint' | 'text'): string;
  /** The same where another condition finds the rows: for each of them the list is not looked through from end to end. */
  isListed(column: string, type: 'bigint' | 'text'): string;
  /** SQL condition: two columns of texts together are one of the pairs bound by `pairsOf`. An index on both finds them, a pair a look. */
  inPairs(first: string, second: string): string;
  /** The bound value that goes with `inList` and `isListed`. */
  listOf(values: readonly (string | number)[]): unknown;
  /** The bound values that go with `inPairs`. */
  pairsOf(pairs: readonly (readonly [first: string, second: string])[]): readonly unknown[];
  classify(error: unknown): FailureClass;
  /** True when a statement failed for no reason of its own: one before it in the transaction had failed. */
  isConsequence(error: unknown): boolean;
}

/** What the program itself found wrong with one item must not fail those that share its transaction. */
const isOfOneItem = (error: unknown): boolean =>
  error instanceof BusinessRejection || (error instanceof TechnicalFault && error.code === 'unexpected');

/** A value that a driver cannot write, or a row that cannot be read: its JSON is broken. */
const isBadValue = (error: unknown): boolean =>
  error instanceof RangeError || error instanceof TypeError || error instanceof SyntaxError;

interface DriverError {
  code?: unknown;
  constraint?: unknown;
  errcode?: unknown;
  isConsequence?: unknown;
}

const driverError = (error: unknown): DriverError =>
  typeof error === 'object' && error !== null ? (error as DriverError) : {};

const awayCodes = new Set([
  'ECONNREFUSED',
  'ECONNRESET',
  'EPIPE',
  'ENOTFOUND',
  'ETIMEDOUT',
  'EHOSTUNREACH',
  'EAI_AGAIN',
]);
const awayMessages =
  /Connection terminated|timeout exceeded when trying to connect|Timeout acquiring a connection|Connection ended unexpectedly|not queryable/i;

export const postgres: Dialect = {
  name: 'postgres',
  lockRows: 'for no key update',
  lockRowsOf: (alias) => `for no key update of ${alias}`,
  lockFreeRows: 'for no key update skip locked',
  lockFreeRowsOf: (alias) => `for no key update of ${alias} skip locked`,
  inList: (column, type) => `${column} = any(?::${type}[])`,
  isListed: (column, type) => `${column} in (select unnest(?::${type}[]))`,
  inPairs: (first, second) => `(${first}, ${second}) in (select * from unnest(?::text[], ?::text[]))`,
  listOf: (values) => values,
  pairsOf: (pairs) => [pairs.map(([first]) => first), pairs.map(([, second]) => second)],
  classify(error) {
    if (error instanceof ConcurrentChange) return 'conflict';
    if (isOfOneItem(error)) return 'data';
    const { code, constraint } = driverError(error);
    if (typeof code === 'string') {
      if (code === '40001' || code === '40P01') return 'conflict';
      if (code === '23505' && identities.has(constraint)) return 'conflict';
      if (/^(22|23|P0001)/.test(code)) return 'data';
      if (/^(08|53|57)/.test(code) || awayCodes.has(code)) return 'away';
    }
    if (error instanceof Error && awayMessages.test(error.message)) return 'away';
    return isBadValue(error) ? 'data' : 'fault';
  },
  isConsequence: (error) => driverError(error).code === '25P02',
};

const sqliteBusy = 5;
const sqliteLocked = 6;
const sqliteFull = 13;
const sqliteDiskError = 10;
const sqliteCannotOpen = 14;
const sqliteConstraint = 19;
const sqliteMismatch = 20;
const sqliteTooBig = 18;

const inList = (column: string): string => `${column} in (select value from json_each(?))`;

export const sqlite: Dialect = {
  name: 'sqlite',
  lockRows: '',
  lockRowsOf: () => '',
  lockFreeRows: '',
  lockFreeRowsOf: () => '',
  inList,
  // an index on the column is not looked at
  isListed: (column) => inList(`+${column}`),
  inPairs: (first, second) => `(${first}, ${second}) in (select value ->> 0, value ->> 1 from json_each(?))`,
  listOf: (values) => JSON.stringify(values),
  pairsOf: (pairs) => [JSON.stringify(pairs)],
  classify(error) {
    if (error instanceof ConcurrentChange) return 'conflict';
    if (isOfOneItem(error)) return 'data';
    const { code, errcode } = driverError(error);
    if (code === threadEnded) return 'away';
    if (typeof errcode === 'number') {
      const primary = errcode & 0xff;
      if (primary === sqliteBusy || primary === sqliteLocked) return 'conflict';
      if (error instanceof Error && identityColumns.has(error.message)) return 'conflict';
      if (primary === sqliteConstraint || primary === sqliteMismatch || primary === sqliteTooBig) return 'data';
      if (primary === sqliteFull || primary === sqliteDiskError || primary === sqliteCannotOpen) return 'away';
    }
    if (error instanceof Error && awayMessages.test(error.message)) return 'away';
    return isBadValue(error) ? 'data' : 'fault';
  },
  isConsequence: (error) => driverError(error).isConsequence === true,
};
