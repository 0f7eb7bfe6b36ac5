import type { EdiSegment } from '../interchange';
import { value } from './elements';

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
export function partyOf(segment: EdiSegment): Party {
  const name = value(segment, 2);
  return {
    code: value(segment, 1),
    qualifier: value(segment, 3),
    id: value(segment, 4),
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
export function addToParty(party: Party, segment: EdiSegment): boolean {
  const texts = () => segment.elements.map((_, index) => value(segment, index + 1)).filter((each) => each !== '');
  if (segment.tag === 'N2') party.names.push(...texts());
  else if (segment.tag === 'N3') party.address.push(...texts());
  else if (segment.tag === 'N4') {
    party.city = value(segment, 1);
    party.state = value(segment, 2);
    party.postalCode = value(segment, 3);
    party.country = value(segment, 4);
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
