// The pictures in docs/images, taken from the running product with its sample orders: npm run build && node scripts/screenshots.mjs
import { spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import chromium from '@sparticuz/chromium';
import { chromium as playwright } from 'playwright-core';

const root = fileURLToPath(new URL('..', import.meta.url));
const images = join(root, 'docs', 'images');
const program = resolve(process.argv[2] ?? join(root, 'dist', 'start', 'start.js'));

const freePort = () =>
  new Promise((done) => {
    const probe = createServer().listen(0, '127.0.0.1', () => {
      const { port } = probe.address();
      probe.close(() => done(port));
    });
  });

async function startProduct(directory, port) {
  const child = spawn(process.execPath, [program], {
    cwd: directory,
    env: { ...process.env, PORT: String(port), O2C_DB: '' },
  });
  let output = '';
  await new Promise((done, failed) => {
    child.stdout.on('data', (chunk) => {
      output += chunk;
      if (output.includes('Ctrl-C stops it')) done();
    });
    child.stderr.pipe(process.stderr);
    child.once('exit', () => failed(new Error(`It ended before it was up:\n${output}`)));
  });
  return child;
}

function launchBrowser() {
  chromium.setGraphicsMode = false;
  return chromium
    .executablePath()
    .then((executablePath) =>
      playwright.launch({ executablePath, args: [...chromium.args, '--no-sandbox'], headless: true }),
    );
}

/** The whole of a tab, cut to what is drawn on it. */
async function photographTab(page, label, file) {
  const { width, height } = await page.evaluate((wanted) => {
    let id = '';
    globalThis.RED.nodes.eachWorkspace((tab) => {
      if (tab.label === wanted) id = tab.id;
    });
    globalThis.RED.workspaces.show(id);
    const groups = globalThis.RED.nodes.groups(id);
    return {
      width: Math.max(...groups.map(({ x, w }) => x + w)) + 30,
      height: Math.max(...groups.map(({ y, h }) => y + h)) + 30,
    };
  }, label);
  await page.setViewportSize({ width: Math.ceil(width) + 40, height: Math.ceil(height) + 140 });
  await page.locator('.red-ui-flow-node-group').first().waitFor();
  await page.evaluate(() => document.fonts.ready);
  await page.waitForTimeout(1500); // lines of status are written once a second
  const box = await page.locator('#red-ui-workspace-chart').boundingBox();
  const clip = { x: box.x, y: box.y, width: Math.min(box.width, width), height: Math.min(box.height, height) };
  await page.screenshot({ path: join(images, file), clip });
}

mkdirSync(images, { recursive: true });
const directory = mkdtempSync(join(tmpdir(), 'o2c-screenshots-'));
const port = await freePort();
const product = await startProduct(directory, port);
const browser = await launchBrowser();
try {
  const page = await browser.newPage();
  await page.goto(`http://127.0.0.1:${port}/`);
  await page.locator('.red-ui-palette-node').first().waitFor();
  await page.evaluate(() => {
    globalThis.RED.actions.invoke('core:toggle-sidebar');
    globalThis.RED.actions.invoke('core:toggle-palette');
  });
  await photographTab(page, 'Order to cash', 'order-to-cash.png');
  await photographTab(page, 'Order to cash: the rest of the API', 'api.png');
  await photographTab(page, 'Warehouse simulator', 'warehouse-simulator.png');
} finally {
  await browser.close();
  product.kill('SIGTERM');
  await new Promise((ended) => product.once('exit', ended));
  rmSync(directory, { recursive: true, force: true });
}
