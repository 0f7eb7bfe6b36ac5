import type { Migration } from '../migrate';

/** Changes that wait to be worked are looked for with each change, and are few among what waits. */
export const waitingChanges: Migration = {
  number: 12,
  name: 'waiting-changes',
  statements: () => [
    "create index inbox_document_waiting_changes on inbox_document (document_id) where state = 'stored' and kind in ('change', 'cancel')",
  ],
  appendOnly: [],
};
