import { BusinessRejection } from '../domain/faults';
import { isObject } from '../domain/master-fields';
import type { SettingsVersion } from '../domain/settings';
import { type Command, exactly, exitCodes, type Invocation, operator, WrongUsage, withStore } from './command';
import { print, table } from './output';

export const migrateCommand: Command = {
  name: 'migrate',
  usage: '',
  help: 'Makes the store, or brings its tables up to date.',
  async run(invocation) {
    exactly(invocation);
    const { migrate } = await import('../store/migrate.js');
    const { openStore } = await import('../store/store.js');
    const store = await openStore(invocation.database, { migrate: false });
    try {
      const applied = await store.transaction((db) => migrate(db, new Date().toISOString()));
      print(invocation, { store: store.name, applied }, () => [
        applied.length === 0 ? `${store.name} is up to date.` : `${store.name}: applied ${applied.join(', ')}.`,
      ]);
    } finally {
      await store.close();
    }
    return exitCodes.fine;
  },
};

export const settingsCommand: Command = {
  name: 'settings',
  usage: '[get [KEY] | set KEY=VALUE ...]',
  help: 'Shows or changes the company settings, such as overdue.graceDays=5.',
  async run(invocation) {
    const [verb = 'get', ...words] = invocation.words;
    if (verb === 'get') return get(invocation, words);
    if (verb === 'set' && words.length > 0) return set(invocation, words);
    throw new WrongUsage('Say "settings get", "settings get KEY", or "settings set KEY=VALUE".');
  },
};

async function get(invocation: Invocation, [key, ...more]: readonly string[]) {
  if (more.length > 0) throw new WrongUsage('Say one KEY, or none for all settings.');
  const { readSettings } = await import('../stages/company-settings.js');
  const current = await withStore(invocation, 'existing', (store) => readSettings({ store }));
  if (key === undefined) {
    show(invocation, current);
    return exitCodes.fine;
  }
  const value = valueAt(current.settings, key);
  if (value === undefined) throw noSetting(key);
  print(invocation, { [key]: value }, () => [shown(value)]);
  return exitCodes.fine;
}

async function set(invocation: Invocation, assignments: readonly string[]) {
  const { changeCompanySettings, readSettings } = await import('../stages/company-settings.js');
  const written = await withStore(invocation, 'any', async (store) => {
    const current = await readSettings({ store });
    const changes: Tree = {};
    for (const assignment of assignments) {
      const equals = assignment.indexOf('=');
      if (equals < 1) throw new WrongUsage(`${assignment} is not of the form KEY=VALUE.`);
      const key = assignment.slice(0, equals);
      const before = valueAt(current.settings, key);
      if (before === undefined || isObject(before)) throw noSetting(key);
      assign(changes, key.split('.'), asTypeOf(before, assignment.slice(equals + 1)));
    }
    return changeCompanySettings(operator(store), current.version, changes);
  });
  show(invocation, written);
  return exitCodes.fine;
}

type Tree = { [key: string]: unknown };

function valueAt(settings: object, key: string): unknown {
  return key
    .split('.')
    .reduce<unknown>((node, part) => (isObject(node) && Object.hasOwn(node, part) ? node[part] : undefined), settings);
}

function assign(changes: Tree, [head = '', ...rest]: readonly string[], value: unknown): void {
  if (rest.length === 0) {
    changes[head] = value;
    return;
  }
  const below = isObject(changes[head]) ? changes[head] : {};
  changes[head] = below;
  assign(below, rest, value);
}

function asTypeOf(before: unknown, written: string): unknown {
  if (typeof before === 'number' || before === null) {
    if (written.trim() === 'null') return null;
    return written.trim() === '' ? written : Number(written);
  }
  if (Array.isArray(before))
    return written
      .split(',')
      .map((part) => part.trim())
      .filter((part) => part !== '');
  return written;
}

const noSetting = (key: string) =>
  new BusinessRejection('unknown-field', `There is no setting ${key}. "o2c settings" lists them.`);
const shown = (value: unknown): string =>
  Array.isArray(value) ? value.join(',') : isObject(value) ? JSON.stringify(value) : String(value);

function show(invocation: Invocation, version: SettingsVersion): void {
  const rows = Object.entries(version.settings).flatMap(([key, value]) =>
    isObject(value)
      ? Object.entries(value).map(([below, leaf]) => [`${key}.${below}`, shown(leaf)])
      : [[key, shown(value)]],
  );
  const since =
    version.createdAt === null
      ? 'the defaults'
      : `version ${version.version} of ${version.createdAt} by ${version.createdBy}`;
  print(invocation, version, () => [`Company settings, ${since}:`, ...table(['setting', 'value'], rows)]);
}
