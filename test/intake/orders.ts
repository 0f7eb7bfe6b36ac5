import type { Fault } from '../../lib/domain/faults';
import { defaultIntakeLimits, type MessageContent, type ReceivedMessage } from '../../lib/intake/message-content';
import { readMessage } from '../../lib/intake/read-message';
import { plainLayout, type SheetLayout } from '../../lib/intake/sheets/layout';

/** An order as partners send it, as a plain object that a test may change. */
export function sampleOrder(): Record<string, unknown> & { lines: Record<string, unknown>[] } {
  return {
    poNumber: 'PO-1001',
    customer: 'C-1001',
    currency: 'EUR',
    orderDate: '2026-11-23',
    requestedDelivery: '2026-11-30',
    warehouse: 'MAIN',
    shipTo: { name: 'Müller & Söhne', address: 'Am Ring 1', city: 'Köln', postalCode: '01234', country: 'DE' },
    lines: [
      { line: 1, sku: 'WIDGET-1', quantity: '5', uom: 'EA', unitPrice: '12.50' },
      { line: 2, sku: 'WIDGET-2', quantity: '2.5' },
    ],
  };
}

export function readJsonText(body: string | Buffer, changes: Partial<ReceivedMessage> = {}): MessageContent {
  return readMessage({
    bytes: Buffer.from(body as string),
    contentType: 'application/json',
    limits: defaultIntakeLimits,
    batchPolicy: 'reject-order',
    csv: plainLayout,
    ...changes,
  });
}

export function readCsvText(
  body: string | Buffer,
  settings: Partial<SheetLayout> = {},
  changes: Partial<ReceivedMessage> = {},
): MessageContent {
  return readJsonText(body, { contentType: 'text/csv', csv: { ...plainLayout, ...settings }, ...changes });
}

/** Place and code of every fault, whether of the message or of its documents. */
export function faultsOf(content: MessageContent): string[] {
  return allFaults(content).map(({ path, code }) => `${path}: ${code}`);
}

export function allFaults(content: MessageContent): Fault[] {
  return [...(content.unreadable ?? []), ...content.documents.flatMap(({ faults }) => faults)];
}
