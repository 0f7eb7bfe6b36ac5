import { appendFileSync, existsSync, readFileSync } from 'node:fs';
import type { AuditProof } from '../ops/verify-audit';
import type { AuditHead } from '../store/audit-trail';
import {
  type Command,
  type ExitCode,
  exactly,
  exitCodes,
  type Invocation,
  text,
  textOptions,
  WrongUsage,
  withStore,
} from './command';
import { print, table } from './output';

export const reconcileCommand: Command = {
  name: 'reconcile',
  usage: '',
  help: 'Computes credit, stock, deliveries, invoices and ledger again and lists every difference.',
  async run(invocation) {
    exactly(invocation);
    const { reconcile } = await import('../ops/reconcile.js');
    const { checks, clean } = await withStore(invocation, 'existing', reconcile);
    const differences = checks.flatMap((check) =>
      check.differences.map((difference) => [
        check.name,
        difference.subject,
        difference.what,
        difference.expected,
        difference.found,
      ]),
    );
    print(invocation, { checks, clean }, () => [
      ...table(
        ['check', 'compared', 'differences'],
        checks.map((check) => [check.name, check.compared, check.differences.length]),
      ),
      ...(clean
        ? ['The books are sound.']
        : ['', ...table(['check', 'where', 'what', 'expected', 'found'], differences)]),
    ]);
    return clean ? exitCodes.fine : exitCodes.foundSomethingWrong;
  },
};

export const auditCommand: Command = {
  name: 'audit',
  usage: 'verify [--expect LINK:HASH] [--head FILE] | export',
  help: 'Proves that the audit trail is whole, or writes it as JSON lines. --head checks against the last line of a file outside and adds the new one.',
  options: textOptions(['expect', 'head']),
  run(invocation) {
    const [verb, ...more] = invocation.words;
    if (verb === 'verify' && more.length === 0) return verify(invocation);
    if (verb === 'export' && more.length === 0) return exportTrail(invocation);
    throw new WrongUsage('Say "audit verify" or "audit export".');
  },
};

async function verify(invocation: Invocation): Promise<ExitCode> {
  const file = text(invocation, 'head');
  const noted = text(invocation, 'expect') ?? lastLine(file);
  const { verifyAudit } = await import('../ops/verify-audit.js');
  const proof = await withStore(invocation, 'existing', (store) =>
    verifyAudit(store, noted === undefined ? undefined : headOf(noted)),
  );
  print(invocation, proof, () => [wordsOf(proof)]);
  if (proof.fault !== null) return exitCodes.foundSomethingWrong;
  if (file !== undefined) appendFileSync(file, `${proof.head.link}:${proof.head.hash}\n`);
  return exitCodes.fine;
}

function wordsOf({ links, records, head, fault }: AuditProof): string {
  if (fault !== null) return `The audit trail is broken (${fault.kind}). ${fault.message}`;
  return `The audit trail is whole: ${records} records in ${links} links. Head ${head.link}:${head.hash}`;
}

function lastLine(file: string | undefined): string | undefined {
  if (file === undefined || !existsSync(file)) return undefined;
  return readFileSync(file, 'utf8').trim().split('\n').at(-1) || undefined;
}

function headOf(written: string): AuditHead {
  const match = /^(\d{1,15}):([0-9a-f]{64})$/.exec(written.trim());
  if (match === null) throw new WrongUsage(`${written.slice(0, 80)} is no head of the form LINK:HASH.`);
  return { link: Number(match[1]), hash: match[2] as string };
}

async function exportTrail(invocation: Invocation): Promise<ExitCode> {
  const { exportAudit } = await import('../ops/export-audit.js');
  await withStore(invocation, 'existing', (store) =>
    exportAudit(store, (record) => invocation.terminal.out(JSON.stringify(record))),
  );
  return exitCodes.fine;
}
