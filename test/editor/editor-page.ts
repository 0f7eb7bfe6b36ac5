import type { Browser, Page } from 'playwright-core';

interface FlowNode {
  id: string;
  type: string;
  valid: boolean;
  [property: string]: unknown;
}

// What the tests use of the editor's own API, inside the browser.
declare const RED: {
  nodes: {
    eachNode(visit: (node: FlowNode) => void): void;
    eachConfig(visit: (node: FlowNode) => void): void;
    node(id: string): FlowNode | null;
    dirty(): boolean;
  };
  editor: { edit(node: FlowNode): void; editConfig(name: string, type: string, id: string): void };
};

export type Tray = 'node' | 'config';

/** The Node-RED editor in a browser, as far as a person uses it for the nodes of this package. */
export class EditorPage {
  /** What the browser's console complained about. */
  readonly complaints: string[] = [];

  private constructor(
    readonly page: Page,
    private readonly url: string,
  ) {
    page.on('pageerror', (error) => this.complaints.push(error.stack ?? error.message));
    page.on('console', (message) => {
      // The browser reports every HTTP status above 399; for the settings it is an answer that the dialog explains.
      const expected = message.location().url.endsWith('/settings');
      if ((message.type() === 'error' || message.type() === 'warning') && !expected)
        this.complaints.push(message.text());
    });
  }

  static async open(browser: Browser, url: string): Promise<EditorPage> {
    const page = await browser.newPage({ viewport: { width: 1400, height: 1000 } });
    page.setDefaultTimeout(60_000);
    const editor = new EditorPage(page, url);
    await editor.load();
    return editor;
  }

  async load(): Promise<void> {
    await this.page.goto(this.url);
    await this.page.locator('#red-ui-header-button-deploy').waitFor();
    await this.page.locator('.red-ui-palette-node').first().waitFor();
  }

  paletteNode(type: string) {
    return this.page.locator(`.red-ui-palette-node[data-palette-type="${type}"]`);
  }

  /** Drags a node from the palette to a place in the workspace; gives its id. */
  async drop(type: string, x: number, y: number): Promise<string> {
    const before = await this.nodeIds();
    const source = this.paletteNode(type);
    await source.scrollIntoViewIfNeeded();
    const from = await source.boundingBox();
    const chart = await this.page.locator('#red-ui-workspace-chart').boundingBox();
    if (!from || !chart) throw new Error(`${type} cannot be dragged`);
    const { mouse } = this.page;
    await mouse.move(from.x + from.width / 2, from.y + from.height / 2);
    await mouse.down();
    await mouse.move(chart.x + x - 10, chart.y + y - 10);
    await mouse.move(chart.x + x, chart.y + y);
    await mouse.up();
    const added = (await this.nodeIds()).find((id) => !before.includes(id));
    if (added === undefined) throw new Error(`${type} was not added`);
    return added;
  }

  nodeIds(): Promise<string[]> {
    return this.page.evaluate(() => {
      const ids: string[] = [];
      RED.nodes.eachNode((node) => ids.push(node.id));
      return ids;
    });
  }

  configId(type: string): Promise<string> {
    return this.page.evaluate((wanted) => {
      let id = '';
      RED.nodes.eachConfig((node) => {
        if (node.type === wanted) id = node.id;
      });
      return id;
    }, type);
  }

  property(id: string, name: string): Promise<unknown> {
    return this.page.evaluate(([node, property]) => RED.nodes.node(node)?.[property], [id, name] as const);
  }

  async edit(id: string): Promise<void> {
    await this.page.evaluate((node) => {
      const found = RED.nodes.node(node);
      if (found) RED.editor.edit(found);
    }, id);
    await this.opened('node');
  }

  async editConfig(type: string, id: string): Promise<void> {
    await this.page.evaluate(([node, kind]) => RED.editor.editConfig('', kind, node), [id, type] as const);
    await this.opened('config');
  }

  /** Waits until the dialog stands still and is filled. */
  async opened(tray: Tray): Promise<void> {
    await this.page.locator(this.button(tray, 'ok')).waitFor();
    await this.page
      .locator('.red-ui-tray')
      .last()
      .evaluate(async (element) => {
        await Promise.all(element.getAnimations({ subtree: true }).map((animation) => animation.finished));
      });
  }

  async close(tray: Tray, button: 'ok' | 'cancel' = 'ok'): Promise<void> {
    const control = this.page.locator(this.button(tray, button));
    await control.click();
    await control.waitFor({ state: 'detached' });
  }

  form(tray: Tray) {
    return this.page.locator(tray === 'node' ? '#dialog-form' : '#node-config-dialog-edit-form');
  }

  field(tray: Tray, property: string) {
    return this.page.locator(`#node-${tray === 'node' ? '' : 'config-'}input-${property}`);
  }

  async deploy(): Promise<void> {
    await this.page.locator('#red-ui-header-button-deploy').click();
    await this.page.waitForFunction(() => !RED.nodes.dirty());
  }

  /** Closes a dialog, and waits for what is told then: it is shown for some seconds only. */
  async closedWith(tray: Tray, text: string): Promise<void> {
    const told = this.page.locator('.red-ui-notification', { hasText: text }).last().waitFor();
    await Promise.all([told, this.close(tray)]);
  }

  private button(tray: Tray, button: 'ok' | 'cancel'): string {
    return `#node-${tray === 'node' ? '' : 'config-'}dialog-${button}`;
  }
}
