// The flows as the package brings them: Node-RED reads examples only from the folder examples/ at the package's root.
import { cpSync, existsSync, mkdirSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const flows = join(root, 'flows');
const examples = join(root, 'examples');

rmSync(examples, { recursive: true, force: true });
mkdirSync(examples);
if (existsSync(flows)) {
  for (const file of readdirSync(flows).filter((name) => name.endsWith('.json'))) {
    cpSync(join(flows, file), join(examples, file));
  }
}
