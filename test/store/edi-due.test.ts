import { expect } from 'chai';
import { type DueAnswer, insertDueAnswers, removeDueAnswers, takeDueAnswers } from '../../lib/store/edi-due';
import { openStore, type Store } from '../../lib/store/store';
import { onBothDatabases } from '../support/databases';
import { meet } from '../support/meeting';

describe('answers that are due', () =>
  onBothDatabases((_kind, url) => {
    let store: Store;
    const cancelled: DueAnswer = { kind: 'cancellation', subject: 1 };
    const becomesDue = (at: string) => store.transaction((db) => insertDueAnswers(db, [cancelled], at));

    before(async () => {
      store = await openStore(url());
    });
    after(() => store.close());

    it('are due again when something happens while they are being written', async () => {
      await becomesDue('2026-11-23T10:00:00.000Z');
      await meet({
        store,
        first: async (db) => expect(await takeDueAnswers(db, 10)).to.deep.equal([cancelled]),
        second: () => becomesDue('2026-11-23T10:00:01.000Z'),
        afterwards: (db) => removeDueAnswers(db, [cancelled]),
      });
      expect(await store.transaction((db) => takeDueAnswers(db, 10))).to.deep.equal([cancelled]);
    });

    it('are written in one order, whatever the order in which they became due: nobody stops anybody else', async () => {
      const one: DueAnswer = { kind: 'invoice', subject: 9 };
      const other: DueAnswer = { kind: 'invoice', subject: 10 };
      const begun: string[] = [];
      const at = '2026-11-23T10:00:02.000Z';
      await meet({
        store,
        first: (db) => {
          begun.push('first');
          return insertDueAnswers(db, [one], at);
        },
        second: () =>
          store.transaction((db) => {
            begun.push('second');
            return insertDueAnswers(db, [other, one], at);
          }),
        afterwards: (db) => insertDueAnswers(db, [other], at),
      });
      expect(begun, 'none had to begin again').to.deep.equal(['first', 'second']);
      expect(await store.transaction((db) => takeDueAnswers(db, 10))).to.deep.include.members([one, other]);
    });
  }));
