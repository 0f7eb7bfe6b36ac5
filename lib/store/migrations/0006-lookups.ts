import type { Migration } from '../migrate';

/** Messages are looked up by their key, answers by what they tell of: what tells most comes first in the index. */
export const lookups: Migration = {
  number: 6,
  name: 'lookups',
  statements: () => [
    'drop index inbox_message_identity',
    'create unique index inbox_message_identity on inbox_message (message_key, partner, channel) where message_key is not null',
    'create index edi_answer_subject on edi_answer (subject)',
  ],
  appendOnly: [],
};
