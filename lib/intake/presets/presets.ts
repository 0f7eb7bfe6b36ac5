import { plainLayout } from '../sheets/layout';
import { amazon } from './amazon';
import { erpnext } from './erpnext';
import { odoo } from './odoo';
import type { Preset } from './preset';
import { shopify } from './shopify';
import { woocommerce } from './woocommerce';

/** The columns of the template that can be downloaded. */
const plain: Preset = {
  name: 'plain',
  layout: { ...plainLayout, decimalMark: '.', dateFormat: '', fixed: {}, othersLeftOut: false, firstRowOnly: false },
  toBeFixed: [],
};

export const presets: readonly Preset[] = [plain, shopify, woocommerce, amazon, erpnext, odoo];
