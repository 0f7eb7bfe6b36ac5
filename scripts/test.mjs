// npm test: builds, lints, runs the tests, and says last how many checks passed and failed (build and lint are one each).
// Test files run side by side, each in one of a few processes; a process has a PostgreSQL of its own.
// Arguments go to mocha: npm test -- dist/test/store/*.test.js --grep ledger
import { fork, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const total = { passed: 0, failed: 0 };
// Much of the time is waiting, also on one processor. Tests count the connections to a server: one is for one process.
const processes = process.env.O2C_TEST_PG ? 1 : Math.min(Math.max(availableParallelism(), 2), 4);
const longest = ['resilience', 'cli', 'flows', 'editor', 'nodes', 'package', 'stages']; // folders of test/

function check(name, script) {
  const { status } = spawnSync(`npm run --silent ${script}`, { cwd: root, stdio: 'inherit', shell: true });
  const passed = status === 0;
  console.log(`${passed ? '✔' : '✖'} ${name}`);
  total[passed ? 'passed' : 'failed'] += 1;
  return passed;
}

/** Those that take longest begin: what is left for the end is short, and no process waits for another. */
function allTestFiles() {
  const place = (file) => {
    const found = longest.indexOf(file.split(/[\\/]/)[0]);
    return found < 0 ? longest.length : found;
  };
  return readdirSync(join(root, 'dist/test'), { recursive: true })
    .filter((file) => file.endsWith('.test.js'))
    .sort((one, other) => place(one) - place(other) || one.localeCompare(other))
    .map((file) => join('dist/test', file));
}

async function runMocha(given) {
  const files = given.some((argument) => /\.js$/.test(argument)) ? [] : allTestFiles();
  const options = ['--parallel', '--jobs', String(processes), '--reporter', 'scripts/count-reporter.cjs'];
  const mocha = fork('node_modules/mocha/bin/mocha.js', [...options, ...given, ...files], {
    cwd: root,
    // Node-RED and the command line start many times: each compiles only what none before has compiled.
    env: { NODE_COMPILE_CACHE: join(root, 'node_modules/.cache/compiled'), ...process.env },
  });
  let counts;
  mocha.on('message', (message) => {
    counts = message;
  });
  process.on('SIGINT', () => {}); // the terminal has told mocha too: wait until it has cleaned up
  process.on('SIGTERM', () => mocha.kill('SIGTERM'));
  const [code, signal] = await once(mocha, 'close');
  if (!counts) console.error(`The tests ended before their end (${signal ?? `exit code ${code}`}).`);
  total.passed += counts?.passed ?? 0;
  total.failed += Math.max(counts?.failed ?? 1, code === 0 ? 0 : 1);
}

if (check('build', 'build')) {
  check('lint', 'lint');
  await runMocha(process.argv.slice(2));
}
console.log(`${total.passed} passed, ${total.failed} failed`);
process.exitCode = total.failed === 0 ? 0 : 1;
