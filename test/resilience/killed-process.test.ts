import { expect } from 'chai';
import { onBothDatabases } from '../support/databases';
import { RunningCompany } from './running-company';

const kills = 3;
/** More orders than can be sent: the load ends when the last restart is up. */
const endless = 1_000_000;

describe('a Node-RED that is killed under load', () =>
  onBothDatabases((_kind, url) => {
    let company: RunningCompany;

    before(async () => {
      company = await RunningCompany.open(url());
    });
    after(() => company.close());

    it('loses no order that it acknowledged and makes none twice', async function () {
      this.timeout(600_000);
      await company.start();
      let loaded = true;
      const load = company.orders(1, endless, 12, () => loaded);
      for (let kill = 1; kill <= kills; kill++) {
        await company.acknowledgedAtLeast(company.acknowledged.size + 20);
        await new Promise((wake) => setTimeout(wake, Math.random() * 500)); // any moment will do
        await company.nodeRed?.kill();
        await timePasses(company);
        await company.start();
      }
      loaded = false;
      await load;
      expect(company.acknowledged.size).to.be.greaterThan(kills * 20);
      await company.settled(240_000);
      const log = company.nodeRed?.log() ?? '';
      await company.nodeRed?.stop();
      await company.expectEverything();
      expect(log).not.to.match(/unhandled/i);
    });
  }));

/** A release that a killed process had claimed is left alone for two minutes; here they pass at once. */
function timePasses(company: RunningCompany): Promise<void> {
  return company.look(async (store) => {
    await store.transaction((db) =>
      db.run(
        "update warehouse_release set next_attempt_at = ? where next_attempt_at is not null and status in ('Claimed', 'Unknown')",
        [new Date().toISOString()],
      ),
    );
  });
}
