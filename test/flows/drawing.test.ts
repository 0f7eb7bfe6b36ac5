import { readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { expect } from 'chai';

interface FlowNode {
  readonly id: string;
  readonly type: string;
  readonly name?: string;
  readonly z?: string;
  readonly g?: string;
  readonly nodes?: readonly string[];
  readonly wires?: readonly (readonly string[])[];
  readonly links?: readonly string[];
  readonly url?: string;
  readonly method?: string;
  readonly skipBodyParsing?: boolean;
  readonly scope?: string;
  readonly complete?: string;
  readonly tosidebar?: boolean;
  readonly rules?: readonly object[];
}

const root = resolve(__dirname, '../../..');
const manifest = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
const ownTypes = Object.keys(manifest['node-red'].nodes);
const files = readdirSync(join(root, 'flows')).filter((file) => file.endsWith('.json'));
const read = (file: string): FlowNode[] => JSON.parse(readFileSync(join(root, 'flows', file), 'utf8'));

/** Outputs that say that something did not go as it should, by type and port. */
const exceptionOutputs: Readonly<Record<string, readonly number[]>> = {
  'order-folder': [2],
  'order-ingest': [1],
  'source-tag': [2],
  'inventory-check': [1, 2],
  'credit-gate': [1],
  'overdue-gate': [1],
  'warehouse-dispatch': [1, 2],
  'delivery-confirm': [2],
  'invoice-post': [1],
  'payment-post': [1],
  'order-action': [1],
  'master-data': [1],
  'inbox-replay': [1],
};

/** What Node-RED brings itself and the packaged flows may use. */
const stockTypes = [
  'tab',
  'group',
  'comment',
  'inject',
  'debug',
  'catch',
  'change',
  'switch',
  'delay',
  'file',
  'function',
  'template',
  'link in',
  'link out',
  'http in',
  'http response',
  'http request',
];

describe('the drawings of the packaged flows', () => {
  // The store is the same node in every flow that has it: imported again, it stays one.
  const all = [...new Map(files.flatMap(read).map((node) => [JSON.stringify(node), node])).values()];
  const byId = new Map(all.map((node) => [node.id, node]));
  const served = files.filter((file) => file !== 'warehouse-simulator.json').flatMap(read);
  const named = ({ id, type, name }: FlowNode) => `${type} ${name || id}`;

  it('use every node type of the package, and nothing that is not there', () => {
    const used = new Set(all.map(({ type }) => type));
    expect([...used].filter((type) => ![...ownTypes, ...stockTypes].includes(type))).to.deep.equal([]);
    expect(ownTypes.filter((type) => !used.has(type))).to.deep.equal([]);
  });

  it('have ids of their own, that stay', () => {
    expect(byId.size).to.equal(all.length);
    expect(all.filter(({ id }) => !/^[0-9a-f]{16}$/.test(id))).to.deep.equal([]);
  });

  it('wire only to nodes of the same tab, and link only to what is there', () => {
    for (const node of all) {
      for (const target of (node.wires ?? []).flat()) expect(byId.get(target)?.z, named(node)).to.equal(node.z);
      for (const target of node.links ?? []) expect(byId.get(target)?.links, named(node)).to.include(node.id);
    }
  });

  it('have every node in a group, but for the comment that opens a tab', () => {
    const loose = all.filter(({ type, z, g }) => z !== undefined && g === undefined && type !== 'group');
    expect(
      loose.every(({ type }) => type === 'comment'),
      loose.map(named).join(),
    ).to.equal(true);
    for (const group of all.filter(({ type }) => type === 'group')) {
      expect(group.name, group.id).to.match(/\w/);
      const members = all.filter(({ g }) => g === group.id).map(({ id }) => id);
      expect(group.nodes, group.name).to.have.members(members);
    }
  });

  it('end every exception in a named debug node that shows a line in the sidebar', () => {
    const seen = new Set<string>();
    for (const node of all) {
      for (const port of exceptionOutputs[node.type] ?? []) {
        const debugs = (node.wires?.[port] ?? [])
          .map((id) => byId.get(id))
          .filter((target) => target?.type === 'debug');
        expect(debugs, `${named(node)}, output ${port}`).to.have.length(1);
        expect(debugs[0]).to.deep.include({ complete: 'payload.summary', tosidebar: true });
        expect(debugs[0]?.name, named(node)).to.match(/\w/);
        seen.add(node.type);
      }
    }
    expect([...seen]).to.have.members(Object.keys(exceptionOutputs));
  });

  it('show lines that are cancelled of an order that goes on', () => {
    const main = read('order-to-cash.json');
    const [check] = main.filter(({ type }) => type === 'inventory-check');
    const seen = (check?.wires?.[0] ?? []).map((id) => byId.get(id)).find((node) => node?.type === 'switch');
    expect(seen).to.deep.include({ property: 'payload.decision.reason' });
    expect(seen?.rules).to.deep.equal([{ t: 'eq', v: 'line-cancelled', vt: 'str' }]);
    const shown = (seen?.wires?.[0] ?? []).map((id) => byId.get(id));
    expect(shown.map((node) => [node?.type, node?.complete])).to.deep.equal([['debug', 'payload.summary']]);
  });

  it('answer every request: what comes in ends in a response', () => {
    const reaches = (id: string, seen = new Set<string>()): boolean => {
      if (byId.get(id)?.type === 'http response') return true;
      if (seen.has(id)) return false;
      seen.add(id);
      return (byId.get(id)?.wires ?? []).flat().some((next) => reaches(next, seen));
    };
    for (const node of served.filter(({ type }) => type === 'http in'))
      expect(reaches(node.id), node.url).to.equal(true);
    for (const node of served.filter(({ type }) => type === 'access-check')) {
      expect(
        node.wires?.[1]?.map((id) => byId.get(id)?.type),
        named(node),
      ).to.deep.equal(['http response']);
    }
  });

  it('leave bodies to the nodes, and check the key of every call but these', () => {
    const calls = served.filter(({ type }) => type === 'http in');
    expect(calls.filter(({ skipBodyParsing }) => skipBodyParsing !== true)).to.deep.equal([]);
    const checked = (node: FlowNode): boolean =>
      (node.wires ?? []).flat().every((id) => {
        const next = byId.get(id) as FlowNode;
        return next.type === 'access-check' || (next.type === 'change' && checked(next));
      });
    expect(calls.filter((node) => !checked(node)).map(({ url }) => url)).to.have.members([
      '/o2c/health',
      '/o2c/openapi.json',
      '/orders/upload', // the page; what it posts is checked
    ]);
  });

  it('catch what fails in a group of the cycle', () => {
    for (const { id, name } of served.filter(({ type }) => type === 'group')) {
      const catches = served.filter((node) => node.g === id && node.type === 'catch');
      expect(
        catches.map(({ scope }) => scope),
        name,
      ).to.deep.equal(['group']);
    }
  });

  it('hold no secrets and no address of a machine', () => {
    for (const file of files) {
      const text = readFileSync(join(root, 'flows', file), 'utf8');
      expect(text, file).to.not.match(/o2c_[A-Za-z0-9_-]{16,}|"credentials"|password"?\s*:\s*"[^"]/i);
      for (const [, host] of text.matchAll(/https?:\/\/([^/:"`\s]+)/g)) expect(['127.0.0.1'], file).to.include(host);
    }
  });
});
