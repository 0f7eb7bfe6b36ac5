import { execFile } from 'node:child_process';
import { existsSync, mkdtempSync, renameSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import chromium from '@sparticuz/chromium';
import { type Browser, chromium as playwright } from 'playwright-core';
import { packageDocument } from './node-definition';

const installedBrowsers = [
  process.env.CHROME_PATH,
  '/usr/bin/google-chrome',
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
  'C:\\Program Files\\Google\\Chrome\\Application\\chrome.exe',
];

/** A headless browser: the one that comes with the development dependencies on Linux x64, an installed Chrome elsewhere. */
export async function launchBrowser(): Promise<Browser> {
  if (process.platform === 'linux' && process.arch === 'x64') {
    chromium.setGraphicsMode = false;
    return playwright.launch({
      executablePath: await unpackedBrowser(),
      args: [...chromium.args, '--no-sandbox'],
      headless: true,
    });
  }
  const executablePath = installedBrowsers.find((path) => path !== undefined && existsSync(path));
  if (executablePath === undefined) {
    throw new Error('The editor tests need a browser: install Chrome, or set CHROME_PATH to a Chromium.');
  }
  return playwright.launch({ executablePath, headless: true });
}

/**
 * Unpacked once a machine. The folder gets its name when it is whole: of test processes that start at the same moment
 * none runs half a browser.
 */
async function unpackedBrowser(): Promise<string> {
  const home = join(tmpdir(), `o2c-chromium-${packageDocument.devDependencies['@sparticuz/chromium']}`);
  if (!existsSync(home)) {
    const own = mkdtempSync(`${home}-`);
    try {
      await unpackInto(own);
      renameSync(own, home);
    } catch (error) {
      rmSync(own, { recursive: true, force: true });
      if (!existsSync(home)) throw error; // else another process was quicker
    }
  }
  return join(home, 'chromium');
}

/** In a process of its own: the package unpacks into the system's temporary directory and nowhere else. */
async function unpackInto(directory: string): Promise<void> {
  const program = "import chromium from '@sparticuz/chromium'; await chromium.executablePath();";
  const env = { ...process.env, TMPDIR: directory };
  await promisify(execFile)(process.execPath, ['--input-type=module', '--eval', program], { cwd: __dirname, env });
}
