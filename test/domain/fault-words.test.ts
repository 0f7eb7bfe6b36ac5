import { expect } from 'chai';
import { faultsInWords, placeInWords } from '../../lib/domain/fault-words';
import type { Fault } from '../../lib/domain/faults';

const noNumber: Fault = { path: 'row 3, column quantity', code: 'not-a-number', message: 'This is no number.' };

describe('faults in words', () => {
  it('say where, which value, what, and how many more', () => {
    expect(faultsInWords([{ ...noNumber, value: 'many' }, noNumber, noNumber])).to.equal(
      'row 3, column quantity, "many": This is no number. (and 2 more)',
    );
  });

  it('name the place of the document before the place in it', () => {
    const path = '/lines/0/sku';
    const fault: Fault = { path, code: 'unknown-sku', message: 'There is no product GONE.', value: 'GONE' };
    expect(faultsInWords([fault], 'rows 2-6')).to.equal('rows 2-6, line 1, sku: There is no product GONE.');
    expect(faultsInWords([{ ...fault, value: 'no' }], '/4')).to.equal(
      'no. 5, line 1, sku, "no": There is no product GONE.',
    );
  });

  it('name a row alone', () => {
    expect(faultsInWords([noNumber], 'rows 2-6')).to.equal('row 3, column quantity: This is no number.');
    const path = 'sheet A, B, row 3, column quantity (D)';
    expect(faultsInWords([{ ...noNumber, path }], 'sheet A, B, rows 2-6')).to.equal(`${path}: This is no number.`);
    const inMessage = { ...noNumber, path: 'PO1 1, element 2 (segment 5)' };
    expect(faultsInWords([inMessage], '850 0001')).to.equal(`850 0001, ${inMessage.path}: This is no number.`);
  });

  it('leave out what is not known', () => {
    expect(faultsInWords([{ path: '', code: 'unreadable', message: 'This is no JSON.' }])).to.equal('This is no JSON.');
    expect(faultsInWords([])).to.equal('It cannot be read.');
  });

  const places = {
    '/shipTo/postalCode': 'shipTo, postalCode',
    '/0/lines/11/quantity': 'no. 1, line 12, quantity',
    '/uoms/a~1b': 'uoms, a/b',
    '/lines': 'lines',
    '/lines/0/1': 'line 1, no. 2',
    'PO1 2, element 4 (segment 9)': 'PO1 2, element 4 (segment 9)',
  };
  for (const [path, words] of Object.entries(places))
    it(`read ${path}`, () => expect(placeInWords(path)).to.equal(words));
});
