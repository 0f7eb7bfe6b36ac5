import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync, realpathSync } from 'node:fs';
import { delimiter, join, resolve } from 'node:path';
import { expect } from 'chai';

const root = resolve(__dirname, '../../..');
const built = resolve(__dirname, '../..');
const { engines, 'node-red': nodeRed } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
const oldest: string = engines.node.replace('>=', '');
const nodes: string[] = Object.values<string>(nodeRed.nodes).map((file) => file.slice('dist/'.length));

interface OldNode {
  readonly version: string;
  readonly program: string;
  /** What it runs before anything else. */
  readonly disguise: string;
}

/** This Node.js in the role of an older one. */
const inTheRoleOf = (version: string): OldNode => ({
  version,
  program: process.execPath,
  disguise: `Object.defineProperty(process, 'versions', { value: { ...process.versions, node: '${version}' } });`,
});

/** As `inTheRoleOf`, without SQLite. */
function withoutSqlite(version: string): OldNode {
  const hide = `
    const Module = require('node:module');
    const load = Module._load;
    Module._load = (name, ...more) => {
      if (name !== 'node:sqlite') return load(name, ...more);
      throw Object.assign(new Error('No such built-in module: node:sqlite'), { code: 'ERR_UNKNOWN_BUILTIN_MODULE' });
    };`;
  const { disguise, ...role } = inTheRoleOf(version);
  return { ...role, disguise: disguise + hide };
}

/** Those of this machine that are too old, and new enough to read the language of the build. */
function olderOnPath(): OldNode[] {
  const programs = (process.env.PATH ?? '').split(delimiter).map((folder) => join(folder, 'node'));
  const installed = new Set(programs.filter(existsSync).map((program) => realpathSync(program)));
  return [...installed].flatMap((program) => {
    const version = spawnSync(program, ['--version'], { encoding: 'utf8' }).stdout?.trim().slice(1) ?? '';
    const [major = 0, minor = 0] = version.split('.').map(Number);
    return major === 20 || major === 21 || (major === 22 && minor < 13) ? [{ version, program, disguise: '' }] : [];
  });
}

const run = ({ program, disguise }: OldNode, script: string) =>
  spawnSync(program, ['-e', `${disguise}\n${script}`], { encoding: 'utf8' });

const loadOn = (node: OldNode, file: string) =>
  run(node, `require(${JSON.stringify(join(built, file))}); console.log('loaded');`);

/** Loads each file, and prints what it said: null for one that needs no newer Node.js. What fails to load is loaded anew each time. */
const loadAll = `
  const { join, sep } = require('node:path');
  const built = ${JSON.stringify(built)};
  const programs = ['lib/cli/main.js', 'lib/cli/needs-node.js'];
  const outcomes = {};
  for (const folder of ['lib', 'nodes']) {
    for (const name of require('node:fs').readdirSync(join(built, folder), { recursive: true })) {
      const file = [folder, ...name.split(sep)].join('/');
      if (!file.endsWith('.js') || programs.includes(file)) continue;
      try {
        require(join(built, file));
        outcomes[file] = null;
      } catch (error) {
        outcomes[file] = error.message;
      }
    }
  }
  console.log(JSON.stringify(outcomes));
  process.exit(0);`;

const sentence = (version: string) =>
  `Order to cash needs Node.js ${oldest} or newer and runs on ${version}: install a newer Node.js and start again.`;

describe('a Node.js that is too old', () => {
  for (const node of [withoutSqlite('22.12.0'), ...olderOnPath()]) {
    describe(`${node.disguise === '' ? '' : 'in the role of '}${node.version}`, () => {
      it('gets one sentence from a command, and exit code 1', () => {
        for (const file of ['lib/cli/main.js', 'start/start.js']) {
          const { status, stdout, stderr } = loadOn(node, file);
          expect([stdout, stderr, status], file).to.deep.equal(['', `${sentence(node.version)}\n`, 1]);
        }
      });

      it('gets the sentence from every node, and from all of the core that needs SQLite', () => {
        const { stdout, stderr } = run(node, loadAll);
        expect(stderr).to.equal('');
        const outcomes = new Map(Object.entries<string | null>(JSON.parse(stdout)));
        for (const file of [...nodes, 'lib/store/store.js', 'lib/store/sqlite-worker.js'])
          expect(outcomes.get(file), file).to.equal(sentence(node.version));
        const others = [...outcomes].filter(([, said]) => said !== null && said !== sentence(node.version));
        expect(others).to.deep.equal([]);
        expect(outcomes.size).to.be.above(nodes.length);
      });
    });
  }

  it('is none from the oldest supported one on', () => {
    for (const version of [`${oldest}.0`, '24.0.0']) {
      const { status, stdout } = loadOn(inTheRoleOf(version), 'lib/store/store.js');
      expect([status, stdout], version).to.deep.equal([0, 'loaded\n']);
    }
  });
});
