import type { EdiSeparators } from '../interchange';

/** What stands in an ISA segment, and where the next segment begins. */
export interface InterchangeHeader {
  /** ISA01 to ISA15 as sent. */
  readonly elements: readonly string[];
  readonly separators: EdiSeparators;
  /** Offset after the terminator. */
  readonly end: number;
}

/** Why an ISA cannot be read, with its code of TA105. */
export interface HeaderFault {
  readonly code: string;
  readonly message: string;
}

/** The longest of its elements has 15 characters; more than this is no ISA but something that begins like one. */
const longestElement = 35;
const elementCount = 16;
const firstVersionWithRepetition = 402;
const alphanumeric = /[A-Za-z0-9]/;
const lineBreak = /[\r\n]/;

/** Whether a segment that begins here is an ISA: the tag and something that can separate elements. */
export function isInterchangeHeader(text: string, at: number): boolean {
  return text.startsWith('ISA', at) && at + 3 < text.length && canSeparate(text.charAt(at + 3));
}

/**
 * Reads the ISA at `at`. Its separators are those it uses itself, found by walking over its elements: many senders leave
 * out the padding, so that nothing stands where the 106 characters of the standard would have it.
 */
export function readInterchangeHeader(text: string, at: number): InterchangeHeader | HeaderFault {
  const element = text.charAt(at + 3);
  const elements: string[] = [];
  let start = at + 4;
  while (elements.length < elementCount - 1) {
    const end = text.slice(start, start + longestElement + 1).indexOf(element);
    const value = end < 0 ? '' : text.slice(start, start + end);
    if (end < 0 || lineBreak.test(value)) return structureFault(elements.length);
    elements.push(value);
    start += end + 1;
  }
  const component = text.charAt(start);
  const afterComponent = text.charAt(start + 1);
  if (component === '' || afterComponent === '') {
    return { code: '023', message: 'The file ends within the ISA.' };
  }
  if (!canSeparate(component) || component === element) {
    return { code: '027', message: `ISA16 is ${shown(component)}, which cannot separate components.` };
  }
  // A line break ends a segment whichever of its characters is there: files with both kinds occur.
  const inLines = lineBreak.test(afterComponent);
  const terminator = inLines ? lineBreakAt(text, start + 1) : afterComponent;
  if ((!inLines && !canSeparate(terminator)) || terminator === element || terminator === component) {
    return { code: '004', message: `The ISA ends with ${shown(terminator)}, which cannot end segments.` };
  }
  const repetition = repetitionOf(elements, [element, component, terminator]);
  return {
    elements,
    separators: { element, component, repetition, terminator },
    end: text.indexOf(terminator, start + 1) + 1,
  };
}

function lineBreakAt(text: string, at: number): string {
  return text.charAt(at) === '\r' && text.charAt(at + 1) !== '\n' ? '\r' : '\n';
}

/** ISA11 separates repetitions from version 00402 on; before it names the standard (`U`). */
function repetitionOf(elements: readonly string[], others: readonly string[]): string {
  const version = elements[11]?.trim() ?? '';
  const separator = elements[10] ?? '';
  const taken = /^\d{5}$/.test(version) && Number(version) >= firstVersionWithRepetition;
  return taken && separator.length === 1 && canSeparate(separator) && !others.includes(separator) ? separator : '';
}

function canSeparate(character: string): boolean {
  return !alphanumeric.test(character) && !/[ \r\n\t\0]/.test(character) && character !== '';
}

function structureFault(read: number): HeaderFault {
  return {
    code: '022',
    message: `The ISA has only ${read} of its ${elementCount} elements, or one of them is too long.`,
  };
}

function shown(character: string): string {
  return character === ' ' ? 'a blank' : JSON.stringify(character);
}
