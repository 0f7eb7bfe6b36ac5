import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { freePort } from './free-port';

/** A real Node-RED in a process of its own. */
export interface NodeRedProcess {
  /** `http://127.0.0.1:port` */
  readonly url: string;
  /** What it has written so far. */
  log(): string;
  stop(): Promise<void>;
  /** Ends it without a warning, as a power cut would. */
  kill(): Promise<void>;
}

/**
 * Boots Node-RED on a user directory, on a free loopback port; resolves when the flows run.
 * @param settings added to quiet ones (no telemetry, no tours, no catalogue, no installs); plain JSON values
 * @param env added to this process's environment
 */
export async function startNodeRed(
  userDirectory: string,
  settings: Readonly<Record<string, unknown>> = {},
  env: Readonly<Record<string, string>> = {},
): Promise<NodeRedProcess> {
  const port = await freePort();
  const settingsFile = join(userDirectory, 'settings.js');
  writeFileSync(
    settingsFile,
    `module.exports = ${JSON.stringify({ ...quiet, ...settings, uiPort: port }, null, 2)};\n`,
  );
  const child = fork(require.resolve('node-red/red.js'), ['--userDir', userDirectory, '--settings', settingsFile], {
    cwd: userDirectory,
    env: { ...process.env, ...env },
    execArgv: ['--require', join(__dirname, 'exit-with-parent.js')],
    silent: true,
  });
  let log = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream?.setEncoding('utf8').on('data', (text: string) => {
      log += text;
      if (/Started flows/.test(log)) child.emit('flows-started');
    });
  }
  await started(child, () => log);
  const end = async (signal: 'SIGTERM' | 'SIGKILL'): Promise<void> => {
    if (child.exitCode !== null || child.signalCode !== null) return;
    const ended = once(child, 'exit');
    child.kill(signal);
    await ended;
  };
  return {
    url: `http://127.0.0.1:${port}`,
    log: () => log,
    stop: () => end('SIGTERM'),
    kill: () => end('SIGKILL'),
  };
}

const quiet = {
  uiHost: '127.0.0.1',
  flowFile: 'flows.json',
  credentialSecret: false,
  telemetry: { enabled: false, updateNotification: false },
  editorTheme: { tours: false, palette: { catalogues: [], allowInstall: false } },
  externalModules: { autoInstall: false, palette: { allowInstall: false }, modules: { allowInstall: false } },
  logging: { console: { level: 'info', metrics: false, audit: false } },
};

function started(child: ChildProcess, log: () => string): Promise<void> {
  return new Promise((resolve, reject) => {
    child.once('flows-started', resolve);
    child.once('error', reject);
    child.once('exit', (code) => reject(new Error(`Node-RED ended with code ${code}:\n${log()}`)));
  });
}
