import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { expect } from 'chai';

const root = resolve(__dirname, '../../..');
const compiled = (file: string) => JSON.stringify(resolve(__dirname, '../..', file));

/** Loads a module in a process that takes itself for an older Node.js. */
function loadOn(version: string, file: string) {
  const script = `
    Object.defineProperty(process, 'versions', { value: { ...process.versions, node: '${version}' } });
    require(${compiled(file)});
    console.log('loaded');`;
  return spawnSync(process.execPath, ['-e', script], { encoding: 'utf8' });
}

describe('a Node.js that is too old', () => {
  const { engines } = JSON.parse(readFileSync(resolve(root, 'package.json'), 'utf8'));
  const oldest = engines.node.replace('>=', '');

  it('gets one sentence from a command, and exit code 1', () => {
    const { status, stdout, stderr } = loadOn('20.20.2', 'lib/cli/needs-node.js');
    expect(stdout).to.equal('');
    expect(stderr).to.match(/^Order to cash needs Node\.js .* or newer and runs on 20\.20\.2: .*\.\n$/);
    expect(stderr).to.include(oldest);
    expect(status).to.equal(1);
  });

  it('stops the store before it looks for SQLite, which is where every node begins', () => {
    const { status, stderr } = loadOn('22.12.0', 'lib/store/sqlite-client.js');
    expect(stderr).to.include(`Order to cash needs Node.js ${oldest} or newer and runs on 22.12.0`);
    expect(status).to.equal(1);
  });

  it('does not stop the oldest supported one', () => {
    for (const version of [`${oldest}.0`, '24.0.0']) {
      expect(loadOn(version, 'lib/cli/needs-node.js')).to.include({ status: 0, stdout: 'loaded\n' });
    }
  });
});
