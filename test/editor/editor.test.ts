import { expect } from 'chai';
import type { Browser } from 'playwright-core';
import { writeXlsx } from '../../lib/answers/sheet-writer';
import { launchBrowser } from './browser';
import { EditorPage } from './editor-page';
import { type NodeSource, nodeTypes, packageDocument, readNode, visibleProperties } from './node-definition';
import { NodeRedProcess } from './node-red-process';

const nodes = nodeTypes().map(readNode);
const functional = nodes.filter((node) => node.definition.category !== 'config');

/** The keys of a dialog's texts, as they would stand there if a translation were missing. */
const keysOf = (node: NodeSource) => [...node.texts.keys()].filter((key) => key.includes('.'));

describe('the editor', () => {
  let nodeRed: NodeRedProcess;
  let browser: Browser;
  let editor: EditorPage;
  const ids = new Map<string, string>();
  const idOf = (type: string) => ids.get(type) ?? '';

  before(async () => {
    [nodeRed, browser] = await Promise.all([NodeRedProcess.start(), launchBrowser()]);
    editor = await EditorPage.open(browser, nodeRed.url);
  });

  after(async () => {
    await browser?.close();
    await nodeRed?.stop();
  });

  // Each test goes on where the one before stopped: after a failure the others would only fail for want of it.
  let failed = false;
  beforeEach(function () {
    if (failed) this.skip();
  });
  afterEach(function () {
    failed ||= this.currentTest?.state === 'failed';
  });

  /** Asserts on an open dialog: every property has a field that can be seen, every text is a translation. */
  async function expectComplete(node: NodeSource, tray: 'node' | 'config') {
    const form = editor.form(tray);
    for (const property of visibleProperties(node)) {
      const field = editor.field(tray, property).or(editor.page.locator(`#${node.type}-${property}`));
      const row = form.locator('.form-row', { has: field });
      expect(await row.isVisible(), `${node.type}: field for ${property}`).to.equal(true);
      expect(await form.innerText(), `${node.type}: label of ${property}`).to.contain(
        node.texts.get(`label.${property}`),
      );
    }
    const written = await form.evaluate((element: HTMLElement) => {
      const placeholders = [...element.querySelectorAll('input')].map((input) => input.placeholder);
      const options = [...element.querySelectorAll('option')].map((option) => option.textContent);
      return [element.innerText, ...placeholders, ...options].join('\n');
    });
    for (const key of keysOf(node)) expect(written, `${node.type}: raw key`).not.to.contain(key);
  }

  it('shows every node in the palette, with its name and its icon', async () => {
    for (const { type, texts } of functional) {
      const entry = editor.paletteNode(type);
      expect((await entry.innerText()).replace(/\s+/g, ' ').trim()).to.equal(texts.get('palette'));
      const icon = await entry.locator('.red-ui-palette-icon-container').getAttribute('data-palette-icon');
      expect(icon).to.equal(`icons/${packageDocument.name}/${type}.svg`);
      const answer = await editor.page.request.get(nodeRed.url + icon);
      expect(answer.status(), `${icon}`).to.equal(200);
      expect(answer.headers()['content-type']).to.contain('svg');
    }
  });

  it('takes every node from the palette into a flow', async () => {
    for (const [index, { type }] of functional.entries()) {
      ids.set(type, await editor.drop(type, 150 + 260 * (index % 2), 80 + 80 * Math.floor(index / 2)));
    }
    expect(await editor.nodeIds()).to.have.lengthOf(functional.length);
  });

  it('makes a store and a warehouse from the dialogs that need them', async () => {
    for (const [user, property] of [
      ['warehouse-dispatch', 'store'],
      ['warehouse-dispatch', 'warehouse'],
    ] as const) {
      const configuration = readNode(`o2c-${property}`);
      await editor.edit(idOf(user));
      await editor.page.locator(`#node-input-btn-${property}-add`).click();
      await editor.opened('config');
      await expectComplete(configuration, 'config');
      if (property === 'store')
        await editor
          .form('config')
          .getByText(configuration.texts.get('settings.notDeployed') ?? '')
          .waitFor();
      await editor.field('config', 'name').fill(`my ${property}`);
      await editor.close('config');
      await editor.close('node');
      ids.set(configuration.type, await editor.configId(configuration.type));
    }
    expect(await editor.property(idOf('o2c-store'), 'name')).to.equal('my store');
    expect(await editor.property(idOf('warehouse-dispatch'), 'warehouse')).to.equal(idOf('o2c-warehouse'));
  });

  it('shows every dialog complete and translated, and takes what is typed', async () => {
    for (const node of functional) {
      await editor.edit(idOf(node.type));
      await expectComplete(node, 'node');
      await editor.field('node', 'name').fill(`my ${node.type}`);
      await editor.field('node', 'store').selectOption(idOf('o2c-store'));
      if (node.type === 'order-ingest') await fillMapping();
      if (node.type === 'source-tag') await fillRules();
      if (node.type === 'access-check') await editor.page.locator('#access-check-roles input[value="finance"]').check();
      if (node.type === 'credit-gate') await editor.field('node', 'indicator').fill('WEB-EU');
      if (node.type === 'invoice-post') await editor.field('node', 'batchSize').fill('${INVOICE_BATCH}');
      await editor.close('node');
      expect(await editor.property(idOf(node.type), 'valid'), `${node.type} is valid`).to.equal(true);
    }
  });

  const mapping = [
    { column: 'Bestellnummer', field: 'poNumber' },
    { column: 'Artikel', field: 'sku' },
  ];
  async function fillMapping() {
    for (const [index, { column, field }] of mapping.entries()) {
      await editor.form('node').locator('.red-ui-editableList-addButton').first().click();
      await editor.page.locator('#order-ingest-mapping .order-ingest-column').nth(index).fill(column);
      await editor.page.locator('#order-ingest-mapping .order-ingest-field').nth(index).selectOption(field);
    }
    await editor.field('node', 'separator').selectOption('\t');
  }

  const rules = [
    { channel: 'api', partner: 'WEBSHOP', field: 'shipTo.country', equals: 'DE', indicator: 'WEB-DE' },
    { channel: '', partner: '', field: '', equals: '', indicator: 'OTHER' },
  ];
  async function fillRules() {
    const inRule = (property: string, index: number) =>
      editor.page.locator(`#source-tag-rules .source-tag-${property}`).nth(index);
    for (const [index, rule] of rules.entries()) {
      await editor.form('node').locator('.red-ui-editableList-addButton').click();
      await inRule('channel', index).selectOption(rule.channel);
      await inRule('partner', index).fill(rule.partner);
      await inRule('field', index).selectOption(rule.field);
      if (rule.field !== '') await inRule('equals', index).fill(rule.equals);
      await inRule('indicator', index).fill(rule.indicator);
    }
  }

  it('keeps what was typed after deploying and loading again', async () => {
    await editor.deploy();
    await editor.load();
    for (const { type } of functional) {
      expect(await editor.property(idOf(type), 'name')).to.equal(`my ${type}`);
      expect(await editor.property(idOf(type), 'store')).to.equal(idOf('o2c-store'));
      expect(await editor.property(idOf(type), 'version')).to.equal(1);
    }
    expect(await editor.property(idOf('access-check'), 'roles')).to.deep.equal(['finance']);
    expect(await editor.property(idOf('credit-gate'), 'indicator')).to.equal('WEB-EU');
    expect(await editor.property(idOf('invoice-post'), 'batchSize')).to.equal('${INVOICE_BATCH}');
    expect(await editor.property(idOf('order-ingest'), 'separator')).to.equal('\t');
  });

  it('shows the rows of lists again, and keeps them when nothing is changed', async () => {
    await editor.edit(idOf('order-ingest'));
    expect(await editor.page.locator('#order-ingest-mapping .order-ingest-column').count()).to.equal(mapping.length);
    await editor.close('node');
    expect(await editor.property(idOf('order-ingest'), 'mapping')).to.deep.equal(mapping);

    await editor.edit(idOf('source-tag'));
    const equals = editor.page.locator('#source-tag-rules .source-tag-equals');
    expect(await equals.nth(0).isVisible()).to.equal(true);
    expect(await equals.nth(1).isVisible()).to.equal(false);
    await editor.close('node');
    expect(await editor.property(idOf('source-tag'), 'rules')).to.deep.equal(rules);

    await editor.edit(idOf('access-check'));
    expect(await editor.page.locator('#access-check-roles input:checked').count()).to.equal(1);
    await editor.close('node', 'cancel');
    expect(await editor.property(idOf('order-ingest'), 'changed')).not.to.equal(true);
  });

  it('fills in the layout of an export, and shows what a file gives under it', async () => {
    const { texts } = readNode('order-ingest');
    const preview = editor.page.locator('#order-ingest-preview');
    await editor.edit(idOf('order-ingest'));
    await editor.page.locator('#order-ingest-sample').setInputFiles({
      name: 'orders.csv',
      mimeType: 'text/csv',
      buffer: Buffer.from(
        "Name,Email,Created at,Lineitem sku,Lineitem quantity,Shipping Zip\n#7,a@b.example,2026-11-23 10:00:00 +0100,CUP,2,'01234\n#7,,,MUG,x,\n#8,,,CUP,3,\n",
      ),
    });
    await preview.getByText('No field is called', { exact: false }).first().waitFor();
    await editor.page.locator('#order-ingest-preset').selectOption('shopify');
    await preview.getByText(texts.get('field.sku') ?? '', { exact: true }).waitFor();
    await editor.page.locator('#order-ingest-fixed .order-ingest-fixed-value').fill('SHOP');
    await editor.page.locator('#order-ingest-fixed .order-ingest-fixed-value').blur();
    await preview.locator('.order-ingest-orders').waitFor();
    const rows = await preview.locator('.order-ingest-orders tr').allInnerTexts();
    expect(rows[1]).to.contain('row 3, column Lineitem quantity').and.contain('#7');
    expect(rows[2]?.split(/\s*\t\s*/)).to.deep.equal(['row 4', '#8', 'SHOP', '3 CUP']);
    const columns = await preview.locator('.order-ingest-columns tr').allInnerTexts();
    expect(columns[2]).to.contain('Email').and.contain(texts.get('field.none'));
    expect(columns[4]).to.contain('Lineitem sku').and.contain(texts.get('field.sku'));
    await editor.close('node');
    expect(await editor.property(idOf('order-ingest'), 'fixed')).to.deep.equal([{ field: 'customer', value: 'SHOP' }]);
    expect(await editor.property(idOf('order-ingest'), 'firstRowOnly')).to.equal(true);
    expect(await editor.property(idOf('order-ingest'), 'mapping')).to.deep.include({
      column: 'Name',
      field: 'poNumber',
    });
  });

  it('shows a workbook in the preview too, and says what is no order list', async () => {
    const preview = editor.page.locator('#order-ingest-preview');
    const sample = (name: string, buffer: Buffer) =>
      editor.page.locator('#order-ingest-sample').setInputFiles({ name, mimeType: 'application/octet-stream', buffer });
    await editor.edit(idOf('order-ingest'));
    await editor.page.locator('#order-ingest-preset').selectOption('plain');
    await sample('broken.xlsx', Buffer.from('PK\u0003\u0004 and no more'));
    await preview.getByText('no sound workbook', { exact: false }).waitFor();
    const rows = [
      ['poNumber', 'customer', 'sku', 'quantity'],
      ['<b>7</b>', 'C-1', 'CUP', '2'],
    ];
    await sample('orders.xlsx', await writeXlsx([{ name: 'Orders', rows }]));
    await preview.locator('.order-ingest-orders').waitFor();
    expect(await preview.locator('.order-ingest-orders tr').nth(1).innerText()).to.match(
      /^sheet Orders, row 2\s+<b>7<\/b>\s+C-1\s+2 CUP$/,
    );
    await editor.close('node', 'cancel');
  });

  describe('company settings in the dialog of the store', () => {
    const texts = readNode('o2c-store').texts;
    const text = (key: string, values: Record<string, string> = {}) =>
      (texts.get(key) ?? key).replace(/__(\w+)__/g, (_match, name: string) => values[name] ?? '');
    const setting = (name: string) => editor.page.locator(`#o2c-settings-${name}`);
    const address = () => `${nodeRed.url}o2c-store/${idOf('o2c-store')}/settings`;
    const stored = async () => (await editor.page.request.get(address())).json() as Promise<SettingsDocument>;

    interface SettingsDocument {
      version: number;
      settings: {
        reservationHours: number;
        approvalHours: number;
        requiredChecks: string[];
        overdue: { graceDays: number };
      };
    }

    async function open() {
      await editor.editConfig('o2c-store', idOf('o2c-store'));
      await setting('form').waitFor();
    }

    it('writes a changed value as a new version, and nothing when nothing was changed', async () => {
      const before = await stored();
      await open();
      await editor.close('config');
      expect((await stored()).version).to.equal(before.version);

      await open();
      await setting('reservationHours').fill('48');
      await setting('graceDays').fill('5');
      await setting('requiredChecks').locator('input[value="overdue"]').uncheck();
      await editor.closedWith('config', text('settings.stored', { version: String(before.version + 1) }));
      const after = await stored();
      expect(after.settings).to.deep.equal({
        ...before.settings,
        reservationHours: 48,
        overdue: { ...before.settings.overdue, graceDays: 5 },
        requiredChecks: before.settings.requiredChecks.filter((check) => check !== 'overdue'),
      });
      await open();
      expect(await setting('reservationHours').inputValue()).to.equal('48');
      await editor.close('config', 'cancel');
    });

    it('overwrites nobody: on a conflict it says so, and keeps what was typed for the next try', async () => {
      await open();
      const current = await stored();
      const settings = { ...current.settings, approvalHours: 24 };
      const answer = await editor.page.request.put(address(), { data: { basedOn: current.version, settings } });
      expect(answer.ok()).to.equal(true);
      await setting('reservationHours').fill('36');
      await editor.closedWith('config', text('settings.conflict'));
      expect((await stored()).settings.reservationHours).to.equal(48);

      await open();
      expect(await setting('reservationHours').inputValue()).to.equal('36');
      expect(await setting('approvalHours').inputValue()).to.equal('24');
      await editor.closedWith('config', text('settings.stored', { version: String(current.version + 2) }));
      expect((await stored()).settings).to.include({ reservationHours: 36, approvalHours: 24 });
    });

    it('does not send a value that cannot be right', async () => {
      const before = await stored();
      await open();
      await setting('reservationHours').fill('soon');
      expect(await setting('reservationHours').getAttribute('class')).to.contain('input-error');
      await editor.closedWith('config', text('settings.invalid'));
      expect((await stored()).version).to.equal(before.version);
    });
  });

  // A suite of its own, because it has to come after the one above.
  describe('the browser’s console', () => {
    it('has nothing to complain about', async () => {
      expect(await editor.page.locator('.show-tips').count(), 'tips, whose timer complains in the background').to.equal(
        0,
      );
      expect(editor.complaints).to.deep.equal([]);
    });
  });
});
