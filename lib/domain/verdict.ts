import type { Decision } from './order';

/** What a check found, before it is stored with its time as a decision. */
export type Verdict = Pick<Decision, 'outcome' | 'reason' | 'explanation' | 'evidence' | 'passesIf'>;
