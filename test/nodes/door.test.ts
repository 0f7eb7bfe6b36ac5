import { expect } from 'chai';
import { Door } from '../../nodes/door';

describe('the door', () => {
  it('tells a flood of the same in a line every ten seconds, and counts them all', () => {
    const lines: string[] = [];
    const door = new Door({ warn: (line) => lines.push(line) });
    for (let i = 0; i < 1000; i += 1) door.refused(429, 'rate-limited', 'SHOP', i);
    door.refused(401, 'unauthorized', '192.0.2.1', 1000);
    door.tell(5_000);
    expect(lines).to.deep.equal([
      'Refused at the door: 429 rate-limited, SHOP.',
      'Refused at the door: 401 unauthorized, 192.0.2.1.',
    ]);
    door.tell(11_000);
    expect(lines.slice(2)).to.deep.equal(['Refused at the door: 429 rate-limited, SHOP. 999 more in the last 11 s.']);
    expect(door.metrics()).to.match(/^o2c_refused_total\{status="401",code="unauthorized"\} 1$/m);
    expect(door.metrics()).to.match(/^o2c_refused_total\{status="429",code="rate-limited"\} 1000$/m);
  });

  it('does not fill memory or log with strangers', () => {
    let lines = 0;
    const door = new Door({ warn: () => (lines += 1) });
    for (let i = 0; i < 5_000; i += 1) door.refused(401, 'unauthorized', `address ${i}`, 0);
    expect(lines).to.equal(1_000);
    expect(door.metrics()).to.match(/ 5000$/m);
  });
});
