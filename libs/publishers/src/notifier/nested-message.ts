import { metadataJson } from '@nephometer/sample';
import type { Metadata } from '@nephometer/sample';
import { messageToJson } from '../message/metering-message.ts';
import type { SignedMessage } from '../message/metering-message.ts';

/** A text as it stands between the quotes of JSON. For texts in ASCII that can be seen, as all JSON of messages is. */
export function nestedText(text: string): string {
  return JSON.stringify(text).slice(1, -1);
}

const noMetadata: Metadata = {};

// Found at the first place where it is the field itself: in a value its quotes would be escaped twice.
const placeOfMetadata = nestedText(`"resource_metadata": ${metadataJson(noMetadata)}`);

// Metadata is most of a message, is shared by all samples of a resource and dies with it: written once.
const writtenMetadata = new WeakMap<Metadata, Buffer>();

/**
 * The JSON of a message as it stands in a text that is JSON itself, in ASCII: in pieces, to be concatenated.
 */
export function nestedMessage(message: SignedMessage): readonly Buffer[] {
  const text = nestedText(messageToJson({ ...message, resource_metadata: noMetadata }));
  const at = text.indexOf(placeOfMetadata);
  return [
    Buffer.from(text.slice(0, at), 'latin1'),
    nestedMetadata(message.resource_metadata),
    Buffer.from(text.slice(at + placeOfMetadata.length), 'latin1'),
  ];
}

/** With the name of its field. */
function nestedMetadata(metadata: Metadata): Buffer {
  let written = writtenMetadata.get(metadata);
  if (written === undefined) {
    written = Buffer.from(nestedText(`"resource_metadata": ${metadataJson(metadata)}`), 'latin1');
    writtenMetadata.set(metadata, written);
  }
  return written;
}
