import type { Migration } from '../migrate';

/** Where the fields of a document stand in its message, so that faults found later are told by row and column, or by segment. */
export const fieldPlaces: Migration = {
  number: 9,
  name: 'field-places',
  statements: ({ text }) => [`alter table inbox_document add column places ${text}`],
  appendOnly: [],
};
