/** The first import of every command: on a Node.js that is too old it says so in one sentence and exits with 1. */
try {
  require('../needs-node');
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exit(1);
}
