import { randomUUID } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { basename } from 'node:path';
import { setFlagsFromString } from 'node:v8';
import { resultFile, resultRows } from '../answers/result-file';
import { directPartner } from '../domain/speakers';
import { contentTypeOf } from '../intake/content-type';
import { type BatchPolicy, defaultIntakeLimits } from '../intake/message-content';
import type { SheetLayout } from '../intake/sheets/layout';
import { readSettings } from '../stages/company-settings';
import { createOrders } from '../stages/create-orders';
import { endGuardedReader } from '../stages/guarded-reader';
import { readMessage } from '../stages/import-message';
import type { DocumentHint } from '../stages/new-documents';
import type { ReceivedMessage } from '../stages/read-reception';
import { storeMessage } from '../stages/store-large-message';
import type { StageContext } from '../stages/work';
import { countsOfRepeat, documentCounts, noDocuments, type Repeat } from '../store/document-queries';
import { type ExitCode, exitCodes, type Invocation, operator, text, WrongUsage, withStore } from './command';
import { print, table } from './output';
import { ProgressBar } from './progress-bar';

const policies: readonly BatchPolicy[] = ['reject-order', 'reject-file'];
const separators: readonly SheetLayout['separator'][] = [',', ';', '\t', '|'];
const decimalMarks: readonly SheetLayout['decimalMark'][] = ['.', ','];
const mostShown = 20;

/**
 * Keeps what is short-lived in a small space: it is collected more often, and a file of 100,000 rows takes 210 MB
 * instead of 320.
 */
const holdLittle = (): void => setFlagsFromString('--semi-space-growth-factor=1');

/** Takes a file of orders: stored first, then read and its orders created piece by piece. What is interrupted, a running Node-RED goes on with. */
export function importOrders(invocation: Invocation, file: string, bytes: Buffer): Promise<ExitCode> {
  return withStore(invocation, 'any', async (store) => {
    holdLittle();
    const context = operator(store);
    const limits = { ...defaultIntakeLimits, ...(await readSettings(context)).settings.limits };
    const stored = await storeMessage(context, messageOf(invocation, file, bytes), limits, randomUUID());
    const { inboxId, replayed, reading, documents } = stored;
    const bar = new ProgressBar(!invocation.json);
    try {
      if (reading === undefined) await create(context, documents);
      else {
        await readMessage(context, reading, async (piece) => {
          bar.show(piece.stored - piece.documents.length, piece.expected);
          await create(context, piece.documents);
          bar.show(piece.stored, piece.expected);
        });
      }
    } finally {
      bar.end();
      endGuardedReader();
    }
    const reopened = documents.map(({ documentId }) => documentId);
    return tell(invocation, context, inboxId, replayed ? { reopened } : undefined);
  });
}

function messageOf(invocation: Invocation, file: string, bytes: Buffer): ReceivedMessage {
  const chosen = <Value extends string>(name: string, values: readonly Value[], otherwise: Value): Value => {
    const said = text(invocation, name) ?? otherwise;
    if (said === otherwise || values.includes(said as Value)) return said as Value;
    throw new WrongUsage(`--${name} must be one of: ${values.join(' ')}`);
  };
  return {
    bytes,
    contentType: contentTypeOf(file, bytes),
    channel: 'file',
    partner: text(invocation, 'partner') ?? directPartner,
    sourceSystem: null,
    messageKey: null,
    document: basename(file).slice(0, 200),
    receivedAt: new Date().toISOString(),
    keyId: null,
    batchPolicy: chosen('policy', policies, 'reject-order'),
    csv: {
      separator: chosen('separator', separators, ''),
      decimalMark: chosen('decimal-mark', decimalMarks, ''),
      mapping: {},
    },
  };
}

const create = (context: StageContext, documents: readonly DocumentHint[]): Promise<unknown> =>
  createOrders(
    context,
    documents.map(({ documentId }) => ({ documentId, rules: [] })),
  );

async function tell(
  invocation: Invocation,
  { store }: StageContext,
  inboxId: number,
  repeat: Repeat | undefined,
): Promise<ExitCode> {
  const replayed = repeat !== undefined;
  const { counts, rows } = await store.read(async (db) => {
    const all = (await documentCounts(db, [inboxId])).get(inboxId) ?? noDocuments;
    return {
      counts: repeat === undefined ? all : await countsOfRepeat(db, inboxId, all, repeat),
      rows: await resultRows(db, inboxId, repeat),
    };
  });
  const { accepted, duplicate, rejected, parked, stored } = counts;
  const output = text(invocation, 'result');
  if (output !== undefined) writeFileSync(output, await resultFile(rows, /\.xlsx$/i.test(output) ? 'xlsx' : 'csv'));
  const failed = rows.slice(1).filter((row) => row[3] === 'rejected' || row[3] === 'parked');
  const summary = { inboxId: String(inboxId), replayed, accepted, duplicate, rejected, parked, inProgress: stored };
  print(invocation, summary, () => [
    `Message ${inboxId}${replayed ? ', which was here before' : ''}: ${accepted} accepted, ${duplicate} here before, ${rejected} rejected, ${parked} parked, ${stored} in progress.`,
    ...(failed.length === 0
      ? []
      : table(
          ['row', 'PO number', 'column', 'code', 'what is wrong'],
          failed
            .slice(0, mostShown)
            .map(([row, poNumber, , , column, code, message]) => [row, poNumber, column, code, message]),
        )),
    ...(failed.length > mostShown
      ? [`${failed.length - mostShown} more; write them to a file with --result FILE.`]
      : []),
  ]);
  return rejected + parked === 0 ? exitCodes.fine : exitCodes.foundSomethingWrong;
}
