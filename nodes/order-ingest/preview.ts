import type { NodeAPI } from 'node-red';
import { BusinessRejection, type Fault } from '../../lib/domain/faults';
import { contentTypeOf } from '../../lib/intake/content-type';
import { defaultIntakeLimits } from '../../lib/intake/message-content';
import { presets } from '../../lib/intake/presets/presets';
import type { SheetLayout } from '../../lib/intake/sheets/layout';
import { readGuarded } from '../../lib/stages/guarded-reader';
import { answerFault } from '../editor-answers';
import { type LayoutConfig, layoutOf } from './sheet-layout';

/** What the dialog shows of a file: what its columns were taken for, and its first orders. */
interface Preview {
  readonly unreadable: readonly Fault[];
  readonly warnings: readonly string[];
  readonly columns: readonly { readonly name: string; readonly field: string }[];
  readonly orders: readonly PreviewOrder[];
  /** Orders that are not shown. */
  readonly more: number;
}

interface PreviewOrder {
  readonly place: string;
  readonly poNumber: string;
  /** The canonical order; null for a faulty one. */
  readonly order: unknown;
  readonly faults: readonly Fault[];
}

const shownOrders = 5;
const shownFaults = 20;

/** What the dialog of the node asks for while it is open; registered once, whatever nodes there are. */
export function registerPreview(RED: NodeAPI): void {
  RED.httpAdmin.get('/order-ingest/presets', RED.auth.needsPermission('order-ingest.read'), (_request, response) => {
    response.json(presets);
  });
  RED.httpAdmin.post(
    '/order-ingest/preview',
    RED.auth.needsPermission('order-ingest.write'),
    async (request, response) => {
      try {
        const bytes = await sampleOf(request);
        const config = JSON.parse(String(request.query.layout ?? '{}')) as LayoutConfig;
        response.json(await previewOf(bytes, String(request.query.name ?? ''), layoutOf(config)));
      } catch (error) {
        answerFault(RED, 'the preview of order-ingest', response, error);
      }
    },
  );
}

/** The editor's own body parser leaves these bytes alone, as it does not know their type. */
async function sampleOf(request: AsyncIterable<Buffer>): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request) {
    size += chunk.length;
    if (size > defaultIntakeLimits.bytes) {
      throw new BusinessRejection('message-too-large', 'The file is too large to be tried here.');
    }
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

async function previewOf(bytes: Buffer, name: string, layout: SheetLayout): Promise<Preview> {
  const { content } = await readGuarded(
    {
      bytes,
      contentType: contentTypeOf(name, bytes),
      channel: 'file',
      partner: '',
      sourceSystem: null,
      messageKey: null,
      document: name,
      receivedAt: '',
      keyId: null,
      batchPolicy: 'reject-order',
      csv: layout,
    },
    defaultIntakeLimits,
  );
  const { unreadable = [], warnings, columns = [], documents } = content;
  return {
    unreadable: unreadable.slice(0, shownFaults),
    warnings,
    columns,
    orders: documents.slice(0, shownOrders).map(({ place, poNumber = '', canonical, faults }) => ({
      place,
      poNumber,
      order: canonical === null ? null : JSON.parse(canonical),
      faults: faults.slice(0, shownFaults),
    })),
    more: Math.max(documents.length - shownOrders, 0),
  };
}
