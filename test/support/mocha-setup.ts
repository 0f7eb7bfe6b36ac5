import { stopPostgres } from './databases';

export const mochaHooks = {
  async afterAll(): Promise<void> {
    await stopPostgres();
  },
};
