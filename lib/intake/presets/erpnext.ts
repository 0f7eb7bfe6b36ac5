import type { Preset } from './preset';

/**
 * The data export of sales orders in ERPNext, or of purchase orders of a partner who works with it (then without a
 * customer, who is a fixed value). Items stand in a child table: the order's own columns are filled in its first row only.
 */
export const erpnext: Preset = {
  name: 'erpnext',
  layout: {
    separator: '',
    decimalMark: '.',
    dateFormat: '',
    mapping: {
      ID: 'poNumber',
      Customer: 'customer',
      Currency: 'currency',
      Date: 'orderDate',
      'Posting Date': 'orderDate',
      'Delivery Date': 'requestedDelivery',
      'Required By': 'requestedDelivery',
      Status: 'cancelled',
      'Item Code (Items)': 'sku',
      'Quantity (Items)': 'quantity',
      'Qty (Items)': 'quantity',
      'UOM (Items)': 'uom',
      'Rate (Items)': 'unitPrice',
    },
    fixed: {},
    othersLeftOut: true,
    firstRowOnly: true,
  },
  toBeFixed: [],
};
