import { randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';

export interface UserDirectory {
  readonly path: string;
  readonly flowFile: string;
  /** The packaged flows were written just now; otherwise they are as the user left them. */
  readonly isNew: boolean;
  /** What Node-RED encrypts passwords and tokens of nodes with. */
  readonly credentialSecret: string;
}

/** Node-RED's user directory, with this package installed in it and the packaged flows in its flow file. */
export function prepareUserDirectory(path: string, packageRoot: string): UserDirectory {
  install(path, packageRoot);
  const flowFile = join(path, 'flows.json');
  const isNew = !existsSync(flowFile);
  if (isNew) writeFileSync(flowFile, `${JSON.stringify(packagedFlows(packageRoot), null, 2)}\n`);
  return { path, flowFile, isNew, credentialSecret: secretIn(path) };
}

function secretIn(path: string): string {
  const file = join(path, 'credential-secret');
  if (!existsSync(file)) writeFileSync(file, randomBytes(32).toString('base64url'), { mode: 0o600 });
  return readFileSync(file, 'utf8');
}

/** As `npm install` of a folder would: a dependency with a link, which a later `npm install` of other nodes leaves alone. */
function install(path: string, packageRoot: string): void {
  const { name } = JSON.parse(readFileSync(join(packageRoot, 'package.json'), 'utf8')) as { name: string };
  const link = join(path, 'node_modules', name);
  mkdirSync(dirname(link), { recursive: true });
  const manifest = join(path, 'package.json');
  if (!existsSync(manifest)) {
    const dependencies = { [name]: `file:${relative(path, packageRoot).replaceAll('\\', '/')}` };
    writeFileSync(
      manifest,
      `${JSON.stringify({ name: 'order-to-cash-flows', private: true, dependencies }, null, 2)}\n`,
    );
  }
  if (existsSync(link) && realpathSync(link) === realpathSync(packageRoot)) return;
  rmSync(link, { recursive: true, force: true });
  symlinkSync(packageRoot, link, 'junction');
}

/** What `npm start` deploys. The other packaged flows are examples to import: each does again what the main flow does. */
const deployedFlows = ['order-to-cash.json', 'warehouse-simulator.json'];

function packagedFlows(packageRoot: string): unknown[] {
  const read = (file: string) => JSON.parse(readFileSync(join(packageRoot, 'flows', file), 'utf8')) as unknown[];
  return deployedFlows.flatMap(read);
}
