import type { LineEcho, OrderEcho, Reference } from '../mapped-message';
import { free, type OutgoingSegment } from './write-interchange';

/** A REF of the order has a qualifier of two or three characters; other things that were kept have more words. */
const referenceQualifier = /^[A-Z0-9]{2,3}$/;

/** The references of the order or of a line, said back. */
export function referencesOf(references: readonly Reference[] = []): OutgoingSegment[] {
  return references
    .filter(({ qualifier }) => referenceQualifier.test(qualifier))
    .map(({ qualifier, value }): OutgoingSegment => ['REF', qualifier, free(value, 30)]);
}

/** The parties of the order, said back. */
export function partiesOf({ parties }: OrderEcho): OutgoingSegment[] {
  return parties
    .filter(({ name, id }) => name !== '' || id !== '')
    .map(({ code, qualifier, id, name }): OutgoingSegment => ['N1', code, free(name, 60), qualifier, id]);
}

export function addressOf(fields: Readonly<Record<string, string>>): OutgoingSegment[] {
  const { name = '', address = '', city = '', postalCode = '', country = '' } = fields;
  // The state stands behind the city, where the order had it.
  const [, cityName = city, state = ''] = /^(.*), ([A-Z]{2})$/.exec(city) ?? [];
  const lines = address.split('\n').filter((line) => line.trim() !== '');
  const segments: OutgoingSegment[] = [['N1', 'ST', free(name || 'SHIP TO', 60)]];
  for (let index = 0; index < lines.length; index += 2) {
    segments.push(['N3', free(lines[index] ?? '', 55), free(lines[index + 1] ?? '', 55)]);
  }
  if (city !== '' || postalCode !== '' || country !== '') {
    segments.push(['N4', free(cityName, 30), state, free(postalCode, 15), free(country, 3)]);
  }
  return segments;
}

/** The line as it was ordered, or what can be said of a line that the order did not have. */
export function echoOf({ lines }: OrderEcho, line: number, sku: string): LineEcho {
  const echo = lines.find((each) => each.line === line);
  if (echo) return echo;
  const ids = sku === '' ? [] : [{ qualifier: 'VN', value: sku }];
  return { line, reference: String(line), quantity: '', uom: '', unitPrice: '', basis: '', ids };
}

/** Qualifiers and numbers of the article, in the order in which they came. */
export function idElements({ ids }: LineEcho): string[] {
  return ids.flatMap(({ qualifier, value }) => [qualifier, value]);
}
