import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { expect } from 'chai';
import { statusOfFault } from '../../lib/answers/problem';
import type { FaultCode } from '../../lib/domain/faults';
import { defaultSettings } from '../../lib/domain/settings';
import { exceptionKinds } from '../../lib/store/exceptions';

const root = resolve(__dirname, '../../..');
const read = (file: string): string => readFileSync(join(root, file), 'utf8');
const pages = [
  ...readdirSync(join(root, 'docs'))
    .filter((file) => file.endsWith('.md'))
    .map((file) => `docs/${file}`),
  ...['README.md', 'CHANGELOG.md'].filter((file) => existsSync(join(root, file))),
];

/** Without examples, in which brackets are JSON. */
const prose = (page: string): string => read(page).replace(/```[\s\S]*?```/g, '');

/** As GitHub makes them from headings. */
const anchorsOf = (page: string): string[] =>
  [...prose(page).matchAll(/^#+ +(.+)$/gm)].map(([, heading = '']) =>
    heading
      .toLowerCase()
      .replace(/[^\p{L}\p{N} _-]/gu, '')
      .replaceAll(' ', '-'),
  );

function isDeadLink(page: string, link: string): boolean {
  const [path = '', anchor] = link.split('#');
  const target = path === '' ? page : join(dirname(page), path);
  if (!existsSync(join(root, target))) return true;
  return anchor !== undefined && target.endsWith('.md') && !anchorsOf(target).includes(anchor);
}

/** The cells of a page's table rows, without the marks of code. */
const rowsOf = (page: string): string[][] =>
  prose(page)
    .split('\n')
    .filter((line) => line.startsWith('|'))
    .map((line) =>
      line
        .split('|')
        .slice(1, -1)
        .map((cell) => cell.trim().replaceAll('`', '')),
    );

/** `overdue.graceDays` and what it is when nobody has set it. */
function leavesOf(tree: object, path = ''): (readonly [setting: string, value: string])[] {
  return Object.entries(tree).flatMap(([key, value]) =>
    typeof value === 'object' && value !== null && !Array.isArray(value)
      ? leavesOf(value, `${path}${key}.`)
      : [[`${path}${key}`, Array.isArray(value) ? value.join(',') : String(value)] as const],
  );
}

/** The codes of the one catalogue; a type leaves nothing behind in the program that could be asked. */
function faultCodes(): FaultCode[] {
  const catalogue = /export type FaultCode =([\s\S]*?);/.exec(read('lib/domain/faults.ts'))?.[1] ?? '';
  return [...catalogue.matchAll(/'([a-z-]+)'/g)].map(([, code]) => code as FaultCode);
}

describe('documentation', () => {
  it('has links that lead somewhere', () => {
    const dead = pages.flatMap((page) =>
      [...prose(page).matchAll(/\]\(([^)\s]+)\)/g)]
        .map(([, link = '']) => link)
        .filter((link) => !/^[a-z]+:/.test(link) && isDeadLink(page, link))
        .map((link) => `${page}: ${link}`),
    );
    expect(dead).to.deep.equal([]);
  });

  it('has every page in its index', () => {
    const index = read('docs/README.md');
    const missing = pages
      .filter((page) => page.startsWith('docs/') && page !== 'docs/README.md')
      .filter((page) => !index.includes(`](${page.slice('docs/'.length)})`));
    expect(missing).to.deep.equal([]);
  });

  it('says of every fault code with which status it is answered', () => {
    const codes = faultCodes();
    expect(codes).to.include('order-conflict');
    const told = new Map(
      rowsOf('docs/send-orders.md')
        .filter(([, status = '']) => /^\d{3}$/.test(status))
        .map(([code = '', status]) => [code, Number(status)]),
    );
    expect(Object.fromEntries(told)).to.deep.equal(
      Object.fromEntries(codes.map((code) => [code, statusOfFault(code)])),
    );
  });

  it('says of every kind of exception how it closes', () => {
    const table = /\| exception \| closes \|\n([\s\S]*?)\n\n/.exec(read('docs/recovery.md'))?.[1] ?? '';
    const told = table.split('\n').flatMap((row) => [...(row.split('|')[1] ?? '').matchAll(/`([a-z-]+)`/g)]);
    expect(told.map(([, kind]) => kind).sort()).to.deep.equal([...exceptionKinds]);
  });

  it('says of every setting what it is by default', () => {
    const told = rowsOf('docs/settings.md').slice(2);
    expect(Object.fromEntries(told.map(([setting = '', value]) => [setting, value]))).to.deep.equal(
      Object.fromEntries(leavesOf(defaultSettings)),
    );
  });

  it('names every node type', () => {
    const types = Object.keys(
      (JSON.parse(read('package.json')) as { 'node-red': { nodes: object } })['node-red'].nodes,
    );
    expect(types).to.include('credit-gate');
    const page = read('docs/build-a-flow.md');
    expect(types.filter((type) => !page.includes(`\`${type}\``))).to.deep.equal([]);
  });

  it('names every table of the store', () => {
    const migrations = readdirSync(join(root, 'lib/store/migrations')).map((file) =>
      read(`lib/store/migrations/${file}`),
    );
    const tables = migrations.flatMap((text) =>
      [...text.matchAll(/create table (\w+)/g)].map(([, table = '']) => table),
    );
    expect(tables).to.include('sales_order_line');
    const page = read('docs/store.md');
    expect(tables.filter((table) => !page.includes(`\`${table}\``))).to.deep.equal([]);
  });

  it('has examples that are JSON', () => {
    const broken = pages.flatMap((page) =>
      [...read(page).matchAll(/```json\n([\s\S]*?)```/g)].flatMap(([, example = '']) => {
        try {
          JSON.parse(example);
          return [];
        } catch (error) {
          return [`${page}: ${error instanceof Error ? error.message : String(error)}`];
        }
      }),
    );
    expect(broken).to.deep.equal([]);
  });

  it('has a flow to import that uses the store of the packaged one', () => {
    const [, example = '[]'] = /```json\n([\s\S]*?)```/.exec(read('docs/build-a-flow.md')) ?? [];
    const nodes = JSON.parse(example) as { id: string; store?: string; wires?: string[][] }[];
    const packaged = JSON.parse(read('flows/order-to-cash.json')) as { id: string; type: string }[];
    const stores = packaged.filter(({ type }) => type === 'o2c-store').map(({ id }) => id);
    const ids = nodes.map(({ id }) => id);
    expect(nodes.flatMap(({ store }) => store ?? []).length).to.be.greaterThan(0);
    for (const { store, wires } of nodes) {
      if (store !== undefined) expect(stores).to.include(store);
      expect(ids).to.include.members((wires ?? []).flat());
    }
  });
});
