const tab = 'bench';
const store = { id: 'bench-store', type: 'o2c-store', name: '' };
const warehouse = {
  id: 'bench-warehouse',
  type: 'o2c-warehouse',
  name: '',
  warehouse: 'MAIN',
  timeout: '30',
  batch: true,
  concurrency: '4',
  rate: '0',
};

const node = (id: string, type: string, wires: readonly string[][], properties: object = {}): object => ({
  ...{ id, type, z: tab, name: '', store: store.id, x: 100, y: 100 },
  ...properties,
  wires,
});

/** The flow under test: the nodes of the cycle one after the other, one wire an output, and the feeder at both ends. */
export function benchFlow(database: string, warehouseUrl: string): object[] {
  const intake = {
    channel: 'file',
    partner: 'DIRECT',
    partnerType: 'str',
    sourceSystem: '',
    batchPolicy: 'reject-order',
    mapping: [],
    decimalMark: '',
    separator: '',
  };
  return [
    { id: tab, type: 'tab', label: 'Benchmark' },
    { ...store, database },
    { ...warehouse, url: warehouseUrl },
    node('feeder', 'bench-feeder', [['ingest']]),
    node('ingest', 'order-ingest', [['source'], [], []], intake),
    node('source', 'source-tag', [['inventory'], [], []], { rules: [], channel: '', partner: '' }),
    node('inventory', 'inventory-check', [['credit'], [], []]),
    node('credit', 'credit-gate', [['overdue'], []]),
    node('overdue', 'overdue-gate', [['dispatch'], []]),
    node('dispatch', 'warehouse-dispatch', [[], [], []], { warehouse: warehouse.id, batchSize: '500' }),
    node('deliveries', 'http in', [['access']], { url: '/bench/deliveries', method: 'post', skipBodyParsing: true }),
    node('access', 'access-check', [['delivery'], ['answer']], { roles: ['warehouse'] }),
    node('delivery', 'delivery-confirm', [['invoice'], [], [], ['answer']]),
    node('answer', 'http response', []),
    node('invoice', 'invoice-post', [['feeder'], []], { batchSize: '500' }),
  ];
}
