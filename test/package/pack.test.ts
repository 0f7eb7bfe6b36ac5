import { execFileSync } from 'node:child_process';
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { expect } from 'chai';
import { type NodeRedProcess, startNodeRed } from '../support/node-red-process';

const root = resolve(__dirname, '../../..');
const manifest = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
const types = Object.keys(manifest['node-red'].nodes);

interface NodeSet {
  readonly name: string;
  readonly module: string;
  readonly types: string[];
  readonly enabled: boolean;
  readonly err?: unknown;
}

describe('the package as npm packs it', function () {
  this.timeout(600_000); // all of it is built anew

  let scratch: string;
  let unpacked: string;
  let contents: string[];

  before(() => {
    scratch = mkdtempSync(join(tmpdir(), 'o2c-package-'));
    const archives = join(scratch, 'archives');
    mkdirSync(archives);
    execFileSync('npm', ['pack', '--silent', '--pack-destination', archives], {
      cwd: copyOfTheProject(),
      stdio: ['ignore', 'ignore', 'inherit'],
      shell: process.platform === 'win32',
    });
    const [archive] = readdirSync(archives);
    unpacked = join(scratch, 'user', 'node_modules', ...manifest.name.split('/'));
    mkdirSync(unpacked, { recursive: true });
    execFileSync('tar', ['-xzf', join(archives, String(archive)), '--strip-components=1', '-C', unpacked]);
    contents = readdirSync(unpacked, { recursive: true, encoding: 'utf8' });
  });

  after(() => rmSync(scratch, { recursive: true, force: true }));

  /** npm builds what it packs: in a copy, for other tests run what is built here. */
  function copyOfTheProject(): string {
    const copy = join(scratch, 'project');
    const left = ['node_modules', '.git', 'data'].map((name) => join(root, name));
    cpSync(root, copy, { recursive: true, filter: (from) => !left.includes(from) });
    symlinkSync(join(root, 'node_modules'), join(copy, 'node_modules'), 'junction');
    return copy;
  }

  const missing = (paths: string[]) => paths.filter((path) => !existsSync(join(unpacked, path)));

  it('holds every path that package.json names', () => {
    const named: string[] = [
      ...Object.values<string>(manifest['node-red'].nodes),
      ...Object.values<string>(manifest.bin),
    ];
    expect(named).to.have.length.above(16);
    expect(missing([...named, 'LICENSE', 'README.md'])).to.deep.equal([]);
  });

  it('holds editor, labels, help and icon of every node', () => {
    const perNode = (type: string) => {
      const folder = dirname(manifest['node-red'].nodes[type]);
      const locale = `${folder}/locales/en-US/${type}`;
      return [`${folder}/${type}.html`, `${locale}.json`, `${locale}.html`, `dist/nodes/o2c-store/icons/${type}.svg`];
    };
    expect(missing(types.flatMap(perNode))).to.deep.equal([]);
  });

  it('holds what runs and nothing else', () => {
    const surplus = contents.filter((path) =>
      /(^|\/)(test|bench|scripts|node_modules)\/|\.(ts|map|tsbuildinfo)$/.test(path),
    );
    expect(surplus).to.deep.equal([]);
  });

  it('names every folder of nodes/', () => {
    const folders = readdirSync(join(root, 'nodes'), { withFileTypes: true }).filter((entry) => entry.isDirectory());
    expect(folders.map(({ name }) => name)).to.have.members(types);
  });

  describe('in a fresh Node-RED', () => {
    let nodeRed: NodeRedProcess;

    before(async () => {
      const user = join(scratch, 'user');
      // Of what is installed here it sees its runtime dependencies only.
      for (const dependency of Object.keys(manifest.dependencies)) {
        const link = join(user, 'node_modules', dependency);
        mkdirSync(dirname(link), { recursive: true });
        symlinkSync(join(root, 'node_modules', dependency), link, 'junction');
      }
      writeFileSync(
        join(user, 'package.json'),
        JSON.stringify({ name: 'user', dependencies: { [manifest.name]: '*' } }),
      );
      nodeRed = await startNodeRed(user);
    });

    after(async () => nodeRed?.stop());

    async function get(path: string, accept = 'application/json'): Promise<Response> {
      const response = await fetch(`${nodeRed.url}${path}`, { headers: { accept } });
      expect(response.status, path).to.equal(200);
      return response;
    }

    it('loads every node type without an error', async () => {
      const sets = (await (await get('/nodes')).json()) as NodeSet[];
      const own = sets.filter(({ module }) => module === manifest.name);
      expect(
        own.filter(({ err, enabled }) => err || !enabled),
        nodeRed.log(),
      ).to.deep.equal([]);
      expect(own.flatMap((set) => set.types)).to.have.members(types);
      expect(nodeRed.log()).to.not.match(/\[(warn|error)\].*(order-to-cash|o2c-)/);
    });

    it('serves the editor definition and the help of every type', async () => {
      const html = await (await get('/nodes', 'text/html')).text();
      for (const type of types) {
        expect(html, type).to.match(new RegExp(`registerType\\(\\s*['"]${type}['"]`));
        expect(html, type).to.match(new RegExp(`data-help-name=["']${type}["']`));
      }
    });

    it('serves the labels of every type', async () => {
      const catalogues = (await (await get('/nodes/messages?lng=en-US')).json()) as Record<string, object>;
      for (const type of types) {
        expect(Object.keys(catalogues[`${manifest.name}/${type}`] ?? {}), type).to.not.deep.equal([]);
      }
    });

    it('serves the icon of every type', async () => {
      const listed = (await (await get('/icons')).json()) as Record<string, string[]>;
      expect(listed[manifest.name]).to.include.members(types.map((type) => `${type}.svg`));
      for (const type of types) {
        const icon = await get(`/icons/${manifest.name}/${type}.svg`, 'image/*');
        expect(icon.headers.get('content-type'), type).to.match(/^image\/svg/);
        expect(await icon.text(), type).to.match(/^<svg [^>]*viewBox="0 0 40 60"/);
      }
    });

    it('offers every packaged flow as an example', async () => {
      const flows = readdirSync(join(root, 'flows')).filter((name) => name.endsWith('.json'));
      expect(flows).to.include('order-to-cash.json');
      const names = flows.map((name) => name.replace(/\.json$/, ''));
      const library = `/library/examples/flows/${manifest.name}`;
      const listed = (await (await get(library)).json()) as { fn: string }[];
      expect(listed.map(({ fn }) => fn)).to.have.members(names);
      for (const name of names) {
        const flow = await get(`${library}/${name}`);
        expect(await flow.json(), name).to.be.an('array');
      }
    });
  });
});
