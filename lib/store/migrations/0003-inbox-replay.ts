import type { Migration } from '../migrate';

/**
 * What working a message again needs: how it was read when that was not as usual, which message corrects which, and
 * that old bytes were dropped. All of it is empty for nearly every message.
 */
export const inboxReplay: Migration = {
  number: 3,
  name: 'inbox-replay',
  statements: ({ text, int }) => [
    `alter table inbox_message add column reading ${text}`,
    `alter table inbox_message add column corrects ${int}`,
    `alter table inbox_message add column correction ${text}`,
    `alter table inbox_message add column bytes_dropped_at ${text}`,
    'create index inbox_message_corrections on inbox_message (corrects) where corrects is not null',
    `alter table inbox_document add column replaced_by ${int}`,
    "create index inbox_document_due on inbox_document (next_attempt_at) where state = 'stored' and next_attempt_at is not null",
  ],
  appendOnly: [],
};
