import { PassThrough } from 'node:stream';
import { expect } from 'chai';
import { BusinessRejection } from '../../lib/domain/faults';
import type { HttpRequest } from '../../nodes/http-messages';
import { forgetBody, HeldBodies, readBody, releaseBody } from '../../nodes/request-body';

const limit = 300_000_000;

/** A request whose body comes when the test writes it. */
const coming = (headers: Record<string, string> = {}, more: object = {}) =>
  Object.assign(new PassThrough(), { headers, ...more }) as unknown as PassThrough & HttpRequest;

async function refusal(reading: Promise<unknown>): Promise<string> {
  try {
    await reading;
  } catch (error) {
    if (error instanceof BusinessRejection) return error.code;
    throw error;
  }
  throw new Error('It was taken.');
}

describe('a request’s body', () => {
  it('is read as it is, announced or not', async () => {
    for (const headers of [{}, { 'content-length': '6' }] as Record<string, string>[]) {
      const request = coming(headers);
      const reading = readBody(request, limit);
      request.write(Buffer.from([0xff, 0xfe, 0x00]));
      request.end(Buffer.from([1, 2, 3]));
      expect([...(await reading)]).to.deep.equal([0xff, 0xfe, 0, 1, 2, 3]);
      releaseBody(request);
    }
  });

  it('that Node-RED has read stays no longer with its request than it is wanted', async () => {
    const request = coming({}, { body: Buffer.from('{}') });
    expect(String(await readBody(request, limit))).to.equal('{}');
    forgetBody(request);
    expect(request.body).to.equal(undefined);
    const parsed = coming({}, { body: { of: 'another node' } });
    forgetBody(parsed);
    expect(parsed.body).to.deep.equal({ of: 'another node' });
  });

  it('is refused as soon as it is too large, encoded, or parsed', async () => {
    expect(await refusal(readBody(coming({ 'content-length': '11' }), 10))).to.equal('message-too-large');
    const growing = coming();
    const reading = refusal(readBody(growing, 10));
    growing.write(Buffer.alloc(11));
    expect(await reading).to.equal('message-too-large');
    expect(await refusal(readBody(coming({ 'content-encoding': 'gzip' }), limit))).to.equal('unsupported-media-type');
    expect(await refusal(readBody(coming({}, { body: {} }), limit))).to.equal('unreadable');
    expect(await refusal(readBody(coming({}, { body: Buffer.alloc(11) }), 10))).to.equal('message-too-large');
  });

  it('that breaks off is refused, whenever that happens', async () => {
    const cut = coming();
    const reading = refusal(readBody(cut, limit));
    cut.write('{');
    cut.destroy();
    expect(await reading).to.equal('unreadable');
    const gone = coming();
    gone.destroy();
    expect(await refusal(readBody(gone, limit))).to.equal('unreadable');
    const failing = coming();
    const failed = refusal(readBody(failing, limit));
    failing.destroy(new Error('reset'));
    expect(await failed).to.equal('unreadable');
  });

  it('waits outside while others fill the memory, and is taken when they are gone', async () => {
    const held = new HeldBodies();
    const large = coming();
    const first = readBody(large, limit, held);
    const block = Buffer.alloc(16_000_000);
    for (let i = 0; i < 17; i += 1) large.write(block); // alone it may be as large as the limit says
    large.end();
    await first;
    const small = coming();
    const reading = refusal(readBody(small, limit, held));
    small.end('{}');
    expect(await reading).to.equal('queue-full');
    held.release(large);
    held.release(large);
    const again = coming();
    const taken = readBody(again, limit, held);
    again.end('{}');
    expect((await taken).toString()).to.equal('{}');
  });
});
