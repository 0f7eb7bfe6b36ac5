import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePort } from '../support/free-port';
import { expectAnswer } from '../support/openapi';

export interface Answer {
  readonly status: number;
  readonly type: string;
  readonly headers: Headers;
  // biome-ignore lint/suspicious/noExplicitAny: tests look into answers of many shapes
  readonly body: any;
}

export interface Sending {
  /** Without it the administrator's; null sends none. */
  readonly key?: string | null;
  readonly headers?: Readonly<Record<string, string>>;
  /** Text and bytes go as they are, anything else as JSON. */
  readonly body?: unknown;
}

export const adminKey = 'administrator-of-the-tests-0123456789';
const program = join(__dirname, '../../start/start.js');
const patience = 120_000; // milliseconds

/** `npm start` in a process of its own, with its data in a directory of its own. */
export class Product {
  private constructor(
    readonly url: string,
    readonly directory: string,
    private readonly child: ChildProcess,
    private readonly written: { text: string },
  ) {}

  static async start(
    env: Readonly<Record<string, string>> = {},
    directory = mkdtempSync(join(tmpdir(), 'o2c-product-')),
  ): Promise<Product> {
    const port = String(await freePort());
    const { child, written } = run({ PORT: port, ...env }, directory);
    await Promise.race([said(child, written, 'Ctrl-C stops it'), ended(child, written)]);
    return new Product(`http://127.0.0.1:${port}`, directory, child, written);
  }

  /** Runs it to its end. */
  static async end(env: Readonly<Record<string, string>>): Promise<{ code: number | null; output: string }> {
    const directory = mkdtempSync(join(tmpdir(), 'o2c-product-'));
    const { child, written } = run(env, directory);
    const [code] = (await once(child, 'close')) as [number | null];
    rmSync(directory, { recursive: true, force: true });
    return { code, output: written.text };
  }

  get output(): string {
    return this.written.text;
  }

  get port(): string {
    return new URL(this.url).port;
  }

  get isAlive(): boolean {
    return this.child.exitCode === null && this.child.signalCode === null;
  }

  /** The answer, which is held against the description of the API. */
  async call(method: string, path: string, { key = adminKey, headers = {}, body }: Sending = {}): Promise<Answer> {
    const asIs =
      body === undefined || typeof body === 'string' || body instanceof Uint8Array || body instanceof ReadableStream;
    const typed: Record<string, string> = {
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      ...headers,
    };
    if (key !== null) typed.authorization = `Bearer ${key}`;
    const sent = {
      method,
      headers: typed,
      ...(body === undefined ? {} : { body: (asIs ? body : JSON.stringify(body)) as BodyInit, duplex: 'half' }),
    };
    const response = await fetch(`${this.url}${path}`, sent as RequestInit);
    const type = response.headers.get('content-type') ?? '';
    const text = await response.text();
    const answer = {
      status: response.status,
      type,
      headers: response.headers,
      body: /json/.test(type) ? JSON.parse(text) : text,
    };
    if (path.startsWith('/o2c/')) expectAnswer(method, path, answer.status, type, answer.body);
    return answer;
  }

  async key(request: object): Promise<string> {
    return (await this.call('POST', '/o2c/keys', { body: request })).body.key;
  }

  /** Asks again and again until the order is as it is wanted. */
  async order(salesOrder: string, isAsWanted: (order: Answer['body']) => boolean): Promise<Answer['body']> {
    for (const end = Date.now() + patience; ; ) {
      const { body } = await this.call('GET', `/o2c/orders/${salesOrder}`);
      if (isAsWanted(body)) return body;
      if (Date.now() > end)
        throw new Error(`${salesOrder} does not get there: ${JSON.stringify(body)}\n${this.output}`);
      await new Promise((wake) => setTimeout(wake, 50));
    }
  }

  invoiced(salesOrder: string): Promise<Answer['body']> {
    return this.order(salesOrder, ({ status }) => status === 'Invoiced');
  }

  /** As a full deploy does. Meanwhile calls are answered with 503, and nothing else. */
  async restartFlows(): Promise<void> {
    const headers = { 'content-type': 'application/json', 'node-red-deployment-type': 'reload' };
    const deployed = await fetch(`${this.url}/flows`, { method: 'POST', headers, body: '{}' });
    if (!deployed.ok) throw new Error(`The flows were not deployed: ${deployed.status}`);
    for (;;) {
      const { status } = await fetch(`${this.url}/o2c/health`);
      if (status === 200) return;
      if (status !== 503) throw new Error(`A deploy answered ${status}`);
    }
  }

  async stop(): Promise<number | null> {
    if (!this.isAlive) return this.child.exitCode;
    const closed = once(this.child, 'close');
    this.child.kill('SIGTERM');
    const [code] = (await closed) as [number | null];
    return code;
  }

  /** Ends it as a power cut would. */
  async kill(): Promise<void> {
    const closed = once(this.child, 'close');
    this.child.kill('SIGKILL');
    await closed;
  }

  async remove(): Promise<void> {
    await this.stop();
    rmSync(this.directory, { recursive: true, force: true });
  }
}

function run(
  env: Readonly<Record<string, string>>,
  directory: string,
): { child: ChildProcess; written: { text: string } } {
  const inherited = { ...process.env };
  for (const name of Object.keys(inherited)) if (name.startsWith('O2C_') || name === 'PORT') delete inherited[name];
  const execArgv = ['--require', join(__dirname, '../support/exit-with-parent.js')];
  const child = fork(program, [], { cwd: directory, env: { ...inherited, ...env }, execArgv, silent: true });
  const written = { text: '' };
  for (const stream of [child.stdout, child.stderr]) {
    stream?.setEncoding('utf8').on('data', (text: string) => {
      written.text += text;
      child.emit('said');
    });
  }
  return { child, written };
}

async function said(child: ChildProcess, written: { text: string }, words: string): Promise<void> {
  while (!written.text.includes(words)) await once(child, 'said');
}

async function ended(child: ChildProcess, written: { text: string }): Promise<never> {
  const [code] = await once(child, 'close');
  throw new Error(`It ended with ${code}:\n${written.text}`);
}
