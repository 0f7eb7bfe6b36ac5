import type { Mutation } from './mutation';
import type { Random } from './random';
import { trickyValues } from './values';

const trickyBytes = [
  0, 1, 9, 10, 13, 26, 27, 28, 29, 31, 32, 34, 39, 42, 43, 44, 58, 59, 63, 92, 94, 124, 126, 127, 128,
];
const allBytes = [...trickyBytes, 0xc0, 0xed, 0xef, 0xf0, 0xfe, 0xff];
const separators = '*~>^|+:\';,"\t\n{}[]?!<=';
const mostRepeats = 3000;

const flipBit: Mutation = (input, random) => {
  const changed = Buffer.from(input);
  const at = random.below(input.length);
  if (input.length > 0) changed[at] = (changed[at] as number) ^ (1 << random.below(8));
  return changed;
};

const setByte: Mutation = (input, random) => {
  const changed = Buffer.from(input);
  if (input.length > 0) changed[random.below(input.length)] = random.pick(allBytes);
  return changed;
};

const insertValue: Mutation = (input, random) => {
  const value = random.oneIn(2) ? Buffer.from([random.pick(allBytes)]) : Buffer.from(random.pick(trickyValues));
  return replaced(input, random.below(input.length + 1), 0, value);
};

const deleteRange: Mutation = (input, random) => {
  const { start, end } = range(input, random);
  return replaced(input, start, end - start, Buffer.alloc(0));
};

const copyRange: Mutation = (input, random) => {
  const { start, end } = range(input, random);
  return replaced(input, random.below(input.length + 1), 0, input.subarray(start, end));
};

const swapRanges: Mutation = (input, random) => {
  const one = range(input, random);
  const other = range(input, random);
  const [first, second] = one.start <= other.start ? [one, other] : [other, one];
  if (first.end > second.start) return input;
  return Buffer.concat([
    input.subarray(0, first.start),
    input.subarray(second.start, second.end),
    input.subarray(first.end, second.start),
    input.subarray(first.start, first.end),
    input.subarray(second.end),
  ]);
};

const truncate: Mutation = (input, random) =>
  random.oneIn(4) ? input.subarray(random.below(input.length)) : input.subarray(0, random.below(input.length + 1));

const splice: Mutation = (input, random, seeds) => {
  const other = random.pick(seeds);
  return Buffer.concat([input.subarray(0, random.below(input.length + 1)), other.subarray(random.below(other.length))]);
};

const appendSeed: Mutation = (input, random, seeds) => Buffer.concat([input, random.pick(seeds)]);

/** Seldom many times: what grows faster than its input shows there. */
const repeatRange: Mutation = (input, random) => {
  const { start, end } = range(input, random);
  const times = random.oneIn(20) ? random.below(mostRepeats) : random.below(12);
  const piece = input.subarray(start, end);
  return replaced(input, end, 0, Buffer.concat(Array.from({ length: times }, () => piece)));
};

const changeNumber: Mutation = (input, random) => {
  const text = input.toString('latin1');
  const numbers = [...text.matchAll(/\d+(?:[.,]\d+)?/g)];
  if (numbers.length === 0) return input;
  const { index, 0: number } = random.pick(numbers);
  return replaced(input, index, number.length, Buffer.from(random.pick(trickyValues)));
};

const changeSeparator: Mutation = (input, random) => {
  const changed = Buffer.from(input);
  const from = random.below(input.length);
  for (let at = from; at < Math.min(input.length, from + 500); at += 1) {
    if (!separators.includes(String.fromCharCode(changed[at] as number))) continue;
    changed[at] = separators.charCodeAt(random.below(separators.length));
    break;
  }
  return changed;
};

export const byteMutations: readonly Mutation[] = [
  flipBit,
  setByte,
  insertValue,
  deleteRange,
  copyRange,
  swapRanges,
  truncate,
  splice,
  appendSeed,
  repeatRange,
  changeNumber,
  changeSeparator,
];

function range(input: Buffer, random: Random): { readonly start: number; readonly end: number } {
  const start = random.below(input.length);
  const longest = random.oneIn(5) ? input.length - start : Math.min(24, input.length - start);
  return { start, end: start + random.below(longest + 1) };
}

export function replaced(input: Buffer, at: number, length: number, piece: Buffer): Buffer {
  return Buffer.concat([input.subarray(0, at), piece, input.subarray(at + length)]);
}
