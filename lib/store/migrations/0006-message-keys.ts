import type { Migration } from '../migrate';

/** Messages are looked up by their key; the key comes first in the index, because it tells most. */
export const messageKeys: Migration = {
  number: 6,
  name: 'message-keys',
  statements: () => [
    'drop index inbox_message_identity',
    'create unique index inbox_message_identity on inbox_message (message_key, partner, channel) where message_key is not null',
  ],
  appendOnly: [],
};
