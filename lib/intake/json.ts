import type { Fault, FaultCode } from '../domain/faults';
import { type JsonPath, pointerOf } from './json-pointer';
import { NumberText } from './number-text';
import { decodeUtf8 } from './text-encoding';

export type JsonValue = string | boolean | null | NumberText | JsonValue[] | JsonObject;
export interface JsonObject {
  [key: string]: JsonValue;
}

/** `depth`: levels of nesting; `items`: elements of one array. */
export interface JsonLimits {
  readonly depth: number;
  readonly items: number;
}

/** A value, with the places where an object has a key more than once (its first value is kept); or why there is none. */
export type JsonContent =
  | { readonly value: JsonValue; readonly duplicates: readonly JsonPath[] }
  | { readonly fault: Fault };

/** No object of an order has nearly as many; keeps the list of faults for a hostile object short. */
const mostKeys = 100;
/** In one text. */
export const mostDuplicates = 1000;

/** Reads UTF-8 bytes (a byte order mark is tolerated) as JSON with exact numbers. Never throws. */
export function readJson(bytes: Uint8Array, limits: JsonLimits): JsonContent {
  const text = decodeUtf8(bytes);
  if (text === null) {
    return {
      fault: { path: '', code: 'bad-encoding', message: 'The JSON is not valid UTF-8; JSON is always sent as UTF-8.' },
    };
  }
  const reader = new JsonReader(text, limits);
  try {
    return { value: reader.read(), duplicates: reader.duplicates };
  } catch (error) {
    if (error instanceof BrokenJson) return { fault: error.fault };
    throw error;
  }
}

class BrokenJson extends Error {
  constructor(readonly fault: Fault) {
    super(fault.message);
  }
}

const wordPattern = /true|false|null/y;
const numberPattern = /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?/y;
const words: Readonly<Record<string, boolean | null>> = { true: true, false: false, null: null };

/**
 * Reads one JSON text. Written by hand because JSON.parse rounds numbers and keeps the last of duplicate keys in silence,
 * and its reviver costs more than this reader.
 */
class JsonReader {
  readonly duplicates: JsonPath[] = [];
  private readonly path: (string | number)[] = [];
  private at = 0;
  private depth = 0;

  constructor(
    private readonly text: string,
    private readonly limits: JsonLimits,
  ) {}

  read(): JsonValue {
    if (Number.isNaN(this.next())) {
      this.fail('empty-document', 'The message is empty; send what it is to say, as JSON.');
    }
    const value = this.value();
    if (!Number.isNaN(this.next())) this.expect('the end');
    return value;
  }

  /** Code of the next character that is not a blank, not yet consumed; NaN at the end. */
  private next(): number {
    for (;;) {
      const code = this.text.charCodeAt(this.at);
      if (code !== 32 && code !== 10 && code !== 13 && code !== 9) return code;
      this.at += 1;
    }
  }

  private value(): JsonValue {
    const code = this.next();
    if (code === 34) return this.string();
    if (code === 123) return this.object();
    if (code === 91) return this.array();
    if (code === 45 || (code >= 48 && code <= 57)) {
      return new NumberText(this.match(numberPattern) ?? this.expect('a number'));
    }
    const word = this.match(wordPattern) ?? this.expect('a value');
    return words[word] ?? null;
  }

  private object(): JsonObject {
    const object: JsonObject = {};
    let keys = 0;
    this.enter();
    if (this.next() === 125) return this.leave(object);
    for (;;) {
      if (this.next() !== 34) this.expect('a field name in double quotes');
      const key = this.string();
      if (this.next() !== 58) this.expect('a colon');
      this.at += 1;
      keys += 1;
      if (keys > mostKeys) this.fail('unknown-field', `The object has more than ${mostKeys} fields`);
      this.path.push(key);
      // The first look-up is the cheap one; inherited names such as constructor take the second.
      const duplicate = object[key] !== undefined && Object.hasOwn(object, key);
      if (duplicate) this.noteDuplicate();
      const value = this.value();
      if (!duplicate) setField(object, key, value);
      this.path.pop();
      const code = this.next();
      if (code === 125) return this.leave(object);
      if (code !== 44) this.expect('a comma or }');
      this.at += 1;
    }
  }

  private noteDuplicate(): void {
    if (this.duplicates.length >= mostDuplicates)
      this.fail('duplicate-key', `More than ${mostDuplicates} fields are there twice, the last`);
    this.duplicates.push([...this.path]);
  }

  private array(): JsonValue[] {
    const array: JsonValue[] = [];
    this.enter();
    if (this.next() === 93) return this.leave(array);
    for (;;) {
      if (array.length >= this.limits.items) {
        this.fail(
          'too-many-orders',
          `The array has more than ${this.limits.items} entries; send several messages. It ends`,
        );
      }
      this.path.push(array.length);
      array.push(this.value());
      this.path.pop();
      const code = this.next();
      if (code === 93) return this.leave(array);
      if (code !== 44) this.expect('a comma or ]');
      this.at += 1;
    }
  }

  private enter(): void {
    this.at += 1;
    this.depth += 1;
    if (this.depth > this.limits.depth)
      this.fail('too-deep', `The JSON is nested deeper than ${this.limits.depth} levels`);
  }

  private leave<Container>(container: Container): Container {
    this.at += 1;
    this.depth -= 1;
    return container;
  }

  private string(): string {
    const start = this.at + 1;
    let escaped = false;
    for (let at = start; ; at += 1) {
      const code = this.text.charCodeAt(at);
      if (code === 34) {
        this.at = at + 1;
        return escaped ? this.unescape(start) : this.text.slice(start, at);
      }
      if (code === 92) {
        escaped = true;
        at += 1;
      } else if (!(code >= 32)) {
        this.at = at;
        this.expect('the closing double quote of a text, without line breaks and control characters before it,');
      }
    }
  }

  private unescape(start: number): string {
    try {
      return JSON.parse(this.text.slice(start - 1, this.at)) as string;
    } catch {
      this.at = start - 1;
      return this.fail('unreadable', 'The text has a backslash sequence that JSON does not know');
    }
  }

  private match(pattern: RegExp): string | undefined {
    pattern.lastIndex = this.at;
    const matched = pattern.exec(this.text)?.[0];
    if (matched !== undefined) this.at += matched.length;
    return matched;
  }

  private expect(expected: string): never {
    const found = this.text.codePointAt(this.at);
    const there = found === undefined ? 'the message ends' : `there is ${JSON.stringify(String.fromCodePoint(found))}`;
    this.fail('unreadable', `The JSON is broken: ${expected} is expected, but ${there}`);
  }

  private fail(code: FaultCode, problem: string): never {
    let line = 1;
    let lineStart = 0;
    for (let end = this.text.indexOf('\n'); end >= 0 && end < this.at; end = this.text.indexOf('\n', lineStart)) {
      line += 1;
      lineStart = end + 1;
    }
    const message =
      code === 'empty-document' ? problem : `${problem} at line ${line}, column ${this.at - lineStart + 1}.`;
    throw new BrokenJson({ path: pointerOf(this.path), code, message });
  }
}

/** Assigning to `__proto__` would change the object's prototype instead of giving it a field. */
export function setField(object: Record<string, unknown>, key: string, value: unknown): void {
  if (key === '__proto__')
    Object.defineProperty(object, key, { value, enumerable: true, configurable: true, writable: true });
  else object[key] = value;
}
