import type { EdiSegment, EdiSeparators } from '../interchange';
import { text, value } from './elements';

/** A party of an N1 loop. */
export interface Party {
  readonly code: string;
  readonly qualifier: string;
  readonly id: string;
  readonly segment: EdiSegment;
  readonly names: string[];
  readonly address: string[];
  city: string;
  state: string;
  postalCode: string;
  country: string;
}

/** Roles that name the buyer, the best first: buyer, sold-to, bill-to, ship-to. */
const buyerRoles = ['BY', 'SO', 'BT', 'ST'];

/** Begins a party at its N1. */
export function partyOf(segment: EdiSegment, separators?: EdiSeparators): Party {
  const name = text(segment, 2, separators);
  return {
    code: value(segment, 1),
    qualifier: value(segment, 3),
    id: text(segment, 4, separators),
    segment,
    names: name === '' ? [] : [name],
    address: [],
    city: '',
    state: '',
    postalCode: '',
    country: '',
  };
}

/** Takes an N2, N3 or N4 into a party; false for any other segment. */
export function addToParty(party: Party, segment: EdiSegment, separators?: EdiSeparators): boolean {
  const texts = () =>
    segment.elements.map((_, index) => text(segment, index + 1, separators)).filter((each) => each !== '');
  if (segment.tag === 'N2') party.names.push(...texts());
  else if (segment.tag === 'N3') party.address.push(...texts());
  else if (segment.tag === 'N4') {
    party.city = text(segment, 1, separators);
    party.state = text(segment, 2, separators);
    party.postalCode = text(segment, 3, separators);
    party.country = text(segment, 4, separators);
  } else return false;
  return true;
}

export function buyerOf(parties: readonly Party[]): Party | undefined {
  for (const role of buyerRoles) {
    const party = parties.find(({ code, id }) => code === role && id !== '');
    if (party) return party;
  }
  return undefined;
}

/** Where the goods go as the order says it: the ship-to, or the buyer when only that one has an address. */
export function shipToParty(parties: readonly Party[]): Party | undefined {
  return parties.find(({ code }) => code === 'ST') ?? parties.find((party) => party.code === 'BY' && hasAddress(party));
}

export function hasAddress({ address, city, postalCode }: Party): boolean {
  return address.length > 0 || city !== '' || postalCode !== '';
}

/** An order has no field for the state: it stands with the city, as on an envelope. */
export function shipToOf(party: Party): Record<string, string> {
  const fields = {
    name: party.names.join(', ') || (hasAddress(party) ? '' : party.id),
    address: party.address.join('\n'),
    city: [party.city, party.state].filter((part) => part !== '').join(', '),
    postalCode: party.postalCode,
    country: party.country,
  };
  return Object.fromEntries(Object.entries(fields).filter(([, field]) => field !== ''));
}
