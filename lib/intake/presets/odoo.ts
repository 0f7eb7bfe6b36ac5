import type { Preset } from './preset';

/**
 * The export of sales orders in Odoo with their lines, or of purchase orders of a partner who works with it (then without
 * a customer, who is a fixed value). Choose the product's internal reference: its name is no SKU.
 */
export const odoo: Preset = {
  name: 'odoo',
  layout: {
    separator: '',
    decimalMark: '.',
    dateFormat: '',
    mapping: {
      'Order Reference': 'poNumber',
      'Customer/Reference': 'customer',
      Currency: 'currency',
      'Order Date': 'orderDate',
      'Delivery Date': 'requestedDelivery',
      Status: 'cancelled',
      'Order Lines/Product/Internal Reference': 'sku',
      'Order Lines/Quantity': 'quantity',
      'Order Lines/Total Quantity': 'quantity',
      'Order Lines/Unit Price': 'unitPrice',
    },
    fixed: {},
    othersLeftOut: true,
    firstRowOnly: true,
  },
  toBeFixed: [],
};
