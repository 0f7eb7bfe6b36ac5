import type { Fault } from '../domain/faults';
import type { Partner } from '../domain/master';
import type { Role } from '../domain/roles';
import { directPartner, partnersOf } from '../domain/speakers';
import type { Visibility } from '../domain/visibility';
import type { Rates } from './rate-limits';

/** Who asks: what a message carries as `msg.principal`. Never the key itself. */
export interface Principal {
  readonly keyId: string;
  readonly role: Role;
  readonly partner: string | null;
  readonly actsFor: readonly string[];
  readonly name: string;
  /** The customers of each partner that the key stands for; `["*"]`: all. */
  readonly customers: Readonly<Record<string, readonly string[]>>;
  /** What each of these partners may send, where the company settings do not count. */
  readonly rates?: Readonly<Record<string, PartnerRates>>;
}

export type PartnerRates = Pick<Partner, 'requestsPerMinute' | 'ordersPerMinute'>;

/** True when one of the roles is the principal's; the administrator has them all. */
export function authorize(principal: Principal, allowed: readonly string[]): boolean {
  return principal.role === 'admin' || allowed.includes(principal.role);
}

/**
 * The partner that a request is for. A partner's key stands for its own partner, or for one of those that it acts for
 * and the request names; a key of no partner for the one that is named, else for `DIRECT`.
 * @param named the header `X-O2C-Partner`
 */
export function actingPartner(
  principal: Principal,
  named: string | undefined,
): { readonly partner: string } | { readonly refusal: Fault } {
  const wanted = named?.trim() || undefined;
  if (principal.role !== 'partner') return { partner: wanted ?? directPartner };
  const partner = wanted ?? principal.partner ?? undefined;
  if (partner !== undefined && partnersOf(principal).includes(partner)) return { partner };
  const message =
    partner === undefined
      ? `This key acts for several partners: name one of ${principal.actsFor.join(', ')} in the header X-O2C-Partner.`
      : `This key does not act for the partner ${partner.slice(0, 80)}.`;
  return { refusal: { path: '', code: 'forbidden', message } };
}

/** A partner sees the orders that came from it, for its own customers; the company's own roles see all. */
export function visibilityOf(principal: Principal): Visibility {
  if (principal.role !== 'partner') return null;
  const { customers } = principal;
  return Object.fromEntries(
    partnersOf(principal).map((partner) => [
      partner,
      Object.hasOwn(customers, partner) ? (customers[partner] ?? []) : [],
    ]),
  );
}

/**
 * By which name and how much a principal may send; undefined for keys of the company itself, which are not limited. A key
 * that acts for several partners and names none has a limit of its own.
 * @param named the header `X-O2C-Partner`
 */
export function ratesOf(
  principal: Principal,
  named: string | undefined,
  company: Rates,
): { readonly partner: string; readonly rates: Rates } | undefined {
  if (principal.role !== 'partner') return undefined;
  const acting = actingPartner(principal, named);
  if ('refusal' in acting) return { partner: `key ${principal.keyId}`, rates: company };
  const { partner } = acting;
  const own =
    principal.rates !== undefined && Object.hasOwn(principal.rates, partner) ? principal.rates[partner] : undefined;
  return {
    partner,
    rates: {
      requestsPerMinute: own?.requestsPerMinute ?? company.requestsPerMinute,
      ordersPerMinute: own?.ordersPerMinute ?? company.ordersPerMinute,
    },
  };
}
