import { expect } from 'chai';
import { type Problem, problemOf, statusOfFault } from '../../lib/answers/problem';
import { BusinessRejection, type FaultCode, TechnicalFault } from '../../lib/domain/faults';
import { expectAnswer } from '../support/openapi';

describe('problems', () => {
  const statuses: readonly (readonly [FaultCode, number])[] = [
    ['unreadable', 400],
    ['unauthorized', 401],
    ['forbidden', 403],
    ['not-found', 404],
    ['order-conflict', 409],
    ['idempotency-conflict', 409],
    ['illegal-transition', 409],
    ['message-too-large', 413],
    ['unsupported-media-type', 415],
    ['unknown-sku', 422],
    ['not-supported', 422],
    ['queue-full', 429],
  ];
  for (const [code, status] of statuses) {
    it(`answers ${code} with ${status}`, () => {
      expect(statusOfFault(code)).to.equal(status);
      const answer = problemOf(new BusinessRejection(code, 'Words.'));
      expect(answer.statusCode).to.equal(status);
      expect(answer.body).to.deep.include({
        status,
        code,
        detail: 'Words.',
        errors: [{ path: '', code, message: 'Words.' }],
      });
      expect(Object.hasOwn(answer.headers, 'retry-after')).to.equal(status === 429);
      expectAnswer(
        'POST',
        status === 404 ? '/o2c/orders/SO-000001/cancel' : '/o2c/orders',
        status,
        answer.headers['content-type'] ?? '',
        answer.body,
      );
    });
  }

  it('says of a store that is away only that, and when to come again', () => {
    const away = [
      new TechnicalFault('store-away', 'PostgreSQL at db.internal does not answer'),
      Object.assign(new Error('connect ECONNREFUSED 10.0.0.7:5432'), { code: 'ECONNREFUSED' }),
      Object.assign(new Error('disk I/O error'), { errcode: 10 }),
    ];
    for (const error of away) {
      const { statusCode, headers, body } = problemOf(error);
      expect(statusCode).to.equal(503);
      expect(Number(headers['retry-after'])).to.be.above(0);
      expect(JSON.stringify(body)).to.not.match(/internal|10\.0\.0\.7|disk/);
    }
    expect(problemOf(new TechnicalFault('queue-full', 'full'))).to.deep.include({ statusCode: 429 });
  });

  it('tells nothing of what is inside', () => {
    for (const thrown of [
      new Error('select secret from access_key'),
      new TypeError('x is undefined'),
      'text',
      undefined,
      new TechnicalFault('unexpected', 'secret'),
    ]) {
      const { statusCode, body } = problemOf(thrown);
      expect(statusCode).to.equal(500);
      expect((body as Problem).code).to.equal('unexpected');
      expect(JSON.stringify(body)).to.not.match(/secret|undefined|stack/);
    }
  });
});
