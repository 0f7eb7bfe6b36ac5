// npm test: builds, lints, runs the tests, and says last how many checks passed and failed (build and lint are one each).
// Arguments go to mocha: npm test -- dist/test/store/*.test.js --grep ledger
import { fork, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const total = { passed: 0, failed: 0 };

function check(name, script) {
  const { status } = spawnSync('npm', ['run', '--silent', script], { cwd: root, stdio: 'inherit', shell: true });
  const passed = status === 0;
  console.log(`${passed ? '✔' : '✖'} ${name}`);
  total[passed ? 'passed' : 'failed'] += 1;
  return passed;
}

async function runMocha(given) {
  const specs = given.some((argument) => /\.js$/.test(argument)) ? [] : ['dist/test/**/*.test.js'];
  const mocha = fork(
    'node_modules/mocha/bin/mocha.js',
    ['--reporter', 'scripts/count-reporter.cjs', ...given, ...specs],
    {
      cwd: root,
    },
  );
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
