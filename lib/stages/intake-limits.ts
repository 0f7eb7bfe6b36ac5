import { defaultIntakeLimits, type IntakeLimits } from '../intake/message-content';
import { readSettings } from './company-settings';
import type { StageContext } from './work';

/** What a message may hold by the company's settings in force. */
export async function intakeLimits(context: Pick<StageContext, 'store'>): Promise<IntakeLimits> {
  return { ...defaultIntakeLimits, ...(await readSettings(context)).settings.limits };
}
