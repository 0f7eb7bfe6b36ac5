/** EDI messages for tests: one interchange, its messages and trailers counted. */

export interface SampleInterchange {
  readonly control?: number;
  readonly sender?: string;
  readonly test?: boolean;
}

const digits = (number: number, count: number): string => String(number).padStart(count, '0');

/** An X12 interchange with one group of messages; each is its segments without ST and SE, as `BEG*00*…`. */
export function x12(
  type: string,
  messages: readonly (readonly string[])[],
  { control = 1, sender = 'ACME', test = false }: SampleInterchange = {},
): string {
  const sets = messages.flatMap((segments, i) => {
    const number = digits(i + 1, 4);
    return [`ST*${type}*${number}`, ...segments, `SE*${segments.length + 2}*${number}`];
  });
  const group = { '850': 'PO', '860': 'PC', '997': 'FA' }[type] ?? 'PO';
  const isa = [
    'ISA',
    '00',
    ' '.repeat(10),
    '00',
    ' '.repeat(10),
    'ZZ',
    sender.padEnd(15),
    'ZZ',
    'SELLER'.padEnd(15),
    '261123',
    '1000',
    'U',
    '00401',
    digits(control, 9),
    '0',
    test ? 'T' : 'P',
    '>',
  ].join('*');
  const segments = [
    isa,
    `GS*${group}*${sender}*SELLER*20261123*1000*${control}*X*004010`,
    ...sets,
    `GE*${messages.length}*${control}`,
    `IEA*1*${digits(control, 9)}`,
  ];
  return `${segments.join('~\n')}~\n`;
}

/** An X12 interchange with a group for each message, numbered from 1. */
export function inGroups(type: string, messages: readonly (readonly string[])[], control: number): string {
  const [first = '', ...others] = messages.map((segments) => x12(type, [segments], { control }));
  const groupOf = (interchange: string, number: number): string =>
    interchange
      .slice(interchange.indexOf('GS*'), interchange.indexOf('IEA*'))
      .replace(`*1000*${control}*`, `*1000*${number}*`)
      .replace(`GE*1*${control}~`, `GE*1*${number}~`);
  const header = first.slice(0, first.indexOf('GS*'));
  const groups = [first, ...others].map((interchange, i) => groupOf(interchange, i + 1)).join('');
  return `${header}${groups}IEA*${messages.length}*${digits(control, 9)}~\n`;
}

/** An 850 by `customer`; lines as [PO101, quantity, unit, price, id qualifier, id]. */
export function purchaseOrder(
  poNumber: string,
  customer: string,
  lines: readonly (readonly string[])[],
  {
    purpose = '00',
    orderDate = '20261123',
    dates = [],
  }: { readonly purpose?: string; readonly orderDate?: string; readonly dates?: readonly string[] } = {},
): string[] {
  return [
    `BEG*${purpose}*SA*${poNumber}**${orderDate}`,
    'CUR*BY*EUR',
    ...dates,
    `N1*BY*Buyer*92*${customer}`,
    ...lines.map(([line, quantity, uom, price, qualifier, id]) =>
      ['PO1', line, quantity, uom, price, '', qualifier, id].join('*'),
    ),
    `CTT*${lines.length}`,
  ];
}

/** An EDIFACT interchange; each message is its type with version and its segments without UNH and UNT. */
export function edifact(
  messages: readonly { readonly type: string; readonly segments: readonly string[] }[],
  { control = 1, sender = 'ACME', test = false }: SampleInterchange = {},
): string {
  const body = messages.flatMap(({ type, segments }, i) => [
    `UNH+${i + 1}+${type}:D:96A:UN:EAN008`,
    ...segments,
    `UNT+${segments.length + 2}+${i + 1}`,
  ]);
  const unb = `UNB+UNOC:3+${sender}:14+SELLER:14+261123:1000+${control}++++1${test ? '++1' : ''}`;
  return `UNA:+.? '\n${[unb, ...body, `UNZ+${messages.length}+${control}`].join("'\n")}'\n`;
}
