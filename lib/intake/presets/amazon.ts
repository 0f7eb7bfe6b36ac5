import type { Preset } from './preset';

/** The order reports of Amazon (all orders, new orders, unshipped orders). Their item-price is of the line, not of one piece. */
export const amazon: Preset = {
  name: 'amazon',
  layout: {
    separator: 'plain-tab',
    decimalMark: '.',
    dateFormat: '',
    mapping: {
      'order-id': 'poNumber',
      'purchase-date': 'orderDate',
      currency: 'currency',
      sku: 'sku',
      'quantity-purchased': 'quantity',
      'recipient-name': 'shipToName',
      'ship-address-1': 'shipToAddress',
      'ship-address-2': 'shipToAddress',
      'ship-address-3': 'shipToAddress',
      'ship-city': 'shipToCity',
      'ship-postal-code': 'shipToPostalCode',
      'ship-country': 'shipToCountry',
      'delivery-instructions': 'note',
    },
    fixed: {},
    othersLeftOut: true,
    firstRowOnly: false,
  },
  toBeFixed: ['customer'],
};
