import type { Migration } from '../migrate';

/**
 * What the inbox alone cannot say of a large message: how far it is read, by whom, and within which limits when
 * somebody else has to go on. Small messages have no row here. And what a watched folder did with its files.
 */
export const importJobs: Migration = {
  number: 2,
  name: 'import-jobs',
  statements: ({ text, int, rewritten, narrow }) => [
    `create table import_job (
      inbox_id ${int} primary key, state ${text} not null check (state in ('reading', 'read')), reader ${text} not null, limits ${text} not null,
      attempts ${int} not null, documents ${int} not null check (documents >= 0), expected ${int} check (documents <= expected),
      started_at ${text} not null, read_at ${text}, step_at ${text} not null, check (state = 'reading' or read_at is not null)
    ) ${rewritten}`,
    "create index import_job_reading on import_job (step_at) where state = 'reading'",
    `create table dropped_file (
      inbox_id ${int} not null, moved_to ${text} not null, file ${text} not null, result_file ${text} not null, failed ${int} not null, moved_at ${text} not null,
      primary key (inbox_id, moved_to)
    ) ${narrow}`,
  ],
  appendOnly: [],
};
