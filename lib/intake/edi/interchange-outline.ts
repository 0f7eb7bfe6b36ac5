import { hash } from 'node:crypto';
import { storableText } from '../../domain/storable-text';
import type { EdiInterchange, EdiParty } from './interchange';

/** An interchange with its envelope and faults, without the segments of its messages: what an acknowledgement needs. */
export interface InterchangeOutline extends EdiInterchange {
  /** SHA-256 (hex) of its bytes. */
  readonly sha256: string;
}

/** The outline of an interchange of the file `bytes`; its texts can be stored, whatever was sent. */
export function outlineOf({ segments: _said, ...interchange }: EdiInterchange, bytes: Uint8Array): InterchangeOutline {
  const groups = interchange.groups.map((group) => ({
    ...group,
    functionalId: storableText(group.functionalId),
    sender: storableText(group.sender),
    receiver: storableText(group.receiver),
    controlNumber: storableText(group.controlNumber),
    version: storableText(group.version),
    messages: group.messages.map((message) => ({
      ...message,
      type: storableText(message.type),
      controlNumber: storableText(message.controlNumber),
      version: storableText(message.version),
      segments: [],
    })),
  }));
  return {
    ...interchange,
    sender: storableParty(interchange.sender),
    receiver: storableParty(interchange.receiver),
    controlNumber: storableText(interchange.controlNumber),
    version: storableText(interchange.version),
    groups,
    sha256: hash('sha256', bytes.subarray(interchange.start, interchange.end)),
  };
}

function storableParty({ qualifier, id }: EdiParty): EdiParty {
  return { qualifier: storableText(qualifier), id: storableText(id) };
}
