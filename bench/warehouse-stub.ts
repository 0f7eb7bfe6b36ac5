import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
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

async function bodyOf(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString();
}

const slipOf = ({ key, salesOrder, release, warehouse, lines }: ShippingRequest): object => ({
  warehouse,
  packingSlip: `PS-${key}`,
  salesOrder,
  lines: lines.map(({ line, sku, quantity, uom }) => ({ release, line, sku, quantity, uom })),
});

async function deliver(requests: readonly ShippingRequest[]): Promise<void> {
  const answer = await fetch(deliveries.url, {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: `Bearer ${deliveries.key}` },
    body: JSON.stringify(requests.map(slipOf)),
  });
  if (answer.status !== 200)
    throw new Error(`The slips were answered ${answer.status}: ${(await answer.text()).slice(0, 500)}`);
  await answer.arrayBuffer();
}

const server = createServer((request, response) => {
  void bodyOf(request).then((body) => {
    const requests = JSON.parse(body) as ShippingRequest[];
    const results = requests.map(({ key }) => ({ key, status: 201, reference: `W-${key}` }));
    response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify({ results }));
    response.once('finish', () => void deliver(requests));
  });
});

server.listen(0, '127.0.0.1', () =>
  process.stdout.write(`http://127.0.0.1:${(server.address() as AddressInfo).port}\n`),
);
process.on('message', (address: Address) => {
  deliveries = address;
});
process.on('disconnect', () => process.exit());
