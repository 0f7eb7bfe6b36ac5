import { expect } from 'chai';
import fc from 'fast-check';
import { addDays, day, daysBetween, hour, later, parseDate, today } from '../../lib/domain/dates';

const anyDate = fc
  .date({ min: new Date('0001-01-01T00:00:00Z'), max: new Date('9999-12-31T00:00:00Z'), noInvalidDate: true })
  .map((date) => date.toISOString().slice(0, 10));

describe('dates', () => {
  for (const text of ['2026-11-23', '2024-02-29', '2000-02-29', '0001-01-01', '9999-12-31']) {
    it(`takes ${text}`, () => expect(parseDate(text)).to.equal(text));
  }

  const refused = [
    '2026-02-29',
    '1900-02-29',
    '2026-13-01',
    '2026-00-10',
    '2026-04-31',
    '2026-01-00',
    '0000-01-01',
    '2026-1-1',
    '23.11.2026',
  ];
  for (const text of [...refused, '2026-11-23T00:00:00Z', '2026-11-23\n', '', '20261123', '+002026-11-23']) {
    it(`refuses ${JSON.stringify(text)}`, () => expect(parseDate(text)).to.equal(null));
  }

  it('takes exactly the days that the calendar has', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 9999 }), fc.nat(14), fc.nat(33), (year, month, day) => {
        const text = `${String(year).padStart(4, '0')}-${String(month).padStart(2, '0')}-${String(day).padStart(2, '0')}`;
        const date = new Date(0);
        date.setUTCFullYear(year, month - 1, day);
        const real = date.getUTCMonth() === month - 1 && date.getUTCDate() === day && date.getUTCFullYear() === year;
        expect(parseDate(text)).to.equal(real ? text : null);
      }),
    );
  });

  it('adds days and counts them back', () => {
    fc.assert(
      fc.property(anyDate, anyDate, (from, to) => {
        expect(addDays(from, daysBetween(from, to))).to.equal(to);
        expect(daysBetween(from, to)).to.satisfy(Number.isInteger);
        expect(daysBetween(from, to) > 0).to.equal(to > from);
      }),
    );
    expect(addDays('2026-12-31', 1)).to.equal('2027-01-01');
    expect(() => addDays('9999-12-31', 1)).to.throw(RangeError);
    expect(() => addDays('2026-02-30', 1)).to.throw(RangeError);
  });

  it('knows the day in a time zone', () => {
    const instant = '2026-03-28T23:30:00.000Z';
    expect(today(instant, 'UTC')).to.equal('2026-03-28');
    expect(today(instant, 'Europe/Berlin')).to.equal('2026-03-29');
    expect(today(instant, 'America/New_York')).to.equal('2026-03-28');
    expect(today('2026-06-30T22:00:00.000Z', 'Europe/Berlin'), 'summer time').to.equal('2026-07-01');
    expect(() => today(instant, 'Nowhere/At-All')).to.throw(RangeError);
  });

  it('knows the instant that is so much later, or earlier', () => {
    expect(later('2026-12-31T23:30:00.000Z', hour)).to.equal('2027-01-01T00:30:00.000Z');
    expect(later('2026-03-01T12:00:00.000Z', -day)).to.equal('2026-02-28T12:00:00.000Z');
    expect(later('2026-03-29T01:30:00+01:00', 1), 'in UTC').to.equal('2026-03-29T00:30:00.001Z');
  });
});
