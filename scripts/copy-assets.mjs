// Completes what tsc has compiled to dist/: the editor's files beside each node, the icons beside the store node, and
// nothing that has no source any more.
import { cpSync, existsSync, mkdirSync, readdirSync, rmdirSync, rmSync, statSync } from 'node:fs';
import { dirname, join, relative, sep } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const dist = join(root, 'dist');
const sources = ['lib', 'nodes', 'start', 'test', 'bench', 'fuzz'];
const icons = join('nodes', 'o2c-store', 'icons'); // Node-RED serves them for the whole module

const filesBelow = (directory) =>
  existsSync(directory)
    ? readdirSync(directory, { recursive: true, withFileTypes: true })
        .filter((entry) => entry.isFile())
        .map((entry) => join(entry.parentPath, entry.name))
    : [];
const fromRoot = (file) => relative(root, file);

const compiled = sources.flatMap((source) => filesBelow(join(root, source))).map(fromRoot);
const assets = compiled
  .filter((file) => file.startsWith(`nodes${sep}`))
  .filter((file) => file.endsWith('.html') || file.split(sep).includes('locales'))
  .map((file) => [file, file])
  .concat(
    filesBelow(join(root, 'icons')).map((file) => [fromRoot(file), join(icons, relative(join(root, 'icons'), file))]),
  );

for (const [from, to] of assets) {
  mkdirSync(dirname(join(dist, to)), { recursive: true });
  cpSync(join(root, from), join(dist, to));
}

const expected = new Set(['.tsbuildinfo', ...assets.map(([, to]) => to)]);
for (const file of compiled) {
  if (file.endsWith('.ts')) for (const suffix of ['.js', '.js.map']) expected.add(file.replace(/\.ts$/, suffix));
  else if (file.endsWith('.json')) expected.add(file); // imported as a module
}
for (const file of filesBelow(dist)) if (!expected.has(relative(dist, file))) rmSync(file);
removeEmptyBelow(dist);

function removeEmptyBelow(directory) {
  for (const name of readdirSync(directory)) {
    const inside = join(directory, name);
    if (!statSync(inside).isDirectory()) continue;
    removeEmptyBelow(inside);
    if (readdirSync(inside).length === 0) rmdirSync(inside);
  }
}
