import { BusinessRejection } from '../domain/faults';
import { changeSettings, defaultSettings, type SettingsVersion } from '../domain/settings';
import { type Database, first } from './database';

interface SettingRow {
  version: number;
  settings: string;
  created_at: string;
  created_by: string;
}

const read = new Map<string, SettingsVersion>();

/** The settings in force. A version never changes once it is written, so that its text is parsed once. */
export async function currentSettings(db: Database): Promise<SettingsVersion> {
  const row = await first<SettingRow>(
    db,
    'select version, settings, created_at, created_by from setting order by version desc limit 1',
  );
  if (row === undefined) return { version: 0, createdAt: null, createdBy: null, settings: defaultSettings };
  const known = read.get(row.settings);
  if (known !== undefined && known.version === row.version) return known;
  const current = {
    version: row.version,
    createdAt: row.created_at,
    createdBy: row.created_by,
    settings: { ...defaultSettings, ...JSON.parse(row.settings) },
  };
  if (read.size > 50) read.clear();
  read.set(row.settings, current);
  return current;
}

/**
 * Writes the next version: the version `basedOn` with `changes` over it.
 * @throws BusinessRejection `settings-conflict` when `basedOn` is no longer the newest, or the faults of the changes.
 */
export async function writeSettings(
  db: Database,
  basedOn: number,
  changes: unknown,
  by: string,
  now: string,
): Promise<SettingsVersion> {
  const current = await currentSettings(db);
  if (current.version !== basedOn) {
    throw new BusinessRejection(
      'settings-conflict',
      `The settings were changed meanwhile: version ${current.version} is in force, the change was made on version ${basedOn}. Load them again.`,
    );
  }
  const settings = changeSettings(current.settings, changes);
  const version = current.version + 1;
  const written = await db.insert(
    'setting',
    [{ version, settings: JSON.stringify(settings), created_at: now, created_by: by }],
    { onConflict: 'nothing' },
  );
  if (written === 0)
    throw new BusinessRejection('settings-conflict', 'The settings were changed at the same moment. Load them again.');
  return { version, createdAt: now, createdBy: by, settings };
}

/** The time zones that the company had since an instant, the one in force last. */
export async function timeZonesSince(db: Database, instant: string): Promise<string[]> {
  const rows = await db.all<Pick<SettingRow, 'settings' | 'created_at'>>(
    'select settings, created_at from setting order by version',
  );
  const versions = [{ settings: '{}', created_at: '' }, ...rows];
  const inForce = versions.filter((_, i) => instant <= (versions[i + 1]?.created_at ?? instant));
  const zones = inForce.map(({ settings }): string => ({ ...defaultSettings, ...JSON.parse(settings) }).timeZone);
  return [...new Set(zones.reverse())].reverse();
}
