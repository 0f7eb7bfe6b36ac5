import { randomInt } from 'node:crypto';
import { availableParallelism } from 'node:os';
import { parseArgs } from 'node:util';
import { type CampaignOptions, runCampaign } from './campaign';

const usage = `npm run fuzz -- [options]
  --count N    inputs in all, divided over the parsers (1000000); workbooks get one in a hundred
  --parser P   only this parser
  --seed N     the same seed gives the same inputs (another one each time)
  --only N     only the input with this number: with --seed and --parser, as a finding says
  --time S     seconds after which no more inputs are begun
  --threads N  threads that read (2, or one for each processor)
`;

function numberOf(name: string, text: string | undefined, otherwise: number): number {
  const number = text === undefined ? otherwise : Number(text);
  if (!Number.isSafeInteger(number) || number < 0) throw new Error(`--${name} must be a whole number.`);
  return number;
}

function optionsOf(args: readonly string[]): CampaignOptions {
  const text = { type: 'string' } as const;
  const { values } = parseArgs({
    args: [...args],
    options: { count: text, parser: text, seed: text, only: text, time: text, threads: text },
  });
  let shown = performance.now();
  return {
    seed: numberOf('seed', values.seed, randomInt(1_000_000_000)),
    count: numberOf('count', values.count, 1_000_000),
    threads: Math.max(1, numberOf('threads', values.threads, Math.min(2, availableParallelism()))),
    mostMilliseconds: 1000,
    hangMilliseconds: 20_000,
    heapMegabytes: 256,
    processMegabytes: 1500,
    ...(values.parser === undefined ? {} : { parser: values.parser }),
    ...(values.only === undefined ? {} : { only: numberOf('only', values.only, 0) }),
    ...(values.time === undefined ? {} : { seconds: numberOf('time', values.time, 0) }),
    progress: (done, count) => {
      if (performance.now() - shown < 2000) return;
      shown = performance.now();
      process.stderr.write(`${done.toLocaleString('en')} of ${count.toLocaleString('en')} inputs\n`);
    },
  };
}

async function main(): Promise<void> {
  const result = await runCampaign(optionsOf(process.argv.slice(2)));
  process.stdout.write(`${JSON.stringify(result, null, 2)}\n`);
  for (const { parser, number, kind, message, file } of result.findings) {
    const again = `npm run fuzz -- --seed ${result.seed} --parser ${parser} --only ${number}`;
    process.stderr.write(`${kind}: ${message}\n  ${file}\n  ${again}\n`);
  }
  process.exitCode = result.findings.length === 0 ? 0 : 1;
}

main().catch((error: unknown) => {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n${usage}`);
  process.exitCode = 2;
});
