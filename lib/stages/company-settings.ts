import type { SettingsVersion } from '../domain/settings';
import { currentSettings, writeSettings } from '../store/settings';
import { inTransaction } from './transaction';
import type { StageContext } from './work';

/** The company's settings in force; version 0 are the defaults of an empty store. */
export function readSettings(context: Pick<StageContext, 'store'>): Promise<SettingsVersion> {
  return context.store.read(currentSettings);
}

/**
 * Writes the next version of the settings: `changes` (a partial document) over the version that they were made on.
 * @throws BusinessRejection `settings-conflict` when another version is in force by now, or the faults of the changes
 */
export function changeCompanySettings(
  context: StageContext,
  basedOn: number,
  changes: unknown,
): Promise<SettingsVersion> {
  return inTransaction(context, 'settings', async (work) => {
    const written = await writeSettings(work.db, basedOn, changes, context.actor, work.now);
    work.record({
      subject: 'settings',
      subjectId: `version ${written.version}`,
      from: String(basedOn),
      to: String(written.version),
      reason: null,
      evidence: { changes },
    });
    return written;
  });
}
