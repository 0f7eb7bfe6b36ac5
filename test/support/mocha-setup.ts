import { stopPostgres } from './databases';

/** A process that mocha started for parallel files has others before it: its server ends with the process. */
const hasFilesToCome = process.env.MOCHA_WORKER_ID !== undefined;

export const mochaHooks = hasFilesToCome
  ? {}
  : {
      async afterAll(): Promise<void> {
        await stopPostgres();
      },
    };
