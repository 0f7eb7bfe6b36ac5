import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { expect } from 'chai';

const root = resolve(__dirname, '../../..');
const read = (file: string) => readFileSync(resolve(root, file), 'utf8');

interface LockedPackage {
  readonly resolved?: string;
  readonly license?: string;
  readonly hasInstallScript?: boolean;
  readonly dependencies?: Record<string, string>;
}

describe('dependencies', () => {
  const manifest = JSON.parse(read('package.json'));
  const lock: Record<string, LockedPackage> = JSON.parse(read('package-lock.json')).packages;
  const runtime = Object.keys(manifest.dependencies);

  it('of the runtime are described, each under a permissive licence', () => {
    const described = [...read('docs/dependencies.md').matchAll(/^\| `([^`]+)` \| ([^|]+) \|/gm)];
    expect(described.map(([, name]) => name)).to.have.members(runtime);
    for (const [, name, licence] of described) expect(lock[`node_modules/${name}`]?.license).to.equal(licence);
  });

  it('of the runtime run no install script, neither do theirs', () => {
    const waiting = [...runtime];
    const seen = new Set(waiting);
    for (const name of waiting) {
      const locked = lock[`node_modules/${name}`];
      expect(locked, name).to.not.equal(undefined);
      expect(locked?.hasInstallScript, name).to.equal(undefined);
      for (const further of Object.keys(locked?.dependencies ?? {})) {
        if (!seen.has(further)) waiting.push(further);
        seen.add(further);
      }
    }
    expect(seen.size).to.be.above(runtime.length);
  });

  it('with install scripts are approved by name', () => {
    const scripted = Object.keys(lock).filter((path) => lock[path]?.hasInstallScript);
    expect(scripted.map((path) => path.replace('node_modules/', ''))).to.have.members(
      Object.keys(manifest.allowScripts),
    );
  });

  it('of development are pinned to exact versions', () => {
    for (const [name, version] of Object.entries(manifest.devDependencies))
      expect(version, name).to.match(/^\d+\.\d+\.\d+/);
  });

  it('are locked without the address of a registry', () => {
    for (const [path, locked] of Object.entries(lock)) expect(locked.resolved, path).to.equal(undefined);
  });
});
