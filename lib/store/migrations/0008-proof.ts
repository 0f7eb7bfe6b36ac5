import type { Migration } from '../migrate';

/** What the books need so that a fault in them can be named. Rows from before have neither, and are proved without. */
export const proof: Migration = {
  number: 8,
  name: 'proof',
  statements: ({ text, int }) => [
    // a mark of each record that the link covers
    `alter table audit_link add column marks ${text}`,
    // what a count was worth when it was posted, in minor units; a delivery's cost stands on its slip lines
    `alter table stock_movement add column cost ${int} check (cost >= 0)`,
  ],
  appendOnly: [],
};
