import { exponentOf } from './currency';
import { BusinessRejection, type Fault } from './faults';
import { type CheckName, checkNames } from './order';

/** The company's policy, kept in the store as versioned rows. Amounts are decimal strings in the company currency. */
export interface Settings {
  readonly currency: string;
  readonly timeZone: string;
  readonly defaultWarehouse: string;
  readonly requiredChecks: readonly CheckName[];
  readonly overdue: { readonly graceDays: number; readonly minimumAmount: string };
  readonly reservationHours: number;
  readonly approvalHours: number;
  readonly releasePolicy: 'fifo-first-fit';
  readonly shortagePolicy: ShortagePolicy;
  /** How long work has to wait before a sweep takes it up. */
  readonly recoverAfterSeconds: number;
  /** What a partner may send, unless its own record says otherwise; counted by each instance. */
  readonly rates: {
    readonly requestsPerMinute: number;
    readonly ordersPerMinute: number;
  };
  /** Readable, but doubtful: from how many days on an order waits for a person. */
  readonly review: {
    /** The requested delivery is longer ago. */
    readonly deliveryDaysPast: number;
    /** The order date is further ahead. */
    readonly orderDaysAhead: number;
  };
  /** Days that the bytes of decided messages are kept; null: for ever. */
  readonly retentionDays: number | null;
  readonly limits: {
    readonly bytes: number;
    readonly rows: number;
    readonly ordersPerMessage: number;
    readonly linesPerOrder: number;
  };
}

export type ShortagePolicy = 'cancel-line' | 'cancel-order';

/** A settings row: `version` counts from 1; version 0 stands for the defaults of an empty store. */
export interface SettingsVersion {
  readonly version: number;
  readonly createdAt: string | null;
  readonly createdBy: string | null;
  readonly settings: Settings;
}

export const defaultSettings: Settings = {
  currency: 'EUR',
  timeZone: 'UTC',
  defaultWarehouse: 'MAIN',
  requiredChecks: ['inventory', 'credit', 'overdue'],
  overdue: { graceDays: 0, minimumAmount: '0.01' },
  reservationHours: 72,
  approvalHours: 72,
  releasePolicy: 'fifo-first-fit',
  shortagePolicy: 'cancel-line',
  recoverAfterSeconds: 30,
  rates: { requestsPerMinute: 60_000, ordersPerMinute: 600_000 },
  review: { deliveryDaysPast: 30, orderDaysAhead: 30 },
  retentionDays: 3650,
  limits: { bytes: 10_000_000, rows: 200_000, ordersPerMessage: 20_000, linesPerOrder: 1000 },
};

/** A minute's worth, of requests or orders. */
export const greatestRate = 10_000_000;

type Rule = (value: unknown) => string | undefined;

const text =
  (pattern: RegExp, words: string): Rule =>
  (value) =>
    typeof value === 'string' && pattern.test(value) ? undefined : `must be ${words}`;

const whole =
  (least: number, most: number): Rule =>
  (value) =>
    Number.isInteger(value) && (value as number) >= least && (value as number) <= most
      ? undefined
      : `must be a whole number from ${least} to ${most}`;

const oneOf =
  (...words: string[]): Rule =>
  (value) =>
    words.includes(value as string) ? undefined : `must be one of: ${words.join(', ')}`;

const zone: Rule = (value) => {
  try {
    if (typeof value !== 'string') return 'must be the name of a time zone';
    new Intl.DateTimeFormat('en', { timeZone: value });
    return undefined;
  } catch {
    return 'must be a time zone such as Europe/Berlin';
  }
};

const currency: Rule = (value) =>
  typeof value === 'string' && exponentOf(value) !== undefined
    ? undefined
    : 'must be a currency of ISO 4217 such as EUR';

const checks: Rule = (value) =>
  Array.isArray(value) &&
  value.every((check) => checkNames.includes(check as CheckName)) &&
  new Set(value).size === value.length
    ? undefined
    : `must be a list of: ${checkNames.join(', ')}`;

const rules: Readonly<Record<string, Rule>> = {
  '/currency': currency,
  '/timeZone': zone,
  '/defaultWarehouse': text(/^[^\s\p{C}]{1,40}$/u, 'a warehouse code'),
  '/requiredChecks': checks,
  '/overdue/graceDays': whole(0, 365),
  '/overdue/minimumAmount': text(/^\d{1,12}(\.\d{1,4})?$/, 'an amount such as 10.00'),
  '/reservationHours': whole(1, 8760),
  '/approvalHours': whole(1, 8760),
  '/releasePolicy': oneOf('fifo-first-fit'),
  '/shortagePolicy': oneOf('cancel-line', 'cancel-order'),
  '/recoverAfterSeconds': whole(1, 3600),
  '/rates/requestsPerMinute': whole(1, greatestRate),
  '/rates/ordersPerMinute': whole(1, greatestRate),
  '/review/deliveryDaysPast': whole(0, 36_500),
  '/review/orderDaysAhead': whole(0, 36_500),
  '/retentionDays': (value) =>
    value === null
      ? undefined
      : whole(1, 36_500)(value) && 'must be a whole number of days from 1 to 36500, or null for ever',
  '/limits/bytes': whole(1000, 100_000_000),
  '/limits/rows': whole(1, 1_000_000),
  '/limits/ordersPerMessage': whole(1, 100_000),
  '/limits/linesPerOrder': whole(1, 10_000),
};

/** What is planned and not built: refused by name, so that nobody takes it for a slip of the pen. */
const planned: Readonly<Record<string, (value: unknown) => boolean>> = {
  '/requiredChecks': (value) =>
    Array.isArray(value) &&
    value.some((check) => typeof check === 'string' && !checkNames.includes(check as CheckName)),
  '/releasePolicy': (value) => value === 'fifo-strict' || value === 'smallest-first',
  '/shortagePolicy': (value) => value === 'ship-available' || value === 'backorder',
};

/**
 * The settings with `changes` (a partial document) laid over them.
 * @throws BusinessRejection with every fault: unknown settings and values out of range.
 */
export function changeSettings(current: Settings, changes: unknown): Settings {
  const faults: Fault[] = [];
  const merged = merge({ ...current }, changes, '', faults);
  assertSettings(merged, faults);
  return merged;
}

/** @throws BusinessRejection with these faults, and with those of all rules that the settings break. */
function assertSettings(merged: Tree, faults: Fault[]): asserts merged is Tree & Settings {
  for (const [path, rule] of Object.entries(rules)) {
    const value = path
      .slice(1)
      .split('/')
      .reduce<unknown>((node, key) => (node as Tree | undefined)?.[key], merged);
    const words = rule(value);
    if (words === undefined) continue;
    const notBuilt = planned[path]?.(value) === true;
    const message = `The setting ${path.slice(1).replace('/', '.')} ${words}${notBuilt ? '; others are not supported yet' : ''}.`;
    faults.push({ path, code: notBuilt ? 'not-supported' : 'out-of-range', message, value: String(value) });
  }
  if (faults.length > 0)
    throw new BusinessRejection(
      faults[0]?.code ?? 'out-of-range',
      faults[0]?.message ?? 'The settings are not valid.',
      faults,
    );
}

type Tree = { [key: string]: unknown };

function merge(current: Tree, changes: unknown, path: string, faults: Fault[]): Tree {
  if (typeof changes !== 'object' || changes === null || Array.isArray(changes)) {
    faults.push({ path, code: 'wrong-type', message: 'The settings must be a JSON object.' });
    return current;
  }
  const merged: Tree = { ...current };
  for (const [key, value] of Object.entries(changes)) {
    const place = `${path}/${key}`;
    if (!Object.hasOwn(current, key)) {
      faults.push({
        path: place,
        code: 'unknown-field',
        message: `There is no setting ${place.slice(1).replace('/', '.')}.`,
      });
    } else if (rules[place] === undefined) {
      merged[key] = merge(current[key] as Tree, value, place, faults);
    } else {
      merged[key] = value;
    }
  }
  return merged;
}
