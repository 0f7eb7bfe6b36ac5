import { expect } from 'chai';
import fc from 'fast-check';
import { mapEdifact } from '../../../../lib/intake/edi/edifact/map-edifact';
import { readEdifact } from '../../../../lib/intake/edi/edifact/read-edifact';
import { SegmentWriter } from '../../../../lib/intake/edi/edifact/segment-writer';
import type { EdiMessage } from '../../../../lib/intake/edi/interchange';
import { defaultEdiReading } from '../../../../lib/intake/edi/mapped-message';
import { allFaults, bytesOf, faultsOf, interchange, line, message, messagesOf, ordersHead, readText } from './fixtures';

/** Characters of ISO 8859-1 that can be printed, the delimiters among them often. */
const character = fc.oneof(
  { weight: 3, arbitrary: fc.constantFrom('?', "'", '+', ':', '*', ' ', '??', "?'") },
  {
    weight: 5,
    arbitrary: fc.string({
      unit: fc.integer({ min: 0x20, max: 0x7e }).map((code) => String.fromCharCode(code)),
      minLength: 1,
      maxLength: 3,
    }),
  },
  { weight: 1, arbitrary: fc.constantFrom('ü', 'ß', 'é', '£') },
);
const value = fc.array(character, { maxLength: 6 }).map((parts) => parts.join(''));
const element = fc.array(value, { minLength: 1, maxLength: 4 });
const segment = fc.record({
  tag: fc.constantFrom('BGM', 'NAD', 'FTX', 'LIN', 'QTY', 'PRI', 'RFF', 'DTM', 'IMD', 'ALC'),
  elements: fc.array(element, { maxLength: 5 }),
});
const segments = fc.array(segment, { maxLength: 8 });

type Segment = { tag: string; elements: string[][] };

/** A whole interchange as the writer makes it. */
function written(messages: readonly (readonly Segment[])[], reference: string): string {
  const writer = new SegmentWriter('UNOC');
  writer.write('UNB', ['UNOC', '3'], ['S', '14'], ['R', '14'], ['261123', '1015'], reference);
  messages.forEach((each, index) => {
    writer.write('UNH', String(index + 1), ['ORDERS', 'D', '96A', 'UN']);
    for (const { tag, elements } of each) writer.write(tag, ...elements);
    writer.endMessage(String(index + 1));
  });
  return writer.write('UNZ', String(messages.length), reference).text();
}

/** Without what is empty at the ends, as a writer leaves it out. */
function trimmed(elements: readonly (readonly (readonly string[])[])[]): string[][] {
  const cut = elements.map(([components = []]) => withoutEmptyEnd([...components], (each) => each === ''));
  return withoutEmptyEnd(cut, (each) => each.length === 0);
}

function withoutEmptyEnd<Item>(items: Item[], empty: (item: Item) => boolean): Item[] {
  while (items.length > 0 && empty(items[items.length - 1] as Item)) items.pop();
  return items;
}

const contentOf = (messages: readonly EdiMessage[]) =>
  messages.map(({ controlNumber, segments }) => [
    controlNumber,
    segments.map(({ tag, elements }) => [tag, trimmed(elements)]),
  ]);

const sample = interchange([
  message(
    'ORDERS:D:96A:UN:EAN008',
    [...ordersHead, "FTX+AAI+++it?'s ?+ and ??", ...line(1), ...line(2), 'UNS+S', 'CNT+2:2'],
    '1',
  ),
  message('ORDERS:D:96A:UN:EAN008', ['BGM+220+PO-2+9', ...line(1), 'UNS+S'], '2'),
]);

describe('properties of the EDIFACT reader', () => {
  it('what is written is read, and written again is the same', () => {
    fc.assert(
      fc.property(fc.array(segments, { minLength: 1, maxLength: 3 }), (messages) => {
        const text = written(messages, '9');
        const file = readText(text);
        expect(faultsOf(file)).to.deep.equal([]);
        const read = messagesOf(file).map(({ segments: all }) => all.slice(1, -1));
        const expected = messages.map((each) =>
          each.map(({ tag, elements }) => ({ tag, elements: trimmed(elements.map((components) => [components])) })),
        );
        const found = read.map((each) => each.map(({ tag, elements }) => ({ tag, elements: trimmed(elements) })));
        expect(found).to.deep.equal(expected);
        expect(written(found, '9')).to.equal(text);
      }),
    );
  });

  it('one file after the other is read as both', () => {
    fc.assert(
      fc.property(segments, segments, fc.constantFrom('', '\r\n', ' \n', '\x1a'), (first, second, between) => {
        const one = written([first], '1');
        const other = written([second], '2');
        const both = readText(one + between + other);
        expect(faultsOf(both)).to.deep.equal([]);
        expect(contentOf(messagesOf(both))).to.deep.equal([
          ...contentOf(messagesOf(readText(one))),
          ...contentOf(messagesOf(readText(other))),
        ]);
      }),
    );
  });

  it('a file cut at any byte has a fault, and no message that is another than before', () => {
    const whole = contentOf(messagesOf(readText(sample)));
    for (let length = 0; length < sample.length; length += 1) {
      const file = readText(sample.slice(0, length));
      expect(
        allFaults(file).some(({ rejects }) => rejects),
        `cut at ${length}`,
      ).to.equal(true);
      const complete = messagesOf(file).filter(({ faults }) => !faults.some(({ rejects }) => rejects));
      expect(whole.slice(0, complete.length), `cut at ${length}`).to.deep.equal(contentOf(complete));
    }
  });

  it('other delimiters change nothing', () => {
    const delimiters = fc.uniqueArray(fc.constantFrom(...'~|^!#$%&<>=@\\\x1c\x1d\x1e\x1f'), {
      minLength: 4,
      maxLength: 4,
    });
    fc.assert(
      fc.property(segments, delimiters, (each, [component = '', plus = '', release = '', terminator = '']) => {
        const text = written([each], '1');
        const swap: Record<string, string> = { ':': component, '+': plus, '?': release, "'": terminator };
        // Only texts without any of the new delimiters stay the same when the old ones are exchanged.
        fc.pre(!Object.values(swap).some((character) => text.includes(character)));
        fc.pre(!/\?[?:+']/.test(text.slice(9)));
        const swapped = `UNA${component}${plus}.${release} ${terminator}${text.slice(9).replace(/[:+?']/g, (old) => swap[old] ?? '')}`;
        expect(faultsOf(readText(swapped))).to.deep.equal([]);
        expect(contentOf(messagesOf(readText(swapped)))).to.deep.equal(contentOf(messagesOf(readText(text))));
      }),
    );
  });

  it('line breaks after segments change nothing', () => {
    fc.assert(
      fc.property(fc.constantFrom('\n', '\r\n', '\r', '\n  '), (between) => {
        const broken = sample.replace(/(?<!\?)'/g, `'${between}`);
        expect(faultsOf(readText(broken))).to.deep.equal([]);
        expect(contentOf(messagesOf(readText(broken)))).to.deep.equal(contentOf(messagesOf(readText(sample))));
      }),
    );
  });

  it('bytes of any kind are read without a throw, and so is what they hold', () => {
    const pieces = fc.array(
      fc.oneof(
        fc.constantFrom(
          ...(sample.match(/[^']*'/g) ?? []),
          "UNA:+.? '",
          'UNB+',
          'UNG+A+B+C+D+1',
          "'",
          '+',
          ':',
          '?',
          '\n',
          '\xff\xfe',
          '\0',
        ),
        fc.string({ maxLength: 12 }),
      ),
      { maxLength: 30 },
    );
    fc.assert(
      fc.property(
        fc.oneof(
          fc.uint8Array({ maxLength: 300 }),
          pieces.map((parts) => bytesOf(parts.join(''))),
        ),
        (bytes) => {
          const file = readEdifact(bytes);
          expect(file.interchanges.length + file.faults.length).to.be.above(0);
          for (const each of file.interchanges) {
            for (const group of each.groups) {
              for (const read of group.messages) {
                const mapped = mapEdifact(read, group, each, defaultEdiReading);
                const given = [mapped.order, mapped.change, mapped.acknowledgements].filter(
                  (part) => part !== undefined,
                );
                expect(given).to.have.length(mapped.faults.length > 0 ? 0 : 1);
              }
            }
          }
        },
      ),
      { numRuns: 1000 },
    );
  });

  it('a changed byte never makes two good messages out of one', () => {
    fc.assert(
      fc.property(fc.nat(sample.length - 1), fc.constantFrom(...`'+:? UNTHZBA0129x`), (at, replacement) => {
        const file = readText(sample.slice(0, at) + replacement + sample.slice(at + 1));
        const good = messagesOf(file).filter(({ faults }) => faults.length === 0);
        expect(good.length).to.be.at.most(2);
        for (const each of good) expect(each.segments.at(-1)?.tag).to.equal('UNT');
      }),
    );
  });
});
