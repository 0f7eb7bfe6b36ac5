import { expect } from 'chai';
import fc from 'fast-check';
import { SegmentWriter } from '../../../../lib/intake/edi/edifact/segment-writer';
import { writeInvoic } from '../../../../lib/intake/edi/edifact/write-invoic';
import { creditNoteMessage } from '../../../support/credit-note-message';
import { interchange, line, message, messagesOf, ordersHead, readText } from './fixtures';

interface Parser {
  encoding(syntax: string): void;
  write(text: string): void;
  end(): void;
  onopensegment: (tag: string) => void;
  onclosesegment: () => void;
  onelement: () => void;
  oncomponent: (data: string) => void;
}
const { Parser: OtherParser } = require('edifact') as { Parser: new () => Parser };

type Plain = [tag: string, elements: string[][]];

/** The segments of one interchange by a parser of other authors. */
function byOther(text: string): Plain[] {
  const segments: Plain[] = [];
  const parser = new OtherParser();
  parser.encoding('UNOC');
  parser.onopensegment = (tag) => segments.push([tag, []]);
  parser.onelement = () => segments.at(-1)?.[1].push([]);
  parser.oncomponent = (data) => segments.at(-1)?.[1].at(-1)?.push(data);
  parser.onclosesegment = () => {};
  parser.write(text);
  parser.end();
  return segments.filter(([tag]) => tag !== 'UNB' && tag !== 'UNZ').map(trimmed);
}

function byOwn(text: string): Plain[] {
  return messagesOf(readText(text)).flatMap(({ segments }) =>
    segments.map(({ tag, elements }) => trimmed([tag, elements.map(([components = []]) => [...components])])),
  );
}

function trimmed([tag, elements]: Plain): Plain {
  const cut = elements.map((components) => withoutEmptyEnd(components, (value) => value === ''));
  return [tag, withoutEmptyEnd(cut, (components) => components.length === 0)];
}

function withoutEmptyEnd<Item>(items: readonly Item[], empty: (item: Item) => boolean): Item[] {
  const last = items.findLastIndex((item) => !empty(item));
  return items.slice(0, last + 1);
}

describe('the EDIFACT reader against another one', () => {
  const orders = 'ORDERS:D:96A:UN:EAN008';
  const texts = [
    interchange([message(orders, [...ordersHead, ...line(1), ...line(2), 'UNS+S', 'CNT+2:2'])], { una: "UNA:+.? '" }),
    interchange([
      message(orders, ["FTX+AAI+++it?'s a ?+ and a ?: and a ??:next", 'IMD+F++:::Süß', 'NAD+BY+1::9++A:B++C']),
    ]),
    interchange([message(orders, ['BGM+220+PO-1+9']), message(orders, ['BGM+220+PO-2+9'], '2')]).replaceAll(
      "'",
      "'\r\n",
    ),
    interchange([message(orders, ['BGM+220+PO-1+9'])], { una: 'UNA|*.! ~' })
      .replaceAll(':', '|')
      .replaceAll('+', '*')
      .replaceAll("'", '~'),
  ];
  texts.forEach((text, index) => {
    it(`finds the same segments in fixture ${index + 1}`, () => {
      expect(byOwn(text)).to.have.length.above(2);
      expect(byOwn(text)).to.deep.equal(byOther(text));
    });
  });

  it('finds the same segments in the credit note that we write', () => {
    const bytes = writeInvoic(creditNoteMessage, {
      sender: { qualifier: '14', id: '4098765000003' },
      receiver: { qualifier: '14', id: '4012345000009' },
      interchangeNumber: 1,
      groupNumber: 1,
      test: false,
      preparedAt: '2026-11-30T08:30:00.000Z',
      version: 'D:96A:UN',
      acknowledgementRequested: false,
    });
    const text = Buffer.from(bytes).toString('latin1');
    expect(byOwn(text)).to.deep.include(['RFF', [['IV', 'INV-2026-000007']]]);
    expect(byOwn(text)).to.deep.equal(byOther(text));
  });

  it('finds the same segments in what the writer makes', () => {
    const value = fc.string({ unit: fc.constantFrom(...`abcXYZ019 ?+:'.,-/ü`), maxLength: 8 });
    const segment = fc.tuple(
      fc.constantFrom('BGM', 'NAD', 'FTX', 'LIN'),
      fc.array(fc.array(value, { minLength: 1, maxLength: 3 }), { minLength: 1, maxLength: 4 }),
    );
    fc.assert(
      fc.property(fc.array(segment, { minLength: 1, maxLength: 6 }), (segments) => {
        const writer = new SegmentWriter('UNOC');
        writer
          .write('UNB', ['UNOC', '3'], 'S', 'R', ['261123', '1015'], '1')
          .write('UNH', '1', ['ORDERS', 'D', '96A', 'UN']);
        for (const [tag, elements] of segments) writer.write(tag, ...elements);
        const text = writer.endMessage('1').write('UNZ', '1', '1').text();
        expect(byOwn(text)).to.deep.equal(byOther(text));
      }),
    );
  });
});
