import { existsSync } from 'node:fs';
import chromium from '@sparticuz/chromium';
import { type Browser, chromium as playwright } from 'playwright-core';

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
    const executablePath = await chromium.executablePath();
    return playwright.launch({ executablePath, args: [...chromium.args, '--no-sandbox'], headless: true });
  }
  const executablePath = installedBrowsers.find((path) => path !== undefined && existsSync(path));
  if (executablePath === undefined) {
    throw new Error('The editor tests need a browser: install Chrome, or set CHROME_PATH to a Chromium.');
  }
  return playwright.launch({ executablePath, headless: true });
}
