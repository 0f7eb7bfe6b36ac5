import { once } from 'node:events';
import { Agent, createServer, type IncomingMessage, request } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import type { ShippingRequest } from '../lib/warehouse/shipping';

/** Where packing slips are posted to, and the key to post them with. */
export interface Address {
  readonly url: string;
  readonly key: string;
}

/**
 * A warehouse in a process of its own: takes batches, knows every order at once, and posts a packing slip for each to
 * the address that its parent sends it, a batch of slips a request. Tells its own address on stdout.
 */
let deliveries: Address = { url: '', key: '' };

const slipOf = ({ key, salesOrder, release, warehouse, lines }: ShippingRequest): object => ({
  warehouse,
  packingSlip: `PS-${key}`,
  salesOrder,
  lines: lines.map(({ line, sku, quantity, uom }) => ({ release, line, sku, quantity, uom })),
});

/**
 * As a careful sender would: no more connections than a server's queue takes that is busy, and those that are idle let
 * go before Node-RED lets them go, 5 s after its last answer. What is sent beyond either is lost.
 */
const connections = new Agent({ keepAlive: true, timeout: 2_000, maxSockets: 100 });

async function deliver(requests: readonly ShippingRequest[]): Promise<void> {
  const headers = { 'content-type': 'application/json', authorization: `Bearer ${deliveries.key}` };
  const call = request(deliveries.url, { method: 'POST', agent: connections, headers });
  call.end(JSON.stringify(requests.map(slipOf)));
  const [answer] = (await once(call, 'response')) as [IncomingMessage];
  const body = await text(answer);
  if (answer.statusCode !== 200) throw new Error(`The slips were answered ${answer.statusCode}: ${body.slice(0, 500)}`);
}

const server = createServer((asked, response) => {
  void text(asked).then((body) => {
    const requests = JSON.parse(body) as ShippingRequest[];
    const results = requests.map(({ key }) => ({ key, status: 201, reference: `W-${key}` }));
    response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify({ results }));
    response.once('finish', () => void deliver(requests));
  });
});

server.listen({ port: 0, host: '127.0.0.1', backlog: 4_096 }, () =>
  process.stdout.write(`http://127.0.0.1:${(server.address() as AddressInfo).port}\n`),
);
process.on('message', (address: Address) => {
  deliveries = address;
});
process.on('disconnect', () => process.exit());
