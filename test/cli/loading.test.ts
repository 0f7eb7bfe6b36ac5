import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';

const program = join(__dirname, '../../lib/cli/main.js');

/** Writes the packages that a process has loaded when it ends. */
const probe = `process.on('exit', () => require('node:fs').writeFileSync(process.env.LOADED, JSON.stringify([...new Set(
  Object.keys(require.cache).map((file) => /node_modules[\\\\/](?:@[^\\\\/]+[\\\\/])?[^\\\\/]+/.exec(file)?.[0].slice(13)).filter(Boolean))])));`;

describe('a command', () => {
  let directory: string;

  before(() => {
    directory = mkdtempSync(join(tmpdir(), 'o2c-loading-'));
    writeFileSync(join(directory, 'probe.js'), probe);
    o2c('migrate');
  });
  after(() => rmSync(directory, { recursive: true, force: true }));

  /** The packages that it loads. */
  function o2c(...args: string[]): string[] {
    const loaded = join(directory, 'loaded.json');
    const env = { ...process.env, O2C_DB: `sqlite:${join(directory, 'o2c.sqlite')}`, LOADED: loaded };
    try {
      execFileSync(process.execPath, ['--require', join(directory, 'probe.js'), program, ...args], {
        env,
        stdio: 'ignore',
      });
    } catch (error) {
      if ((error as { status?: unknown }).status !== 2) throw error; // wrong usage is one of the cases
    }
    return JSON.parse(readFileSync(loaded, 'utf8'));
  }

  it('loads no package to say how it is used', () => {
    for (const args of [['--help'], ['reconcile', '--help'], ['dance'], ['orders', '--colour', 'red']])
      expect(o2c(...args), args.join(' ')).to.deep.equal([]);
    for (const command of ['inbox', 'answers', 'exceptions', 'key', 'audit', 'import', 'explain'])
      expect(o2c(command, '?', '?', '?'), command).to.deep.equal([]);
    expect(o2c('inbox', 'replay')).to.deep.equal([]);
  });

  it('loads what reads orders only when it reads some', () => {
    for (const args of [['reconcile'], ['audit', 'verify'], ['orders'], ['settings'], ['key', 'list'], ['jobs']]) {
      const packages = o2c(...args);
      expect(packages, args.join(' ')).to.include('knex');
      for (const heavy of ['ajv', 'exceljs', 'yauzl', 'saxes', 'csv-parse', 'axios'])
        expect(packages, args.join(' ')).not.to.include(heavy);
    }
  });
});
