import type { Preset } from './preset';

/** Orders > Export in the admin of a Shopify shop. What belongs to the order stands in the row of its first item. */
export const shopify: Preset = {
  name: 'shopify',
  layout: {
    separator: ',',
    decimalMark: '.',
    dateFormat: '',
    mapping: {
      Name: 'poNumber',
      Currency: 'currency',
      'Created at': 'orderDate',
      'Lineitem sku': 'sku',
      'Lineitem quantity': 'quantity',
      'Lineitem price': 'unitPrice',
      'Shipping Name': 'shipToName',
      'Shipping Company': 'shipToName',
      'Shipping Address1': 'shipToAddress',
      'Shipping Address2': 'shipToAddress',
      'Shipping City': 'shipToCity',
      'Shipping Zip': 'shipToPostalCode',
      'Shipping Country': 'shipToCountry',
      Notes: 'note',
      'Financial Status': 'cancelled',
      'Cancelled at': 'cancelled',
    },
    fixed: {},
    othersLeftOut: true,
    firstRowOnly: true,
  },
  toBeFixed: ['customer'],
};
