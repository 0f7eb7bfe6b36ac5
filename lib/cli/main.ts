#!/usr/bin/env node
import './needs-node';
import { parseArgs } from 'node:util';
import { BusinessRejection } from '../domain/faults';
import { answersCommand } from './answer-commands';
import { type Command, type ExitCode, exitCodes, type Terminal, WrongUsage } from './command';
import { exceptionsCommand } from './exception-commands';
import { importCommand } from './import-command';
import { inboxCommand, jobsCommand } from './inbox-commands';
import { keyCommand } from './key-command';
import { explainCommand, ordersCommand } from './order-commands';
import { auditCommand, reconcileCommand } from './proof-commands';
import { migrateCommand, settingsCommand } from './store-commands';

const commands: readonly Command[] = [
  migrateCommand,
  settingsCommand,
  importCommand,
  keyCommand,
  ordersCommand,
  explainCommand,
  jobsCommand,
  inboxCommand,
  answersCommand,
  exceptionsCommand,
  reconcileCommand,
  auditCommand,
];

const commonOptions = {
  json: { type: 'boolean' },
  db: { type: 'string' },
  help: { type: 'boolean', short: 'h' },
} as const;
const defaultDatabase = 'sqlite:./data/o2c.sqlite';

const commonHelp = `Options of every command:
  --json      prints JSON instead of text
  --db URL    the store: sqlite:PATH or postgres://… (default: O2C_DB, else ${defaultDatabase})
  -h, --help  prints this, or the help of a command
Exit codes: 0 fine, 1 found something wrong, 2 wrong usage, 3 technical fault`;

function help(): string {
  const width = Math.max(...commands.map(({ name }) => name.length));
  return [
    'Usage: o2c COMMAND [OPTIONS]',
    '',
    ...commands.map((command) => `  ${command.name.padEnd(width)}  ${command.help}`),
    '',
    commonHelp,
  ].join('\n');
}

const helpOf = (command: Command): string =>
  `Usage: o2c ${command.name} ${command.usage}\n\n${command.help}\n\n${commonHelp}`;

/** Runs one command line. Never throws; what is wrong goes to stderr in words. */
async function main(args: readonly string[], terminal: Terminal): Promise<ExitCode> {
  const [name, ...rest] = args;
  const command = commands.find((candidate) => candidate.name === name);
  if (command === undefined) {
    const asked = name === undefined || name === 'help' || name === '--help' || name === '-h';
    if (asked) terminal.out(help());
    else console.error(`There is no command ${name}.\n\n${help()}`);
    return asked && name !== undefined ? exitCodes.fine : exitCodes.wrongUsage;
  }
  try {
    const { values, positionals } = parseArgs({
      args: rest,
      options: { ...command.options, ...commonOptions },
      allowPositionals: true,
      strict: true,
    });
    const options = values as Record<string, string | boolean | undefined>;
    if (options.help === true) {
      terminal.out(helpOf(command));
      return exitCodes.fine;
    }
    const database = (typeof options.db === 'string' ? options.db : undefined) || process.env.O2C_DB || defaultDatabase;
    return await command.run({ words: positionals, options, json: options.json === true, database, terminal });
  } catch (error) {
    return explain(error, command);
  }
}

function explain(error: unknown, command: Command): ExitCode {
  if (error instanceof BusinessRejection) {
    for (const fault of error.faults)
      console.error(fault.path === '' ? fault.message : `${fault.path}: ${fault.message}`);
    return exitCodes.foundSomethingWrong;
  }
  const code = typeof error === 'object' && error !== null && 'code' in error ? String(error.code) : '';
  if (error instanceof WrongUsage || code.startsWith('ERR_PARSE_ARGS')) {
    console.error(`${(error as Error).message}\n\nUsage: o2c ${command.name} ${command.usage}`);
    return exitCodes.wrongUsage;
  }
  console.error(error instanceof Error ? error.message : String(error));
  return exitCodes.technical;
}

process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code !== 'EPIPE') throw error; // the reader, such as head, has seen enough
});
void main(process.argv.slice(2), { out: (line) => process.stdout.write(`${line}\n`) }).then((code) => {
  process.exitCode = code;
});
