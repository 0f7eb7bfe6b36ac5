import { type ChildProcess, spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { freePort } from '../support/free-port';
import { packageDocument, packageFolder } from './node-definition';

/** A Node-RED of its own, with an empty flow and this package installed, as a person would have it. */
export class NodeRedProcess {
  private constructor(
    readonly url: string,
    private readonly child: ChildProcess,
    private readonly userFolder: string,
  ) {}

  static async start(): Promise<NodeRedProcess> {
    const userFolder = mkdtempSync(join(tmpdir(), 'o2c-editor-'));
    const link = join(userFolder, 'node_modules', packageDocument.name);
    mkdirSync(dirname(link), { recursive: true });
    symlinkSync(packageFolder, link, 'dir');
    const port = await freePort();
    const settings = {
      uiHost: '127.0.0.1',
      uiPort: port,
      flowFile: 'flows.json',
      credentialSecret: 'editor-test',
      telemetry: { enabled: false, updateNotification: false },
      editorTheme: { tours: false, palette: { catalogues: [] } },
      logging: { console: { level: 'info' } },
    };
    writeFileSync(join(userFolder, 'settings.js'), `module.exports = ${JSON.stringify(settings)};`);
    writeFileSync(join(userFolder, '.config.users.json'), JSON.stringify({ _: withoutTips }));
    const program = require.resolve('node-red/red.js', { paths: [packageFolder] });
    const child = spawn(process.execPath, [program, '--userDir', userFolder], {
      cwd: userFolder,
      env: {
        ...process.env,
        O2C_DB: `sqlite:${join(userFolder, 'o2c.sqlite')}`,
        O2C_WAREHOUSE_URL: 'http://127.0.0.1:9',
      },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    await started(child);
    return new NodeRedProcess(`http://127.0.0.1:${port}/`, child, userFolder);
  }

  async stop(): Promise<void> {
    const ended = new Promise((resolve) => this.child.once('exit', resolve));
    if (this.child.exitCode === null) {
      this.child.kill();
      await ended;
    }
    rmSync(this.userFolder, { recursive: true, force: true });
  }
}

/** As a person would switch them off: their timer throws in the background of a page that stays open for long. */
const withoutTips = { editor: { view: { 'view-show-tips': false } } };

function started(child: ChildProcess): Promise<void> {
  return new Promise((resolve, reject) => {
    let output = '';
    const read = (chunk: Buffer) => {
      output += chunk.toString();
      if (output.includes('Started flows')) resolve();
    };
    child.stdout?.on('data', read);
    child.stderr?.on('data', read);
    child.once('error', reject);
    child.once('exit', () => reject(new Error(`Node-RED ended before its flows had started:\n${output}`)));
  });
}
