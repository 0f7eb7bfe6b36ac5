import type { EdiStandard } from '../lib/intake/edi/interchange';
import { customer, range, sku } from './company';

/** An interchange of purchase orders as a retailer would send it. */
export interface OrderFile {
  readonly bytes: Buffer;
  readonly orders: number;
  readonly lines: number;
}

interface Writing {
  readonly head: string;
  order(i: number): readonly string[];
  trailer(orders: number): string;
}

const terminators: Readonly<Record<EdiStandard, string>> = { x12: '~\n', edifact: "'\n" };

/** Orders of 5 to 20 lines, as many as go into so many bytes. */
export function orderFile(standard: EdiStandard, size: number): OrderFile {
  const writing = standard === 'x12' ? x12 : edifact;
  const terminator = terminators[standard];
  const texts = [writing.head];
  let length = writing.head.length + writing.trailer(size).length;
  let orders = 0;
  let lines = 0;
  for (;;) {
    const text = writing.order(orders).join(terminator) + terminator;
    length += text.length;
    if (length > size) break;
    texts.push(text);
    lines += lineCount(orders);
    orders += 1;
  }
  return { bytes: Buffer.from([...texts, writing.trailer(orders)].join(''), 'latin1'), orders, lines };
}

const lineCount = (i: number): number => 5 + ((i * 7) % 16);
const quantity = (i: number, line: number): number => 1 + ((i * 3 + line * 5) % 48);
const ordered = (i: number): number => range(lineCount(i)).reduce((sum, line) => sum + quantity(i, line), 0);
const price = (line: number): string => `${1 + ((line * 37) % 180)}.${String((line * 13) % 100).padStart(2, '0')}`;
const gtin = (i: number): string => String(12_345_000_000 + (i % 5000)).padStart(12, '0');
const store = (i: number): string => String(100 + (i % 400)).padStart(4, '0');

const x12: Writing = {
  head: [
    'ISA*00*          *00*          *ZZ*RETAILER       *ZZ*SELLER         *261123*1015*U*00401*000000001*0*P*>',
    'GS*PO*RETAILER*SELLER*20261123*1015*1*X*004010',
    '',
  ].join(terminators.x12),
  order: (i) => {
    const number = String(i + 1).padStart(4, '0');
    const segments = [
      `ST*850*${number}`,
      `BEG*00*SA*PO-${100_000 + i}**20261123`,
      'CUR*BY*EUR',
      `REF*DP*${String(i % 90).padStart(3, '0')}`,
      'REF*IA*778120',
      'DTM*002*20261130',
      'DTM*038*20261129',
      `N1*BY*RETAILER STORES*92*${customer(i * 7)}`,
      'N3*12 MARKET STREET',
      'N4*COLUMBUS*OH*43228*US',
      `N1*ST*RETAILER STORE ${store(i)}*92*${store(i)}`,
      'N2*RECEIVING DOCK',
      `N3*${1 + (i % 900)} HARBOR ROAD`,
      'N4*CLEVELAND*OH*44101*US',
      ...range(lineCount(i)).flatMap((line) => [
        `PO1*${line + 1}*${quantity(i, line)}*EA*${price(i + line)}*PE*VN*${sku(i * 13 + line * 101)}*UP*${gtin(i * 11 + line)}`,
        `PID*F****ARTICLE ${i % 700} OF THE SPRING RANGE, SIZE ${line + 30}`,
      ]),
      `CTT*${lineCount(i)}*${ordered(i)}`,
    ];
    return [...segments, `SE*${segments.length + 1}*${number}`];
  },
  trailer: (orders) => [`GE*${orders}*1`, 'IEA*1*000000001', ''].join(terminators.x12),
};

const edifact: Writing = {
  head: "UNA:+.? '\nUNB+UNOC:3+4012345000009:14+4098765000003:14+261123:1015+1'\n",
  order: (i) => {
    const number = String(i + 1);
    const segments = [
      `UNH+${number}+ORDERS:D:96A:UN:EAN008`,
      `BGM+220+PO-${100_000 + i}+9`,
      'DTM+137:20261123:102',
      'DTM+2:20261130:102',
      `RFF+CT:${778_000 + (i % 90)}`,
      `NAD+BY+${customer(i * 7)}::92++RETAILER STORES+12 MARKET STREET+HAMBURG++20095+DE`,
      'NAD+SU+4098765000003::9',
      `NAD+DP+${store(i)}::92++RETAILER STORE ${store(i)}+${1 + (i % 900)} HARBOUR ROAD+BREMEN++28195+DE`,
      'CUX+2:EUR:9',
      ...range(lineCount(i)).flatMap((line) => [
        `LIN+${line + 1}++4${gtin(i * 11 + line)}:EN`,
        `PIA+1+${sku(i * 13 + line * 101)}:SA`,
        `IMD+F++:::ARTICLE ${i % 700} OF THE SPRING RANGE`,
        `QTY+21:${quantity(i, line)}:PCE`,
        `PRI+AAA:${price(i + line)}`,
      ]),
      'UNS+S',
      `CNT+2:${lineCount(i)}`,
    ];
    return [...segments, `UNT+${segments.length + 1}+${number}`];
  },
  trailer: (orders) => `UNZ+${orders}+1${terminators.edifact}`,
};
