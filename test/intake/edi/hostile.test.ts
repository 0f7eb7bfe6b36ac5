import { expect } from 'chai';
import { readEdifact } from '../../../lib/intake/edi/edifact/read-edifact';
import { defaultEdiLimits } from '../../../lib/intake/edi/interchange';
import { readX12 } from '../../../lib/intake/edi/x12/read-x12';
import { defaultIntakeLimits, type MessageContent } from '../../../lib/intake/message-content';
import { readMessage } from '../../../lib/intake/read-message';
import { plainLayout } from '../../../lib/intake/sheets/layout';
import { edifact, purchaseOrder, x12 } from '../../support/edi';

function read(text: string, standard: 'x12' | 'edifact'): MessageContent {
  return readMessage({
    bytes: Buffer.from(text, 'latin1'),
    contentType: standard === 'x12' ? 'application/edi-x12' : 'application/edifact',
    limits: defaultIntakeLimits,
    batchPolicy: 'reject-order',
    csv: plainLayout,
  });
}

const order = purchaseOrder('PO-1', 'C-1', [['1', '5', 'EA', '12.50', 'VN', 'W-1']]);
const codesOf = ({ documents }: MessageContent) => documents.flatMap(({ faults }) => faults.map(({ code }) => code));
/** Of an ISA, whose last character ends segments. */
const isa = x12('850', []).split('\n')[0] ?? '';
const unb = edifact([]).split('\n')[1] ?? '';

describe('hostile EDI', () => {
  for (const name of ['constructor', 'toString', '__proto__', 'hasOwnProperty']) {
    it(`takes ${name} for no code of a partner`, () => {
      const changed = (from: string, to: string) => {
        const text = x12('850', [order]);
        expect(text).to.contain(from);
        return codesOf(read(text.replace(from, to), 'x12'));
      };
      expect(changed('BEG*00', `BEG*${name}`)).to.deep.equal(['not-supported']);
      expect(changed('12.50**', `12.50*${name}*`)).to.deep.equal(['not-supported']);
      const change = [`BCH*${name}*SA*PO-1***20261123`, 'N1*BY**92*C-1'];
      expect(codesOf(read(x12('860', [change]), 'x12'))).to.contain('not-supported');
      const { documents } = read(x12('997', [['AK1*IN*1', `AK9*${name}*1*1*0`]]), 'x12');
      expect(documents[0]?.edi?.content).to.contain('"outcome":"rejected"');
    });
  }

  it('takes no message with a zero character, and gives none on', () => {
    const fromX12 = read(x12('850', [order, order]).replace('W-1', 'W\u00001').replace('ACME ', 'AC\u0000E '), 'x12');
    expect(codesOf(fromX12)).to.deep.equal(['edi-syntax']);
    expect(fromX12.documents[1]?.faults).to.deep.equal([]);
    const segments = ['BGM+220+PO-2+9', 'NAD+BY+C-1::92++A\u0000', 'LIN+1++W-1:SA', 'QTY+21:5:PCE', 'UNS+S'];
    const fromEdifact = read(edifact([{ type: 'ORDERS', segments }]).replace('ACME', 'AC\u0000E'), 'edifact');
    expect(codesOf(fromEdifact)).to.deep.equal(['edi-syntax']);
    const acknowledged = x12('850', [order]).replace('GS*', 'TA1*000000007*261123*1000*A*0\u000000~\nGS*');
    expect(read(acknowledged, 'x12').documents.map(({ faults }) => faults.length)).to.deep.equal([1, 0]);
    for (const content of [fromX12, fromEdifact]) {
      expect(content.interchanges?.[0]?.sender.id).to.equal('AC\ufffdE');
      expect(JSON.stringify(content)).not.to.contain('\\u0000');
    }
  });

  it('repeats few faults of an envelope for its messages, and says that there are more', () => {
    const messages = Array.from({ length: 500 }, (_, i) => `ST*850*${i}~SE*2*${i}~`).join('');
    const file = `${isa}${'A~'.repeat(900)}GS*PO*A*B*20261123*1000*1*X*004010~${messages}GE*500*1~IEA*1*000000001~`;
    const { documents, interchanges } = read(file, 'x12');
    expect(documents).to.have.length(500);
    expect(interchanges?.[0]?.faults).to.have.length.greaterThan(899);
    expect(documents[499]?.faults).to.have.length(11);
    expect(documents[499]?.faults.at(-1)).to.include({ code: 'too-many-faults' });
  });

  it('tells of text that begins with a separator, outside of an interchange and in it', () => {
    const sound = edifact([{ type: 'ORDERS', segments: ['BGM+220+PO-2+9', 'NAD+BY+C-1::92', 'UNS+S'] }]).slice(10);
    const before = readEdifact(Buffer.from(`:102:103'${sound}`));
    expect(before.faults.map(({ code, offset }) => [code, offset])).to.deep.equal([['13', 0]]);
    const inside = readEdifact(Buffer.from(sound.replace('UNH', ":1'UNH")));
    expect(inside.interchanges[0]?.faults.map(({ code }) => code)).to.deep.equal(['33']);
    const empty = readEdifact(Buffer.from(sound.replace('UNH', "'UNH")));
    expect(empty.interchanges[0]?.faults).to.deep.equal([]);
  });

  it('stops reading behind so many envelopes, and says so', () => {
    const limits = { ...defaultEdiLimits, envelopes: 10 };
    for (const file of [
      readX12(Buffer.from(`${isa}GS*PO*A*B*20261123*1000*1*X*004010~${'ST*850*1~SE*2*1~'.repeat(50)}`), { limits }),
      readEdifact(Buffer.from(`${unb}${"UNH+1+ORDERS'".repeat(50)}`), { limits }),
      readX12(Buffer.from(isa.repeat(50)), { limits }),
      readEdifact(Buffer.from(unb.repeat(50)), { limits }),
    ]) {
      const messages = file.interchanges.flatMap(({ groups }) => groups.flatMap((group) => group.messages));
      expect(file.interchanges.length + messages.length).to.be.within(8, 10);
      expect(file.faults.at(-1)).to.include({ rejects: true });
      expect(file.faults.at(-1)?.message).to.contain('more than 10 messages with their envelopes');
    }
  });

  it('refuses a message with far too many lines before it maps them', () => {
    const file = (lines: number) => {
      const segments = ['BGM+220+PO-1+9', 'NAD+BY+C-1::92', ...Array.from({ length: lines }, (_, i) => `LIN+${i + 1}`)];
      return read(edifact([{ type: 'ORDERS', segments }]), 'edifact').documents[0];
    };
    expect(file(1001)?.faults.map(({ code }) => code)).to.include('too-many-lines');
    expect(file(1001)?.edi?.poNumber).to.equal('PO-1');
    expect(file(10_001)?.faults.map(({ code }) => code)).to.deep.equal(['too-many-lines']);
  });

  const endless: [string, 'x12' | 'edifact', string, string][] = [
    [
      'messages',
      'x12',
      `${isa}GS*PO*A*B*20261123*1000*1*X*004010~${'ST*850*1~SE*2*1~'.repeat(30_000)}`,
      'too-many-orders',
    ],
    ['messages', 'edifact', `${unb}${"UNH+1'".repeat(30_000)}`, 'too-many-orders'],
    ['interchanges', 'x12', isa.repeat(30_000), 'too-many-orders'],
    ['interchanges', 'edifact', "UNB+'".repeat(30_000), 'too-many-faults'],
  ];
  for (const [what, standard, text, code] of endless) {
    it(`refuses a file of more ${what} of ${standard} than are taken`, () => {
      expect(read(text, standard).unreadable?.[0]?.code).to.equal(code);
    });
  }
});
