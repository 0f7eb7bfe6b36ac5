import { expect } from 'chai';
import fc from 'fast-check';
import { type JsonContent, readJson } from '../../lib/intake/json';
import { elementsOf } from '../../lib/intake/json-array';
import { allFaults, readJsonText, sampleOrder } from './orders';

const limits = { depth: 64, items: 1000 };

/** The values of an array read one by one, as a message is read; undefined when that does not work. */
function oneByOne(text: string | Buffer): unknown[] | undefined {
  const bytes = Buffer.from(text as string);
  const contents = elementsOf(bytes, limits.items)?.map(
    ({ start, end }): JsonContent => readJson(bytes.subarray(start, end), { ...limits, depth: limits.depth - 1 }),
  );
  return contents?.every((content) => 'value' in content)
    ? contents.map((content) => (content as { value: unknown }).value)
    : undefined;
}

function whole(text: string | Buffer): unknown[] | undefined {
  const content = readJson(Buffer.from(text as string), limits);
  return 'value' in content && Array.isArray(content.value) && content.value.length > 0 ? content.value : undefined;
}

describe('a JSON array read element by element', () => {
  it('is what it is as a whole, however it is written', () => {
    const pretty = fc.constantFrom(0, 1, '\t');
    fc.assert(
      fc.property(fc.array(fc.jsonValue()), pretty, (value, indent) => {
        const text = JSON.stringify(value, null, indent);
        expect(oneByOne(text)).to.deep.equal(whole(text));
      }),
    );
  });

  it('is refused whenever the whole is, and only then', () => {
    const piece = fc.constantFrom(
      ...[
        '[',
        ']',
        '{',
        '}',
        ',',
        ':',
        '"',
        '\\',
        '\\"',
        '"a"',
        '1',
        '-',
        '1e5',
        'true',
        'nul',
        ' ',
        '\n',
        '\u0000',
        '{"a":1}',
        '\ufeff',
      ],
    );
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 12 }), (pieces) => {
        for (const text of [pieces.join(''), `[${pieces.join('')}]`])
          expect(oneByOne(text), text).to.deep.equal(whole(text));
      }),
      { numRuns: 2_000 },
    );
  });

  it('is not taken when bytes were changed into what is none', () => {
    const text = Buffer.from(JSON.stringify([sampleOrder(), sampleOrder()]));
    fc.assert(
      fc.property(fc.nat(text.length - 1), fc.integer({ min: 0, max: 255 }), fc.nat(text.length), (at, byte, cut) => {
        const changed = Buffer.from(text).fill(byte, at, at + 1);
        expect(oneByOne(changed)).to.deep.equal(whole(changed));
        expect(oneByOne(text.subarray(0, cut))).to.deep.equal(whole(text.subarray(0, cut)));
      }),
      { numRuns: 500 },
    );
  });

  it('keeps the places of faults, of doubled fields and of broken JSON', () => {
    const good = JSON.stringify(sampleOrder());
    const read = readJsonText(`[${good},\n {"poNumber":"1","poNumber":"2","customer":"C","lines":[{"sku":"A"}]}]`);
    expect(read.documents.map(({ place, ordinal }) => [place, ordinal])).to.deep.equal([
      ['/0', 1],
      ['/1', 2],
    ]);
    expect(allFaults(read).map(({ path, code }) => `${path} ${code}`)).to.deep.equal([
      '/poNumber duplicate-key',
      '/lines/0/quantity missing-field',
    ]);
    expect(readJsonText(`[${good},\n {"poNumber" 1}]`).unreadable?.[0]).to.include({ path: '/1', code: 'unreadable' });
    expect(readJsonText(`[${good},\n {"poNumber" 1}]`).unreadable?.[0]?.message).to.match(/line 2, column 14/);
    expect(readJsonText('[]').unreadable?.[0]?.code).to.equal('empty-document');
  });
});
