import { Buffer } from 'node:buffer';
import { expect } from 'chai';
import fc from 'fast-check';
import { X12parser } from 'x12-parser';
import type { EdiSegment } from '../../../../lib/intake/edi/interchange';
import { readX12 } from '../../../../lib/intake/edi/x12/read-x12';
import { type OutgoingSegment, writeInterchange } from '../../../../lib/intake/edi/x12/write-interchange';
import { write810 } from '../../../../lib/intake/edi/x12/write-invoice';
import { creditNoteMessage } from '../../../support/credit-note-message';
import { bytesOf, type FileOptions, messagesOf, plainOrder, x12File } from './files';

/** Tag and elements without empty ones at the end. Another author's reader makes no difference between the lists of an element. */
type Flat = readonly string[];

const envelopeTags = new Set(['ISA', 'GS', 'GE', 'IEA']);

/** Segments of the messages as the other parser gives them: `3` and `3-1`, `3-2` for further components. */
async function byOther(text: string, component: string): Promise<Flat[]> {
  const parser = new X12parser('latin1');
  const segments: Flat[] = [];
  parser.on('data', (segment: Record<string, string>) => {
    const elements: string[] = [];
    for (const [key, value] of Object.entries(segment)) {
      if (key === 'name') continue;
      const [element = '', part] = key.split('-');
      const at = Number(element) - 1;
      elements[at] = part === undefined ? value : `${elements[at]}${component}${value}`;
    }
    segments.push(trimmed([segment.name ?? '', ...elements]));
  });
  const ended = new Promise((resolve, reject) => parser.on('end', resolve).on('error', reject));
  parser.end(Buffer.from(text, 'latin1'));
  await ended;
  return segments.filter(([tag = '']) => !envelopeTags.has(tag) && tag !== '');
}

function byUs(text: string, component: string): Flat[] {
  return messagesOf(readX12(bytesOf(text, 'latin1'), { charset: 'latin1' })).flatMap(({ segments }) =>
    segments.map((segment) => flat(segment, component)),
  );
}

function flat({ tag, elements }: EdiSegment, component: string): Flat {
  return trimmed([tag, ...elements.map((element) => element.map((parts) => parts.join(component)).join('^'))]);
}

function trimmed(values: readonly string[]): Flat {
  const kept = values.map((value) => value.trim());
  while (kept.at(-1) === '') kept.pop();
  return kept;
}

const envelope = {
  sender: { qualifier: 'ZZ', id: 'US' },
  receiver: { qualifier: 'ZZ', id: 'THEM' },
  interchangeNumber: 1,
  groupNumber: 1,
  test: true,
  preparedAt: '2026-11-24T08:30:00.000Z',
  version: '004010',
  acknowledgementRequested: false,
};

describe('X12 read by another parser', () => {
  const files: readonly (readonly [string, FileOptions])[] = [
    ['as usual', {}],
    ['in lines', { terminator: '~\n' }],
    ['in lines without other terminators', { terminator: '\n', element: '|', component: ':' }],
    ['with control characters', { terminator: '\x1c', element: '\x1d', component: '\x1f' }],
    ['with other separators', { terminator: "'", element: '+', component: ':' }],
  ];
  for (const [name, options] of files) {
    it(`is the same: ${name}`, async () => {
      const orders = [
        { '850': plainOrder },
        { '850': plainOrder.replace('A WIDGET', 'A>B>>C').replace('CUR*', 'REF*DP*038**X1>1>X2>2\nCUR*') },
        { '997': 'AK1*IN*1\nAK2*810*0001\nAK3*IT1*8**8\nAK4*2>1*330*6*x\nAK5*R*5\nAK9*R*1*1*0' },
      ];
      const text = x12File(orders, options);
      const ours = byUs(text, options.component ?? '>');
      expect(ours.length).to.be.greaterThan(30);
      expect(ours).to.deep.equal(await byOther(text, options.component ?? '>'));
    });
  }

  it('is the same for the credit notes that we write', async () => {
    for (const negativeCredits of [false, true]) {
      const text = write810([creditNoteMessage], envelope, { negativeCredits });
      const ours = byUs(text, '>');
      expect(ours).to.deep.include(['REF', 'OI', 'INV-2026-000007']);
      expect(ours).to.deep.equal(await byOther(text, '>'));
    }
  });

  it('is the same for whatever we write', async () => {
    const value = fc.stringMatching(/^[!-)+-=?-\]_-}\xc0-\xff]{0,10}$/);
    const tag = fc
      .stringMatching(/^[A-Z][A-Z0-9]{1,2}$/)
      .filter((each) => !envelopeTags.has(each) && each !== 'ST' && each !== 'SE');
    const segment = fc.tuple(tag, fc.array(fc.oneof(value, fc.array(value, { maxLength: 3 })), { maxLength: 6 }));
    await fc.assert(
      fc.asyncProperty(fc.array(segment, { minLength: 1, maxLength: 10 }), async (segments) => {
        const outgoing = segments.map(([name, elements]): OutgoingSegment => [name, ...elements]);
        const text = writeInterchange(envelope, 'PO', [{ type: '850', segments: outgoing }]);
        expect(byUs(text, '>')).to.deep.equal(await byOther(text, '>'));
      }),
      { numRuns: 60 },
    );
  });
});
