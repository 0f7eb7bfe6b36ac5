/** The fields of an order in which something may be named that is not known here, or that is there already. */
export const namingFields = ['poNumber', 'customer', 'currency', 'warehouse'] as const;
export const namingLineFields = ['sku', 'quantity', 'uom', 'unitPrice'] as const;
