import { expect } from 'chai';
import { FailedAttempts } from '../../lib/access/failed-attempts';
import { actingPartner, authorize, type Principal, visibilityOf } from '../../lib/access/principal';
import { partnersOf } from '../../lib/domain/speakers';
import { mayRead } from '../../lib/domain/visibility';

const maySee = (principal: Principal, partner: string, customer: string): boolean =>
  mayRead({ partner, customer }, visibilityOf(principal));

const base: Principal = { keyId: 'k', role: 'operations', partner: null, actsFor: [], name: 'N', customers: {} };
const shop: Principal = { ...base, role: 'partner', partner: 'SHOP', customers: { SHOP: ['C-1', 'C-2'] } };
const agent: Principal = { ...base, role: 'partner', actsFor: ['A', 'B'], customers: { A: ['C-1'], B: ['*'] } };

describe('roles', () => {
  it('are asked one by one; the administrator has them all', () => {
    expect(authorize(base, ['finance', 'operations'])).to.equal(true);
    expect(authorize(base, ['finance'])).to.equal(false);
    expect(authorize(base, [])).to.equal(false);
    expect(authorize({ ...base, role: 'admin' }, ['finance'])).to.equal(true);
  });
});

describe('the partner that a request is for', () => {
  const partnerOf = (principal: Principal, named?: string) => {
    const acting = actingPartner(principal, named);
    return 'partner' in acting ? acting.partner : acting.refusal.code;
  };

  it('is the one that is named, else DIRECT, for a key of no partner', () => {
    expect(partnerOf(base, 'SHOP')).to.equal('SHOP');
    expect(partnerOf(base)).to.equal('DIRECT');
    expect(partnerOf({ ...base, role: 'admin' }, ' ')).to.equal('DIRECT');
  });

  it('is a partner’s own, and no other', () => {
    expect(partnerOf(shop)).to.equal('SHOP');
    expect(partnerOf(shop, 'SHOP')).to.equal('SHOP');
    expect(partnerOf(shop, 'A')).to.equal('forbidden');
    expect(partnerOf(shop, 'DIRECT')).to.equal('forbidden');
  });

  it('has to be named by an agent of several, among its own', () => {
    expect(partnerOf(agent, 'B')).to.equal('B');
    expect(partnerOf(agent, 'SHOP')).to.equal('forbidden');
    expect(partnerOf(agent)).to.equal('forbidden');
    expect(partnersOf({ ...shop, actsFor: ['A', 'SHOP'] })).to.deep.equal(['SHOP', 'A']);
  });
});

describe('what a principal may see', () => {
  it('is everything for the company’s own roles', () => {
    expect(maySee(base, 'SHOP', 'C-9')).to.equal(true);
  });

  it('is a partner’s own orders of its own customers', () => {
    expect(maySee(shop, 'SHOP', 'C-1')).to.equal(true);
    expect(maySee(shop, 'SHOP', 'C-9')).to.equal(false);
    expect(maySee(shop, 'A', 'C-1')).to.equal(false);
    expect(maySee(agent, 'A', 'C-2')).to.equal(false);
    expect(maySee(agent, 'B', 'C-2')).to.equal(true);
  });

  it('is nothing for a partner without a customer list', () => {
    expect(maySee({ ...shop, customers: {} }, 'SHOP', 'C-1')).to.equal(false);
    expect(maySee({ ...shop, partner: 'constructor' }, 'constructor', 'C-1')).to.equal(false);
  });
});

describe('failed attempts', () => {
  it('of one address are limited for a minute', () => {
    const attempts = new FailedAttempts(3);
    for (let i = 0; i < 3; i++) {
      expect(attempts.retryAfter('192.0.2.1', i)).to.equal(0);
      attempts.failed('192.0.2.1', i);
    }
    expect(attempts.retryAfter('192.0.2.1', 1_000)).to.equal(59);
    expect(attempts.retryAfter('::ffff:192.0.2.1', 1_000)).to.equal(59);
    expect(attempts.retryAfter('192.0.2.2', 1_000)).to.equal(0);
    expect(attempts.retryAfter('192.0.2.1', 60_000)).to.equal(0);
  });

  it('of one IPv6 network count together', () => {
    const attempts = new FailedAttempts(2);
    attempts.failed('2001:db8:1:2::1', 0);
    attempts.failed('2001:DB8:1:2:aaaa:bbbb:cccc:dddd', 0);
    expect(attempts.retryAfter('2001:db8:1:2::7', 1)).to.equal(60);
    expect(attempts.retryAfter('2001:db8:1:3::7', 1)).to.equal(0);
  });

  it('are remembered of a bounded number of addresses, the oldest forgotten first', () => {
    const attempts = new FailedAttempts(1, 60_000, 2);
    for (const address of ['192.0.2.1', '192.0.2.2', '192.0.2.3']) attempts.failed(address, 0);
    expect(['192.0.2.1', '192.0.2.2', '192.0.2.3'].map((address) => attempts.retryAfter(address, 1))).to.deep.equal([
      0, 60, 60,
    ]);
  });
});
