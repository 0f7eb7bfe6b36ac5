import type { LineEcho, OrderEcho, Reference } from '../mapped-message';
import type { OutgoingEnvelope } from '../outgoing';
import { compactDate, type SegmentWriter, textPieces } from './segment-writer';

const idsAPiece = 5;
const globalIds: ReadonlySet<string> = new Set(['SRV', 'EN', 'UP', 'EU', 'UE', 'IB']);

/** DTM with a date of the calendar (format 102). */
export function writeDate(segments: SegmentWriter, qualifier: string, date: string): void {
  segments.write('DTM', [qualifier, compactDate(date), '102']);
}

/** FTX with as many repetitions as the text needs. */
export function writeText(segments: SegmentWriter, subject: string, text: string): void {
  const lines = textPieces(text, 70, 25);
  for (let from = 0; from < lines.length; from += 5)
    segments.write('FTX', subject, '', '', lines.slice(from, from + 5));
}

/** The order that is answered, and its date. */
export function writeOrderReference(segments: SegmentWriter, echo: OrderEcho, salesOrder: string): void {
  segments.write('RFF', ['ON', echo.poNumber, ...(echo.release === '' ? [] : ['', '', echo.release])]);
  if (echo.poDate !== '') writeDate(segments, '171', echo.poDate);
  if (salesOrder !== '') segments.write('RFF', ['VN', salesOrder]);
}

/** The buyer and the supplier as the order named them; a supplier that it did not name is who sends. */
export function writeParties(
  segments: SegmentWriter,
  echo: OrderEcho,
  envelope: OutgoingEnvelope,
  codes: readonly string[],
): void {
  for (const code of codes) {
    const party = echo.parties.find((each) => each.code === code);
    if (party)
      segments.write(
        'NAD',
        code,
        [party.id, '', party.qualifier],
        '',
        party.id === '' ? textPieces(party.name, 35, 5) : '',
      );
    else if (code === 'SU') {
      const { id, qualifier } = envelope.sender;
      segments.write('NAD', code, [id, '', qualifier === '14' ? '9' : '']);
    }
  }
}

/** LIN and PIA with the partner's own number and ids of the line; of a line that he gave none, ours. */
export function writeLine(
  segments: SegmentWriter,
  echo: OrderEcho,
  line: { readonly line: number; readonly sku: string },
  action = '',
): void {
  const sent = lineEcho(echo, line.line);
  const ids: readonly Reference[] = sent && sent.ids.length > 0 ? sent.ids : [{ qualifier: 'SA', value: line.sku }];
  const first = ids.find(({ qualifier }) => globalIds.has(qualifier)) ?? ids[0];
  segments.write('LIN', lineReference(echo, line.line), action, first ? idElement(first) : '');
  const further = ids.filter((id) => id !== first);
  for (let from = 0; from < further.length; from += idsAPiece) {
    segments.write('PIA', '1', ...further.slice(from, from + idsAPiece).map(idElement));
  }
}

export function lineEcho(echo: OrderEcho, line: number): LineEcho | undefined {
  return echo.lines.find((each) => each.line === line);
}

/** The partner's own number of a line, or the one that the order keeps it under. */
export function lineReference(echo: OrderEcho, line: number): string {
  return lineEcho(echo, line)?.reference || String(line);
}

function idElement({ value, qualifier }: Reference): readonly string[] {
  return [value, qualifier];
}
