import { BusinessRejection } from '../domain/faults';
import type { NewMessage, StoredMessage } from '../store/inbox';
import type { ReadReception, ReceivedMessage } from './read-reception';

type Identified = Pick<NewMessage, 'partner' | 'channel' | 'messageKey'>;

const numberComesLater = 0;

/** Messages that came before, or earlier in the same batch, by what identifies them. */
export class KnownMessages {
  private readonly byIdentity: Map<string, StoredMessage>;

  constructor(found: readonly StoredMessage[]) {
    this.byIdentity = new Map(found.map((stored) => [identity(stored), stored]));
  }

  /** The message that came before under the same key; undefined when none did, or when this one has no key. */
  storedAs({ message }: Pick<ReadReception, 'message'>): StoredMessage | undefined {
    return message.messageKey === null ? undefined : this.byIdentity.get(identity(message));
  }

  /** Of equal messages in one batch the first is new; the others find it here. */
  isNew(reception: ReadReception): boolean {
    if (this.storedAs(reception) !== undefined) return false;
    const { message, fingerprint, sha256 } = reception;
    this.remember({ ...message, inboxId: numberComesLater, fingerprint, sha256 });
    return true;
  }

  /** Keeps under which number a new message is stored. */
  remember(message: Identified & Pick<StoredMessage, 'inboxId' | 'fingerprint' | 'sha256'>): void {
    const { inboxId, partner, channel, messageKey, fingerprint, sha256 } = message;
    if (messageKey === null) return;
    this.byIdentity.set(identity(message), { inboxId, partner, channel, messageKey, fingerprint, sha256 });
  }

  /** True when another message came before under the same key. */
  conflicts(reception: ReadReception): boolean {
    const stored = this.storedAs(reception);
    return stored !== undefined && stored.sha256 !== reception.sha256 && stored.fingerprint !== reception.fingerprint;
  }
}

const identity = ({ partner, channel, messageKey }: Identified | StoredMessage): string =>
  JSON.stringify([partner, channel, messageKey]);

/** Why a message is not taken under whose key another one came before. */
export function keyConflict({ channel, messageKey }: ReceivedMessage): BusinessRejection {
  const words =
    channel === 'edi'
      ? `Another content came before under ${messageKey}. Give a new message control numbers of its own.`
      : `Another message was sent before under the key ${messageKey}. Use a new Idempotency-Key for a new message.`;
  return new BusinessRejection('idempotency-conflict', words);
}
