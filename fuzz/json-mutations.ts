import type { Mutation } from './mutation';
import type { Random } from './random';
import { trickyValues } from './values';

type Container = unknown[] | Record<string, unknown>;

const otherValues: readonly unknown[] = [
  null,
  true,
  false,
  0,
  -1,
  1.5,
  1e21,
  5e-324,
  [],
  {},
  [[]],
  [null],
  { line: 1 },
];
const mostNesting = 200;

/** Changes what the JSON holds; for what is no JSON any more there are the mutations of bytes. */
const inValue =
  (change: (root: { value: unknown }, all: readonly Container[], random: Random) => void): Mutation =>
  (input, random) => {
    let value: unknown;
    try {
      value = JSON.parse(input.toString());
    } catch {
      return input;
    }
    const root = { value };
    change(root, containersIn(root), random);
    return Buffer.from(JSON.stringify(root.value) ?? '');
  };

const changeField = inValue((_root, all, random) => {
  const { container, key } = placeIn(all, random);
  set(container, key, random.oneIn(3) ? random.pick(otherValues) : random.pick(trickyValues));
});

const deleteField = inValue((root, all, random) => {
  const { container, key } = placeIn(all, random);
  if (container !== (root as Container)) Reflect.deleteProperty(container, key);
});

const copyPart = inValue((_root, all, random) => {
  const from = placeIn(all, random);
  const to = placeIn(all, random);
  const copied = structuredClone((from.container as Record<string, unknown>)[from.key]);
  if (Array.isArray(to.container)) to.container.push(copied);
  else set(to.container, to.key, copied);
});

const nest = inValue((_root, all, random) => {
  const { container, key } = placeIn(all, random);
  let value = (container as Record<string, unknown>)[key];
  for (let left = random.below(mostNesting); left > 0; left -= 1) value = random.oneIn(2) ? [value] : { lines: value };
  set(container, key, value);
});

/** To the name of another field: there twice then, or a name that objects have already. */
const renameField: Mutation = (input, random) => {
  const text = input.toString();
  const names = [...text.matchAll(/"([^"\\\n]{0,40})"\s*:/g)];
  if (names.length === 0) return input;
  const { index, 1: name = '' } = random.pick(names);
  const other = random.oneIn(2) ? random.pick(names)[1] : random.pick(trickyValues);
  return Buffer.from(`${text.slice(0, index)}${JSON.stringify(other)}${text.slice(index + name.length + 2)}`);
};

const escapeCharacter: Mutation = (input, random) => {
  const text = input.toString();
  const at = text.indexOf('"', random.below(text.length));
  const escaped = random.pick([
    '\\u0000',
    '\\ud800',
    '\\udc00\\ud800',
    '\\"',
    '\\\\',
    '\\/',
    '\\x',
    '\\u12',
    '\\n',
    '\\u202e',
  ]);
  return at < 0 ? input : Buffer.from(`${text.slice(0, at + 1)}${escaped}${text.slice(at + 1)}`);
};

/** Without its quotes a text becomes a number, a word or nothing that is JSON. */
const unquote: Mutation = (input, random) => {
  const text = input.toString();
  const values = [...text.matchAll(/"([^"\\\n]*)"(?=\s*[,}\]])/g)];
  if (values.length === 0) return input;
  const { index, 0: whole, 1: value = '' } = random.pick(values);
  return Buffer.from(text.slice(0, index) + value + text.slice(index + whole.length));
};

export const jsonMutations: readonly Mutation[] = [
  changeField,
  deleteField,
  copyPart,
  nest,
  renameField,
  escapeCharacter,
  unquote,
];

function containersIn(root: Container): Container[] {
  const found: Container[] = [];
  const waiting: Container[] = [root];
  for (let container = waiting.pop(); container !== undefined; container = waiting.pop()) {
    found.push(container);
    for (const value of Object.values(container)) {
      if (typeof value === 'object' && value !== null) waiting.push(value as Container);
    }
  }
  return found;
}

function placeIn(all: readonly Container[], random: Random): { container: Container; key: string } {
  const container = random.pick(all);
  const keys = Object.keys(container);
  return { container, key: keys.length === 0 ? '0' : random.pick(keys) };
}

/** Also under a name such as `__proto__`, as a field like others. */
function set(container: Container, key: string, value: unknown): void {
  Object.defineProperty(container, key, { value, enumerable: true, configurable: true, writable: true });
}
