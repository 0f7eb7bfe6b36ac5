import { expect } from 'chai';
import fc from 'fast-check';
import { planReading } from '../../lib/stages/read-again';
import type { ReadOrder } from '../../lib/stages/read-reception';
import type { FailedDocument, PresentDocument } from '../../lib/store/inbox-replay';

type Kept = 'order' | 'failed' | 'replaced';

/** A message of some documents: orders, documents that could not be read, and such that a corrected copy replaced. */
const messages = fc.array(fc.constantFrom<Kept>('order', 'failed', 'replaced'), { minLength: 1, maxLength: 8 });

const present = (kinds: readonly Kept[]): PresentDocument[] =>
  kinds.map((kind, i) => ({
    documentId: 100 + i,
    ordinal: i + 1,
    kind: 'order',
    poNumber: `PO-${i + 1}`,
    fingerprint: kind === 'order' ? `f${i + 1}` : null,
    isReplaced: kind === 'replaced',
  }));

const failedOf = (kinds: readonly Kept[]): FailedDocument[] =>
  kinds.flatMap((kind, i): FailedDocument[] =>
    kind === 'failed'
      ? [
          {
            documentId: 100 + i,
            inboxId: 1,
            ordinal: i + 1,
            kind: 'order',
            poNumber: `PO-${i + 1}`,
            state: 'rejected',
            code: 'not-a-number',
            faults: [{ path: '', code: 'not-a-number', message: 'No number.' }],
            isRead: false,
          },
        ]
      : [],
  );

const readOf = (count: number, shift = 0): ReadOrder[] =>
  Array.from({ length: count }, (_, i) => ({
    ordinal: i + 1,
    place: '',
    poNumber: `PO-${i + 1 + shift}`,
    fingerprint: `f${i + 1 + shift}`,
    canonical: '{}',
    faults: [],
  }));

describe('reading a message again', () => {
  it('changes in place what could not be read, when the message is split as before', () => {
    fc.assert(
      fc.property(messages, (kinds) => {
        const failed = failedOf(kinds);
        const { changed, removed, added } = planReading(present(kinds), failed, readOf(kinds.length));
        expect([removed, added]).to.deep.equal([[], []]);
        expect(changed.map(({ documentId }) => documentId)).to.deep.equal(failed.map(({ documentId }) => documentId));
        expect(changed.every(({ state }) => state === 'stored')).to.equal(true);
      }),
    );
  });

  it('never takes away what became an order or was replaced, and makes nothing twice, however it is split', () => {
    fc.assert(
      fc.property(messages, fc.integer({ min: 0, max: 12 }), fc.integer({ min: 0, max: 3 }), (kinds, count, shift) => {
        const there = present(kinds);
        const failed = failedOf(kinds);
        const { changed, removed, added } = planReading(there, failed, readOf(count, shift));
        const mayGo = failed.map(({ documentId }) => documentId);
        expect(mayGo).to.include.members([...removed, ...changed.map(({ documentId }) => documentId)]);
        const kept = there.filter(({ documentId }) => !removed.includes(documentId));
        const ordinals = [...kept, ...added].map(({ ordinal }) => ordinal);
        expect(new Set(ordinals).size).to.equal(ordinals.length);
        const prints = [...kept, ...changed, ...added].flatMap(({ fingerprint }) => fingerprint ?? []);
        expect(new Set(prints).size).to.equal(prints.length);
        const replaced = there.filter(({ isReplaced }) => isReplaced).map(({ poNumber }) => poNumber);
        expect(added.filter(({ poNumber }) => replaced.includes(poNumber ?? ''))).to.deep.equal([]);
      }),
    );
  });

  it('says nothing of the same faults again', () => {
    const failed = failedOf(['failed']);
    const same: ReadOrder[] = [{ ordinal: 1, place: '', canonical: null, faults: failed[0]?.faults ?? [] }];
    expect(planReading(present(['failed']), failed, same)).to.deep.equal({ changed: [], removed: [], added: [] });
    const other: ReadOrder[] = [
      { ...(same[0] as ReadOrder), faults: [{ path: '', code: 'bad-date', message: 'No date.' }] },
    ];
    expect(planReading(present(['failed']), failed, other).changed[0]).to.include({
      state: 'rejected',
      code: 'bad-date',
    });
  });
});
