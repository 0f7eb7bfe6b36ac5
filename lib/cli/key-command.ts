import type { KeyInfo } from '../access/keys';
import {
  type Command,
  type ExitCode,
  exitCodes,
  type Invocation,
  operator,
  text,
  textOptions,
  WrongUsage,
  withStore,
} from './command';
import { print, table } from './output';

export const keyCommand: Command = {
  name: 'key',
  usage:
    'create --role ROLE --name NAME [--partner P] [--acts-for A,B] [--expires-at TIME] | revoke ID | rotate ID [--overlap HOURS] | list',
  help: 'Makes, ends, replaces and lists API keys. A new key is shown once.',
  options: textOptions(['role', 'name', 'partner', 'acts-for', 'expires-at', 'overlap']),
  run(invocation) {
    const [verb, id, ...more] = invocation.words;
    if (verb === 'create' && id === undefined) return create(invocation);
    if (verb === 'list' && id === undefined) return list(invocation);
    if (verb === 'revoke' && id !== undefined && more.length === 0) return revoke(invocation, id);
    if (verb === 'rotate' && id !== undefined && more.length === 0) return rotate(invocation, id);
    throw new WrongUsage('Say "key create", "key revoke ID", "key rotate ID" or "key list".');
  },
};

async function create(invocation: Invocation): Promise<ExitCode> {
  const request = {
    role: text(invocation, 'role'),
    name: text(invocation, 'name'),
    partner: text(invocation, 'partner'),
    actsFor: text(invocation, 'acts-for')
      ?.split(',')
      .map((name) => name.trim()),
    expiresAt: text(invocation, 'expires-at'),
  };
  if (request.role === undefined || request.name === undefined) throw new WrongUsage('A key needs --role and --name.');
  const { createKey } = await import('../access/keys.js');
  const created = await withStore(invocation, 'any', (store) => createKey(operator(store), request));
  print(invocation, created, () => [
    `Key ${created.keyId} of the role ${created.role}. It is shown only now:`,
    created.key,
  ]);
  return exitCodes.fine;
}

async function revoke(invocation: Invocation, id: string): Promise<ExitCode> {
  const { revokeKey } = await import('../access/keys.js');
  await withStore(invocation, 'existing', (store) => revokeKey(operator(store), id));
  print(invocation, { keyId: id, revoked: true }, () => [
    `Key ${id} is revoked; it stops working within five seconds.`,
  ]);
  return exitCodes.fine;
}

async function rotate(invocation: Invocation, id: string): Promise<ExitCode> {
  const hours = Number(text(invocation, 'overlap') ?? 24);
  if (!(hours >= 0 && hours <= 8760)) throw new WrongUsage('--overlap is a number of hours from 0 to 8760.');
  const { rotateKey } = await import('../access/keys.js');
  const created = await withStore(invocation, 'existing', (store) => rotateKey(operator(store), id, hours));
  print(invocation, created, () => [
    `Key ${created.keyId} replaces ${id}, which works for ${hours} hours more. The new key is shown only now:`,
    created.key,
  ]);
  return exitCodes.fine;
}

async function list(invocation: Invocation): Promise<ExitCode> {
  const { allKeys } = await import('../access/keys.js');
  const keys = await withStore(invocation, 'existing', allKeys);
  const now = new Date().toISOString();
  print(invocation, { keys }, () =>
    table(
      ['key', 'role', 'partner', 'acts for', 'name', 'state', 'created', 'last used'],
      keys.map((key) => [
        key.keyId,
        key.role,
        key.partner,
        key.actsFor.join(','),
        key.name,
        stateOf(key, now),
        key.createdAt,
        key.lastUsedAt ?? 'never',
      ]),
    ),
  );
  return exitCodes.fine;
}

function stateOf(key: KeyInfo, now: string): string {
  if (key.revokedAt !== null) return `revoked ${key.revokedAt}`;
  if (key.expiresAt === null) return 'active';
  return key.expiresAt <= now ? `expired ${key.expiresAt}` : `active until ${key.expiresAt}`;
}
