/** The flow under test: the nodes of the cycle one after the other, one wire an output, and the feeder at both ends. */
export function benchFlow(database: string, warehouse: string): object[] {
  const z = 'bench';
  const node = (id: string, type: string, wires: string[][], properties: object = {}) => ({
    id,
    type,
    z,
    name: id,
    store: 'store',
    x: 100,
    y: 100,
    ...properties,
    wires,
  });
  return [
    { id: z, type: 'tab', label: 'Benchmark' },
    { id: 'store', type: 'o2c-store', name: 'store', database },
    {
      id: 'warehouse',
      type: 'o2c-warehouse',
      name: 'warehouse',
      warehouse: 'MAIN',
      url: warehouse,
      timeout: '30',
      batch: true,
      concurrency: '4',
      rate: '0',
    },
    node('feeder', 'bench-feeder', [['ingest']]),
    node('ingest', 'order-ingest', [['source'], [], []], {
      channel: 'file',
      partner: 'DIRECT',
      partnerType: 'str',
      sourceSystem: '',
      batchPolicy: 'reject-order',
      mapping: [],
      decimalMark: '',
      separator: '',
    }),
    node('source', 'source-tag', [['inventory'], [], []], { rules: [], channel: '', partner: '' }),
    node('inventory', 'inventory-check', [['credit'], [], []]),
    node('credit', 'credit-gate', [['overdue'], []]),
    node('overdue', 'overdue-gate', [['dispatch'], []]),
    node('dispatch', 'warehouse-dispatch', [[], [], []], { warehouse: 'warehouse', batchSize: '500' }),
    node('deliveries', 'http in', [['delivery']], { url: '/bench/deliveries', method: 'post' }),
    node('delivery', 'delivery-confirm', [['invoice'], [], [], ['answer']]),
    node('answer', 'http response', []),
    node('invoice', 'invoice-post', [['feeder'], []], { batchSize: '500' }),
  ];
}
