import { expect } from 'chai';
import { BusinessRejection } from '../../lib/domain/faults';
import { defaultIntakeLimits } from '../../lib/intake/message-content';
import { workbookType } from '../../lib/intake/sheets/xlsx/workbook';
import { GuardedReader, type ReadingGuard } from '../../lib/stages/guarded-reader';
import type { ReceivedMessage } from '../../lib/stages/read-reception';
import { csvOf } from '../support/large-file';
import { partsOf, sheetOf, zipOf } from '../support/workbooks';

const guard: ReadingGuard = { atOnce: 256 * 1024, memory: 512, time: 120_000, waiting: 100_000_000 };

function message(text: string, contentType = 'text/csv', fields: Partial<ReceivedMessage> = {}): ReceivedMessage {
  return {
    bytes: Buffer.from(text),
    contentType,
    channel: 'file',
    partner: 'DIRECT',
    sourceSystem: null,
    messageKey: null,
    document: 'a test',
    receivedAt: '2026-11-23T10:00:00.000Z',
    keyId: null,
    batchPolicy: 'reject-order',
    csv: { separator: '', decimalMark: '', mapping: {} },
    ...fields,
  };
}

describe('the guarded reader', () => {
  let reader: GuardedReader;
  const started: GuardedReader[] = [];
  const withGuard = (fields: Partial<ReadingGuard>): GuardedReader => {
    reader = new GuardedReader({ ...guard, ...fields });
    started.push(reader);
    return reader;
  };
  afterEach(() => {
    for (const one of started.splice(0)) one.end();
  });

  it('reads a small message at once and a large one in its thread, with the same result', async () => {
    const csv = message(csvOf(300_000));
    const here = await withGuard({ atOnce: 1_000_000 }).read(csv, defaultIntakeLimits);
    expect(reader.isWarm).to.equal(false);
    const there = await withGuard({}).read(csv, defaultIntakeLimits);
    expect(reader.isWarm).to.equal(true);
    expect(here.content.documents.length).to.be.greaterThan(300);
    expect(there).to.deep.equal(here);
    expect(there.message.bytes).to.equal(csv.bytes);
  });

  it('takes bytes that nobody needs any more into its thread, and knows their SHA-256 when it fails', async () => {
    const sha256 = 'of the bytes';
    const digests: string[] = [];
    const sink = { begin: (read: { sha256: string }) => void digests.push(read.sha256), part: () => undefined };
    const kept = message(csvOf(300_000));
    await withGuard({}).readInParts(kept, defaultIntakeLimits, sink);
    const given = message(csvOf(300_000));
    await reader.readInParts(given, defaultIntakeLimits, sink, sha256);
    expect([kept.bytes.length > 0, given.bytes.length]).to.deep.equal([true, 0]);
    expect(digests[1]).to.equal(digests[0]);
    await withGuard({ time: 1 }).readInParts(message(csvOf(9_900_000)), defaultIntakeLimits, sink, sha256);
    expect(digests[2]).to.equal(sha256);
  });

  it('reads workbooks in its thread whatever their size, one after the other and among others', async () => {
    const rows = [
      ['poNumber', 'customer', 'sku', 'quantity'],
      ['PO-1', 'C-1', 'A', 1],
    ];
    const workbook = { ...message('', workbookType), bytes: await sheetOf(rows) };
    withGuard({});
    const [first, csv, second] = await Promise.all([
      reader.read(workbook, defaultIntakeLimits),
      reader.read(message(csvOf(300_000)), defaultIntakeLimits),
      reader.read(workbook, defaultIntakeLimits),
    ]);
    expect(reader.isWarm).to.equal(true);
    expect(first.content.documents[0]).to.include({ place: 'sheet Orders, row 2', poNumber: 'PO-1' });
    expect(first.content.documents[0]?.canonical).to.contain('"sku":"A"');
    expect(second).to.deep.equal(first);
    expect(csv.content.documents.length).to.be.greaterThan(300);
    const large = await reader.read(workbook, { ...defaultIntakeLimits, bytes: 100 }).catch((error: unknown) => error);
    expect(large).to.include({ code: 'message-too-large' });
  });

  it('gives up a workbook that grows too large when it is unpacked, and goes on', async () => {
    const texts = Array.from({ length: 400_000 }, (_, i) => `<si><t>${i} ${'x'.repeat(i % 90)}</t></si>`).join('');
    const strings = `<sst>${texts}</sst>`;
    const relation = '<Relationship Id="s" Type="x/sharedStrings" Target="sharedStrings.xml"/></Relationships>';
    const parts = partsOf('<worksheet><sheetData/></worksheet>', [{ name: 'xl/sharedStrings.xml', content: strings }]);
    const bytes = zipOf(
      parts.map((part) =>
        part.name.endsWith('workbook.xml.rels')
          ? { ...part, content: String(part.content).replace('</Relationships>', relation) }
          : part,
      ),
    );
    withGuard({ memory: 16 });
    const poison = await reader.read({ ...message('', workbookType), bytes }, defaultIntakeLimits);
    expect(poison.content.unreadable?.[0]?.message).to.match(/16 MB/);
    expect((await reader.read(message(csvOf(300_000)), defaultIntakeLimits)).content.documents).to.not.deep.equal([]);
  });

  it('refuses at the door in either thread', async () => {
    const failure = await withGuard({ atOnce: 10 })
      .read(message(csvOf(1000), 'text/plain'), defaultIntakeLimits)
      .then(
        () => undefined,
        (error: unknown) => error,
      );
    expect(failure).to.be.instanceOf(BusinessRejection).and.include({ code: 'unsupported-media-type' });
    const large = await withGuard({ atOnce: 10 })
      .read(message(csvOf(1000)), { ...defaultIntakeLimits, bytes: 100 })
      .catch((error: unknown) => error);
    expect(large).to.include({ code: 'message-too-large' });
  });

  it('calls a message unreadable that needs too much memory, and goes on with the others', async () => {
    withGuard({ memory: 16 });
    const [before, poison, after] = await Promise.all([
      reader.read(message(csvOf(300_000)), defaultIntakeLimits),
      reader.read(message(csvOf(9_000_000)), defaultIntakeLimits),
      reader.read(message(csvOf(400_000)), defaultIntakeLimits),
    ]);
    expect(poison.content.documents).to.deep.equal([]);
    expect(poison.content.unreadable?.[0]).to.include({ code: 'unreadable' });
    expect(poison.content.unreadable?.[0]?.message).to.match(/16 MB/);
    expect(poison.message.messageKey).to.equal(poison.sha256);
    expect(before.content.documents.length).to.be.greaterThan(300);
    expect(after.content.documents.length).to.be.greaterThan(400);
  });

  it('calls a message unreadable that takes too long', async () => {
    withGuard({ time: 10 });
    const late = await reader.read(message(csvOf(9_900_000)), defaultIntakeLimits);
    expect(late.content.unreadable?.[0]?.message).to.match(/longer than 0.01 s/);
    expect(reader.isWarm).to.equal(false);
  });

  it('reads bytes that threads share', async () => {
    const text = csvOf(300_000);
    const shared = Buffer.from(new SharedArrayBuffer(Buffer.byteLength(text)));
    shared.write(text);
    const { content, sha256 } = await withGuard({}).read({ ...message(''), bytes: shared }, defaultIntakeLimits);
    const own = await reader.read(message(text), defaultIntakeLimits);
    expect([content, sha256]).to.deep.equal([own.content, own.sha256]);
  });

  it('takes no more than may wait', async () => {
    const csv = message(csvOf(300_000));
    withGuard({ waiting: 700_000 });
    const results = await Promise.allSettled([1, 2, 3].map(() => reader.read(csv, defaultIntakeLimits)));
    expect(results.map(({ status }) => status)).to.deep.equal(['fulfilled', 'fulfilled', 'rejected']);
    expect((results[2] as PromiseRejectedResult).reason).to.include({ code: 'queue-full' });
  });

  it('ends its thread after the messages that wait, and starts another for the next one', async () => {
    withGuard({});
    const reading = [1, 2].map(() => reader.read(message(csvOf(300_000)), defaultIntakeLimits));
    reader.end();
    for (const { content } of await Promise.all(reading)) expect(content.documents.length).to.be.greaterThan(300);
    await new Promise(setImmediate);
    expect(reader.isWarm).to.equal(false);
    await reader.read(message(csvOf(300_000)), defaultIntakeLimits);
    expect(reader.isWarm).to.equal(true);
  });
});
