import { expect } from 'chai';
import { readEdifact } from '../../../../lib/intake/edi/edifact/read-edifact';
import { defaultEdiLimits } from '../../../../lib/intake/edi/interchange';
import { allFaults, bytesOf, faultsOf, interchange, message, messagesOf, readText } from './fixtures';

const orders = 'ORDERS:D:96A:UN:EAN008';
const small = (reference = '1') => message(orders, ['BGM+220+PO-1+9', 'UNS+S'], reference);

describe('reading EDIFACT', () => {
  it('reads the envelope', () => {
    const text = interchange([small()], { after: '++++1++1', una: "UNA:+.? '" });
    const file = readText(text);
    expect(allFaults(file)).to.deep.equal([]);
    expect(file.warnings).to.deep.equal([]);
    const { groups, ...envelope } = file.interchanges[0] ?? { groups: [] };
    expect(envelope).to.deep.equal({
      standard: 'edifact',
      sender: { qualifier: '14', id: '4012345000009' },
      receiver: { qualifier: '14', id: '4098765000003' },
      controlNumber: '77',
      version: 'UNOC:3',
      preparedAt: '2026-11-23T10:15',
      test: true,
      acknowledgementRequested: true,
      faults: [],
      start: 0,
      end: text.length,
    });
    expect(groups[0]).to.include({ functionalId: '', controlNumber: '', statedMessages: 1 });
    const [read] = groups[0]?.messages ?? [];
    expect(read).to.include({ type: 'ORDERS', controlNumber: '1', version: 'D:96A:UN:EAN008', ordinal: 1 });
    expect(JSON.parse(JSON.stringify(read?.segments[1]))).to.deep.equal({
      tag: 'BGM',
      elements: [[['220']], [['PO-1']], [['9']]],
      position: 2,
      offset: text.indexOf('BGM'),
    });
  });

  it('keeps every value as it was sent: released characters, empty elements, components, blanks', () => {
    const text = interchange([message(orders, ["FTX+AAI+++a?+b?:c?'d???? :: x ++", 'IMD+F++:::Süß '])]);
    const [ftx, imd] = messagesOf(readText(text))[0]?.segments.slice(1) ?? [];
    expect(ftx?.elements).to.deep.equal([[['AAI']], [['']], [['']], [["a+b:c'd?? ", '', ' x ']], [['']], [['']]]);
    expect(imd?.elements).to.deep.equal([[['F']], [['']], [['', '', '', 'Süß ']]]);
  });

  it('knows a released terminator from one after a released release character', () => {
    const text = interchange([message(orders, ["FTX+1+++a?'b", 'FTX+2+++a??', "FTX+3+++a???'b"])]);
    const segments = messagesOf(readText(text))[0]?.segments.slice(1, 4);
    expect(segments?.map(({ elements }) => elements[3]?.[0]?.[0])).to.deep.equal(["a'b", 'a?', "a?'b"]);
  });

  it('takes the delimiters of each UNA, and the standard ones after an interchange with other ones', () => {
    const other = interchange([small()], { una: "UNA:+.? '" })
      .replaceAll('+', '*')
      .replaceAll("'", '~')
      .replaceAll(':', '|');
    const file = readText(`${other}\r\n${interchange([small()])}\n${other}`);
    expect(faultsOf(file)).to.deep.equal([]);
    expect(messagesOf(file).map(({ segments }) => segments[1]?.elements[1])).to.deep.equal([
      [['PO-1']],
      [['PO-1']],
      [['PO-1']],
    ]);
  });

  it('keeps the delimiters of a UNA at the top of a file for later interchanges that end like the first', () => {
    const other = interchange([small()], { una: "UNA:+.? '" }).replaceAll("'", '~');
    const file = readText(other + other.slice(9) + interchange([small()]));
    expect(faultsOf(file)).to.deep.equal([]);
    expect(file.interchanges).to.have.length(3);
    expect(file.warnings).to.have.length(1);
  });

  it('takes new delimiters even where an interchange was left open', () => {
    const other = interchange([small()], { una: "UNA:+.? '" }).replaceAll('+', '*');
    const file = readText(other.replace("UNZ*1*77'", '') + interchange([small()]));
    expect(faultsOf(file)).to.deep.equal(['interchange 13']);
    expect(messagesOf(file).map(({ segments }) => segments[1]?.elements[1])).to.deep.equal([[['PO-1']], [['PO-1']]]);
  });

  it('has no release character when the UNA gives a blank', () => {
    const text = interchange([message(orders, ['FTX+AAI+++what?'])], { una: "UNA:+.  '" });
    expect(messagesOf(readText(text))[0]?.segments[1]?.elements[3]).to.deep.equal([['what?']]);
  });

  it('has repetitions in syntax 4 only', () => {
    const una = "UNA:+.?*'";
    const version4 = interchange([message(orders, ['ATT+a:1*b:2'])], { una, syntax: 'UNOC:4' });
    const version3 = interchange([message(orders, ['ATT+a:1*b:2'])], { una });
    const elements = (text: string) => messagesOf(readText(text))[0]?.segments[1]?.elements;
    expect(elements(version4)).to.deep.equal([
      [
        ['a', '1'],
        ['b', '2'],
      ],
    ]);
    expect(elements(version3)).to.deep.equal([[['a', '1*b', '2']]]);
  });

  it('reads the control characters of level B without UNA', () => {
    const text = interchange([small()], { syntax: 'UNOB:1' })
      .replaceAll('+', '\x1d')
      .replaceAll(':', '\x1f')
      .replaceAll("'", '\x1c');
    expect(faultsOf(readText(text))).to.deep.equal([]);
  });

  it('passes over line breaks round segments, blanks before them, and Ctrl-Z at the end', () => {
    const text = `\r\n  ${interchange([small()], { una: "UNA:+.? '" }).replaceAll("'", "'\r\n  ")}\x1a`;
    const file = readText(text);
    expect(faultsOf(file)).to.deep.equal([]);
    expect(messagesOf(file)[0]?.segments.map(({ tag }) => tag)).to.deep.equal(['UNH', 'BGM', 'UNS', 'UNT']);
    expect(messagesOf(file)[0]?.segments[1]?.offset).to.equal(text.indexOf('BGM'));
  });

  it('knows UNA and UNB at the start of a segment only', () => {
    const text = interchange([message(orders, ['FTX+AAI+++UNA and UNB+UNOA', 'NAD+BY+UNB'])]);
    const file = readText(text);
    expect(file.interchanges).to.have.length(1);
    expect(faultsOf(file)).to.deep.equal([]);
  });

  it('finds the interchange behind the head of a mail, and says what it did not read', () => {
    const text = `Dear all, here's our order\r\nRegards\r\n${interchange([small()])}\r\nThanks`;
    const file = readText(text);
    expect(messagesOf(file)).to.have.length(1);
    expect(faultsOf(file)).to.deep.equal(['interchange 13', 'interchange 13']);
  });

  it('refuses messages without an interchange, in one fault for all of their segments', () => {
    const file = readText(small() + small('2'));
    expect(file.interchanges).to.deep.equal([]);
    expect(file.faults).to.have.length(1);
    expect(file.faults[0]?.message).to.contain('ORDERS').and.contain('8 segments');
  });

  describe('characters', () => {
    const texts = (bytes: Uint8Array) => messagesOf(readEdifact(bytes))[0]?.segments[1]?.elements[3]?.[0]?.[0];
    const withText = (text: string, syntax: string) =>
      interchange([message(orders, [`FTX+AAI+++${text}`])], { syntax });

    it('are ISO 8859-1 for UNOC, not Windows-1252', () => {
      expect(texts(bytesOf(withText('Gr\xfc\xdfe \x80', 'UNOC:3')))).to.equal('Grüße \x80');
    });

    it('are Latin-1 for UNOA and UNOB, with a warning for those that do not belong there', () => {
      const file = readText(withText('Gr\xfc\xdfe', 'UNOA:2'));
      expect(messagesOf(file)[0]?.segments[1]?.elements[3]).to.deep.equal([['Grüße']]);
      expect(file.warnings.join()).to.contain('UNOA');
    });

    for (const [syntax, bytes, text] of [
      ['UNOD:3', [0xb1, 0xe6], 'ąć'],
      ['UNOE:3', [0xd6], 'ж'],
      ['UNOF:3', [0xe1], 'α'],
      ['UNOK:3', [0xfd, 0x85], 'ı\x85'],
      ['UNOY:4', [0xc3, 0xbc], 'ü'],
    ] as const) {
      it(`are those of ${syntax}`, () => {
        expect(texts(bytesOf(withText(Buffer.from(bytes).toString('latin1'), syntax)))).to.equal(text);
      });
    }

    it('are UTF-8 after its byte order mark, UTF-16 after that', () => {
      const text = withText('Grüße ☃', 'UNOB:1');
      const utf8 = Buffer.from(`\ufeff${text}`, 'utf8');
      const utf16 = Buffer.from(`\ufeff${text}`, 'utf16le');
      expect(texts(utf8)).to.equal('Grüße ☃');
      expect(texts(utf16)).to.equal('Grüße ☃');
      expect(texts(Buffer.from(utf16).swap16())).to.equal('Grüße ☃');
      expect(readEdifact(utf16).interchanges[0]).to.include({ start: 2, end: utf16.length });
    });

    it('that are none of the set refuse their message', () => {
      expect(faultsOf(readText(withText('\xff', 'UNOY:4')))).to.deep.equal(['message 21']);
    });

    it('of an unknown set, and bytes that look like another one, are a warning', () => {
      expect(readText(withText('x', 'KECA:3')).warnings.join()).to.contain('KECA');
      expect(readText(withText('\xc3\xbc', 'UNOC:3')).warnings.join()).to.contain('UTF-8');
    });
  });

  describe('checks of the envelope', () => {
    const good = interchange([small()]);
    const broken: readonly [string, string, readonly string[]][] = [
      ['a wrong count of segments', good.replace('UNT+4', 'UNT+5'), ['message 29']],
      ['a count that is no number', good.replace('UNT+4', 'UNT+x'), ['message 12']],
      ['another reference in the UNT', good.replace('UNT+4+1', 'UNT+4+2'), ['message 28']],
      ['a missing UNT', good.replace("UNT+4+1'", ''), ['message 13']],
      [
        'a missing UNH',
        good.replace(/UNH.*?'/, ''),
        ['interchange 33', 'interchange 33', 'interchange 33', 'interchange 29', 'interchange 32'],
      ],
      ['a UNH twice', good.replace('UNH', `UNH+0+${orders}'UNH`), ['interchange 29', 'message 13']],
      ['a wrong count of messages', good.replace('UNZ+1', 'UNZ+2'), ['interchange 29']],
      ['another reference in the UNZ', good.replace('UNZ+1+77', 'UNZ+1+78'), ['interchange 28']],
      ['a missing UNZ', good.replace("UNZ+1+77'", ''), ['interchange 13']],
      ['a UNZ twice', good.replace("UNZ+1+77'", "UNZ+1+77'UNZ+1+77'"), ['interchange 13']],
      ['a missing reference', good.replace('1015+77', '1015+').replace('UNZ+1+77', 'UNZ+1'), ['interchange 13']],
      ['an unknown syntax version', good.replace('UNOC:3', 'UNOC:9'), ['interchange 2']],
      ['a reference twice', interchange([small(), small()]), ['message 26']],
      ['a tag that is none', good.replace('BGM', 'bgm'), ['message 12']],
      ['no message', interchange([]), ['interchange 32']],
      ['a UNA that contradicts itself', `UNA++.? '${good}`, ['interchange 22']],
      ['other delimiters without UNA', good.replaceAll('+', '*'), ['interchange 22']],
      ['nothing', '', ['interchange 13']],
      ['a UNA alone', "UNA:+.? '", ['interchange 13']],
    ];
    for (const [what, text, faults] of broken) {
      it(`find ${what}`, () => {
        expect(faultsOf(readText(text))).to.deep.equal(faults);
      });
    }

    it('take numbers with and without leading zeros for equal', () => {
      const text = good.replace('UNZ+1+77', 'UNZ+01+0077').replace('UNT+4+1', 'UNT+04+0001');
      expect(faultsOf(readText(text))).to.deep.equal([]);
    });

    it('say where: the offset in bytes, the segment of the message, the element', () => {
      const text = good.replace('UNT+4', 'UNT+5');
      const [fault] = allFaults(readText(text));
      expect(fault).to.include({
        segment: 'UNT',
        position: 4,
        element: 1,
        dataElement: '0074',
        value: '5',
        rejects: true,
      });
      expect(fault?.offset).to.equal(text.indexOf('UNT'));
    });

    it('leave the other messages alone', () => {
      const text = interchange([small('1'), small('2').replace('UNT+4', 'UNT+9'), small('3')]);
      const faults = messagesOf(readText(text)).map((each) => each.faults.length);
      expect(faults).to.deep.equal([0, 1, 0]);
    });

    it('close an interchange without UNZ where the next one begins', () => {
      const file = readText(`${good.replace("UNZ+1+77'", '')}${good}`);
      expect(file.interchanges.map(({ faults }) => faults.length)).to.deep.equal([1, 0]);
      expect(file.interchanges[0]?.end).to.equal(file.interchanges[1]?.start);
    });
  });

  describe('groups', () => {
    const group = (messages: readonly string[], reference = '5', count = messages.length) =>
      `UNG+ORDERS+S:14+R:14+261123:1015+${reference}+UN+D:96A'${messages.join('')}UNE+${count}+${reference}'`;

    it('are read with what they say of themselves', () => {
      const file = readText(interchange([group([small('1'), small('2')], '5'), group([small('1')], '6')]));
      expect(faultsOf(file)).to.deep.equal([]);
      const [first] = file.interchanges[0]?.groups ?? [];
      expect(first).to.include({
        functionalId: 'ORDERS',
        sender: 'S',
        receiver: 'R',
        controlNumber: '5',
        statedMessages: 2,
      });
      expect(first?.version).to.equal('D:96A');
      expect(file.interchanges[0]?.groups).to.have.length(2);
    });

    it('have their counts, references and ends checked', () => {
      expect(faultsOf(readText(interchange([group([small()], '5', 2)])))).to.deep.equal(['group 29']);
      expect(faultsOf(readText(interchange([group([small()]).replace('UNE+1+5', 'UNE+1+6')])))).to.deep.equal([
        'group 28',
      ]);
      expect(faultsOf(readText(interchange([group([small()]).replace("UNE+1+5'", '')])))).to.deep.equal(['group 13']);
      expect(faultsOf(readText(interchange([group([small()]), group([small()])])))).to.deep.equal(['group 26']);
      expect(faultsOf(readText(interchange([small(), group([small('2')])])))).to.deep.equal(['interchange 30']);
    });
  });

  describe('limits', () => {
    const read = (text: string, limits: Partial<typeof defaultEdiLimits>) =>
      faultsOf(readEdifact(bytesOf(text), { limits: { ...defaultEdiLimits, ...limits } }));
    const text = interchange([
      message(orders, ['BGM+220+PO-1+9', `FTX+AAI+++${'x'.repeat(300)}`, 'ATT+a:b:c:d:e:f', 'ATT+1+2+3+4+5+6+7+8']),
    ]);

    it('bound the file, segments, elements, components and messages', () => {
      expect(read(text, {})).to.deep.equal([]);
      expect(read(text, { bytes: 100 })).to.deep.equal(['interchange 18']);
      expect(read(text, { segmentBytes: 200 })).to.deep.equal(['message 39']);
      expect(read(text, { elements: 7 })).to.deep.equal(['message 16']);
      expect(read(text, { components: 5 })).to.deep.equal(['message 16']);
      expect(read(text, { segmentsPerMessage: 3 })).to.deep.equal(['message 16']);
    });

    it('end the reading of a file whose segments never end', () => {
      const file = readText(`${interchange([]).slice(0, 60)}${'x'.repeat(5_000_000)}`);
      expect(faultsOf(file)).to.deep.equal(['interchange 13', 'interchange 13']);
    });
  });
});
