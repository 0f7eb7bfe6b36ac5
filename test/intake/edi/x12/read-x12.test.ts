import { Buffer } from 'node:buffer';
import { expect } from 'chai';
import fc from 'fast-check';
import { defaultEdiLimits, type EdiFile } from '../../../../lib/intake/edi/interchange';
import { readX12 } from '../../../../lib/intake/edi/x12/read-x12';
import {
  allFaults,
  bytesOf,
  faultsOf,
  mapAll,
  messagesOf,
  onlyInterchange,
  plainOrder,
  readText,
  x12File,
} from './files';

const file = x12File([{ '850': plainOrder }, { '850': plainOrder.replace('PO-1001', 'PO-1002') }]);

/** All that was read but where it stood. */
function contentOf({ interchanges }: EdiFile): unknown {
  return interchanges.map(({ sender, receiver, controlNumber, groups }) => [
    sender,
    receiver,
    controlNumber,
    groups.map(({ messages }) => messages.map(({ segments }) => segments.map(({ tag, elements }) => [tag, elements]))),
  ]);
}

describe('X12 files', () => {
  it('are read to the last element', () => {
    const read = readText(file);
    expect(faultsOf(read)).to.deep.equal([]);
    expect(read.warnings).to.deep.equal([]);
    const interchange = onlyInterchange(read);
    expect(interchange).to.include({ controlNumber: '000000001', version: '00401', preparedAt: '2026-11-20T12:05' });
    expect(interchange).to.include({ test: false, acknowledgementRequested: false, start: 0, end: file.length });
    expect(interchange.sender).to.deep.equal({ qualifier: 'ZZ', id: 'ACME' });
    expect(interchange.receiver).to.deep.equal({ qualifier: '01', id: 'SELLER' });
    const [group] = interchange.groups;
    expect(group).to.include({ functionalId: 'PO', sender: 'ACME', receiver: 'SELLER', controlNumber: '7' });
    expect(group).to.include({ version: '004010', statedMessages: 2 });
    const [message, second] = group?.messages ?? [];
    expect(message).to.include({ type: '850', controlNumber: '0001', version: '004010', ordinal: 1 });
    expect(second).to.include({ controlNumber: '0002', ordinal: 2 });
    expect(message?.segments.map(({ tag, position }) => [tag, position]).slice(0, 3)).to.deep.equal([
      ['ST', 1],
      ['BEG', 2],
      ['CUR', 3],
    ]);
    const begin = message?.segments[1];
    expect(begin?.elements).to.deep.equal([[['00']], [['SA']], [['PO-1001']], [['']], [['20261123']]]);
    expect(file.slice(begin?.offset).startsWith('BEG*00*SA*PO-1001')).to.equal(true);
  });

  it('are the same whatever separates them', () => {
    const wanted = contentOf(readText(file));
    for (const terminator of ['\n', '\r\n', '\r', '~\r\n', '~\n', '!', '^', '|', '}', '\\', '$', "'", '\x15', '\x1c']) {
      const read = readText(
        x12File([{ '850': plainOrder }, { '850': plainOrder.replace('PO-1001', 'PO-1002') }], { terminator }),
      );
      expect(faultsOf(read), JSON.stringify(terminator)).to.deep.equal([]);
      expect(contentOf(read), JSON.stringify(terminator)).to.deep.equal(wanted);
    }
    for (const element of ['|', '~', '\x1d', '\x7f', '+', '^']) {
      const options = { element, terminator: '\n' };
      const read = readText(
        x12File([{ '850': plainOrder }, { '850': plainOrder.replace('PO-1001', 'PO-1002') }], options),
      );
      expect(contentOf(read), JSON.stringify(element)).to.deep.equal(wanted);
    }
  });

  it('need no padding in the ISA, and take no offset for granted', () => {
    const short = file.replace(
      /^ISA\*00\* {10}\*00\* {10}\*ZZ\*ACME {11}\*01\*SELLER {9}/,
      'ISA*00**00**ZZ*ACME*01*SELLER',
    );
    expect(short.length).to.equal(file.length - 40);
    expect(faultsOf(readText(short))).to.deep.equal([]);
    expect(contentOf(readText(short))).to.deep.equal(contentOf(readText(file)));
  });

  it('begin after a byte order mark, blanks and line breaks, and may be indented', () => {
    const indented = `\ufeff \r\n${file.replaceAll('~', '~\r\n    ')}\x1a`;
    expect(faultsOf(readText(indented))).to.deep.equal([]);
    expect(contentOf(readText(indented))).to.deep.equal(contentOf(readText(file)));
  });

  it('may be UTF-16, with a mark or without', () => {
    for (const mark of ['\ufeff', '']) {
      const read = readX12(bytesOf(mark + file, 'utf16le'));
      expect(contentOf(read)).to.deep.equal(contentOf(readText(file)));
      expect(read.warnings).to.have.length(1);
    }
  });

  it('may hold interchanges with other separators each', () => {
    const other = x12File([{ '850': plainOrder }], {
      element: '|',
      component: ':',
      terminator: '\n',
      controlNumber: '000000002',
    });
    const both = readText(file + other);
    expect(faultsOf(both)).to.deep.equal([]);
    expect(contentOf(both)).to.deep.equal([
      ...(contentOf(readText(file)) as []),
      ...(contentOf(readText(other)) as []),
    ]);
    expect(both.interchanges.map(({ start, end }) => [start, end])).to.deep.equal([
      [0, file.length],
      [file.length, file.length + other.length],
    ]);
  });

  it('may be joined without the last terminator', () => {
    const read = readText(`${file.slice(0, -1)}\r\n${file}`);
    expect(faultsOf(read)).to.deep.equal(['interchange 023']);
    expect(messagesOf(read)).to.have.length(4);
  });

  it('lose no interchange to one before it that is cut off', () => {
    for (const terminator of ['~', '\n', '!']) {
      const other = x12File([{ '850': plainOrder }], { terminator, controlNumber: '000000002' });
      const lengths = [...Array.from({ length: 110 }, (_, index) => index + 4), 200, 400, file.length - 20];
      for (const length of lengths) {
        const read = readText(`${file.slice(0, length)}\r\n${other}`);
        expect(contentOf(read), `${terminator} ${length}`).to.deep.include(
          (contentOf(readText(other)) as unknown[])[0],
        );
        expect(faultsOf(read).some((fault) => fault.endsWith('!'))).to.equal(true);
        expect(mapAll(read).filter(({ order }) => order !== undefined)).to.have.length(1);
      }
    }
  });

  it('may be joined in lines', () => {
    const lines = x12File([{ '850': plainOrder }], { terminator: '\r\n' });
    expect(faultsOf(readText(lines + lines))).to.deep.equal([]);
  });

  it('have an ISA only where a segment begins, and only when it is one', () => {
    const read = readText(x12File([{ '850': `BEG*00*SA*ISA*ISAAC*20261123\nN1*BY*ISAAC*92*ISA\nPO1*1*1*EA**VN*ISA` }]));
    expect(faultsOf(read)).to.deep.equal([]);
    const junk = readText(`From: ISAAC\nISAAC*1*2~\n${file}`);
    expect(faultsOf(junk)).to.deep.equal(['interchange 024!']);
    expect(messagesOf(junk)).to.have.length(2);
  });

  it('separate repetitions from 00402 on, and never by a letter', () => {
    const body = 'BEG*00*SA*99-001^B**20261123';
    const elementsWith = (options: Parameters<typeof x12File>[1]) =>
      messagesOf(readText(x12File([{ '850': body }], options)))[0]?.segments[1]?.elements[2];
    expect(elementsWith({ interchangeVersion: '00501', repetition: '^' })).to.deep.equal([['99-001'], ['B']]);
    expect(elementsWith({ interchangeVersion: '00401', repetition: '-' })).to.deep.equal([['99-001^B']]);
    expect(elementsWith({ interchangeVersion: '00501', repetition: 'U' })).to.deep.equal([['99-001^B']]);
  });

  it('are told apart as test and production', () => {
    expect(onlyInterchange(readText(x12File([], { usage: 'T' }))).test).to.equal(true);
    expect(onlyInterchange(readText(x12File([], { usage: 'I' }))).test).to.equal(true);
    const neither = readText(x12File([], { usage: 'X' }));
    expect(onlyInterchange(neither).test).to.equal(true);
    expect(faultsOf(neither)).to.deep.equal(['interchange 020!']);
    expect(onlyInterchange(readText(x12File([], { wanted: '1' }))).acknowledgementRequested).to.equal(true);
  });

  const broken: readonly (readonly [string, (text: string) => string, readonly string[]])[] = [
    ['a wrong SE01', (text) => text.replace('SE*13*0001', 'SE*12*0001'), ['message 4!']],
    ['a wrong SE02', (text) => text.replace('SE*13*0001', 'SE*13*0009'), ['message 3!']],
    ['a missing SE', (text) => text.replace('SE*13*0001~', ''), ['message 2!']],
    ['a missing ST', (text) => text.replace('ST*850*0002~', ''), ['message 6!']],
    ['a missing ST01', (text) => text.replace('ST*850*0002', 'ST**0002'), ['message 6!']],
    [
      'a missing ST02',
      (text) => text.replace('ST*850*0002', 'ST*850*').replace('SE*13*0002', 'SE*13*'),
      ['message 7!'],
    ],
    ['a repeated ST02', (text) => text.replaceAll('*0002~', '*0001~'), ['message 23!']],
    ['a wrong GE01', (text) => text.replace('GE*2*7', 'GE*3*7'), ['group 5!']],
    ['a wrong GE02', (text) => text.replace('GE*2*7', 'GE*2*8'), ['group 4!']],
    ['a missing GE', (text) => text.replace('GE*2*7~', ''), ['group 3!']],
    ['a missing GS06', (text) => text.replace('*7*X*', '**X*').replace('GE*2*7', 'GE*2'), ['group 6!']],
    [
      'a repeated GS06',
      (text) => text.replace('GE*2*7~', 'GE*2*7~GS*PO*A*B*20261120*1200*07*X*004010~GE*0*7~').replace('IEA*1', 'IEA*2'),
      ['group 19!'],
    ],
    ['a wrong IEA01', (text) => text.replace('IEA*1*', 'IEA*2*'), ['interchange 021']],
    ['a wrong IEA02', (text) => text.replace('IEA*1*000000001', 'IEA*1*000000002'), ['interchange 001']],
    ['a missing IEA', (text) => text.replace(/IEA.*~/, ''), ['interchange 023!']],
    ['a missing sender', (text) => text.replace('ACME           *01', '               *01'), ['interchange 006!']],
    ['no date', (text) => text.replace('*261120*', '*261320*'), ['interchange 014']],
    ['no tag of X12', (text) => text.replace('~CUR*', '~cur*'), ['segment 1!']],
    ['an empty segment', (text) => text.replace('~CUR*', '~~CUR*'), ['segment 1']],
    ['a missing GS', (text) => text.replace(/GS\*.*?~/, ''), ['interchange 024!', 'interchange 024!']],
    ['a segment outside', (text) => text.replace('GS*PO', 'N1*BY~GS*PO'), ['interchange 024!']],
  ];
  for (const [name, change, faults] of broken) {
    it(`with ${name} say so and keep everything`, () => {
      const text = change(file);
      expect(text).not.to.equal(file);
      const read = readText(text);
      expect(faultsOf(read)).to.deep.equal(faults);
      const kept = messagesOf(read).flatMap(({ segments }) => segments);
      expect(kept.filter(({ tag }) => tag === 'PO1')).to.have.length(4);
      for (const { offset } of allFaults(read)) expect(offset).to.be.within(0, text.length);
    });
  }

  it('lose no message to a broken one', () => {
    const read = readText(file.replace('SE*13*0001~', ''));
    expect(mapAll(read).map(({ order, faults }) => [order?.poNumber, faults.length > 0])).to.deep.equal([
      [undefined, true],
      ['PO-1002', false],
    ]);
  });

  it('have the TA1 segments of an interchange kept with it', () => {
    const read = readText(file.replace('GS*PO', 'TA1*000000905*261101*1200*A*000~GS*PO'));
    expect(faultsOf(read)).to.deep.equal([]);
    expect(onlyInterchange(read).segments?.map(({ tag }) => tag)).to.deep.equal(['TA1']);
  });

  it('that are no X12 are refused with a reason', () => {
    for (const text of ['', ' \r\n', 'hello', '{"poNumber":"1"}', 'ISA', 'ISA*00*', `ISA*${'0'.repeat(500)}`]) {
      const read = readText(text);
      expect(read.interchanges, text).to.deep.equal([]);
      expect(read.faults, text).not.to.deep.equal([]);
    }
    expect(faultsOf(readText(file.replace('*>~', '*A~')))).to.include('interchange 027!');
  });

  it('have one fault for what looks like an ISA and is none', () => {
    for (const start of ['ISA\0*', 'ISA *', 'ISA\t', 'xISA*', ' ISA1', '*ISA*']) {
      expect(faultsOf(readText(`${start}junk\n${file}`)), start).to.have.length.within(1, 2);
      expect(messagesOf(readText(`${start}junk\n${file}`)), start).to.have.length(2);
    }
  });

  it('have control numbers that are equal as numbers', () => {
    expect(
      faultsOf(readText(file.replace('SE*13*0001', 'SE*13*1').replace('IEA*1*000000001', 'IEA*1*1'))),
    ).to.deep.equal([]);
  });

  describe('in their charset', () => {
    const named = x12File([{ '850': plainOrder.replace('ACME STORES', 'Müller & Söhne') }, { '850': plainOrder }]);
    const nameIn = (read: EdiFile) => messagesOf(read)[0]?.segments[4]?.elements[1]?.[0]?.[0];

    it('are UTF-8', () => {
      expect(nameIn(readText(named))).to.equal('Müller & Söhne');
      expect(readText(named).warnings).to.deep.equal([]);
    });

    it('fall back to Latin-1 with a warning', () => {
      const read = readX12(bytesOf(named, 'latin1'));
      expect(nameIn(read)).to.equal('Müller & Söhne');
      expect(read.warnings).to.have.length(1);
    });

    it('are what is set', () => {
      expect(nameIn(readX12(bytesOf(named, 'latin1'), { charset: 'ISO-8859-1' }))).to.equal('Müller & Söhne');
      expect(nameIn(readX12(Buffer.from(named.replace('ü', '€'), 'utf16le'), { charset: 'UTF-16LE' }))).to.equal(
        'M€ller & Söhne',
      );
      const windows = Buffer.from(named, 'latin1');
      windows[windows.indexOf(0xfc)] = 0x80;
      expect(nameIn(readX12(windows, { charset: 'windows-1252' }))).to.equal('M€ller & Söhne');
      // Latin-1 has a control character where Windows-1252 has the euro.
      expect(nameIn(readX12(windows, { charset: 'latin1' }))).to.equal('M\x80ller & Söhne');
    });

    it('are refused when it is not known', () => {
      expect(faultsOf(readX12(bytesOf(named), { charset: 'ebcdic' }))).to.deep.equal(['interchange 024!']);
    });
  });

  describe('beyond a limit', () => {
    const read = (limits: Partial<typeof defaultEdiLimits>, text = file) =>
      readX12(bytesOf(text), { limits: { ...defaultEdiLimits, ...limits } });

    it('are refused when they are too large', () => {
      expect(faultsOf(read({ bytes: 100 }))).to.deep.equal(['interchange 024!']);
    });

    it('are refused where a segment, its elements or components are too many', () => {
      expect(faultsOf(read({ segmentBytes: 80 }, file.replace('A WIDGET', 'A'.repeat(80))))).to.deep.equal([
        'segment 8!',
      ]);
      expect(faultsOf(read({ elements: 8 }))).to.deep.equal(['element 3!', 'element 3!']);
      expect(faultsOf(read({ components: 3 }, file.replace('A WIDGET', 'A>W>I>D')))).to.deep.equal(['element 3!']);
    });

    it('are refused where a message has too many segments, and read on after it', () => {
      const long = read(
        { segmentsPerMessage: 20 },
        x12File([{ '850': plainOrder + '\nNTE**X'.repeat(30) }, { '850': plainOrder }]),
      );
      expect(faultsOf(long)).to.deep.equal(['message 5!']);
      expect(messagesOf(long)[0]?.segments).to.have.length(20);
      expect(messagesOf(long)[1]?.faults).to.deep.equal([]);
    });

    it('are read in the time that their bytes take', () => {
      const noTerminator = file.slice(0, 106) + 'X'.repeat(5_000_000);
      const manyHeaders = 'ISA*'.repeat(500_000);
      const manySegments = `${file.slice(0, 106)}${'ST*~'.repeat(300_000)}`;
      const manyTerminators = Array.from({ length: 200 }, (_, index) =>
        x12File([], { terminator: String.fromCharCode(0x80 + (index % 100)) }).slice(0, 110),
      ).join('\n');
      for (const text of [noTerminator, manyHeaders, manySegments, manyTerminators]) {
        expect(allFaults(readX12(bytesOf(text, 'latin1')))).not.to.deep.equal([]);
      }
    });
  });

  describe('whatever they hold', () => {
    it('give what they give alone when joined', () => {
      const texts = fc.constantFrom('\n', '', '\r\n', ' ');
      const separators = fc.constantFrom(
        { element: '*', component: '>', terminator: '~' },
        { element: '|', component: ':', terminator: '\n' },
        { element: '+', component: '^', terminator: '\x1c' },
      );
      fc.assert(
        fc.property(separators, separators, texts, (one, other, between) => {
          const [first, second] = [x12File([{ '850': plainOrder }], one), x12File([{ '850': plainOrder }], other)];
          const joined = readText(first + between + second);
          expect(faultsOf(joined)).to.deep.equal([]);
          expect(contentOf(joined)).to.deep.equal([
            ...(contentOf(readText(first)) as []),
            ...(contentOf(readText(second)) as []),
          ]);
        }),
        { numRuns: 30 },
      );
    });

    it('have a fault and no changed message when they are cut at any byte', () => {
      const text = x12File([{ '850': plainOrder.replace('ACME STORES', 'Müller') }, { '850': plainOrder }]);
      const bytes = bytesOf(text);
      const whole = messagesOf(readX12(bytes)).map((message) => JSON.stringify(message));
      for (let length = 0; length < bytes.length; length += 1) {
        const cut = readX12(bytes.subarray(0, length));
        expect(allFaults(cut), String(length)).not.to.deep.equal([]);
        for (const message of messagesOf(cut)) {
          if (message.faults.length === 0) expect(whole).to.include(JSON.stringify(message));
        }
        const orders = mapAll(cut).filter(({ order }) => order !== undefined);
        // Only the last terminator can be missing without losing anything.
        if (orders.length > 0) expect(length).to.equal(bytes.length - 1);
      }
    });

    it('never throw nor hang', () => {
      const bytes = bytesOf(file);
      const mutation = fc.array(fc.tuple(fc.nat(bytes.length - 1), fc.integer({ min: 0, max: 255 })), { maxLength: 8 });
      fc.assert(
        fc.property(mutation, (changes) => {
          const mutated = Uint8Array.from(bytes);
          for (const [at, byte] of changes) mutated[at] = byte;
          for (const { faults, order, change, acknowledgements } of mapAll(readX12(mutated))) {
            const contents = [order, change, acknowledgements].filter((content) => content !== undefined);
            expect(contents).to.have.length(faults.length > 0 ? 0 : 1);
          }
        }),
        { numRuns: 500 },
      );
      fc.assert(
        fc.property(fc.uint8Array({ maxLength: 300 }), (random) => {
          const read = readX12(random);
          mapAll(read);
          expect(allFaults(read)).to.have.length.within(1, random.length + 1);
        }),
        { numRuns: 500 },
      );
    });
  });
});
