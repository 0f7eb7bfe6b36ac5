import { expect } from 'chai';
import fc from 'fast-check';
import { type JsonContent, readJson } from '../../lib/intake/json';
import { NumberText } from '../../lib/intake/number-text';
import { faultsOf, readJsonText, sampleOrder } from './orders';

const limits = { depth: 64, items: 1000 };
const read = (text: string): JsonContent => readJson(Buffer.from(text), limits);

/** The value with the numbers as JSON.parse would give them. */
function plain(value: unknown): unknown {
  if (value instanceof NumberText) return Number(value.text);
  if (Array.isArray(value)) return value.map(plain);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, plain(inner)]));
}

function outcome(text: string): unknown {
  const content = read(text);
  return 'fault' in content ? content.fault.code : plain(content.value);
}

describe('JSON', () => {
  it('reads what JSON.parse reads, and writes nothing else into it', () => {
    fc.assert(
      fc.property(fc.jsonValue({ maxDepth: 5 }), fc.constantFrom(undefined, 1, '\t'), (value, indent) => {
        const text = JSON.stringify(value, null, indent);
        expect(outcome(text)).to.deep.equal(JSON.parse(text));
      }),
    );
  });

  it('refuses what JSON.parse refuses', () => {
    const token = fc.constantFrom(
      '{',
      '}',
      '[',
      ']',
      ',',
      ':',
      '"',
      '"a"',
      '1',
      '-',
      '01',
      '.5',
      '1.',
      '1e5',
      'true',
      'nul',
      ' ',
      '\\',
      '\n',
      '\u0001',
      '\u00a0',
    );
    fc.assert(
      fc.property(fc.array(token, { maxLength: 8 }), (tokens) => {
        const text = tokens.join('');
        let parsed: unknown;
        try {
          parsed = JSON.parse(text);
        } catch {
          expect(read(text)).to.have.property('fault');
          return;
        }
        const content = read(text);
        if ('value' in content && content.duplicates.length === 0) expect(plain(content.value)).to.deep.equal(parsed);
      }),
      { numRuns: 2000 },
    );
  });

  it('keeps numbers as they are written', () => {
    expect(read('12345678901234567.10')).to.deep.equal({
      value: new NumberText('12345678901234567.10'),
      duplicates: [],
    });
  });

  it('tolerates a byte order mark, and nothing but UTF-8', () => {
    expect(outcome('\ufeff[1]')).to.deep.equal([1]);
    expect(readJson(Buffer.from('"ü"', 'latin1'), limits)).to.have.nested.property('fault.code', 'bad-encoding');
    expect(readJson(Buffer.from('[1]', 'utf16le'), limits)).to.have.property('fault');
  });

  const broken: [string, string][] = [
    ['{"a": 1,\n "b": }', 'a value is expected, but there is "}" at line 2, column 7'],
    ['{"a": 1', 'a comma or } is expected, but the message ends at line 1, column 8'],
    ['{a: 1}', 'a field name in double quotes is expected, but there is "a" at line 1, column 2'],
    ['[1 2]', 'a comma or ] is expected, but there is "2" at line 1, column 4'],
    ['{"a" 1}', 'a colon is expected'],
    ['[1] x', 'the end is expected, but there is "x" at line 1, column 5'],
    [
      '["a\nb"]',
      'without line breaks and control characters before it, is expected, but there is "\\n" at line 1, column 4',
    ],
    ['["\\x"]', 'a backslash sequence that JSON does not know at line 1, column 2'],
    ['[-]', 'a number is expected, but there is "-"'],
  ];
  for (const [text, message] of broken) {
    it(`says what is wrong with ${JSON.stringify(text)}`, () => {
      const content = read(text);
      expect('fault' in content && content.fault.code).to.equal('unreadable');
      expect('fault' in content && content.fault.message).to.contain(message);
    });
  }

  it('limits depth, entries and fields', () => {
    expect(outcome('['.repeat(64) + ']'.repeat(64))).to.be.an('array');
    expect(outcome('['.repeat(65) + ']'.repeat(65))).to.equal('too-deep');
    expect(outcome('{"a":'.repeat(10_000_00))).to.equal('too-deep');
    expect(outcome(`[${'1,'.repeat(1000)}1]`)).to.equal('too-many-orders');
    expect(outcome(`{${Array.from({ length: 101 }, (_, index) => `"k${index}":1`).join()}}`)).to.equal('unknown-field');
    expect(outcome(' \n')).to.equal('empty-document');
  });

  it('notes every field that is there twice, and keeps the first', () => {
    const content = read('{"a":{"b":1,"b":2},"c":[{"__proto__":1,"__proto__":2}],"a":3,"toString":1}');
    expect('value' in content && content.duplicates).to.deep.equal([['a', 'b'], ['c', 0, '__proto__'], ['a']]);
    expect('value' in content && (content.value as { a: unknown }).a).to.deep.equal({ b: new NumberText('1') });
  });

  it('refuses the names of the language as fields, and is not harmed by them', () => {
    const line = '{"sku":"A","quantity":1}';
    const order = `{"poNumber":"1","customer":"C","__proto__":{"customer":"X"},"constructor":{"prototype":{"a":1}},"lines":[${line}]}`;
    expect(faultsOf(readJsonText(order))).to.have.members(['/__proto__: unknown-field', '/constructor: unknown-field']);
    expect({}).to.not.have.property('a');
    expect(faultsOf(readJsonText('{"__proto__":{"poNumber":"1","customer":"C"},"lines":[]}'))).to.include(
      '/poNumber: missing-field',
    );
  });

  it('places a doubled field in its own order, and reports the others too', () => {
    const order = JSON.stringify(sampleOrder());
    const doubled = order.replace('"sku":"WIDGET-2"', '"sku":"WIDGET-2","sku":"WIDGET-3"').replace('"EUR"', '"EEE"');
    const content = readJsonText(`[${order},${doubled}]`);
    expect(content.documents[0]?.faults).to.deep.equal([]);
    expect(content.documents[1]?.faults.map(({ path, code }) => `${path}: ${code}`)).to.deep.equal([
      '/lines/1/sku: duplicate-key',
      '/currency: unknown-currency',
    ]);
  });
});
