import { expect } from 'chai';
import { Client } from 'pg';
import { onBothDatabases, postgresUrl } from '../support/databases';
import { RunningCompany } from './running-company';

const orders = 1_000;

describe('a full deploy in the middle of the work', () =>
  onBothDatabases((kind, url) => {
    let company: RunningCompany;

    before(async () => {
      company = await RunningCompany.open(url());
    });
    after(() => company.close());

    async function deploy(flows: unknown): Promise<void> {
      const answer = await fetch(`${company.nodeRed?.url}/flows`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', 'node-red-deployment-type': 'full' },
        body: JSON.stringify(flows),
      });
      expect(answer.status).to.equal(204);
    }

    /** Connections to the server that belong to a store of ours. */
    async function connections(): Promise<number> {
      const client = new Client({ connectionString: await postgresUrl() });
      await client.connect();
      const { rows } = await client.query(
        "select count(*)::int as count from pg_stat_activity where application_name = 'order-to-cash'",
      );
      await client.end();
      return rows[0].count as number;
    }

    it('loses none of 1,000 orders', async function () {
      this.timeout(600_000);
      const before = kind === 'postgres' ? await connections() : 0;
      await company.start();
      const load = company.orders(1, orders + 1, 40);
      await company.acknowledgedAtLeast(300);
      const flows: unknown = await (await fetch(`${company.nodeRed?.url}/flows`)).json();
      await deploy(flows);
      await company.acknowledgedAtLeast(600);
      await deploy(flows);
      await load;
      expect(company.acknowledged.size).to.equal(orders);
      await company.settled(240_000);
      await deploy([]);
      if (kind === 'postgres') {
        const until = Date.now() + 60_000;
        while ((await connections()) > before && Date.now() < until) await new Promise((wake) => setTimeout(wake, 50));
        expect(await connections()).to.equal(before);
      }
      const log = company.nodeRed?.log() ?? '';
      await company.nodeRed?.stop();
      expect(log).not.to.match(/unhandled|uncaught exception/i);
      await company.expectEverything();
    });
  }));
