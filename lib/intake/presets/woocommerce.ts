import type { Preset } from './preset';

/** Columns of Advanced Order Export for WooCommerce, one row an item, order columns in all rows or in the first only. */
export const woocommerce: Preset = {
  name: 'woocommerce',
  layout: {
    separator: '',
    decimalMark: '.',
    dateFormat: '',
    mapping: {
      'Order Number': 'poNumber',
      'Order Status': 'cancelled',
      'Order Date': 'orderDate',
      'Order Currency': 'currency',
      'Customer Note': 'note',
      'First Name (Shipping)': 'shipToName',
      'Last Name (Shipping)': 'shipToName',
      'Company (Shipping)': 'shipToName',
      'Address 1&2 (Shipping)': 'shipToAddress',
      'City (Shipping)': 'shipToCity',
      'Postcode (Shipping)': 'shipToPostalCode',
      'Country Code (Shipping)': 'shipToCountry',
      'Item #': 'line',
      SKU: 'sku',
      'Quantity (- Refund)': 'quantity',
      'Item Cost': 'unitPrice',
    },
    fixed: {},
    othersLeftOut: true,
    firstRowOnly: true,
  },
  toBeFixed: ['customer'],
};
