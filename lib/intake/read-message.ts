import { BusinessRejection } from '../domain/faults';
import { withPolicy } from './batch-policy';
import type { KeepDocument, KeptDocument, MessageContent, ReadDocument, ReceivedMessage } from './message-content';
import { readEdiMessage } from './read-edi-message';
import { readJsonMessage } from './read-json-message';
import { readCsvMessage, readWorkbookMessage } from './read-table-message';
import { workbookType } from './sheets/xlsx/workbook';

const asRead: KeepDocument<ReadDocument> = (document) => document;

/**
 * Splits a message into its orders. Throws BusinessRejection `message-too-large` and `unsupported-media-type` for what is
 * refused at the door; everything else that is wrong stands in the result. Not for what `isStreamed`.
 */
export function readMessage(message: ReceivedMessage): MessageContent {
  return readMessageKeeping(message, asRead);
}

/** As `readMessage`; `keep` says what is kept of each document. */
export function readMessageKeeping<Kept extends KeptDocument>(
  message: ReceivedMessage,
  keep: KeepDocument<Kept>,
): MessageContent<Kept> {
  const { type, charset } = takenType(message);
  const read = readers[type];
  if (!read) throw new Error(`A message of the type ${type} can only be read as a stream.`);
  return withPolicy(read(message, charset, keep), message.batchPolicy, keep);
}

/** As `readMessage`, for messages of every type. */
export const readAnyMessage = (message: ReceivedMessage): Promise<MessageContent> =>
  readAnyMessageKeeping(message, asRead);

/** As `readMessageKeeping`, for messages of every type. */
export async function readAnyMessageKeeping<Kept extends KeptDocument>(
  message: ReceivedMessage,
  keep: KeepDocument<Kept>,
): Promise<MessageContent<Kept>> {
  const { type } = takenType(message);
  const read = streamReaders[type];
  return read ? withPolicy(await read(message, keep), message.batchPolicy, keep) : readMessageKeeping(message, keep);
}

/** Whether a message is unpacked or taken in piece by piece, so that only `readAnyMessage` can read it. */
export function isStreamed(contentType: string): boolean {
  return mediaTypeOf(contentType).type in streamReaders;
}

/**
 * What is decided about a message before anything of it is read or stored.
 * @throws BusinessRejection `message-too-large` and `unsupported-media-type`
 */
export function takenType({
  bytes,
  contentType,
  limits,
}: Pick<ReceivedMessage, 'bytes' | 'contentType' | 'limits'>): ReturnType<typeof mediaTypeOf> {
  const media = mediaTypeOf(contentType);
  if (!(media.type in readers) && !(media.type in streamReaders)) throw unsupported(media.type);
  if (bytes.length <= limits.bytes) return media;
  throw new BusinessRejection(
    'message-too-large',
    `The message has ${bytes.length} bytes, at most ${limits.bytes} are taken; send several.`,
  );
}

type Reader = <Kept extends KeptDocument>(
  message: ReceivedMessage,
  charset: string | undefined,
  keep: KeepDocument<Kept>,
) => MessageContent<Kept>;
type StreamReader = <Kept extends KeptDocument>(
  message: ReceivedMessage,
  keep: KeepDocument<Kept>,
) => Promise<MessageContent<Kept>>;

const readers: Readonly<Partial<Record<string, Reader>>> = Object.assign(Object.create(null), {
  'application/json': readJsonMessage,
  'text/csv': readCsvMessage,
  'application/edi-x12': (message, _charset, keep) => readEdiMessage(message, 'x12', keep),
  'application/edifact': (message, _charset, keep) => readEdiMessage(message, 'edifact', keep),
} satisfies Record<string, Reader>);

const streamReaders: Readonly<Partial<Record<string, StreamReader>>> = Object.assign(Object.create(null), {
  [workbookType]: readWorkbookMessage,
} satisfies Record<string, StreamReader>);

const takenTypes = [...Object.keys(readers), ...Object.keys(streamReaders)];

function mediaTypeOf(contentType: string): { type: string; charset: string | undefined } {
  const [type = '', ...parameters] = contentType.split(';');
  const charset = parameters
    .map((parameter) => /^\s*charset\s*=\s*"?([^"\s]+)"?\s*$/i.exec(parameter)?.[1])
    .find(Boolean);
  return { type: type.trim().toLowerCase(), charset };
}

function unsupported(type: string): BusinessRejection {
  const said =
    type === '' ? 'The message has no content type' : `The content type ${type.slice(0, 80)} is not supported`;
  return new BusinessRejection('unsupported-media-type', `${said}; send one of ${takenTypes.join(', ')}.`);
}
