import type { EdiSegment } from '../interchange';
import { codeValue, textValue } from './segment-view';

/** A NAD as it was sent. */
export interface MessageParty {
  readonly segment: EdiSegment;
  /** 3035: BY, SU, DP, … */
  readonly code: string;
  readonly id: string;
  /** 3055: who gave the id; 9 is GS1. */
  readonly agency: string;
  readonly name: string;
}

export function partyOf(segment: EdiSegment): MessageParty {
  return {
    segment,
    code: codeValue(segment, 1),
    id: codeValue(segment, 2, 1),
    agency: codeValue(segment, 2, 3),
    name: nameOf(segment),
  };
}

/** The address of a party; undefined when there is neither a street nor a city nor anything else of one. */
export function addressOf(party: MessageParty): Record<string, string> | undefined {
  const { segment } = party;
  const unstructured = texts(segment, 3);
  const named = texts(segment, 4).length > 0;
  const rest = named ? unstructured.filter((line) => line !== party.name) : unstructured.slice(1);
  const street = [...rest, ...texts(segment, 5)].join('\n');
  const fields = {
    name: party.name,
    address: street,
    city: textValue(segment, 6),
    postalCode: codeValue(segment, 8),
    country: codeValue(segment, 9),
  };
  const given = Object.entries(fields).filter(([, value]) => value !== '');
  if (fields.address === '' && fields.city === '' && fields.postalCode === '') return undefined;
  return Object.fromEntries(given);
}

/** Names stand in C080, or, with the address, in C058. */
function nameOf(segment: EdiSegment): string {
  const names = texts(segment, 4, 5);
  return names.length > 0 ? names.join(' ') : (texts(segment, 3)[0] ?? '');
}

function texts(segment: EdiSegment, element: number, most = 5): string[] {
  const found: string[] = [];
  for (let component = 1; component <= most; component += 1) {
    const text = textValue(segment, element, component);
    if (text !== '') found.push(text);
  }
  return found;
}
