import { BusinessRejection } from '../domain/faults';
import type { Database } from '../store/database';
import { type KeptMessage, keptMessages, readBytes } from '../store/inbox-bytes';
import type { HttpAnswer } from './problem';

/**
 * The bytes of a message as they came in, with the content type that came with them, to be saved and never to be shown
 * by a browser: a stranger wrote them.
 * @throws BusinessRejection `not-found`, or `raw-dropped` when they are not kept any more
 */
export async function rawMessage(db: Database, inboxId: number): Promise<HttpAnswer & { readonly body: Buffer }> {
  const [message] = await keptMessages(db, [inboxId]);
  if (message === undefined) throw new BusinessRejection('not-found', `There is no message ${inboxId} in the inbox.`);
  const { bytes, droppedAt } = await readBytes(db, inboxId);
  if (droppedAt !== null) {
    const words = `The bytes of message ${inboxId} were dropped on ${droppedAt.slice(0, 10)}, as the company's retention says. Their SHA-256 was ${message.sha256}.`;
    throw new BusinessRejection('raw-dropped', words);
  }
  const headers = {
    'content-type': contentTypeOf(message),
    'content-disposition': attachment(fileNameOf(message)),
    'x-content-type-options': 'nosniff',
  };
  return { statusCode: 200, headers, body: bytes };
}

const mediaType = /^[\w.+-]+\/[\w.+-]+(\s*;\s*[\w.-]+="?[\w.:+-]+"?)*$/;

const contentTypeOf = ({ contentType }: KeptMessage): string =>
  mediaType.test(contentType) ? contentType : 'application/octet-stream';

const endings: Readonly<Record<string, string>> = {
  'application/json': 'json',
  'text/csv': 'csv',
  'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet': 'xlsx',
  'application/edi-x12': 'x12',
  'application/edifact': 'edi',
};

/** A file keeps its name; anything else is named by its number and its content type. */
export function fileNameOf({
  inboxId,
  channel,
  document,
  contentType,
}: Pick<KeptMessage, 'inboxId' | 'channel' | 'document' | 'contentType'>): string {
  const name = document.replace(/[^\P{C}]|[/\\:*?"<>|]/gu, '_').replace(/^\.+/, '');
  if (channel === 'file' && /\.\w{1,8}$/.test(name)) return name;
  const [type = ''] = contentType.toLowerCase().split(';');
  return `message-${inboxId}.${endings[type.trim()] ?? 'bin'}`;
}

/** As RFC 6266 has it: a plain name for everybody, and the exact one. */
function attachment(name: string): string {
  const plain = name.replace(/[^\x20-\x7e]|["\\%]/g, '_');
  const exact = encodeURIComponent(name.toWellFormed()).replace(
    /['()*]/g,
    (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`,
  );
  return `attachment; filename="${plain}"; filename*=UTF-8''${exact}`;
}
