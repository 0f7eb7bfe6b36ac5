import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join, posix, relative, resolve, sep } from 'node:path';
import { expect } from 'chai';

const root = resolve(__dirname, '../../..');

/** What a layer may import besides itself. Layers that are not named here do not exist. */
const core = ['lib/domain', 'lib/intake'];
const services = ['lib/stages', 'lib/ops', 'lib/answers', 'lib/access', 'lib/folder'];
const machinery = ['lib/store', 'lib/warehouse'];
const guard = ['lib']; // lib/needs-node.ts
const mayImport: Record<string, string[]> = {
  lib: [],
  'lib/domain': [],
  'lib/intake': ['lib/domain'],
  'lib/store': [...core, ...guard],
  'lib/warehouse': core,
  'lib/stages': [...machinery, ...core],
  'lib/ops': [...machinery, ...core, 'lib/stages'],
  'lib/answers': [...machinery, ...core, 'lib/stages'],
  'lib/access': [...machinery, ...core],
  'lib/folder': ['lib/domain'],
  'lib/cli': [...services, ...machinery, ...core, ...guard],
  nodes: [...services, ...machinery, ...core, ...guard],
};

const sourcesBelow = (folder: string): string[] =>
  existsSync(join(root, folder))
    ? readdirSync(join(root, folder), { recursive: true, withFileTypes: true })
        .filter((entry) => entry.isFile() && entry.name.endsWith('.ts'))
        .map((entry) => relative(root, join(entry.parentPath, entry.name)).split(sep).join('/'))
    : [];

function importsOf(file: string): string[] {
  const text = readFileSync(join(root, file), 'utf8');
  const found = text.matchAll(/(?:\bfrom\s*|\bimport\s*|\b(?:import|require)\s*\(\s*)['"]([^'"]+)['"]/g);
  return [...found].map(([, name]) => name as string);
}

/** `lib/store/x.ts` → `lib/store`, `lib/needs-node.ts` → `lib`, `nodes/credit-gate/credit-gate.ts` → `nodes`. */
function layerOf(file: string): string {
  const [top = '', second = ''] = file.split('/');
  return top === 'lib' && file.split('/').length > 2 ? `lib/${second}` : top;
}

const local = (file: string) =>
  importsOf(file)
    .filter((name) => name.startsWith('.'))
    .map((name) => posix.join(dirname(file), name));

const inside = [...sourcesBelow('lib'), ...sourcesBelow('nodes')];

describe('layers', () => {
  it('are read from real files', () => {
    expect(inside).to.include('lib/store/sqlite-client.ts');
    expect(local('lib/store/sqlite-client.ts')).to.include('lib/needs-node');
    expect(importsOf('lib/store/sqlite-client.ts')).to.include('node:sqlite');
  });

  it('are the ones that are named here', () => {
    expect(inside.filter((file) => !(layerOf(file) in mayImport))).to.deep.equal([]);
  });

  it('import only what lies below them', () => {
    const sideways: string[] = [];
    for (const file of inside) {
      const layer = layerOf(file);
      for (const target of local(file)) {
        const other = layerOf(target);
        if (other !== layer && !mayImport[layer]?.includes(other)) sideways.push(`${file} imports ${target}`);
      }
    }
    expect(sideways).to.deep.equal([]);
  });

  it('nodes never import each other, only what is shared directly in nodes/', () => {
    const folderOf = (file: string) => file.split('/').slice(1, -1).join('/');
    const sideways = sourcesBelow('nodes').flatMap((file) =>
      local(file)
        .filter(
          (target) => layerOf(target) === 'nodes' && folderOf(target) !== '' && folderOf(target) !== folderOf(file),
        )
        .map((target) => `${file} imports ${target}`),
    );
    expect(sideways).to.deep.equal([]);
  });

  it('lib does not know Node-RED', () => {
    const knowing = sourcesBelow('lib').filter((file) =>
      importsOf(file).some((name) => /^(@types\/)?node-red|^@node-red\//.test(name)),
    );
    expect(knowing).to.deep.equal([]);
  });

  it('domain and intake are pure: no input or output, no clock, no randomness', () => {
    const builtIn = new Set(['node:crypto', 'node:buffer', 'node:util', 'node:string_decoder']);
    const packages = new Set(['ajv', 'ajv/dist/2020', 'ajv-formats', 'saxes', 'yauzl']);
    const unclean: string[] = [];
    for (const file of [...sourcesBelow('lib/domain'), ...sourcesBelow('lib/intake')]) {
      for (const name of importsOf(file)) {
        if (!name.startsWith('.') && !builtIn.has(name) && !packages.has(name)) unclean.push(`${file} imports ${name}`);
      }
      const text = readFileSync(join(root, file), 'utf8');
      const impure = text.match(
        /\bDate\.now\(|\bnew Date\(\)|\bMath\.random\(|\brandomUUID\(|\brandomBytes\(|\bprocess\.env\b/,
      );
      if (impure) unclean.push(`${file} uses ${impure[0]}`);
    }
    expect(unclean).to.deep.equal([]);
  });
});

describe('source files', () => {
  const folders = ['lib', 'nodes', 'start', 'test', 'bench', 'fuzz', 'scripts', 'flows', 'docs', 'icons', '.ci'];
  const files = ['package.json', 'package-lock.json', 'README.md'].filter((file) => existsSync(join(root, file)));
  for (const folder of folders.filter((name) => existsSync(join(root, name)))) {
    for (const entry of readdirSync(join(root, folder), { recursive: true, withFileTypes: true })) {
      if (entry.isFile()) files.push(relative(root, join(entry.parentPath, entry.name)));
    }
  }

  /** Written in pieces, so that this file does not name them itself. */
  const forbidden: [what: string, pattern: RegExp][] = [
    ['the host of a package registry', new RegExp(['registry', '(npmjs|yarnpkg|npmmirror)'].join('\\.'))],
    ['a path of one machine', new RegExp(['(^|[^\\w.~$}])', '/(work|home|root|Users)', '/\\w'].join(''))],
  ];
  for (const [what, pattern] of forbidden) {
    it(`never name ${what}`, () => {
      const naming = files.filter((file) => pattern.test(readFileSync(join(root, file), 'utf8')));
      expect(naming).to.deep.equal([]);
      expect(files.length).to.be.above(10);
    });
  }
});
