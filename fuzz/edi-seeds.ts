import { edifact, purchaseOrder, x12 } from '../test/support/edi';

const bytesOf = (texts: readonly string[]): readonly Buffer[] => texts.map((text) => Buffer.from(text, 'latin1'));
const segmentsOf = (text: string): string[] => text.trim().split(/\s*\n\s*/);

const fullOrder = segmentsOf(`
  BEG*00*SA*PO-1001*R1*20261123
  CUR*BY*EUR
  REF*DP*038
  PER*BD*ANN*TE*555
  FOB*PP
  ITD*01*3*2**10**30
  DTM*002*20261130
  TD5****UPS
  N9*ZZ*1
  MSG*SHIP COMPLETE
  SAC*A*C310***1000
  N1*BY*ACME STORES*92*C-1001
  N1*ST*ACME STORE 7*92*0007
  N3*MAIN STREET 1
  N4*COLUMBUS*OH*43228*US
  PO1*1*5*EA*12.50*PE*VN*WIDGET-1*UP*012345678905
  PID*F****A WIDGET
  SCH*2*EA***002*20261201
  SCH*3*EA***002*20261202
  PO1*2*2.5*KG*.75*TP*VN*WIDGET-2
  SLN*1**I*2*EA
  CTT*2*7.5
  AMT*TT*64.38`);
const groceryOrder = segmentsOf(`
  G50*N*20261123*PO-77
  N9*DP*038
  G62*02*20261130
  NTE*GEN*Keep frozen
  N1*BY*GROCER*9*1234567890000
  N1*ST*GROCER DC*9*1234567890001
  N3*DOCK ROAD 1
  N4*COLUMBUS*OH*43228
  G68*10*CA*24.6**VN*PEAS-1*UP*012345678905
  G69*GREEN PEAS
  G68*4*CA*12*001234567890
  G76*14*CA******294`);
const orderChange = segmentsOf(`
  BCH*04*SA*PO-1001*R1*3*20261123*****20261126
  N1*BY**92*C-1001
  POC*1*QI*7*2*EA*12.50**VN*WIDGET-1
  POC*2*DI
  POC*3*AI*4*4*EA*1**VN*NEW-1
  DTM*002*20261205
  CTT*3`);
const acknowledgement = segmentsOf(`
  AK1*IN*905
  AK2*810*0001
  AK5*A
  AK2*810*0002
  AK3*IT1*8**8
  AK4*2>1*330*6*x
  AK5*R*5
  AK9*P*2*2*1`);

export function x12Seeds(): readonly Buffer[] {
  const plain = x12('850', [purchaseOrder('PO-1', 'C-1', [['1', '5', 'EA', '12.50', 'VN', 'W-1']])]);
  const two = x12('850', [
    purchaseOrder('PO-2', 'C-1', [['', '1', 'EA', '', 'VN', 'W-1']]),
    purchaseOrder('PO-3', 'C-2', [['1', '2', 'CA', '3', 'BP', 'X']], { dates: ['DTM*010*20261201'] }),
  ]);
  return bytesOf([
    plain,
    two,
    x12('850', [fullOrder], { control: 2 }),
    x12('875', [groceryOrder], { control: 3 }),
    x12('860', [orderChange], { control: 4 }),
    x12('997', [acknowledgement], { control: 5 }),
    x12('850', [purchaseOrder('PO-4', 'C-1', [], { purpose: '01' })], { test: true }),
    plain.replace('GS*', 'TA1*000000007*261123*1000*A*000~\nGS*').replaceAll('\n', ''),
    plain.replaceAll('~\n', '\r\n').replaceAll('*', '|') + two,
    plain.replace('*U*00401*', '*^*00501*').replaceAll('004010', '005010'),
  ]);
}

const fullOrders = [
  'BGM+220+PO-1+9',
  'DTM+137:20261123:102',
  'DTM+2:20261130:102',
  'FTX+AAI+++Bitte klingeln?: zweimal',
  'RFF+CT:K-1',
  'NAD+BY+C-1::92++Müller+Ring 1+Köln++50667+DE',
  'NAD+SU+4098765000003::9',
  'NAD+DP+4012345000009::9',
  'CUX+2:EUR:9',
  'ALC+C++++FC',
  'MOA+8:10',
  'LIN+1++4012345678901:EN',
  'PIA+1+W-1:SA+B-1:BP',
  'IMD+F++:::A widget',
  'QTY+21:5:PCE',
  'PRI+AAA:12,5::::100:PCE',
  'MOA+203:62.50',
  'LIN+2++W-2:SA',
  'QTY+21:2.5:KGM',
  'DTM+2:20261201:102',
  'LIN+3+++1:2',
  'QTY+21:1',
  'UNS+S',
  'CNT+2:3',
];
const orderChanges = [
  'BGM+230+CH-1+4',
  'DTM+137:20261124:102',
  'RFF+ON:PO-1',
  'NAD+BY+C-1::92',
  'LIN+1+3+4012345678901:EN',
  'QTY+21:7,50:KGM',
  'LIN+2+2',
  'LIN+3+1+NEW-1:SA',
  'QTY+21:2',
  'UNS+S',
];
const shortOrders = ['BGM+220+PO-2+9', 'NAD+BY+C-1::92', 'LIN+1++W-1:SA', 'QTY+21:5:PCE', 'UNS+S'];

export function edifactSeeds(): readonly Buffer[] {
  const short = edifact([{ type: 'ORDERS', segments: shortOrders }]);
  return bytesOf([
    short,
    edifact([{ type: 'ORDERS', segments: fullOrders }], { control: 2 }),
    edifact([{ type: 'ORDCHG', segments: orderChanges }], { control: 3 }),
    edifact(
      [
        {
          type: 'CONTRL',
          segments: ['UCI+42+SELLER:14+ACME:14+4', 'UCM+1+ORDRSP:D:96A:UN+4+12', 'UCS+3+13', 'UCD+13+2:1'],
        },
      ],
      { control: 4 },
    ),
    edifact(
      [
        { type: 'ORDERS', segments: shortOrders },
        { type: 'ORDERS', segments: ['BGM+220+PO-3+1', 'NAD+BY+C-1::92', 'UNS+S'] },
      ],
      { control: 5, test: true },
    ),
    short.replace(/^UNA.{6}\n/, '').replaceAll("'\n", "'"),
    short
      .replace('UNH+1+', "UNG+ORDERS+ACME+SELLER+261123:1000+9+UN+D:96A'\nUNH+1+")
      .replace('UNZ+1+1', "UNE+1+9'\nUNZ+1+1"),
    short
      .replace(/^UNA.{6}\n/, '')
      .replaceAll("'\n", '\u001c')
      .replaceAll('+', '\u001d')
      .replaceAll(':', '\u001f')
      .replace('UNOC', 'UNOB'),
    short.replace('UNA:+.? ', 'UNA:+,?*').replace('UNOC:3', 'UNOC:4') + short,
  ]);
}
