import { expect } from 'chai';
import { BusinessRejection, TechnicalFault } from '../../lib/domain/faults';
import { FaultsTold, faultLine } from '../../nodes/faults-told';

const node = (name: string) => ({ id: 'b5d2', type: 'source-tag', name });
const refusedConnection = new Error('connect ECONNREFUSED 127.0.0.1:5432');

describe('technical faults in the log', () => {
  const told = (): { lines: string[]; faults: FaultsTold } => {
    const lines: string[] = [];
    return { lines, faults: new FaultsTold({ error: (line) => lines.push(line) }) };
  };

  it('say where, the code, the words, the cause and the place in the program', () => {
    const cause = Object.assign(new Error('disk I/O\n  error'), {
      stack: 'Error: x\n    at read (/srv/o2c/rows.js:7:3)',
    });
    const line = faultLine('source-tag Make orders', new TechnicalFault('unexpected', 'No order', { cause }));
    expect(line).to.equal('source-tag Make orders: unexpected: No order. Cause: disk I/O error. At read (rows.js:7).');
    const coded = Object.assign(new Error('duplicate key'), { code: '23505', stack: '' });
    expect(faultLine('invoice-post b5d2', coded)).to.equal('invoice-post b5d2: 23505: duplicate key.');
    expect(faultLine('x', new Error('here'))).to.match(/ At .*\(faults-told\.test\.js:\d+\)\.$/);
  });

  it('tell a store that is away once for all nodes, and other faults for each', () => {
    const { lines, faults } = told();
    const away = new TechnicalFault('store-away', 'The database does not answer.', { cause: refusedConnection });
    for (const name of ['a', 'b']) {
      faults.fault(node(name), away);
      faults.fault(node(name), Object.assign(new Error('broken'), { stack: '' }));
    }
    expect(lines).to.deep.equal([
      'store-away: The database does not answer. Cause: connect ECONNREFUSED 127.0.0.1:5432.',
      'source-tag a: unexpected: broken.',
      'source-tag b: unexpected: broken.',
    ]);
  });

  it('are told with growing pauses while they go on, and anew after they had ended', () => {
    const { lines, faults } = told();
    const fault = Object.assign(new Error('broken'), { stack: '' });
    for (let second = 0; second < 3_600; second += 1) {
      faults.fault(node('a'), fault, second * 1000);
      faults.tell(second * 1000);
    }
    expect(lines.slice(0, 3)).to.deep.equal([
      'source-tag a: unexpected: broken.',
      'source-tag a: unexpected: broken. 10 more in the last 10 s.',
      'source-tag a: unexpected: broken. 20 more in the last 20 s.',
    ]);
    expect(lines.length).to.be.lessThan(15);
    faults.tell(5_000_000);
    faults.tell(6_000_000);
    lines.length = 0;
    faults.fault(node('a'), fault, 6_000_001);
    expect(lines).to.deep.equal(['source-tag a: unexpected: broken.']);
  });

  it('are no business rejections', () => {
    const { lines, faults } = told();
    faults.fault(node('a'), new BusinessRejection('unknown-sku', 'The SKU is not known.'));
    expect(lines).to.deep.equal([]);
  });
});
