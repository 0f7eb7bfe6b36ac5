import type { InvoiceMessage } from '../../lib/intake/edi/outgoing';

/** What a buyer is told of a credit note: two of five at the agreed price, and an amount for the other line. */
export const creditNoteMessage: InvoiceMessage = {
  number: 'CN-2026-000001',
  type: 'credit-note',
  date: '2026-11-30',
  dueDate: '2026-11-30',
  currency: 'EUR',
  echo: {
    poNumber: 'PO-1',
    release: '',
    poDate: '2026-11-23',
    orderType: '',
    parties: [{ code: 'BY', qualifier: '9', id: '4012345000009', name: 'Acme' }],
    references: [],
    currency: 'EUR',
    lines: [
      {
        line: 1,
        reference: '10',
        quantity: '5',
        uom: 'EA',
        unitPrice: '9.99',
        basis: '',
        ids: [{ qualifier: 'SA', value: 'WIDGET-1' }],
      },
    ],
  },
  salesOrder: 'SO-000012',
  packingSlip: null,
  corrects: 'INV-2026-000007',
  reason: 'Goods damaged',
  paymentTermsDays: 0,
  net: '22.98',
  tax: '4.01',
  gross: '26.99',
  taxes: [
    { taxCode: 'FULL', percent: '19', net: '19.98', tax: '3.80' },
    { taxCode: 'LOW', percent: '7', net: '3.00', tax: '0.21' },
  ],
  lines: [
    {
      line: 1,
      sku: 'WIDGET-1',
      name: 'Widget',
      quantity: '2',
      uom: 'EA',
      unitPrice: '9.99',
      net: '19.98',
      taxCode: 'FULL',
    },
    { line: 2, sku: 'ROPE', name: 'Rope', quantity: '1', uom: 'MTR', unitPrice: '3.00', net: '3.00', taxCode: 'LOW' },
  ],
};
