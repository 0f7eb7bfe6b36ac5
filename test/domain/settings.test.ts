import { expect } from 'chai';
import { BusinessRejection } from '../../lib/domain/faults';
import { changeSettings, defaultSettings } from '../../lib/domain/settings';

const faultsOf = (changes: unknown): string[] => {
  try {
    changeSettings(defaultSettings, changes);
  } catch (error) {
    if (error instanceof BusinessRejection) return error.faults.map(({ path, code }) => `${path} ${code}`);
    throw error;
  }
  return [];
};

describe('the company settings', () => {
  it('take changes over what is known, and leave that as it is', () => {
    const changed = changeSettings(defaultSettings, { overdue: { graceDays: 3 }, requiredChecks: ['inventory'] });
    expect(changed).to.deep.equal({
      ...defaultSettings,
      overdue: { ...defaultSettings.overdue, graceDays: 3 },
      requiredChecks: ['inventory'],
    });
    expect(defaultSettings.overdue.graceDays).to.equal(0);
  });

  it('refuse by name what is planned and not built', () => {
    expect(
      faultsOf({ releasePolicy: 'fifo-strict', shortagePolicy: 'backorder', requiredChecks: ['credit', 'fraud'] }),
    ).to.deep.equal(['/requiredChecks not-supported', '/releasePolicy not-supported', '/shortagePolicy not-supported']);
    expect(faultsOf({ releasePolicy: 'lifo', shortagePolicy: 7, requiredChecks: ['credit', 'credit'] })).to.deep.equal([
      '/requiredChecks out-of-range',
      '/releasePolicy out-of-range',
      '/shortagePolicy out-of-range',
    ]);
  });

  it('refuse every value that the cycle could not work with', () => {
    expect(faultsOf({ currency: 'EUX' })).to.deep.equal(['/currency out-of-range']);
    expect(faultsOf({ timeZone: ['UTC'] })).to.deep.equal(['/timeZone out-of-range']);
    expect(faultsOf({ defaultWarehouse: 'MA\u0000IN' })).to.deep.equal(['/defaultWarehouse out-of-range']);
    expect(faultsOf({ limits: { rows: 1.5 } })).to.deep.equal(['/limits/rows out-of-range']);
    expect(faultsOf({ limits: null, overdue: [] })).to.deep.equal(['/limits wrong-type', '/overdue wrong-type']);
    expect(faultsOf(JSON.parse('{"__proto__": {}, "constructor": 1}'))).to.deep.equal([
      '/__proto__ unknown-field',
      '/constructor unknown-field',
    ]);
  });
});
