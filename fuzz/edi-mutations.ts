import type { Mutation } from './mutation';
import type { Random } from './random';
import { trickyValues } from './values';

/** How an EDI text is cut, as far as a mutation has to know. */
interface EdiText {
  readonly segments: string[];
  readonly terminator: string;
  readonly element: string;
  readonly component: string;
}

const tags =
  'ISA GS ST SE GE IEA TA1 BEG CUR REF DTM N1 N3 N4 PO1 SCH SDQ SLN SAC N9 MSG CTT AMT BCH POC AK1 AK2 AK5 AK9 G50 G68 G76 UNA UNB UNG UNH UNT UNE UNZ BGM NAD CUX LIN PIA IMD QTY PRI MOA ALC FTX UNS CNT UCI UCM LOC RFF ZZZ A'.split(
    ' ',
  );
const otherSeparators = [
  '*',
  '|',
  '^',
  '+',
  ':',
  '>',
  '~',
  "'",
  '!',
  '\n',
  '\r\n',
  '\u001c',
  '\u001d',
  '\u001f',
  '\u0015',
  '?',
  ' ',
  'A',
  ';',
];
const mostRepeats = 400;

/** Three of four come with their counts and control numbers set right, so that what is in the messages is read at all. */
const inSegments =
  (change: (text: EdiText, random: Random, seeds: readonly Buffer[]) => void): Mutation =>
  (input, random, seeds) => {
    const text = cut(input);
    if (text.segments.length === 0) return input;
    change(text, random, seeds);
    if (!random.oneIn(4)) correctCounts(text);
    return joined(text);
  };

const deleteSegment = inSegments(({ segments }, random) => void segments.splice(random.below(segments.length), 1));

const copySegment = inSegments(({ segments }, random) => {
  segments.splice(random.below(segments.length + 1), 0, random.pick(segments));
});

const swapSegments = inSegments(({ segments }, random) => {
  const [one, other] = [random.below(segments.length), random.below(segments.length)];
  const kept = segments[one] as string;
  segments[one] = segments[other] as string;
  segments[other] = kept;
});

const takeSegments = inSegments(({ segments }, random, seeds) => {
  const others = cut(random.pick(seeds)).segments;
  const from = random.below(others.length);
  segments.splice(random.below(segments.length + 1), 0, ...others.slice(from, from + 1 + random.below(8)));
});

const repeatSegments = inSegments(({ segments }, random) => {
  const from = random.below(segments.length);
  const piece = segments.slice(from, from + 1 + random.below(12));
  const times = random.oneIn(20) ? random.below(mostRepeats) : random.below(8);
  segments.splice(from, 0, ...Array.from({ length: times }, () => piece).flat());
});

const changeElement = inSegments((text, random) => {
  inElements(text, random, (elements) => {
    elements[1 + random.below(elements.length - 1)] = random.pick(trickyValues);
  });
});

const swapElements = inSegments((text, random) => {
  inElements(text, random, (elements) => {
    const one = 1 + random.below(elements.length - 1);
    const other = 1 + random.below(elements.length - 1);
    [elements[one], elements[other]] = [elements[other] as string, elements[one] as string];
  });
});

const dropElement = inSegments((text, random) => {
  inElements(text, random, (elements) => void elements.splice(1 + random.below(elements.length - 1), 1));
});

const addElements = inSegments((text, random) => {
  inElements(text, random, (elements) => {
    const piece = random.oneIn(2) ? '' : random.pick(trickyValues).slice(0, 40);
    elements.push(...Array.from({ length: random.oneIn(10) ? 250 : random.below(6) }, () => piece));
  });
});

const addComponents = inSegments((text, random) => {
  inElements(text, random, (elements) => {
    const at = 1 + random.below(elements.length - 1);
    const many = random.oneIn(10) ? 150 : 1 + random.below(5);
    elements[at] =
      `${elements[at] ?? ''}${`${text.component}${random.pick(['', '1', '9', 'EN', '102'])}`.repeat(many)}`;
  });
});

const changeTag = inSegments((text, random) => {
  inElements(text, random, (elements) => {
    elements[0] = random.pick(tags);
  });
});

/** Of the whole file, so that it stays as it was but for its separators. */
const changeSeparators: Mutation = (input, random) => {
  const text = cut(input);
  const which = random.pick([text.terminator, text.element, text.component]);
  return Buffer.from(input.toString('latin1').replaceAll(which, random.pick(otherSeparators)), 'latin1');
};

const recode: Mutation = (input, random) => {
  const text = input.toString('latin1');
  if (random.oneIn(3)) return Buffer.from(`\ufeff${text}`, 'utf8');
  if (random.oneIn(2)) return Buffer.from(`\ufeff${text}`, 'utf16le');
  return Buffer.from(text.replace(/UNO[A-Z]/, random.pick(['UNOA', 'UNOX', 'UNOY', 'UNOG', 'UNOK', 'UNO?'])), 'latin1');
};

const breakLines: Mutation = (input, random) => {
  const { terminator } = cut(input);
  const lineBreak = random.pick(['\n', '\r\n', '  ', '\u001a', '\n\n\t']);
  return Buffer.from(input.toString('latin1').replaceAll(terminator, terminator + lineBreak), 'latin1');
};

export const ediMutations: readonly Mutation[] = [
  deleteSegment,
  copySegment,
  swapSegments,
  takeSegments,
  takeSegments,
  repeatSegments,
  changeElement,
  changeElement,
  changeElement,
  swapElements,
  dropElement,
  addElements,
  addComponents,
  changeTag,
  changeSeparators,
  recode,
  breakLines,
];

function cut(input: Buffer): EdiText {
  const text = input.toString('latin1');
  const isX12 = /^\s*ISA/.test(text);
  const service = /UNA(.)(.)..?.?(.)/s.exec(text);
  const element = isX12 ? text.trimStart().charAt(3) : (service?.[2] ?? '+');
  const header = isX12 ? text.trimStart().split(element, 17) : [];
  const component = isX12 ? (header[16]?.charAt(0) ?? '>') : (service?.[1] ?? ':');
  const terminator = (isX12 ? header[16]?.charAt(1) : "'") || '~';
  return { segments: text.split(terminator), terminator, element, component };
}

function joined({ segments, terminator }: EdiText): Buffer {
  return Buffer.from(segments.join(terminator), 'latin1');
}

function inElements(text: EdiText, random: Random, change: (elements: string[]) => void): void {
  const at = random.below(text.segments.length);
  const elements = (text.segments[at] as string).split(text.element);
  if (elements.length < 2) return;
  change(elements);
  // values may hold characters that are no bytes: they go in as UTF-8
  text.segments[at] = Buffer.from(elements.join(text.element)).toString('latin1');
}

/** Writes what trailers say of their messages, groups and interchange anew. */
function correctCounts({ segments, element }: EdiText): void {
  let inMessage = 0;
  let messages = 0;
  let groups = 0;
  const references: Record<'message' | 'group' | 'interchange', string> = {
    message: '1',
    group: '1',
    interchange: '1',
  };
  const trailer = (at: number, tag: string, count: number, reference: string): void => {
    const before = /^\s*/.exec(segments[at] as string)?.[0] ?? '';
    segments[at] = before + [tag, count, reference].join(element);
  };
  for (let at = 0; at < segments.length; at += 1) {
    const elements = (segments[at] as string).trim().split(element);
    const [tag = ''] = elements;
    inMessage += 1;
    if (tag === 'ISA' || tag === 'UNB') {
      messages = 0;
      groups = 0;
      references.interchange = elements[tag === 'ISA' ? 13 : 5] ?? '';
    } else if (tag === 'GS' || tag === 'UNG') {
      messages = 0;
      groups += 1;
      references.group = elements[tag === 'GS' ? 6 : 5] ?? '';
    } else if (tag === 'ST' || tag === 'UNH') {
      inMessage = 1;
      messages += 1;
      const place = tag === 'ST' ? 2 : 1;
      references.message = String(messages).padStart(4, '0');
      elements[place] = references.message;
      segments[at] = (/^\s*/.exec(segments[at] as string)?.[0] ?? '') + elements.join(element);
    } else if (tag === 'SE' || tag === 'UNT') trailer(at, tag, inMessage, references.message);
    else if (tag === 'GE' || tag === 'UNE') trailer(at, tag, messages, references.group);
    else if (tag === 'IEA') trailer(at, tag, groups, references.interchange);
    else if (tag === 'UNZ') trailer(at, tag, groups > 0 ? groups : messages, references.interchange);
  }
}
